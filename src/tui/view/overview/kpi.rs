//! The key figures: in flight, goodput, latency, failures and rate limiting.
//!
//! Start at [`large`].

use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::model::Model;
use crate::model::histogram::Histogram;
use crate::text::units;
use crate::tui::rows::hosts::cooling_texts;
use crate::tui::text_fit::width_of;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::layout::KPI_WIDTH;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{Panel, ViewScene};
use crate::tui::view::widgets::charts::sparkline;
use crate::tui::view::widgets::digits;

/// Draws five key figures in a row; the first one has large digits.
pub fn large(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let blocks: [(u16, Panel); 5] =
        [(22, large_flight), (18, large_goodput), (28, large_latency), (21, large_failed), (16, large_limited)];
    let (height, spare) = (pen.height(), pen.width().saturating_sub(KPI_WIDTH));
    let mut x = 0;
    for (i, (least, draw)) in (0..).zip(blocks) {
        let width = least + spare * (i + 1) / 5 - spare * i / 5;
        draw(&mut pen.part(x, 0, width, height), scene);
        x += width;
    }
}

fn large_flight(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let model = scene.model;
    let n = model.in_flight();
    pen.text(0, 0, "IN FLIGHT", Role::TextDim);
    let bold = pen.theme.style(if n == 0 { Role::TextFaint } else { Role::Running }).patch(emphasis(pen));
    let in_force = model.limit_in_force();
    let limit_text = in_force.map_or_else(String::new, |limit| format!("of {}", units::count(u64::from(limit))));
    // The width of the largest possible number, so that its neighbours do not move.
    let widest = n.max(model.limit.unwrap_or(0));
    let is_room_for_digits = digits::width(widest) + 2 + width_of(&limit_text).max(8) < pen.width();
    let after = if scene.charset == Charset::Unicode && is_room_for_digits {
        digits::draw(pen, digits::width(widest) - digits::width(n), 1, n, bold);
        digits::width(widest) + 2
    } else {
        let end = width_of(&units::count(u64::from(widest)));
        let text = units::count(u64::from(n));
        pen.styled(end - width_of(&text), 2, &text, bold);
        end + 1
    };
    let Some(limit) = in_force else { return };
    if n > limit {
        // After the limit was lowered, attempts above it finish normally.
        pen.text(after, 1, "draining", Role::Limited);
    } else if let Some(pace) = adapted_pace(model).filter(|pace| after + width_of(pace) < pen.width()) {
        pen.text(after, 1, &pace, Role::Limited);
    }
    pen.text(after, 2, &limit_text, Role::Text);
    let bar = pen.width().saturating_sub(after + 3).min(12);
    pen.bar(after, 3, bar, f64::from(n) / f64::from(limit.max(1)), 0.0);
}

fn large_goodput(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    pen.text(0, 0, "GOODPUT", Role::TextDim);
    let bold = pen.theme.style(Role::Title);
    let after = pen.styled(0, 1, &format!("{:>4}", goodput(scene)), bold);
    pen.text(after, 1, " good/s", Role::TextDim);
    let width = pen.width().saturating_sub(4).min(16);
    let seconds = scene.model.goodput.seconds(scene.now, usize::from(width));
    sparkline(pen, 0, 2, seconds.iter().map(|&n| f64::from(n)));
    let (good, ended) = (scene.model.totals.expected, scene.model.totals.ended);
    if ended > 0 {
        let share = units::percent(good, ended);
        let of_all =
            if good == ended { format!("{share} good") } else { format!("{share} of {}/s", throughput(scene)) };
        pen.text(0, 3, &of_all, Role::TextDim);
    }
}

fn large_latency(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (histogram, span) = latency(scene);
    let after = pen.text(0, 0, "LATENCY", Role::TextDim);
    pen.text(after + 3, 0, span, Role::TextFaint);
    for (row, pair) in [["p50", "p95"], ["p99", "max"]].iter().enumerate() {
        let y = u16::try_from(row).unwrap_or(0) + 1;
        for (column, name) in pair.iter().enumerate() {
            let x = u16::try_from(column).unwrap_or(0) * 15;
            pen.text(x, y, name, Role::TextDim);
            figure(pen, x + 4, y, &histogram, name);
        }
    }
    if let Some(text) = since_due(scene.model, pen.width()) {
        pen.text(0, 3, &text, Role::Slow);
    } else if histogram.n() > 0 {
        pen.text(0, 3, &left_out(scene.model, &histogram), Role::TextFaint);
    }
}

/// What the percentiles leave out, or else the number of their answers.
fn left_out(model: &Model, histogram: &Histogram) -> String {
    let errors = model.latency.n() - model.good_latency.n();
    match model.timeouts() {
        Some((n, longest)) => format!("and {} of {}", units::plural(n, "time-out"), units::length(longest)),
        None if errors > 0 && model.good_latency.n() > 0 => format!("without {}", units::plural(errors, "error")),
        None => format!("{} answered", units::count(histogram.n())),
    }
}

/// The latencies since due, once attempts start later than that.
fn since_due(model: &Model, width: u16) -> Option<String> {
    let since_due = model.since_due.as_ref().filter(|since_due| since_due.late > 0)?;
    let [p50, p99] = [0.5, 0.99].map(|q| since_due.latency.quantile(q).map(units::length));
    let (p50, p99) = (p50?, p99?);
    let whole = format!("since due p50 {p50}  p99 {p99}");
    Some(if width_of(&whole) < width { whole } else { format!("since due p99 {p99}") })
}

fn large_failed(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let totals = &scene.model.totals;
    pen.text(0, 0, "FAILED", Role::TextDim);
    number_and_share(pen, totals.jobs_failed, totals.settled(), Role::Failed);
    let mut x = 0;
    for (name, n) in kinds(scene.model) {
        let text = format!("{} {name}", units::count(n));
        if n > 0 && x + width_of(&text) < pen.width() {
            x = pen.text(x, 2, &text, Role::TextDim) + 2;
        }
    }
    let saved = match (totals.jobs_saved, totals.jobs_waited) {
        (0, 0) => return,
        (0, waited) => format!("{} after a refusal", units::count(waited)),
        (saved, _) => format!("{} saved by retry", units::count(saved)),
    };
    pen.text(0, 3, &saved, Role::TextFaint);
}

fn large_limited(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let totals = &scene.model.totals;
    pen.text(0, 0, "RATE LIMITED", Role::TextDim);
    number_and_share(pen, totals.throttled, totals.ended, Role::Limited);
    if let (Some((host, until)), None) = (scene.model.cooldown(scene.now), scene.model.ended) {
        let texts = scene.model.hosts.get(host).map(|host| cooling_texts(host, until, scene.now));
        // A number that is cut is a wrong number.
        let text = texts.into_iter().flatten().find(|text| width_of(text) <= pen.width()).unwrap_or_default();
        pen.text(0, 2, &text, Role::Limited);
    }
}

/// Draws the key figures in two lines for a small screen. Figures that do not fit are left out.
pub fn small(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    const BLOCK: u16 = 11;
    let width = pen.width();
    let is_wide = width >= 76;
    let (gap, failures_width) = if is_wide { (4, 22) } else { (2, 13) };
    let end = width.saturating_sub(failures_width);
    let mut x = small_flight(pen, scene) + gap;
    let blocks: [Panel; 2] = [small_goodput, small_latency];
    // If only one fits, latency is more useful than goodput.
    let skipped = usize::from(x + 2 * (BLOCK + gap) > end);
    for draw in blocks.into_iter().skip(skipped) {
        if x + BLOCK + gap <= end {
            draw(&mut pen.part(x, 0, BLOCK, 2), scene);
            x += BLOCK + gap;
        }
    }
    small_failures(&mut pen.part(end, 0, failures_width, 2), scene, is_wide);
}

/// Draws the attempts in flight, and returns the column after them.
fn small_flight(pen: &mut Pen<'_>, scene: &ViewScene<'_>) -> u16 {
    let model = scene.model;
    let n = model.in_flight();
    let bold = pen.theme.style(Role::Running).patch(emphasis(pen));
    let digits = model.limit.map_or(4, |limit| units::count(u64::from(limit)).len().max(2));
    let x = pen.text(0, 0, "in flight ", Role::TextDim);
    let x = pen.styled(x, 0, &format!("{:>digits$}", units::count(u64::from(n))), bold);
    let Some(limit) = model.limit_in_force() else { return x };
    // The width of the largest limit, so that the neighbours do not move.
    let widest = model.limit.map_or(0, |limit| units::count(limit.into()).len());
    let x = pen.text(x, 0, &format!(" / {:<widest$}", units::count(u64::from(limit))), Role::Text);
    let pace = adapted_pace(model).filter(|pace| width_of(pace) + 4 <= x);
    let bar = x - pace.as_ref().map_or(0, |pace| width_of(pace) + 1);
    pen.bar(0, 1, bar, f64::from(n) / f64::from(limit.max(1)), 0.0);
    if let Some(pace) = pace {
        pen.right(x, 1, &pace, Role::Limited);
    }
    x
}

/// The pace or the quota that the only host takes.
fn adapted_pace(model: &Model) -> Option<String> {
    model.only_host().filter(|_| model.ended.is_none())?.adapted?.pace()
}

fn small_goodput(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let after = pen.text(0, 0, &format!("{:>5}", goodput(scene)), Role::Title);
    pen.text(after, 0, " ok/s", Role::TextDim);
    let seconds = scene.model.goodput.seconds(scene.now, usize::from(pen.width()));
    sparkline(pen, 0, 1, seconds.iter().map(|&n| f64::from(n)));
}

fn small_latency(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (histogram, _) = latency(scene);
    for (row, name) in (0..).zip(["p50", "p95"]) {
        pen.text(0, row, name, Role::TextDim);
        figure(pen, 4, row, &histogram, name);
    }
}

fn small_failures(pen: &mut Pen<'_>, scene: &ViewScene<'_>, has_share: bool) {
    let totals = &scene.model.totals;
    for (row, name, n, whole, role) in [
        (0, "failed", totals.jobs_failed, totals.settled(), Role::Failed),
        (1, "limited", totals.throttled, totals.ended, Role::Limited),
    ] {
        pen.text(0, row, name, Role::TextDim);
        let role = if n == 0 { Role::TextFaint } else { role };
        pen.right(13, row, &units::count_or_nothing(n), role);
        if has_share && n > 0 {
            pen.right(pen.width(), row, &units::percent(n, whole), Role::TextDim);
        }
    }
}

fn number_and_share(pen: &mut Pen<'_>, n: u64, whole: u64, role: Role) {
    if n == 0 {
        let nothing = pen.theme.glyphs.none.clone();
        pen.text(0, 1, &nothing, Role::TextFaint);
        return;
    }
    let style = pen.theme.style(role).patch(emphasis(pen));
    let after = pen.styled(0, 1, &units::count(n), style);
    pen.text(after + 3, 1, &units::percent(n, whole), Role::TextDim);
}

/// Draws one quantile, with a dim unit.
fn figure(pen: &mut Pen<'_>, x: u16, y: u16, histogram: &Histogram, name: &str) {
    let value = match name {
        "p50" => histogram.quantile(0.5),
        "p95" => histogram.quantile(0.95),
        "p99" => histogram.quantile(0.99),
        _ => histogram.max(),
    };
    if let Some(text) = value.map(units::length) {
        let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
        // Room for three digits and a point, so that the unit does not move.
        let after = pen.text(x, y, &format!("{number:>4}"), Role::Title);
        pen.text(after + 1, y, unit, Role::TextDim);
    } else {
        let nothing = pen.theme.glyphs.none.clone();
        pen.right(x + 4, y, &nothing, Role::TextFaint);
    }
}

/// The latencies to show, and the name of their time span.
pub fn latency(scene: &ViewScene<'_>) -> (Histogram, &'static str) {
    let is_over = scene.model.ended.is_some();
    if scene.ui.is_recent && !is_over {
        (scene.model.latency_of_last(scene.now, 10), "last 10 s")
    } else {
        (scene.model.latency_of_answers().clone(), "whole run")
    }
}

/// The current number of attempts per second; after the run, that of the whole run.
pub fn throughput(scene: &ViewScene<'_>) -> String {
    let model = scene.model;
    match model.ended {
        Some(ended) if ended.0 > 0 => units::significant(model.totals.ended as f64 / (ended.0 as f64 / 1e6)),
        _ => units::significant(model.throughput.per_second(scene.now, 4)),
    }
}

/// The current number of good answers per second; after the run, that of the whole run.
pub fn goodput(scene: &ViewScene<'_>) -> String {
    let model = scene.model;
    match model.ended {
        Some(ended) if ended.0 > 0 => units::significant(model.totals.expected as f64 / (ended.0 as f64 / 1e6)),
        _ => units::significant(model.goodput.per_second(scene.now, 4)),
    }
}

/// Failed jobs by kind: unexpected or throttled responses, timeouts, and other failures.
fn kinds(model: &Model) -> [(&'static str, u64); 4] {
    let jobs = |matches: fn(Cause) -> bool| model.incidents.jobs_where(matches);
    let is_unsent = |cause| cause == Cause::Failed(Reason::GivenUp);
    [
        ("not sent", jobs(is_unsent)),
        ("status", jobs(|cause| matches!(cause, Cause::Status(_) | Cause::Throttled(_)))),
        ("timeout", jobs(|cause| matches!(cause, Cause::TimedOut(_)))),
        ("broken", jobs(|cause| matches!(cause, Cause::Failed(_) | Cause::Unexpected(_))) - jobs(is_unsent)),
    ]
}

fn emphasis(pen: &Pen<'_>) -> ratatui::style::Style {
    // The emphasis comes from the theme's titles, because not every theme uses bold for it.
    let title = pen.theme.style(Role::Title);
    ratatui::style::Style::new().add_modifier(title.add_modifier)
}
