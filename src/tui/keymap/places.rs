//! Where keys work: sets of views, sheets and questions, named once.

use crate::tui::keymap::entry::Context::{self, At, Example, Help, Menu, Prompt, Question, Sure};
use crate::tui::view::page::View;

/// Every view, and what else is named.
const fn screens<const N: usize>(others: &[Context]) -> [Context; N] {
    let mut all = [Help; N];
    let mut i = 0;
    while i < N {
        all[i] = if i < View::ALL.len() { At(View::ALL[i]) } else { others[i - View::ALL.len()] };
        i += 1;
    }
    all
}

/// How many views there are.
const N: usize = View::ALL.len();
/// Every view.
pub(super) const SCREENS: &[Context] = &screens::<N>(&[]);
/// … and the sheets over them.
pub(super) const SHEETS: &[Context] = &screens::<{ N + 2 }>(&[Help, Example]);
/// … and wherever there are rows.
pub(super) const LISTS: &[Context] = &screens::<{ N + 3 }>(&[Help, Example, Prompt]);
/// Everywhere.
pub(super) const ANYWHERE: &[Context] = &screens::<{ N + 6 }>(&[Help, Example, Menu, Prompt, Question, Sure]);
/// The first view.
pub(super) const OVERVIEW: &[Context] = &[At(View::Overview)];
/// Views of rows in columns.
pub(super) const TABLES: &[Context] = &[At(View::Overview), At(View::Failures), At(View::Hosts), At(View::InFlight)];
/// Where something lies behind a row.
pub(super) const DEEP: &[Context] = &[
    At(View::Overview),
    At(View::Failures),
    Example,
    At(View::Waterfall),
    At(View::Endpoint),
    At(View::Hosts),
    At(View::InFlight),
];
/// … of which these lead to events.
pub(super) const STORIED: &[Context] = DEEP.split_at(2).1;
/// Where a request, or one of an endpoint's, is selected.
pub(super) const ASKED: &[Context] =
    &[At(View::Waterfall), At(View::Endpoint), At(View::Failures), At(View::InFlight), Example];
/// Where what is seen can be saved.
pub(super) const SEEN: &[Context] = &screens::<{ N + 1 }>(&[Example]);
/// Where a failure is selected.
pub(super) const FAILED: &[Context] = &[At(View::Failures), Example];
/// Views beside the first.
pub(super) const BESIDE: &[Context] = SCREENS.split_at(1).1;
/// Views that turn dials in sight of what they do.
pub(super) const DIALS: &[Context] = &[At(View::Overview), At(View::Hosts), At(View::InFlight)];
pub(super) const STREAMS: &[Context] = &[At(View::Waterfall), At(View::Log)];
/// One thing in full, and others like it beside it.
pub(super) const DETAIL: &[Context] = &[At(View::Endpoint), Example];
/// Views along an axis of time.
pub(super) const FALLS: &[Context] = &[At(View::Waterfall)];
/// Views in which arrows to either side are free.
pub(super) const TRAVELS: &[Context] =
    &[At(View::Overview), At(View::Endpoint), At(View::Failures), At(View::Hosts), At(View::Log), At(View::InFlight)];
