//! Which view is this, and which others are there?

use crate::model::Model;
use crate::tui::action::Action;
use crate::tui::theme::role::Role;
use crate::tui::view::Scene;
use crate::tui::view::page::{Tab, VIEWS};
use crate::tui::view::paint::{Pen, width_of};
use crate::tui::view::targets::Target;
use crate::units;

/// The tabs; below them a rule, or behind them where there is one line for both.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let Some(last) = pen.height().checked_sub(1) else { return };
    pen.rule(last);
    let full = |tab: &Tab| tab.title;
    let short = |tab: &Tab| if tab.view == scene.ui.view { tab.title } else { "" };
    let width = |title: &dyn Fn(&Tab) -> &'static str| -> u16 {
        VIEWS.iter().map(|tab| width_of(&label(tab, title(tab), scene)) + 3).sum()
    };
    let mut x = 0;
    for tab in &VIEWS {
        let is_here = tab.view == scene.ui.view;
        let title = if width(&full) <= pen.width() { full(tab) } else { short(tab) };
        let label = label(tab, title, scene);
        let (key_text, rest) = label.split_at(key_of(tab, scene).len());
        let (key, word) = if is_here { (Role::Title, Role::Title) } else { (Role::Key, Role::TextDim) };
        // Brackets take the place of blanks, so that no tab moves when another one is chosen.
        let from = x;
        let (open, close) = if is_here { ("[", "]") } else { (" ", " ") };
        x = pen.text(x, 0, open, Role::Title);
        x = pen.text(x, 0, key_text, key);
        let count = count(tab, scene.model);
        let words = rest.strip_suffix(count.as_str()).unwrap_or(rest);
        x = pen.text(x, 0, words, word);
        x = pen.text(x, 0, &count, Role::Failed);
        x = pen.text(x, 0, close, Role::Title);
        pen.target(from, 0, x - from, Target::Tab(tab.view));
        // The next one, or the rule, stands apart.
        x = pen.text(x, 0, " ", Role::Title);
    }
}

/// `4 Failures 37`
fn label(tab: &Tab, title: &str, scene: &Scene<'_>) -> String {
    let (key, count) = (key_of(tab, scene), count(tab, scene.model));
    let words = [key.as_str(), title, &count].into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The key that leads there; empty when switched off.
fn key_of(tab: &Tab, scene: &Scene<'_>) -> String {
    scene.keymap.key(Action::Show(tab.view)).unwrap_or_default()
}

/// How many there are to look at; nothing of none.
fn count(tab: &Tab, model: &Model) -> String {
    match tab.count.map(|count| count(model)) {
        Some(n) if n > 0 => units::count(n),
        Some(_) | None => String::new(),
    }
}
