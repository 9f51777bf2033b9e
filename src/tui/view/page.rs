//! The page of each view: what is drawn between the tabs and the footer.
//!
//! A new view needs a name in [`View`], rows in `tui/rows` and a [`Page`] here. Start at [`page`].

use ratatui::layout::Rect;

use crate::model::Model;
use crate::tui::view::endpoint::EndpointPage;
use crate::tui::view::failures::FailuresPage;
use crate::tui::view::hosts::HostsPage;
use crate::tui::view::in_flight::InFlightPage;
use crate::tui::view::log::LogPage;
use crate::tui::view::overview::OverviewPage;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::Scene;
use crate::tui::view::waterfall::WaterfallPage;
use crate::tui::views::View;

/// Draws one view's rows.
pub trait Page: Sync {
    /// How many rows an area of this size shows.
    fn rows_in(&self, area: Rect, model: &Model) -> usize;

    /// Draws everything between the tabs and the footer.
    fn draw(&self, pen: &mut Pen<'_>, scene: &Scene<'_>);

    /// Draws the same in a few lines, on a small terminal.
    fn draw_compact(&self, pen: &mut Pen<'_>, scene: &Scene<'_>) {
        self.draw(pen, scene);
    }

    /// How many rows a small terminal shows.
    fn compact_rows_in(&self, area: Rect, model: &Model) -> usize {
        self.rows_in(area, model)
    }
}

/// The page of a view.
pub fn page(view: View) -> &'static dyn Page {
    match view {
        View::Overview => &OverviewPage,
        View::Waterfall => &WaterfallPage,
        View::Endpoint => &EndpointPage,
        View::Failures => &FailuresPage,
        View::Hosts => &HostsPage,
        View::Log => &LogPage,
        View::InFlight => &InFlightPage,
    }
}
