//! The table of pages: which page draws which view.
//!
//! A new view needs a name in [`View`], rows in `tui/rows` and a [`ViewPage`] here. Start at [`page()`].

use crate::tui::view::endpoint::EndpointPage;
use crate::tui::view::failures::FailuresPage;
use crate::tui::view::findings::FindingsPage;
use crate::tui::view::hosts::HostsPage;
use crate::tui::view::in_flight::InFlightPage;
use crate::tui::view::log::LogPage;
use crate::tui::view::output::OutputPage;
use crate::tui::view::overview::OverviewPage;
use crate::tui::view::scene::ViewPage;
use crate::tui::view::waterfall::WaterfallPage;
use crate::tui::views::View;

/// The page of a view.
pub fn page(view: View) -> &'static dyn ViewPage {
    match view {
        View::Overview => &OverviewPage,
        View::Waterfall => &WaterfallPage,
        View::Endpoint => &EndpointPage,
        View::Failures => &FailuresPage,
        View::Hosts => &HostsPage,
        View::Log => &LogPage,
        View::InFlight => &InFlightPage,
        View::Output => &OutputPage,
        View::Findings => &FindingsPage,
    }
}
