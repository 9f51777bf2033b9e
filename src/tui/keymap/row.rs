//! What rows of the table of keys have in common, by kind.
//!
//! Start at [`PLAIN`].

use crate::tui::action::Action;
use crate::tui::keymap::entry::Context::{self, Menu};
use crate::tui::keymap::entry::{Entry, Group, Nature, Need};
use crate::tui::keymap::places::{DETAIL, FALLS, LAB, LISTS, SCREENS, STAGES, TRAVELS};
use crate::tui::views::View;

/// A row with nothing special about it.
pub(super) const PLAIN: Entry = Entry {
    action: Action::Redraw,
    id: "",
    keys: &[],
    group: Group::Look,
    help: "",
    contexts: SCREENS,
    footer: &[],
    needs: Need::Nothing,
    nature: Nature::Once,
};

/// A row of the dial.
pub(super) const DIAL: Entry =
    Entry { group: Group::Work, contexts: STAGES, needs: Need::SetLimit, nature: Nature::Repeats, ..PLAIN };

/// A row of a replay's clock.
pub(super) const TRAVEL: Entry =
    Entry { group: Group::Work, contexts: TRAVELS, needs: Need::Travel, nature: Nature::Repeats, ..PLAIN };

/// A row that leads to a view.
pub(super) const fn show(view: View, id: &'static str, keys: &'static [&'static str], help: &'static str) -> Entry {
    Entry { action: Action::Show(view), id, keys, group: Group::View, help, ..PLAIN }
}

/// A row of what is looked at, and how.
pub(super) const fn look(action: Action, id: &'static str, keys: &'static [&'static str], help: &'static str) -> Entry {
    Entry { action, id, keys, help, ..PLAIN }
}

/// A row of the axis of time.
pub(super) const fn along(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> Entry {
    let nature = Nature::Repeats;
    Entry { action, id, keys, help, footer, group: Group::Move, contexts: FALLS, nature, ..PLAIN }
}

/// A row of what can be saved: the menu shows its help, without the first word.
pub(super) const fn save(action: Action, id: &'static str, keys: &'static [&'static str], help: &'static str) -> Entry {
    Entry { action, id, keys, help, contexts: &[Menu], ..PLAIN }
}

/// A row of the lab.
pub(super) const fn lab(
    action: Action,
    id: &'static str,
    key: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> Entry {
    Entry { action, id, keys: key, help, footer, group: Group::Work, contexts: LAB, ..PLAIN }
}

/// A row of what lies beside.
pub(super) const PEER: Entry = Entry { group: Group::Move, contexts: DETAIL, nature: Nature::Repeats, ..PLAIN };

/// A row of movement.
pub(super) const STEP: Entry = Entry { group: Group::Move, contexts: LISTS, nature: Nature::Repeats, ..PLAIN };
