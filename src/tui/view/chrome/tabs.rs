//! The tabs of the views.
//!
//! Only the line's width and the run's size decide how short names are. Tabs therefore do not move when the
//! selection or a count changes. Start at [`draw`].

use crate::model::Model;
use crate::text::units;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::views::View;

/// The style of the line of tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TabStyle {
    /// `4 Failures 37`
    Whole,
    /// `4 Fail 37`, with the full name for the current view.
    Short,
    /// `4 Fail`, or `4 ×37`: the count replaces the name.
    Tight,
    /// `4`, or `4×37`, with the short name for the current view.
    Keys,
}

/// All styles, widest first.
const TAB_STYLES: [TabStyle; 4] = [TabStyle::Whole, TabStyle::Short, TabStyle::Tight, TabStyle::Keys];

/// The text of a tab.
struct Label {
    key: String,
    name: &'static str,
    count: String,
}

/// Draws the tabs, and a rule below them or, if there is only one line, to their right.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let Some(last) = pen.height().checked_sub(1) else { return };
    pen.rule(last);
    let style = TAB_STYLES.into_iter().find(|style| style.width(scene) <= pen.width()).unwrap_or(TabStyle::Keys);
    let mut x = 0;
    for view in views(scene) {
        let is_here = view == scene.ui.view;
        let label = style.label(view, is_here, scene);
        let (key, word) = if is_here { (Role::Title, Role::Title) } else { (Role::Key, Role::TextDim) };
        // The brackets replace blanks, so that no tab moves.
        let (open, close) = if is_here { ("[", "]") } else { (" ", " ") };
        let from = x;
        x = pen.text(x, 0, open, Role::Title);
        x = pen.text(x, 0, &label.key, key);
        x = pen.text(x, 0, label.name, word);
        x = pen.text(x, 0, &label.count, Role::Failed);
        x = pen.text(x, 0, close, Role::Title);
        pen.target(from, 0, x - from, ClickTarget::Tab(view));
        if style.is_spaced() {
            x = pen.text(x, 0, " ", Role::Title);
        }
    }
    // A space separates the tabs from the rule.
    pen.text(x, 0, " ", Role::Title);
}

impl TabStyle {
    /// Whether there is an additional space between tabs.
    fn is_spaced(self) -> bool {
        match self {
            Self::Whole | Self::Short | Self::Keys => true,
            Self::Tight => false,
        }
    }

    /// The width of the line, with room for the largest counts that are possible in this run.
    fn width(self, scene: &ViewScene<'_>) -> u16 {
        let around = if self.is_spaced() { 3 } else { 2 };
        let width = |view: View, is_here: bool| {
            let label = self.label(view, is_here, scene);
            let growth = count(view, scene.model).map_or(0, |_| self.growth(&label, scene.model));
            width_of(&label.key) + width_of(label.name) + width_of(&label.count) + growth + around
        };
        // Any tab may be the current one.
        let shown = views(scene).map(|view| width(view, true).saturating_sub(width(view, false))).max();
        views(scene).map(|view| width(view, false)).sum::<u16>() + shown.unwrap_or(0)
    }

    /// How much wider a count can become.
    fn growth(self, label: &Label, model: &Model) -> u16 {
        let most = width_of(&units::count(model.jobs.unwrap_or(0).max(model.totals.settled()))) + 1;
        let now = width_of(&label.count);
        match self {
            // Here the count replaces the name.
            Self::Tight => (most + 1).saturating_sub(now + width_of(label.name)),
            Self::Whole | Self::Short | Self::Keys => most.saturating_sub(now),
        }
    }

    fn label(self, view: View, is_here: bool, scene: &ViewScene<'_>) -> Label {
        let key = scene.keymap.key(Action::Show(view)).unwrap_or_default();
        let n = count(view, scene.model).unwrap_or(0);
        let marked = || format!("{}{}", scene.theme.glyph(Status::Failed), units::count(n));
        let (name, count) = match self {
            Self::Whole => (view.title(), format!(" {}", units::count(n))),
            Self::Short if is_here => (view.title(), format!(" {}", units::count(n))),
            Self::Short => (view.short_title(), format!(" {}", units::count(n))),
            Self::Tight if n > 0 => ("", format!(" {}", marked())),
            Self::Tight => (view.short_title(), String::new()),
            Self::Keys => (if is_here { view.short_title() } else { "" }, marked()),
        };
        let key = if name.is_empty() || key.is_empty() { key } else { format!("{key} ") };
        Label { key, name, count: if n > 0 { count } else { String::new() } }
    }
}

/// The views that are there.
fn views<'s>(scene: &'s ViewScene<'_>) -> impl Iterator<Item = View> + 's {
    View::ALL.into_iter().filter(|view| scene.ui.has_view(*view, scene.model))
}

/// The count on a view's tab, if it has one.
fn count(view: View, model: &Model) -> Option<u64> {
    (view == View::Failures).then_some(model.totals.jobs_failed)
}
