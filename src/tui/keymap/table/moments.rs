//! The keys for moments: seeking in a replay, marks, the next event, and the comparison.
//!
//! Start at [`ROWS`].

use crate::tui::action::Action;
use crate::tui::keymap::context_sets::{VIEWS, VIEWS_AND_COMPARE};
use crate::tui::keymap::entry::{ActionEntry, KeyBehavior};
use crate::tui::keymap::row::{MOMENT, SEEK, row};

/// Their rows.
pub(super) const ROWS: &[ActionEntry] = &[
    row(SEEK, Action::SeekBack, "seek_back", &["left"], "In a replay: go back 5 s", &[]),
    row(SEEK, Action::SeekOn, "seek_on", &["right"], "In a replay: go forward 5 s", &[]),
    row(SEEK, Action::Slower, "slower", &["<"], "In a replay: halve the speed", &[]),
    row(SEEK, Action::Faster, "faster", &[">"], "In a replay: double the speed", &[]),
    ActionEntry {
        action: Action::SeekTo,
        id: "seek_to",
        keys: &[],
        help: "In a replay: type a moment after `:`, such as 12.5s, 1m30s or 50%, or click on the bar",
        contexts: VIEWS_AND_COMPARE,
        ..SEEK
    },
    ActionEntry {
        action: Action::NextEvent,
        id: "next_event",
        keys: &["n"],
        help: "In a replay: go to the next event (failed, 429, pause, limit change, mark); in a run, to the next match",
        footer: &[(VIEWS_AND_COMPARE, "event")],
        behavior: KeyBehavior::Repeats,
        ..MOMENT
    },
    ActionEntry {
        action: Action::PrevEvent,
        id: "prev_event",
        keys: &["N"],
        help: "Go to the previous event of a replay, or to the previous match of the filter",
        footer: &[(VIEWS_AND_COMPARE, "event")],
        behavior: KeyBehavior::Repeats,
        ..MOMENT
    },
    row(MOMENT, Action::Mark, "mark", &["'"], "Mark this moment; a recording keeps the mark", &[(VIEWS, "mark")]),
    ActionEntry {
        action: Action::Compare,
        id: "compare",
        keys: &["c"],
        help: "Compare the last mark with now; press again to close",
        footer: &[(VIEWS, "compare")],
        ..MOMENT
    },
];
