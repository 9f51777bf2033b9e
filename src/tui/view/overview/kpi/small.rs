//! The key figures in two or three rows, for a small screen.
//!
//! Start at [`small`].

use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::overview::kpi::{
    adapted_pace, emphasis, figure, figures, goodput, last_refusal, latency, throughput, window,
};
use crate::tui::view::pen::{BarParts, Pen};
use crate::tui::view::scene::{Panel, ViewScene};
use crate::tui::view::widgets::charts::sparkline;
use crate::tui::view::widgets::digits;

/// Draws the key figures. With three rows, the attempts in flight have large digits. Figures that do not fit are left out.
pub fn small(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    const BLOCK: u16 = 11;
    let (width, height) = (pen.width(), pen.height());
    let is_wide = width >= 76;
    let (gap, failures_width) = if is_wide { (4, 22) } else { (2, 13) };
    let end = width.saturating_sub(failures_width);
    let is_large = height >= digits::HEIGHT && scene.charset == Charset::Unicode;
    let mut x = if is_large { large_flight(pen, scene) } else { flight(pen, scene) } + gap;
    let blocks: [Panel; 2] = [good, latencies];
    // If only one fits, latency is more useful than goodput.
    let skipped = usize::from(x + 2 * (BLOCK + gap) > end + gap);
    for draw in blocks.into_iter().skip(skipped) {
        if x + BLOCK <= end {
            draw(&mut pen.part(x, 0, BLOCK, height), scene);
            x += BLOCK + gap;
        }
    }
    failures(&mut pen.part(end, 0, failures_width, height), scene, is_wide);
}

/// Draws the attempts in flight in large digits, and returns the column after them.
fn large_flight(pen: &mut Pen<'_>, scene: &ViewScene<'_>) -> u16 {
    let model = scene.model;
    let n = model.in_flight();
    let bold = pen.theme.style(if n == 0 { Role::TextFaint } else { Role::Running }).patch(emphasis(pen));
    // The width of the largest possible number, so that its neighbours do not move.
    let room = digits::width(n.max(model.limit.unwrap_or(0)).max(10));
    digits::draw(pen, room - digits::width(n), 0, n, bold);
    let x = room + 2;
    pen.text(x, 0, "in flight", Role::TextDim);
    if let Some(limit) = model.limit_in_force() {
        pen.text(x, 1, &format!("of {}", units::count(limit.into())), Role::Text);
        if n > limit {
            pen.text(x, 2, "draining", Role::Limited);
        }
    }
    let pace = adapted_pace(model).filter(|pace| width_of(pace) <= 9);
    if let Some(pace) = pace.filter(|_| model.limit_in_force().is_none_or(|limit| n <= limit)) {
        pen.text(x, 2, &pace, Role::Limited);
    }
    x + 9
}

/// Draws the attempts in flight, and returns the column after them.
fn flight(pen: &mut Pen<'_>, scene: &ViewScene<'_>) -> u16 {
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
    pen.bar(0, 1, bar, &BarParts::done(f64::from(n) / f64::from(limit.max(1))));
    if let Some(pace) = pace {
        pen.right(x, 1, &pace, Role::Limited);
    }
    x
}

fn good(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let figures = figures(scene);
    let after = pen.text(0, 0, &format!("{:>5}", goodput(&figures)), Role::Title);
    pen.text(after, 0, " ok/s", Role::TextDim);
    let mut room = pen.width();
    if pen.height() > 2 {
        if figures.good < figures.ended {
            pen.text(0, 2, &format!("of {}/s", throughput(&figures)), Role::TextDim);
        }
    } else {
        // No other row has room for the window.
        let name = window(scene).short_name();
        pen.right(room, 1, name, Role::TextFaint);
        room -= width_of(name) + 1;
    }
    let now = scene.model.working_time(scene.now);
    let seconds = scene.model.recent_counts.good.seconds(now, usize::from(room));
    sparkline(pen, 0, 1, seconds.iter().map(|&n| f64::from(n)), Role::Bar);
}

fn latencies(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (histogram, _) = latency(scene);
    for (row, name) in (0..pen.height()).zip(["p50", "p95", "p99"]) {
        pen.text(0, row, name, Role::TextDim);
        figure(pen, 4, row, &histogram, name);
    }
}

fn failures(pen: &mut Pen<'_>, scene: &ViewScene<'_>, has_share: bool) {
    let figures = figures(scene);
    for (row, name, n, whole, role) in [
        (0, "failed", figures.failed, figures.settled, Role::Failed),
        (1, "limited", figures.throttled, figures.ended, Role::Limited),
    ] {
        pen.text(0, row, name, Role::TextDim);
        let role = if n == 0 { Role::TextFaint } else { role };
        pen.right(13, row, &units::count_or_nothing(n), role);
        if has_share && n > 0 {
            pen.right(pen.width(), row, &units::percent(n, whole), Role::TextDim);
        }
    }
    let width = pen.width();
    if pen.height() > 2 {
        let name = window(scene).name();
        let after = pen.text(0, 2, name, Role::TextFaint);
        let last = last_refusal(scene).filter(|last| after + 2 + width_of(last) <= width);
        pen.right(width, 2, &last.unwrap_or_default(), Role::TextDim);
    }
}
