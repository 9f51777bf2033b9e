//! The rows of each view: what is listed, how it is filtered and sorted, and what Enter opens.
//!
//! Rows know the model and draw nothing. Start at [`rows_of`].

pub mod addresses;
pub mod card;
pub mod comparison;
pub mod endpoints;
pub mod event_text;
pub mod failures;
pub mod filter;
pub mod findings;
pub mod grouping;
pub mod hosts;
pub mod in_flight;
pub mod list;
pub mod listing;
pub mod log;
pub mod output;
pub mod request;
pub mod sort_key;
pub mod statuses;
pub mod waterfall;

use crate::tui::rows::endpoints::{EndpointRows, OverviewRows};
use crate::tui::rows::failures::FailureRows;
use crate::tui::rows::findings::FindingRows;
use crate::tui::rows::hosts::HostRows;
use crate::tui::rows::in_flight::InFlightRows;
use crate::tui::rows::listing::Listing;
use crate::tui::rows::log::LogRows;
use crate::tui::rows::output::OutputRows;
use crate::tui::rows::waterfall::WaterfallRows;
use crate::tui::views::View;

/// The rows of a view.
pub fn rows_of(view: View) -> &'static dyn Listing {
    match view {
        View::Overview => &OverviewRows,
        View::Waterfall => &WaterfallRows,
        View::Endpoint => &EndpointRows,
        View::Failures => &FailureRows,
        View::Hosts => &HostRows,
        View::Log => &LogRows,
        View::InFlight => &InFlightRows,
        View::Output => &OutputRows,
        View::Findings => &FindingRows,
    }
}

#[cfg(test)]
mod tests {
    use super::rows_of;
    use crate::tui::views::View;

    #[test]
    fn every_view_names_its_rows_and_their_columns() {
        for view in View::ALL {
            assert!(!rows_of(view).columns().is_empty() && !rows_of(view).noun().is_empty());
        }
    }
}
