//! Texts of the key table's rows about moments: help and labels that are too long for one line there.
//!
//! Start at [`NEXT`].

use crate::tui::keymap::context_sets::{VIEWS, VIEWS_AND_COMPARE};
use crate::tui::keymap::entry::Context;

/// The help of the next event.
pub(super) const NEXT: &str =
    "In a replay: go to the next failure, 429, pause, limit change or mark; in a run, to the next match of the filter";
/// The help of the previous event.
pub(super) const PREV: &str = "The same, backwards";
/// The help of seeking.
pub(super) const SEEK_TO: &str =
    "In a replay: type a moment after `:`, such as 12.5s, 1m30s or 50%; a click on the bar does it too";
/// The help of going to the start.
pub(super) const START: &str = "Go to the start of a replay; in a run, to the first row";
/// The help of going to the end.
pub(super) const END: &str = "Go to the end of a replay; in a run, to the last row";
/// The help of the window.
pub(super) const WINDOW: &str = "Show figures of the last 1 s, 10 s or 60 s, or of the whole run";
/// The label of both events.
pub(super) const EVENT: &[(&[Context], &str)] = &[(VIEWS_AND_COMPARE, "event")];
/// The label of marking.
pub(super) const MARKING: &[(&[Context], &str)] = &[(VIEWS, "mark")];
/// The label of comparing.
pub(super) const COMPARING: &[(&[Context], &str)] = &[(VIEWS, "compare")];
