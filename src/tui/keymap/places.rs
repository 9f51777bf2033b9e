//! Places that actions of the table of keys have in common.
//!
//! Start at [`SCREENS`].

use crate::tui::keymap::entry::Context::{self, At, Help, Palette, Prompt, Question, Sure};
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
pub const SCREENS: &[Context] = &screens::<N>(&[]);
/// … and the sheets over them.
pub const SHEETS: &[Context] = &screens::<{ N + 1 }>(&[Help]);
/// … and where there are rows to move among.
pub const LISTS: &[Context] = &screens::<{ N + 3 }>(&[Help, Prompt, Palette]);
/// Wherever one is.
pub const ANYWHERE: &[Context] = &screens::<{ N + 5 }>(&[Help, Prompt, Palette, Question, Sure]);
/// The first view.
pub const OVERVIEW: &[Context] = &[At(View::Overview)];
/// Views of rows in columns.
pub const TABLES: &[Context] = &[At(View::Overview), At(View::Failures), At(View::Hosts), At(View::InFlight)];
/// Views with rows that something lies behind.
pub const DEEP: &[Context] = &[
    At(View::Overview),
    At(View::Waterfall),
    At(View::Endpoint),
    At(View::Failures),
    At(View::Hosts),
    At(View::InFlight),
];
/// … of which these lead to events.
pub const STORIED: &[Context] = DEEP.split_at(1).1;
/// Views beside the first.
pub const BESIDE: &[Context] = SCREENS.split_at(1).1;
/// Views that turn dials in sight of what they do.
pub const DIALS: &[Context] = &[At(View::Overview), At(View::Endpoint), At(View::Hosts), At(View::InFlight)];
/// Views that the newest comes to.
pub const STREAMS: &[Context] = &[At(View::Waterfall), At(View::Log)];
/// One thing in full.
pub const DETAIL: &[Context] = &[At(View::Endpoint)];
/// Views along an axis of time.
pub const FALLS: &[Context] = &[At(View::Waterfall)];
/// Views in which arrows to either side are free.
pub const TRAVELS: &[Context] =
    &[At(View::Overview), At(View::Endpoint), At(View::Failures), At(View::Hosts), At(View::Log), At(View::InFlight)];
