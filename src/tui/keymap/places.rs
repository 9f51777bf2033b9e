//! Where keys work: sets of views, sheets and questions, named once.
//!
//! Start at [`SCREENS`].

use crate::tui::keymap::entry::Context::{self, At, Example, Help, Menu, Palette, Prompt, Question, Race, Sure};
use crate::tui::views::View;

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
/// Every view, and the lab.
pub const STAGES: &[Context] = &screens::<{ N + 1 }>(&[Race]);
/// … and the sheets over them.
pub const SHEETS: &[Context] = &screens::<{ N + 3 }>(&[Help, Example, Race]);
/// … but for the lab.
pub const LISTED: &[Context] = &screens::<{ N + 2 }>(&[Help, Example]);
/// … and wherever there are rows.
pub const LISTS: &[Context] = &screens::<{ N + 5 }>(&[Help, Example, Prompt, Palette, Race]);
/// Everywhere.
pub const ANYWHERE: &[Context] = &screens::<{ N + 8 }>(&[Help, Example, Menu, Prompt, Palette, Question, Sure, Race]);
/// The lab alone.
pub const LAB: &[Context] = &[Race];
/// The first view.
pub const OVERVIEW: &[Context] = &[At(View::Overview)];
/// Views of rows in columns.
pub const TABLES: &[Context] = &[At(View::Overview), At(View::Failures), At(View::Hosts), At(View::InFlight)];
/// Where something lies behind a row.
pub const DEEP: &[Context] = &[
    At(View::Overview),
    At(View::Failures),
    Example,
    At(View::Waterfall),
    At(View::Endpoint),
    At(View::Hosts),
    At(View::InFlight),
];
/// … of which these lead to events.
pub const STORIED: &[Context] = DEEP.split_at(2).1;
/// Where a request, or one of an endpoint's, is selected.
pub const ASKED: &[Context] =
    &[At(View::Waterfall), At(View::Endpoint), At(View::Failures), At(View::InFlight), Example];
/// Where what is seen can be saved.
pub const SEEN: &[Context] = &screens::<{ N + 2 }>(&[Example, Race]);
/// Where a failure is selected.
pub const FAILED: &[Context] = &[At(View::Failures), Example];
/// Views beside the first.
pub const BESIDE: &[Context] = SCREENS.split_at(1).1;
/// Views that turn dials in sight of what they do.
pub const DIALS: &[Context] = &[At(View::Overview), At(View::Endpoint), At(View::Hosts), At(View::InFlight), Race];
/// Views that the newest comes to.
pub const STREAMS: &[Context] = &[At(View::Waterfall), At(View::Log)];
/// One thing in full, and others like it beside it.
pub const DETAIL: &[Context] = &[At(View::Endpoint), Example];
/// Views along an axis of time.
pub const FALLS: &[Context] = &[At(View::Waterfall)];
/// Views in which arrows to either side are free.
pub const TRAVELS: &[Context] =
    &[At(View::Overview), At(View::Endpoint), At(View::Failures), At(View::Hosts), At(View::Log), At(View::InFlight)];
