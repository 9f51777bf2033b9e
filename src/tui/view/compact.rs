//! The same questions in a few lines, or in one.

use crate::model::endpoint::EndpointState;
use crate::tui::theme::role::Role;
use crate::tui::view::endpoints::status_of;
use crate::tui::view::paint::{Pen, width_of};
use crate::tui::view::{Scene, footer, header, kpi};
use crate::units;

/// A small terminal: state, progress, the four numbers, and what is not finished.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let model = scene.model;
    let height = pen.height();
    line(pen, scene);
    let settled = model.totals.settled();
    let share = model.jobs.map_or(0.0, |jobs| settled as f64 / jobs.max(1) as f64);
    let live = model.jobs.map_or(0.0, |jobs| f64::from(model.in_flight()) / jobs.max(1) as f64);
    let width = pen.width();
    pen.bar(0, 1, width, share, live);
    numbers(pen, 2, scene);
    pen.rule(3);
    let rows = height.saturating_sub(5);
    for (y, &i) in (4..4 + rows).zip(scene.ui.order.iter().skip(scene.ui.scroll)) {
        let endpoint = &model.endpoints[i];
        let state = endpoint.state(scene.now);
        let status = status_of(state);
        let glyph = pen.theme.glyph(status).to_owned();
        pen.text(0, y, &glyph, status);
        let role = if state == EndpointState::Done { Role::TextDim } else { Role::Text };
        let style = pen.theme.style(role);
        let numbers_at = width.saturating_sub(19);
        pen.foreign(2, y, &endpoint.name, numbers_at.saturating_sub(3), style);
        pen.right(width - 14, y, &units::percent(endpoint.settled(), endpoint.jobs.unwrap_or(0)), role);
        let p95 = endpoint.latency.quantile(0.95).map_or_else(|| units::NOTHING.to_owned(), units::length);
        pen.right(width - 6, y, &p95, role);
        let failed = if endpoint.failed == 0 { Role::TextFaint } else { Role::Failed };
        pen.right(width, y, &units::count_or_nothing(endpoint.failed), failed);
        if i == scene.ui.selected {
            pen.underlay(y, Role::Selection);
        }
    }
    footer::line(pen, height - 1, scene);
}

/// One line: state, in flight, share, failures.
pub fn line(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let model = scene.model;
    let (status, word) = header::state(scene);
    let x = pen.text(0, 0, &word, status) + 2;
    let limit = model.limit.map_or_else(String::new, |limit| format!("/{limit}"));
    let jobs = model
        .jobs
        .map_or_else(|| units::count(model.totals.settled()), |jobs| units::percent(model.totals.settled(), jobs));
    let mut parts = vec![format!("{}{limit} in flight", model.in_flight()), jobs, header::elapsed(scene)];
    if model.totals.jobs_failed > 0 {
        parts.push(format!("{} failed", units::count(model.totals.jobs_failed)));
    }
    let mut x = x;
    for part in parts {
        if x + width_of(&part) > pen.width() {
            break;
        }
        x = pen.text(x, 0, &part, Role::Text) + 2;
    }
}

fn numbers(pen: &mut Pen<'_>, y: u16, scene: &Scene<'_>) {
    let model = scene.model;
    let (histogram, _) = kpi::latency(scene);
    let p95 = histogram.quantile(0.95).map_or_else(|| units::NOTHING.to_owned(), units::length);
    let rate = kpi::throughput(scene);
    let failed = units::count_or_nothing(model.totals.jobs_failed);
    let limited = units::count_or_nothing(model.totals.throttled);
    let mut x = 0;
    for (name, value) in [("", format!("{rate}/s")), ("p95 ", p95), ("fail ", failed), ("429 ", limited)] {
        if x + width_of(name) + width_of(&value) > pen.width() {
            break;
        }
        x = pen.text(x, y, name, Role::TextDim);
        x = pen.text(x, y, &value, Role::Text) + 2;
    }
}
