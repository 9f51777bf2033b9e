//! The overview: key figures, verdict, endpoints, two charts, and the latest events.
//!
//! Start at [`OverviewPage`].

pub mod compact;
pub mod endpoints;
mod expectations;
mod flight;
mod groups;
mod heat;
pub mod kpi;
mod latency;
mod loop_band;
mod problems;
mod run_axis;

use ratatui::layout::Rect;

use crate::model::Model;
use crate::tui::state::UiState;
use crate::tui::view::findings;
use crate::tui::view::layout::Sections;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{Panel, ViewPage, ViewScene};
use crate::tui::view::verdict;
use crate::tui::view::widgets::events;

/// The overview.
#[derive(Debug)]
pub struct OverviewPage;

impl ViewPage for OverviewPage {
    fn rows_in(&self, area: Rect, model: &Model, ui: &UiState) -> usize {
        usize::from(Sections::new(area, n_rows(model), !ui.expectations.is_empty()).endpoints.height.saturating_sub(2))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        // All rows count here, so that sections do not move while a filter is typed or rows are grouped.
        let sections = Sections::new(pen.area, n_rows(scene.model), !scene.ui.expectations.is_empty());
        let is_wide = sections.heat.area() > 0;
        let latency: Panel = if scene.ui.has_heat_map && !is_wide { heat::draw } else { latency::draw };
        let panels: [(Rect, Panel); 9] = [
            (sections.kpis, if sections.kpis_are_large { kpi::large::large } else { kpi::small::small }),
            (sections.verdict, verdict::line),
            (sections.expectations, expectations::draw),
            (sections.endpoints, endpoints::draw),
            (sections.latency, latency),
            (sections.heat, heat::draw),
            (sections.flight, flight::draw),
            (sections.events, if scene.model.is_watched() { findings::panel } else { events::draw }),
            (sections.problems, problems::draw),
        ];
        for (area, draw) in panels {
            draw(&mut pen.within(area), scene);
        }
    }

    fn draw_compact(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        compact::endpoints(pen, scene);
    }

    fn compact_rows_in(&self, area: Rect, _model: &Model, _ui: &UiState) -> usize {
        usize::from(area.height.saturating_sub(compact::above(area.height)))
    }
}

/// The number of rows that the table has room for.
fn n_rows(model: &Model) -> usize {
    model.endpoints.len().max(model.addresses.all().len())
}
