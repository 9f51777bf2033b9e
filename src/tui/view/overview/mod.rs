//! The overview: key figures, verdict, endpoints, two charts, and the latest events.
//!
//! Start at [`OverviewPage`].

pub mod compact;
pub mod endpoints;
mod expectations;
mod flight;
mod heat;
pub mod kpi;
mod latency;
mod run_axis;

use ratatui::layout::Rect;

use crate::model::Model;
use crate::tui::state::UiState;
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
        usize::from(
            Sections::new(area, model.endpoints.len(), !ui.expectations.is_empty()).endpoints.height.saturating_sub(2),
        )
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        // All endpoints count here, so that sections do not move while a filter is typed.
        let sections = Sections::new(pen.area, scene.model.endpoints.len(), !scene.ui.expectations.is_empty());
        let is_wide = sections.heat.area() > 0;
        let latency: Panel = if scene.ui.has_heat_map && !is_wide { heat::draw } else { latency::draw };
        let panels: [(Rect, Panel); 8] = [
            (sections.kpis, if sections.kpis_are_large { kpi::large::large } else { kpi::small::small }),
            (sections.verdict, verdict::line),
            (sections.expectations, expectations::draw),
            (sections.endpoints, endpoints::draw),
            (sections.latency, latency),
            (sections.heat, heat::draw),
            (sections.flight, flight::draw),
            (sections.events, events::draw),
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
