//! Named sets of contexts, for the key table.
//!
//! Start at [`VIEWS`].

use crate::tui::keymap::entry::Context::{
    self, At, Card, Compare, Confirm, Help, Menu, Palette, Prompt, Question, Race, Settings,
};
use crate::tui::views::View;

/// Every view, followed by the other contexts.
const fn views_and<const N: usize>(others: &[Context]) -> [Context; N] {
    let mut all = [Help; N];
    let mut i = 0;
    while i < N {
        all[i] = if i < View::ALL.len() { At(View::ALL[i]) } else { others[i - View::ALL.len()] };
        i += 1;
    }
    all
}

/// The number of views.
const N: usize = View::ALL.len();
/// Every view.
pub const VIEWS: &[Context] = &views_and::<N>(&[]);
/// Every view and the lab.
pub const VIEWS_AND_LAB: &[Context] = &views_and::<{ N + 1 }>(&[Race]);
/// Every view, and the comparison that lies over it.
pub const VIEWS_AND_COMPARE: &[Context] = &views_and::<{ N + 1 }>(&[Compare]);
/// Contexts that can be paused.
pub const PAUSABLE: &[Context] = &views_and::<{ N + 2 }>(&[Race, Compare]);
/// The same with the popups.
pub const WITH_POPUPS: &[Context] = &views_and::<{ N + 4 }>(&[Help, Card, Compare, Race]);
/// Every context with rows.
pub const WITH_ROWS: &[Context] = &views_and::<{ N + 7 }>(&[Help, Card, Compare, Prompt, Palette, Settings, Race]);
/// Everywhere.
pub const ANYWHERE: &[Context] =
    &views_and::<{ N + 10 }>(&[Help, Card, Compare, Menu, Prompt, Palette, Settings, Question, Confirm, Race]);
/// Every view and the help.
pub const WITH_SEARCH: &[Context] = &views_and::<{ N + 1 }>(&[Help]);
/// The lab.
pub const LAB: &[Context] = &[Race];
/// The settings menu.
pub const SETTINGS: &[Context] = &[Settings];
/// The first view.
pub const OVERVIEW: &[Context] = &[At(View::Overview)];
/// Views in which hosts that are down can be tried.
pub const WITH_HOSTS: &[Context] = &[At(View::Overview), At(View::Hosts)];
/// Views of rows in columns.
pub const TABLES: &[Context] = &[At(View::Overview), At(View::Failures), At(View::Hosts), At(View::InFlight)];
/// Contexts whose rows have details.
pub const WITH_DETAIL: &[Context] = &views_and::<{ N + 1 }>(&[Card]);
/// Contexts in which a request, or an endpoint with one, is selected.
pub const WITH_REQUEST: &[Context] =
    &[At(View::Waterfall), At(View::Endpoint), At(View::Failures), At(View::Log), At(View::InFlight), Card];
/// Views whose rows have requests.
pub const WITH_REQUESTS: &[Context] =
    &[At(View::Waterfall), At(View::Endpoint), At(View::Failures), At(View::Hosts), At(View::Log), At(View::InFlight)];
/// Contexts in which something can be copied.
pub const WITH_COPY: &[Context] = WITH_DETAIL.split_at(1).1;
/// Contexts whose content can be exported.
pub const EXPORTABLE: &[Context] = &views_and::<{ N + 2 }>(&[Card, Race]);
/// Contexts in which a failure is selected.
pub const WITH_FAILURE: &[Context] = &[At(View::Failures), Card];
/// Every view but the first.
pub const OTHER_VIEWS: &[Context] = VIEWS.split_at(1).1;
/// Contexts that show the effect of a limit.
pub const WITH_LIMIT: &[Context] = &[At(View::Overview), At(View::Endpoint), At(View::Hosts), At(View::InFlight), Race];
/// Views that scroll to the newest row.
pub const WITH_AUTO_SCROLL: &[Context] = &[At(View::Waterfall), At(View::Log), At(View::Output)];
/// Details with a previous and a next one.
pub const DETAIL: &[Context] = &[At(View::Endpoint), Card, Compare];
/// Views whose rows can be grouped.
pub const GROUPED: &[Context] = &[At(View::Overview), At(View::Waterfall)];
/// The waterfall.
pub const WATERFALL: &[Context] = &[At(View::Waterfall)];
/// Contexts in which the left and right keys are free to seek in a replay.
pub const WITH_SEEK: &[Context] = &[
    At(View::Overview),
    At(View::Endpoint),
    At(View::Failures),
    At(View::Hosts),
    At(View::Log),
    At(View::InFlight),
    At(View::Output),
    At(View::Findings),
    Compare,
];
