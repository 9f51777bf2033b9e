//! The charts of a page over the time of the run: in flight and limit, answers, and latencies.
//!
//! Start at [`in_flight`].

use std::fmt::Write;

use maud::{Markup, html};

use crate::event::Offset;
use crate::model::Model;
use crate::model::history::{Ends, RunHistory};
use crate::output::document::page::plot::{Plot, num};
use crate::text::units;

/// Parts of the run in a line chart.
const POINTS: u64 = 400;
/// Columns of the heat map, and groups of bars.
const COLUMNS: u64 = 125;

/// The number in flight as an area, and the limit as a stepped line.
pub(super) fn in_flight(model: &Model, end: Offset) -> Markup {
    let most = f64::from(model.level.peak().max(model.limit.unwrap_or(0)).max(model.first_limit.unwrap_or(0)));
    let plot = Plot::new(end.since(Offset::ZERO), 150.0, most);
    let mut area = format!("M{} {}", num(plot.x(Offset::ZERO)), num(plot.y(0.0)));
    let mut limit = String::new();
    for (from, to) in plot.parts(POINTS) {
        let (x1, x2) = (num(plot.x(from)), num(plot.x(to)));
        let level = model.level.mean_between(from, to, end).unwrap_or_default();
        let y = num(plot.y(level));
        let _ = write!(area, "L{x1} {y}L{x2} {y}");
        // Without a limit its level is 0.
        let last = Offset(to.0.saturating_sub(1)).max(from);
        let allowed = model.limit_over_time.mean_between(last, to, end).filter(|&limit| limit > 0.0);
        if let Some(allowed) = allowed {
            let y = num(plot.y(allowed));
            let _ = write!(limit, "{}{x1} {y}L{x2} {y}", if limit.is_empty() { "M" } else { "L" });
        }
    }
    let _ = write!(area, "L{} {}Z", num(plot.x(end)), num(plot.y(0.0)));
    let content = html! {
        path.level d=(area) {}
        @if !limit.is_empty() { path.limit d=(limit) {} }
    };
    plot.draw("attempts in flight over time", |value| units::count(value.round() as u64), &content)
}

/// Answers per second, stacked: good, refused, failed.
pub(super) fn answers(model: &Model, end: Offset) -> Markup {
    let span = end.since(Offset::ZERO);
    let parts: Vec<(Offset, Offset, Ends)> = Plot::new(span, 0.0, 1.0)
        .parts(COLUMNS.min((span.0 / 20_000).max(1)))
        .map(|(from, to)| (from, to, model.history.ends_between(from, to, end)))
        .collect();
    let per_second = |n: f64, from: Offset, to: Offset| n / to.since(from).as_secs_f64().max(1e-6);
    let most = parts.iter().map(|(from, to, ends)| per_second(ends.total(), *from, *to)).fold(0.0, f64::max);
    let plot = Plot::new(span, 110.0, most);
    let content = html! {
        @for (from, to, ends) in &parts {
            @for (class, below, n) in [
                ("good", 0.0, ends.good),
                ("refused", ends.good, ends.throttled),
                ("failed", ends.good + ends.throttled, ends.failed),
            ] {
                @if n > 0.0 {
                    (bar(plot, class, (*from, *to), per_second(below, *from, *to), per_second(below + n, *from, *to)))
                }
            }
        }
    };
    plot.draw("answers per second", |value| format!("{}/s", units::significant(value)), &content)
}

fn bar(plot: Plot, class: &str, (from, to): (Offset, Offset), low: f64, high: f64) -> Markup {
    let (x, y) = (plot.x(from), plot.y(high));
    let width = (plot.x(to) - x - 0.6).max(0.4);
    let height = (plot.y(low) - y).max(0.4);
    html! { rect class=(class) x=(num(x)) y=(num(y)) width=(num(width)) height=(num(height)) {} }
}

/// Latencies over time: the darker a cell, the more answers.
pub(super) fn heat(model: &Model, end: Offset) -> Option<Markup> {
    let bands = used_bands(model)?;
    let span = end.since(Offset::ZERO);
    let n = (bands.end() - bands.start() + 1) as f64;
    let columns = COLUMNS.min((span.0 / model.history.resolution().0.max(1)).max(1));
    let row = (160.0 / n).clamp(6.0, 18.0);
    let plot = Plot::new(span, row * n, n);
    let cells: Vec<_> = plot
        .parts(columns)
        .map(|(from, to)| {
            let mut counts = [0.0; RunHistory::BANDS];
            model.history.heat_between(from, to, end, &mut counts);
            (from, to, counts)
        })
        .collect();
    let most = cells.iter().flat_map(|(.., counts)| counts).copied().fold(0.0, f64::max);
    let content = html! {
        @for (from, to, counts) in &cells {
            @for band in bands.clone().filter(|&band| counts[band] > 0.0) {
                // The square root keeps single answers visible next to thousands.
                @let level = (counts[band] / most).sqrt().max(0.12);
                @let above = (band - bands.start()) as f64 + 1.0;
                rect.heat x=(num(plot.x(*from))) y=(num(plot.y(above)))
                    width=(num((plot.x(*to) - plot.x(*from)).max(0.4))) height=(num(row - 0.5))
                    fill-opacity=(format!("{level:.2}")) {}
            }
        }
    };
    let first = *bands.start();
    let label = move |value: f64| units::length(RunHistory::band_from(first + value.round() as usize));
    Some(plot.draw("latency over time", label, &content))
}

/// The bands between the fastest and the slowest answer.
fn used_bands(model: &Model) -> Option<std::ops::RangeInclusive<usize>> {
    let (least, most) = (model.latency.min()?, model.latency.max()?);
    Some(RunHistory::band_of(least)..=RunHistory::band_of(most))
}
