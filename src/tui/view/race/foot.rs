//! The lab's footer: key hints and remarks.
//!
//! Start at [`draw`].

use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap::FooterHint;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::race::scene::LabScene;

/// The space between two hints.
const GAP: u16 = 3;

/// Draws the footer: one line, below a rule if there is room.
pub fn draw(pen: &mut Pen<'_>, scene: &LabScene<'_>) {
    if pen.height() == 0 {
        return;
    }
    let y = pen.height() - 1;
    if y > 0 {
        pen.rule(0);
    }
    let mut hints = hints(scene);
    // Export is dropped first. The last three hints are always kept: lesson, help and quit.
    while hints.len() > 3 && width(&hints) > pen.width() {
        let export = hints.iter().position(|hint| hint.action == Action::Export);
        hints.remove(export.unwrap_or(hints.len() - 4));
    }
    let remark = scene.ui.remark.as_ref().map(|(text, _)| text.clone());
    let end = remark.as_ref().map_or(pen.width(), |text| pen.width().saturating_sub(width_of(text) + 2));
    let mut x = 0;
    for hint in &hints {
        if x + width_of_one(hint) > end {
            break;
        }
        pen.target(x, y, width_of_one(hint), ClickTarget::Hint(hint.action));
        for (_, key) in hint.keys() {
            x = pen.text(x, y, key, Role::Key) + 1;
        }
        x = pen.text(x, y, hint.label, Role::TextDim) + GAP;
    }
    if let Some(text) = remark {
        pen.right(pen.width(), y, &text, Role::Accent);
    }
}

/// The hints that apply now, with labels for the current state.
fn hints(scene: &LabScene<'_>) -> Vec<FooterHint> {
    let mut hints = scene.keymap.footer(scene.ui.context());
    let is_over = scene.race.is_over();
    hints.retain(|hint| match hint.action {
        Action::Pause => !is_over,
        Action::LimitDown | Action::LimitUp => scene.race.limit.is_some(),
        _ => true,
    });
    for hint in &mut hints {
        if hint.action == Action::Pause && scene.is_paused {
            hint.label = "resume";
        }
    }
    hints
}

fn width_of_one(hint: &FooterHint) -> u16 {
    width_of(&hint.to_string())
}

fn width(hints: &[FooterHint]) -> u16 {
    let gaps = GAP * u16::try_from(hints.len().saturating_sub(1)).unwrap_or(0);
    hints.iter().map(width_of_one).sum::<u16>() + gaps
}
