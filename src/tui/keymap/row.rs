//! Templates for rows of the key table.
//!
//! Start at [`PLAIN`].

use crate::tui::action::Action;
use crate::tui::keymap::context_sets::{
    DETAIL, LAB, SETTINGS, VIEWS, VIEWS_AND_COMPARE, VIEWS_AND_LAB, WATERFALL, WITH_ROWS, WITH_SEEK,
};
use crate::tui::keymap::entry::Context::{self, Menu};
use crate::tui::keymap::entry::{ActionEntry, KeyBehavior, KeyGroup, Need};
use crate::tui::views::View;

/// The defaults of a row.
pub(super) const PLAIN: ActionEntry = ActionEntry {
    action: Action::Redraw,
    id: "",
    keys: &[],
    group: KeyGroup::Look,
    help: "",
    contexts: VIEWS,
    footer: &[],
    needs: Need::Nothing,
    behavior: KeyBehavior::Once,
};

/// A row that changes a limit.
pub(super) const LIMIT: ActionEntry = ActionEntry {
    group: KeyGroup::Work,
    contexts: VIEWS_AND_LAB,
    needs: Need::SetLimit,
    behavior: KeyBehavior::Repeats,
    ..PLAIN
};

/// A row that seeks in a replay.
pub(super) const SEEK: ActionEntry = ActionEntry {
    group: KeyGroup::Work,
    contexts: WITH_SEEK,
    needs: Need::Travel,
    behavior: KeyBehavior::Repeats,
    ..PLAIN
};

/// A row about a moment of a run or of a replay.
pub(super) const MOMENT: ActionEntry = ActionEntry { group: KeyGroup::Find, contexts: VIEWS_AND_COMPARE, ..PLAIN };

/// The template of a row that moves the waterfall.
pub(super) const IN_WATERFALL: ActionEntry =
    ActionEntry { group: KeyGroup::Move, contexts: WATERFALL, behavior: KeyBehavior::Repeats, ..PLAIN };

/// The template of a row of the settings menu.
pub(super) const IN_SETTINGS: ActionEntry = ActionEntry { contexts: SETTINGS, ..PLAIN };

/// The template of a row of the lab.
pub(super) const IN_LAB: ActionEntry = ActionEntry { group: KeyGroup::Work, contexts: LAB, ..PLAIN };

/// A row that shows a lane of the lab alone.
pub(super) const fn lane(lane: u8, id: &'static str, keys: &'static [&'static str]) -> ActionEntry {
    let help = "In the lab: show this lane alone, or with another one; press again to show all";
    let group = KeyGroup::View;
    ActionEntry { group, ..row(IN_LAB, Action::Lane(lane), id, keys, help, &[(LAB, "alone")]) }
}

/// A row like a template.
pub(super) const fn row(
    template: ActionEntry,
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> ActionEntry {
    ActionEntry { action, id, keys, help, footer, ..template }
}

/// A row that shows a view.
pub(super) const fn show(
    view: View,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
) -> ActionEntry {
    ActionEntry { action: Action::Show(view), id, keys, group: KeyGroup::View, help, ..PLAIN }
}

/// A row that changes the display.
pub(super) const fn display(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
) -> ActionEntry {
    ActionEntry { action, id, keys, help, ..PLAIN }
}

/// A row of the export menu. The menu shows the help without its first word.
pub(super) const fn save(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
) -> ActionEntry {
    ActionEntry { action, id, keys, help, contexts: &[Menu], ..PLAIN }
}

/// The footer's label of the keys that change a setting.
pub(super) const CHANGE: &[(&[Context], &str)] = &[(SETTINGS, "change")];
/// The footer's label of the key that saves the settings.
pub(super) const SAVE: &[(&[Context], &str)] = &[(SETTINGS, "save")];

/// A row that goes to the previous or next detail.
pub(super) const SIBLING: ActionEntry =
    ActionEntry { group: KeyGroup::Move, contexts: DETAIL, behavior: KeyBehavior::Repeats, ..PLAIN };

/// A row that moves the selection.
pub(super) const MOVE: ActionEntry =
    ActionEntry { group: KeyGroup::Move, contexts: WITH_ROWS, behavior: KeyBehavior::Repeats, ..PLAIN };
