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

/// A row that changes a limit without a hint in the footer.
pub(super) const fn limit(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
) -> ActionEntry {
    ActionEntry { action, id, keys, help, ..LIMIT }
}

/// A row that seeks in a replay.
pub(super) const fn seek(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
) -> ActionEntry {
    let (contexts, behavior) = (WITH_SEEK, KeyBehavior::Repeats);
    ActionEntry { action, id, keys, help, group: KeyGroup::Work, contexts, needs: Need::Travel, behavior, ..PLAIN }
}

/// A row about a moment of a run or of a replay.
pub(super) const fn moment(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> ActionEntry {
    ActionEntry { action, id, keys, help, footer, group: KeyGroup::Find, contexts: VIEWS_AND_COMPARE, ..PLAIN }
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

/// A row of the waterfall.
pub(super) const fn waterfall(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> ActionEntry {
    let behavior = KeyBehavior::Repeats;
    ActionEntry { action, id, keys, help, footer, group: KeyGroup::Move, contexts: WATERFALL, behavior, ..PLAIN }
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

/// The labels of the settings menu's keys.
pub(super) const CHANGE: &[(&[Context], &str)] = &[(SETTINGS, "change")];
pub(super) const SAVE: &[(&[Context], &str)] = &[(SETTINGS, "save")];

/// A row of the settings menu.
pub(super) const fn setting(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> ActionEntry {
    ActionEntry { action, id, keys, help, footer, contexts: SETTINGS, ..PLAIN }
}

/// A row of the lab.
pub(super) const fn lab(
    action: Action,
    id: &'static str,
    key: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> ActionEntry {
    ActionEntry { action, id, keys: key, help, footer, group: KeyGroup::Work, contexts: LAB, ..PLAIN }
}

/// A row that goes to the previous or next detail.
pub(super) const SIBLING: ActionEntry =
    ActionEntry { group: KeyGroup::Move, contexts: DETAIL, behavior: KeyBehavior::Repeats, ..PLAIN };

/// A row that moves the selection.
pub(super) const MOVE: ActionEntry =
    ActionEntry { group: KeyGroup::Move, contexts: WITH_ROWS, behavior: KeyBehavior::Repeats, ..PLAIN };
