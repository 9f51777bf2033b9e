//! The overview: key figures, verdict, endpoints, two charts, and the latest events.
//!
//! Start at [`OverviewPage`].

pub mod compact;
pub mod endpoints;
mod flight;
mod heat;
pub mod kpi;
mod latency;
mod run_axis;

use ratatui::layout::Rect;

use crate::model::Model;
use crate::tui::view::layout::Sections;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{Panel, ViewPage, ViewScene};
use crate::tui::view::verdict;
use crate::tui::view::widgets::events;

/// The overview.
#[derive(Debug)]
pub struct OverviewPage;

impl ViewPage for OverviewPage {
    fn rows_in(&self, area: Rect, model: &Model) -> usize {
        usize::from(Sections::new(area, model.endpoints.len()).endpoints.height.saturating_sub(2))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        // All endpoints count here, so that sections do not move while a filter is typed.
        let sections = Sections::new(pen.area, scene.model.endpoints.len());
        let panels: [(Rect, Panel); 6] = [
            (sections.kpis, if sections.kpis_are_large { kpi::large::large } else { kpi::small::small }),
            (sections.verdict, verdict::line),
            (sections.endpoints, endpoints::draw),
            (sections.latency, if scene.ui.has_heat_map { heat::draw } else { latency::draw }),
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

    fn compact_rows_in(&self, area: Rect, _model: &Model) -> usize {
        usize::from(area.height.saturating_sub(compact::above(area.height)))
    }
}
