//! The endpoint view: latency, phases, outcomes, trend and slowest attempts of one endpoint.
//!
//! Its rows are those of the overview; it shows the selected one in full. Start at [`EndpointPage`].

mod distribution;
mod makeup;
mod slowest;
mod trend;

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::endpoint::EndpointStats;
use crate::text::units;
use crate::tui::state::UiState;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::overview::endpoints::{progress, status_of};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};
use crate::tui::view::widgets::table;

/// The endpoint view.
#[derive(Debug)]
pub struct EndpointPage;

impl ViewPage for EndpointPage {
    fn rows_in(&self, _area: Rect, _model: &Model, _ui: &UiState) -> usize {
        1
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let list = scene.ui.list();
        let selected = list.selected_row().and_then(|row| scene.model.endpoints.get(row));
        let Some(endpoint) = selected else {
            return table::draw_empty(pen, 0, u16::from(pen.height() > 1), scene);
        };
        let (width, parts) = (pen.width(), EndpointLayout::new(pen.height(), pen.width()));
        head(&mut pen.part(0, parts.above, width, parts.head), endpoint, scene);
        let y = parts.above + parts.head + parts.gap;
        // The sections are in two columns if there is room, and otherwise one below the other.
        let left = if parts.is_wide { width * 3 / 5 } else { width };
        distribution::draw(&mut pen.part(0, y, left, parts.latency), endpoint, scene);
        let (x, below) = if parts.is_wide { (left + 3, y) } else { (0, y + parts.latency) };
        let height = if parts.is_wide { parts.latency } else { parts.makeup };
        makeup::draw(&mut pen.part(x, below, width.saturating_sub(x), height), endpoint);
        let y = y + parts.latency + if parts.is_wide { 0 } else { parts.makeup } + parts.gap;
        trend::draw(&mut pen.part(0, y, width, parts.trend), endpoint, scene);
        let y = y + parts.trend + if parts.trend > 0 { parts.gap } else { 0 };
        slowest::draw(&mut pen.part(0, y, width, parts.slowest), endpoint, scene);
    }
}

/// The heights of the view's sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EndpointLayout {
    above: u16,
    head: u16,
    gap: u16,
    latency: u16,
    /// Only in the narrow layout, where it is below the latencies.
    makeup: u16,
    trend: u16,
    slowest: u16,
    is_wide: bool,
}

impl EndpointLayout {
    fn new(height: u16, width: u16) -> Self {
        let is_wide = width >= 72;
        let above = u16::from(height >= 26);
        let gap = u16::from(height >= 18);
        let head = height.min(2);
        let mut left = height.saturating_sub(above + head + gap);
        let mut take = |wanted: u16, least: u16| {
            let taken = if left >= wanted + least { wanted } else { 0 };
            left -= taken;
            taken
        };
        // The remaining rows go to the latencies.
        let slowest = match take(if is_wide { 6 + gap } else { 4 + gap }, 20) {
            0 => take(4 + gap, if is_wide { 9 } else { 16 }),
            taken => taken,
        };
        let trend = if is_wide { take(7 + gap, 13) } else { take(5 + gap, 16) };
        let makeup = if is_wide { 0 } else { take(5, 6) };
        let latency = left.min(24);
        let without_gap = |part: u16| part.saturating_sub(gap);
        Self { above, head, gap, latency, makeup, trend: without_gap(trend), slowest: without_gap(slowest), is_wide }
    }
}

/// The number of slowest attempts that an area of this size shows.
pub fn slow_rows_in(area: Rect) -> usize {
    usize::from(EndpointLayout::new(area.height, area.width).slowest.saturating_sub(1))
}

/// Draws the endpoint's name, its numbers and its progress.
fn head(pen: &mut Pen<'_>, endpoint: &EndpointStats, scene: &ViewScene<'_>) {
    let list = scene.ui.list();
    let status = status_of(scene.model.endpoint_state(endpoint, scene.now));
    let glyph = pen.theme.glyph(status).to_owned();
    let width = pen.width();
    let done = match endpoint.jobs {
        Some(jobs) => format!(
            "{} of {}   {}",
            units::count(endpoint.settled()),
            units::count(jobs),
            units::percent(endpoint.settled(), jobs)
        ),
        None => units::plural(endpoint.settled(), "job"),
    };
    pen.right(width, 0, &done, Role::Text);
    let room = width.saturating_sub(width_of(&done) + 4);
    pen.text(0, 0, &glyph, status);
    let style = pen.theme.style(Role::Title);
    let after = pen.foreign(2, 0, &endpoint.name, room, style) + 3;
    let place = list.order.iter().position(|&row| row == list.selected).map_or(1, |at| at + 1);
    let facts = [
        format!("{} of {}", units::count(place as u64), units::count(list.order.len() as u64)),
        in_flight(endpoint, scene),
        if endpoint.failed > 0 { format!("{} failed", units::count(endpoint.failed)) } else { String::new() },
        if endpoint.throttled > 0 { format!("{} throttled", units::count(endpoint.throttled)) } else { String::new() },
    ];
    let mut x = after;
    for fact in facts.iter().filter(|fact| !fact.is_empty()) {
        if x + width_of(fact) + width_of(&done) + 3 > width {
            break;
        }
        x = pen.text(x, 0, fact, Role::TextDim) + 3;
    }
    pen.bar(0, 1, width, &progress(endpoint, scene));
}

/// The attempts in flight, and the limit if the host has its own.
fn in_flight(endpoint: &EndpointStats, scene: &ViewScene<'_>) -> String {
    let n = units::count(endpoint.in_flight.into());
    match endpoint.host.and_then(|i| scene.model.hosts.get(i)?.effective_limit()) {
        Some(most) => format!("{n} in flight of {} allowed here", units::count(most.into())),
        None => format!("{n} in flight"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::EndpointLayout;

    proptest! {
        #[test]
        fn sections_stay_within_the_height(height in 0..200_u16, width in 0..300_u16) {
            let p = EndpointLayout::new(height, width);
            let gaps = p.gap * (1 + u16::from(p.trend > 0) + u16::from(p.slowest > 0));
            prop_assert!(p.above + p.head + gaps + p.latency + p.makeup + p.trend + p.slowest <= height.max(3));
        }
    }

    #[test]
    fn a_usual_terminal_shows_everything() {
        let heights = |height, width| {
            let p = EndpointLayout::new(height, width);
            (p.latency, p.makeup, p.trend, p.slowest)
        };
        assert_eq!([heights(35, 116), heights(21, 78), heights(13, 58)], [(16, 0, 7, 6), (13, 0, 0, 4), (6, 5, 0, 0)]);
    }
}
