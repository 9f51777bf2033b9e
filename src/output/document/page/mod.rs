//! A recording as one HTML page: no script, no request, light and dark, and fit to be printed.
//!
//! `maud` escapes all text, and foreign text is sanitized before. Start at [`write()`].

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates and counts of a chart are small positive numbers"
)]

mod charts;
mod histogram;
mod plot;
mod tables;
mod waterfall;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::Gravity;
use crate::model::verdict::headline::main_sentence;
use crate::output::document::RecordedRun;
use crate::output::summary::text::ending;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Nothing may be loaded, not even for foreign text on the page.
pub(in crate::output) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The style of all pages.
pub(in crate::output) const STYLE: &str = include_str!("page.css");

/// Writes the page.
pub(super) fn write(run: &RecordedRun<'_>, to: &mut dyn Write) -> io::Result<()> {
    let (model, end) = (run.model(), run.end());
    let name = sanitize(&model.name);
    let (sentence, gravity) = main_sentence(model, None, end);
    let waterfall = waterfall::waterfall(run)?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (name) " – inflight" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (name) }
                    p { (ending(model)) " " (units::length(end.since(Offset::ZERO))) ", started " (run.wall_clock(Offset::ZERO)) }
                }
                p class=(format!("headline {}", gravity_class(gravity))) { (sentence.to_string()) }
                (figures(model, end))
                section {
                    h2 { "In flight" }
                    p.legend { i.level {} "in flight" i.limit {} "limit" }
                    (charts::in_flight(model, end))
                    h2 { "Answers" }
                    p.legend { i.good {} "good" i.refused {} "refused" i.failed {} "failed" }
                    (charts::answers(model, end))
                }
                @if let Some(failures) = tables::failures(model) {
                    section { h2 { "Failures" } (failures) }
                }
                section { h2 { "Endpoints" } (tables::endpoints(model)) }
                @if let Some(hosts) = tables::hosts(model, end) {
                    section { h2 { "Hosts" } (hosts) }
                }
                @if let Some(histogram) = histogram::histogram(&model.latency) {
                    section { h2 { "Latency" } (histogram) }
                }
                @if let Some(heat) = charts::heat(model, end) {
                    section { h2 { "Latency over time" } (heat) }
                }
                @if let Some((chart, left_out)) = &waterfall {
                    section {
                        h2 { "Attempts by slot" }
                        p.legend { i.good {} "good" i.refused {} "refused" i.failed {} "failed" i.cancelled {} "cancelled or unfinished" }
                        (chart)
                        @if *left_out > 0 { p.note { "and " (units::plural(*left_out, "slot")) " more" } }
                    }
                }
                p.note { "Made by inflight " (env!("CARGO_PKG_VERSION")) " of a recording." }
            }
        }
    };
    to.write_all(page.into_string().as_bytes())
}

fn gravity_class(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Failed => "failed",
        Gravity::Limited => "limited",
        Gravity::Slow => "slow",
        _ => "fine",
    }
}

fn figures(model: &Model, end: Offset) -> Markup {
    let totals = &model.totals;
    let seconds = end.since(Offset::ZERO).as_secs_f64().max(1e-6);
    let latency =
        |q| model.latency.quantile(q).map_or_else(|| units::NOTHING.to_owned(), |at: Micros| units::length(at));
    let limit = model.limit.map(|limit| format!("limit {}", units::count(limit.into()))).unwrap_or_default();
    let figure = |value: String, name: &str, more: String| {
        html! { li { b { (value) } (name) br; span { (more) } } }
    };
    html! {
        ul.figures {
            (figure(units::count(totals.jobs_done), "jobs done", format!("of {}", units::count(model.jobs.unwrap_or(totals.settled())))))
            @if totals.jobs_failed > 0 {
                (figure(units::count(totals.jobs_failed), "jobs failed", units::percent(totals.jobs_failed, totals.settled())))
            }
            (figure(units::significant(model.effective_concurrency(end)), "in flight on average", format!("most {}, {limit}", model.level.peak())))
            (figure(format!("{}/s", units::significant(totals.expected as f64 / seconds)), "good answers", format!("{} attempts", units::count(totals.started))))
            (figure(latency(0.5), "p50", format!("p95 {}", latency(0.95))))
            (figure(latency(0.99), "p99", format!("max {}", latency(1.0))))
            @if totals.throttled > 0 {
                (figure(units::count(totals.throttled), "refused", units::percent(totals.throttled, totals.ended)))
            }
        }
    }
}
