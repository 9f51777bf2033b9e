//! Where keys work: the views, the lab and the sheets, put together as the table needs them.
//!
//! Start at [`SCREENS`].

use crate::tui::keymap::entry::Context::{self, At, Help, Prompt, Question, Race, Sure};
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
/// Every view, and the lab.
pub(super) const STAGES: &[Context] = &screens::<{ N + 1 }>(&[Race]);
/// … and where a sheet lies on top.
pub(super) const SHEETS: &[Context] = &screens::<{ N + 2 }>(&[Help, Race]);
/// Wherever there is something to scroll.
pub(super) const LISTS: &[Context] = &screens::<{ N + 3 }>(&[Help, Prompt, Race]);
/// Everywhere.
pub(super) const ANYWHERE: &[Context] = &screens::<{ N + 5 }>(&[Help, Prompt, Question, Sure, Race]);
/// The lab alone.
pub(super) const LAB: &[Context] = &[Race];
/// The first view.
pub(super) const OVERVIEW: &[Context] = &[At(View::Overview)];
/// Views of rows in columns.
pub(super) const TABLES: &[Context] = &[At(View::Overview), At(View::Failures), At(View::Hosts), At(View::InFlight)];
/// Views with rows that something lies behind.
pub(super) const DEEP: &[Context] = &[
    At(View::Overview),
    At(View::Waterfall),
    At(View::Endpoint),
    At(View::Failures),
    At(View::Hosts),
    At(View::InFlight),
];
/// … of which these lead to events.
pub(super) const STORIED: &[Context] = DEEP.split_at(1).1;
/// Views beside the first.
pub(super) const BESIDE: &[Context] = SCREENS.split_at(1).1;
/// Views that turn dials in sight of what they do.
pub(super) const DIALS: &[Context] = &[At(View::Overview), At(View::Hosts), At(View::InFlight), Race];
/// Views in which rows only come.
pub(super) const STREAMS: &[Context] = &[At(View::Waterfall), At(View::Log)];
/// One thing in full.
pub(super) const DETAIL: &[Context] = &[At(View::Endpoint)];
/// Views along an axis of time.
pub(super) const FALLS: &[Context] = &[At(View::Waterfall)];
/// Views in which arrows to either side are free.
pub(super) const TRAVELS: &[Context] =
    &[At(View::Overview), At(View::Endpoint), At(View::Failures), At(View::Hosts), At(View::Log), At(View::InFlight)];
