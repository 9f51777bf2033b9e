//! The lines of the comparison of two moments: figures, failures by cause, and endpoints.
//!
//! What differs most comes first. Start at [`lines`].

use std::cmp::Reverse;
use std::sync::Arc;

use crate::event::Micros;
use crate::model::moment::{EndpointFigures, MomentFigures, MomentWindow};
use crate::model::window::TimeWindow;
use crate::text::units;
use crate::tui::theme::role::Role;

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComparisonLine {
    /// A title above lines.
    Heading(String),
    /// A figure at both moments.
    Figure(ComparedFigure),
}

/// A figure at both moments, and how it has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedFigure {
    /// Its name; foreign text.
    pub label: String,
    /// At the mark.
    pub then: String,
    /// Now.
    pub now: String,
    /// The change, or `=`.
    pub change: String,
    /// Whether the change is good, bad or neither.
    pub role: Role,
    /// What else has changed, if there is room for it.
    pub note: String,
}

/// Whether more is good or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Better {
    More,
    Less,
    Neither,
}

/// Compares the figures at a mark with those of now.
pub fn lines(then: &MomentFigures, now: &MomentFigures, window: TimeWindow, is_over: bool) -> Vec<ComparisonLine> {
    let limits = [then.limit, now.limit].map(|limit| limit.map(u64::from));
    let in_flight = [then.in_flight, now.in_flight].map(|n| Some(u64::from(n)));
    let mut lines = vec![
        counts("in flight", in_flight, Better::Neither),
        counts("limit", limits, Better::Neither),
        counts("jobs ended", [Some(then.settled), Some(now.settled)], Better::Neither),
        counts("jobs failed", [Some(then.failed), Some(now.failed)], Better::Less),
    ];
    // After the run, no other window is left.
    let whole = if is_over && window != TimeWindow::Run { ", now of the whole run" } else { "" };
    let mut name = window.name().to_owned();
    name[..1].make_ascii_uppercase();
    lines.push(ComparisonLine::Heading(format!("{name}{whole}")));
    let (before, after) = (then.within(window), now.within(window));
    let rate = |of: fn(&MomentWindow) -> u64| [before, after].map(|it| it.figures.per_second(of(it)));
    lines.push(rates("good/s", rate(|it| it.figures.good), Better::More));
    lines.push(rates("attempts/s", rate(|it| it.figures.ended), Better::Neither));
    lines.push(rates("refused/s", rate(|it| it.figures.throttled), Better::Less));
    for (i, quantile) in ["p50", "p95", "p99"].into_iter().enumerate() {
        lines.push(lengths(quantile, [before.quantiles[i], after.quantiles[i]], String::new()));
    }
    lines.extend(causes(then, now));
    lines.extend(endpoints(then, now));
    lines
}

/// Failures by cause: those that have grown most come first.
fn causes(then: &MomentFigures, now: &MomentFigures) -> Vec<ComparisonLine> {
    let known = now.causes.iter().chain(then.causes.iter().filter(|(cause, _)| now.failures_of(*cause) == 0));
    let mut all: Vec<_> = known.map(|(cause, _)| (*cause, then.failures_of(*cause), now.failures_of(*cause))).collect();
    all.sort_by_key(|(cause, before, after)| (Reverse(before.abs_diff(*after)), *cause));
    let figures = all
        .iter()
        .map(|(cause, before, after)| counts(&cause.to_string(), [Some(*before), Some(*after)], Better::Less));
    with_heading("Failed attempts so far", figures.collect())
}

/// The endpoints: those whose latency or failures have changed most come first.
fn endpoints(then: &MomentFigures, now: &MomentFigures) -> Vec<ComparisonLine> {
    let n = then.endpoints.len().max(now.endpoints.len());
    let mut all: Vec<_> = (0..n).map(|i| (then.endpoints.get(i), now.endpoints.get(i))).collect();
    all.sort_by_key(|(before, after)| Reverse(weight(*before, *after)));
    let figure = |(before, after): (Option<&EndpointFigures>, Option<&EndpointFigures>)| {
        let name = after.or(before).map_or_else(String::new, |endpoint| Arc::clone(&endpoint.name).to_string());
        let failed = [before, after].map(|it| it.map_or(0, |endpoint| endpoint.failed));
        let note = match failed {
            [0, 0] => String::new(),
            [then, now] if then == now => format!("{} failed", units::count(now)),
            [then, now] => format!("{} → {} failed", units::count(then), units::count(now)),
        };
        lengths(&name, [before, after].map(|it| it.and_then(|endpoint| endpoint.p95)), note)
    };
    with_heading("Endpoints, p95 so far", all.into_iter().map(figure).collect())
}

/// How much an endpoint has changed: its failures first, then the ratio of its latencies in thousandths.
fn weight(before: Option<&EndpointFigures>, after: Option<&EndpointFigures>) -> (u64, u64) {
    let failed = |it: Option<&EndpointFigures>| it.map_or(0, |endpoint| endpoint.failed);
    let p95 = |it: Option<&EndpointFigures>| it.and_then(|endpoint| endpoint.p95).map_or(0, |length| length.0);
    let (low, high) = (p95(before).min(p95(after)), p95(before).max(p95(after)));
    let ratio = high.saturating_mul(1_000).checked_div(low).unwrap_or(0);
    (failed(before).abs_diff(failed(after)), ratio)
}

fn with_heading(heading: &str, figures: Vec<ComparisonLine>) -> Vec<ComparisonLine> {
    if figures.is_empty() {
        return figures;
    }
    std::iter::once(ComparisonLine::Heading(heading.to_owned())).chain(figures).collect()
}

fn counts(label: &str, [then, now]: [Option<u64>; 2], better: Better) -> ComparisonLine {
    let text = |n: Option<u64>| n.map_or_else(|| units::NOTHING.to_owned(), units::count);
    let change = then.zip(now).map(|(then, now)| {
        let sign = if now > then { '+' } else { '-' };
        (now.cmp(&then), format!("{sign}{}", units::count(now.abs_diff(then))))
    });
    figure(label, [text(then), text(now)], change, better)
}

fn rates(label: &str, [then, now]: [f64; 2], better: Better) -> ComparisonLine {
    let texts = [then, now].map(units::significant);
    let sign = if now > then { '+' } else { '-' };
    let change = (texts[0] != texts[1])
        .then(|| (now.total_cmp(&then), format!("{sign}{}", units::significant((now - then).abs()))));
    figure(label, texts, change, better)
}

fn lengths(label: &str, [then, now]: [Option<Micros>; 2], note: String) -> ComparisonLine {
    let text = |length: Option<Micros>| length.map_or_else(|| units::NOTHING.to_owned(), units::length);
    let change = then.zip(now).filter(|(then, _)| !then.is_zero()).and_then(|(then, now)| {
        let percent = (now.0.abs_diff(then.0) as f64 / then.0 as f64 * 100.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number, and it saturates"
        )]
        let percent = percent as u64;
        let sign = if now > then { '+' } else { '-' };
        (percent > 0).then(|| (now.cmp(&then), format!("{sign}{} %", units::count(percent))))
    });
    match figure(label, [text(then), text(now)], change, Better::Less) {
        ComparisonLine::Figure(figure) => ComparisonLine::Figure(ComparedFigure { note, ..figure }),
        heading @ ComparisonLine::Heading(_) => heading,
    }
}

fn figure(
    label: &str,
    [then, now]: [String; 2],
    change: Option<(std::cmp::Ordering, String)>,
    better: Better,
) -> ComparisonLine {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let (change, role) = match change {
        None if then == now => ("=".to_owned(), Role::TextFaint),
        None => (units::NOTHING.to_owned(), Role::TextFaint),
        Some((Equal, _)) => ("=".to_owned(), Role::TextFaint),
        Some((order, text)) => {
            let role = match (order, better) {
                (_, Better::Neither) => Role::Text,
                (Greater, Better::More) | (Less, Better::Less) => Role::Ok,
                (Greater | Less | Equal, _) => Role::Slow,
            };
            (text, role)
        }
    };
    ComparisonLine::Figure(ComparedFigure { label: label.to_owned(), then, now, change, role, note: String::new() })
}

#[cfg(test)]
mod tests {
    use super::{Better, ComparedFigure, ComparisonLine, counts, lengths, rates};
    use crate::event::Micros;
    use crate::tui::theme::role::Role;

    fn figure(line: ComparisonLine) -> ComparedFigure {
        match line {
            ComparisonLine::Figure(figure) => figure,
            ComparisonLine::Heading(text) => panic!("{text}"),
        }
    }

    #[test]
    fn a_change_has_a_sign_and_its_colour_says_whether_it_is_good() {
        let change = |line| {
            let figure = figure(line);
            (figure.change, figure.role)
        };
        assert_eq!(change(counts("x", [Some(3), Some(1_031)], Better::Less)), ("+1,028".into(), Role::Slow));
        assert_eq!(change(counts("x", [Some(16), Some(12)], Better::Neither)), ("-4".into(), Role::Text));
        assert_eq!(change(counts("x", [Some(4), Some(4)], Better::Less)), ("=".into(), Role::TextFaint));
        assert_eq!(change(counts("x", [None, Some(4)], Better::Less)), ("–".into(), Role::TextFaint));
        assert_eq!(change(rates("x", [40.0, 60.5], Better::More)), ("+20.5".into(), Role::Ok));
        assert_eq!(change(rates("x", [40.0, 40.001], Better::More)), ("=".into(), Role::TextFaint));
        let length = |then, now| change(lengths("x", [Some(Micros(then)), Some(Micros(now))], String::new()));
        assert_eq!(length(142_000, 1_200_000), ("+745 %".into(), Role::Slow));
        assert_eq!(length(200_000, 100_000), ("-50 %".into(), Role::Ok));
        assert_eq!((length(200_000, 200_400), length(0, 9)).0.0, "=");
    }
}
