//! The key figures in five rows, with large digits.
//!
//! Start at [`large`].

use crate::model::Model;
use crate::model::histogram::Histogram;
use crate::model::window::TimeWindow;
use crate::text::units;
use crate::tui::rows::hosts::cooling_texts;
use crate::tui::text_fit::width_of;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::layout::KPI_WIDTH;
use crate::tui::view::overview::kpi::{
    adapted_pace, emphasis, figure, figures, goodput, kinds, last_refusal, latency, throughput, window,
};
use crate::tui::view::pen::{BarParts, Pen};
use crate::tui::view::scene::{Panel, ViewScene};
use crate::tui::view::widgets::charts::sparkline;
use crate::tui::view::widgets::digits;

/// Draws five key figures in a row; in flight and goodput have large digits.
pub fn large(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let blocks: [(u16, Panel); 5] = [(17, flight), (23, good), (27, latencies), (20, failed), (18, limited)];
    let (height, spare) = (pen.height(), pen.width().saturating_sub(KPI_WIDTH));
    let mut x = 0;
    for (i, (least, draw)) in (0..).zip(blocks) {
        let width = least + spare * (i + 1) / 5 - spare * i / 5;
        draw(&mut pen.part(x, 0, width, height), scene);
        x += width;
    }
}

/// Draws the name of a figure, and as much of the window's name as fits.
fn label(pen: &mut Pen<'_>, name: &str, window: TimeWindow) {
    let after = pen.text(0, 0, name, Role::TextDim) + 2;
    let fits = |text: &&str| after + width_of(text) < pen.width();
    if let Some(text) = [window.name(), window.short_name()].iter().find(|text| fits(text)) {
        pen.text(after, 0, text, Role::TextFaint);
    }
}

fn flight(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let model = scene.model;
    let n = model.in_flight();
    pen.text(0, 0, "IN FLIGHT", Role::TextDim);
    let bold = pen.theme.style(if n == 0 { Role::TextFaint } else { Role::Running }).patch(emphasis(pen));
    let in_force = model.limit_in_force();
    let limit_text = in_force.map_or_else(String::new, |limit| format!("of {}", units::count(u64::from(limit))));
    // The width of the largest possible number, so that its neighbours do not move.
    let widest = n.max(model.limit.unwrap_or(0));
    let is_room_for_digits = digits::width(widest) + 2 + width_of(&limit_text).max(8) <= pen.width();
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
    let bar = pen.width().saturating_sub(3).min(20);
    pen.bar(0, 4, bar, &BarParts::done(f64::from(n) / f64::from(limit.max(1))));
}

fn good(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let figures = figures(scene);
    label(pen, "GOODPUT", window(scene));
    let style = pen.theme.style(if figures.good == 0 { Role::TextFaint } else { Role::Title });
    let text = goodput(&figures);
    // Room for three digits and a point, so that the unit does not move.
    let room = digits::width_of(&text).max(digits::width_of("0.00"));
    let after = if scene.charset == Charset::Unicode && room + 7 <= pen.width() {
        digits::text(pen, room - digits::width_of(&text), 1, &text, style);
        room + 1
    } else {
        pen.styled(0, 2, &format!("{text:>4}"), style) + 1
    };
    pen.text(after, 1, "good/s", Role::TextDim);
    if figures.ended > 0 {
        pen.text(after, 2, &units::percent(figures.good, figures.ended), Role::TextDim);
    }
    let all = format!("of {}", throughput(&figures));
    if figures.good < figures.ended && after + width_of(&all) < pen.width() {
        pen.text(after, 3, &all, Role::TextDim);
    }
    let width = pen.width().saturating_sub(3).min(24);
    let seconds = scene.model.recent_counts.good.seconds(scene.model.working_time(scene.now), usize::from(width));
    sparkline(pen, 0, 4, seconds.iter().map(|&n| f64::from(n)), Role::Bar);
}

fn latencies(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (histogram, _) = latency(scene);
    label(pen, "LATENCY", window(scene));
    for (row, pair) in [["p50", "p95"], ["p99", "max"]].iter().enumerate() {
        let y = u16::try_from(row).unwrap_or(0) + 1;
        for (column, name) in pair.iter().enumerate() {
            let x = u16::try_from(column).unwrap_or(0) * 14;
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

fn failed(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (totals, figures) = (&scene.model.totals, figures(scene));
    label(pen, "FAILED", window(scene));
    number_and_share(pen, figures.failed, figures.settled, Role::Failed);
    in_all(pen, 2, scene, (totals.jobs_failed, totals.settled()), Role::Failed);
    let mut x = 0;
    for (name, n) in kinds(scene.model) {
        let text = format!("{} {name}", units::count(n));
        // The next block begins at the right edge.
        if n > 0 && x + width_of(&text) + 1 < pen.width() {
            x = pen.text(x, 3, &text, Role::TextDim) + 2;
        }
    }
    let saved = match (totals.jobs_saved, totals.jobs_waited) {
        (0, 0) => return,
        (0, waited) => format!("{} after a refusal", units::count(waited)),
        (saved, _) => format!("{} saved by retry", units::count(saved)),
    };
    pen.text(0, 4, &saved, Role::TextFaint);
}

fn limited(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (totals, figures) = (&scene.model.totals, figures(scene));
    label(pen, "RATE LIMITED", window(scene));
    number_and_share(pen, figures.throttled, figures.ended, Role::Limited);
    in_all(pen, 2, scene, (totals.throttled, totals.ended), Role::Limited);
    if scene.model.ended.is_some() || totals.throttled == 0 {
        return;
    }
    let second = scene.model.figures_of(TimeWindow::Second, scene.now);
    let now = units::significant(second.per_second(second.throttled));
    let role = if second.throttled > 0 { Role::Limited } else { Role::TextDim };
    pen.text(0, 3, &format!("now {now}/s"), role);
    if let Some((host, until)) = scene.model.cooldown(scene.now) {
        let texts = scene.model.hosts.get(host).map(|host| cooling_texts(host, until, scene.now));
        // A number that is cut is a wrong number.
        let text = texts.into_iter().flatten().find(|text| width_of(text) <= pen.width()).unwrap_or_default();
        pen.text(0, 4, &text, Role::Limited);
    } else if let Some(last) = last_refusal(scene) {
        pen.text(0, 4, &last, Role::TextDim);
    }
}

/// Draws the count of the whole run, if the window is shorter.
fn in_all(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>, (n, whole): (u64, u64), role: Role) {
    if n == 0 || window(scene) == TimeWindow::Run {
        return;
    }
    let after = pen.text(0, y, &units::count(n), role);
    let share = units::percent(n, whole);
    let long = format!(" in all, {share}");
    let text = if after + width_of(&long) < pen.width() { &long } else { " in all" };
    pen.text(after, y, text, Role::TextDim);
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
