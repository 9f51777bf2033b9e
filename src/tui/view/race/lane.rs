//! One lane of the lab: its numbers, requests, heartbeat, and a sentence.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::event::Micros;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::{BarParts, Pen};
use crate::tui::view::race::layout::LaneSize;
use crate::tui::view::race::scene::LaneScene;
use crate::tui::view::race::{heartbeat, rows, sentences};
use crate::tui::view::widgets::digits;

/// The heights of a panel's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LaneLayout {
    numbers: Numbers,
    bar: u16,
    gap: u16,
    rows: u16,
    sentences: u16,
}

/// How the numbers of a lane are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbers {
    /// Labels above large digits.
    Large,
    /// Labels above numbers.
    Labelled,
    /// One line.
    Line,
}

impl Numbers {
    fn height(self) -> u16 {
        match self {
            Self::Large => 1 + digits::HEIGHT,
            Self::Labelled => 2,
            Self::Line => 1,
        }
    }
}

/// As many requests are visible, if there is room: all of most scenarios.
const WANTED: u16 = 10;
/// The title, the axis and the heartbeat.
const FIXED: u16 = 3;

impl LaneLayout {
    /// The richest layout in which enough requests are visible.
    fn new(height: u16, requests: u64, charset: Charset) -> Self {
        let layout = |numbers: Numbers, bar, gap, sentences| {
            // The gap below the sentences is as high as the one above the axis.
            let rest = FIXED + numbers.height() + bar + 2 * gap + sentences;
            Self { numbers, bar, gap, rows: height.saturating_sub(rest), sentences }
        };
        let wanted = u16::try_from(requests).unwrap_or(u16::MAX).min(WANTED);
        let mut layouts = vec![
            layout(Numbers::Large, 1, 1, 2),
            layout(Numbers::Large, 1, 0, 1),
            layout(Numbers::Labelled, 1, 1, 2),
            layout(Numbers::Line, 1, 0, 1),
            layout(Numbers::Line, 0, 0, 1),
            layout(Numbers::Line, 0, 0, 0),
        ];
        layouts.retain(|layout| layout.numbers != Numbers::Large || charset != Charset::Ascii);
        let enough = layouts.iter().find(|layout| layout.rows >= wanted).copied();
        // Where even the poorest layout is too low, the requests scroll.
        enough.unwrap_or_else(|| layout(Numbers::Line, u16::from(height >= WANTED), 0, 1))
    }
}

/// The number of requests that an area of this size shows.
pub(super) fn rows(area: Rect, size: LaneSize, requests: u64, charset: Charset) -> usize {
    match size {
        LaneSize::Panel => LaneLayout::new(area.height, requests, charset).rows.into(),
        LaneSize::Strip | LaneSize::Line => 0,
    }
}

/// Draws a lane.
pub(super) fn draw(pen: &mut Pen<'_>, lane: &LaneScene<'_>, size: LaneSize) {
    if pen.height() == 0 || pen.width() == 0 {
        return;
    }
    // A click shows it alone.
    if let Ok(index) = lane.index.try_into() {
        pen.target_all(ClickTarget::Lane(index));
    }
    match size {
        LaneSize::Panel => panel(pen, lane),
        LaneSize::Strip => strip(pen, lane),
        LaneSize::Line => {
            line(pen, lane, false);
        }
    }
}

fn panel(pen: &mut Pen<'_>, lane: &LaneScene<'_>) {
    let parts = LaneLayout::new(pen.height(), lane.scene.race.requests, lane.scene.charset);
    title(pen, lane);
    let mut y = 1;
    match parts.numbers {
        Numbers::Large => large_numbers(pen, y, lane),
        Numbers::Labelled => numbers(pen, y, lane),
        Numbers::Line => short_numbers(pen, y, lane),
    }
    y += parts.numbers.height();
    if parts.bar > 0 {
        progress(pen, 0, y, pen.width(), lane);
    }
    y += parts.bar + parts.gap;
    rows::axis(pen, y, lane);
    rows::draw(&mut pen.part(0, y + 1, pen.width(), parts.rows), lane);
    y += 1 + parts.rows;
    heartbeat::draw(pen, y, lane);
    let width = pen.width();
    for (y, sentence) in (y + 1..y + 1 + parts.sentences).zip(sentences::sentences(lane)) {
        let text = if width_of(&sentence.long) <= width { &sentence.long } else { &sentence.short };
        let ellipsis = pen.theme.glyphs.ellipsis.clone();
        let cut = cut_end(text, width.into(), &ellipsis).into_owned();
        pen.text(0, y, &cut, sentence.role);
    }
}

/// Draws two lines or more: numbers, and the attempts in flight over time.
fn strip(pen: &mut Pen<'_>, lane: &LaneScene<'_>) {
    line(pen, lane, true);
    let height = pen.height().saturating_sub(1);
    if height > 1 {
        rows::draw_level(&mut pen.part(0, 1, pen.width(), height - 1), lane);
        heartbeat::draw(pen, height, lane);
    } else {
        rows::draw_level(&mut pen.part(0, 1, pen.width(), height), lane);
    }
}

/// Draws a lane in one line; numbers that do not fit are left out.
fn line(pen: &mut Pen<'_>, lane: &LaneScene<'_>, shows_program: bool) {
    let after = letter(pen, 0, lane);
    let figures = lane.figures;
    let width = pen.width();
    let done = format!("{}/{}", units::count(figures.done), units::count(figures.jobs));
    let time = time(lane).1;
    pen.right(width, 0, &time, Role::Text);
    let in_flight = format!("{} in flight", figures.in_flight);
    let in_flight_at = width.saturating_sub(10 + width_of(&in_flight));
    let done_at = width.saturating_sub(24);
    if in_flight_at > after + 10 {
        pen.text(in_flight_at, 0, &in_flight, Role::TextDim);
    }
    let done_end = done_at.min(in_flight_at.saturating_sub(2)).max(after + width_of(&done));
    pen.right(done_end, 0, &done, Role::Title);
    let room = done_end.saturating_sub(width_of(&done) + after + 1);
    if shows_program || room > 8 {
        let ellipsis = pen.theme.glyphs.ellipsis.clone();
        let program = cut_end(figures.approach, room.into(), &ellipsis).into_owned();
        pen.text(after, 0, &program, Role::Text);
    }
}

/// Draws the lane's letter and whether its program is right. Returns the column after them.
fn letter(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) -> u16 {
    let status = if lane.figures.is_right { Status::Ok } else { Status::Failed };
    let after = pen.text(0, y, &lane.letter.to_string(), Role::Accent);
    let glyph = pen.theme.glyph(status).to_owned();
    pen.text(after + 1, y, &glyph, status) + 1
}

/// Draws the title: `A × blocking client in tasks ─────── wrong`.
fn title(pen: &mut Pen<'_>, lane: &LaneScene<'_>) {
    let after = letter(pen, 0, lane);
    let figures = lane.figures;
    let remark = match (figures.limit, figures.is_right) {
        (Some(limit), true) if pen.width() >= 50 => format!("right, limit {limit}"),
        (Some(limit), _) => format!("limit {limit}"),
        (None, true) => "right".to_owned(),
        (None, false) => "wrong".to_owned(),
    };
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let room = pen.width().saturating_sub(after);
    let program = cut_end(figures.approach, room.into(), &ellipsis).into_owned();
    let width = pen.width();
    pen.part(after, 0, width.saturating_sub(after), 1).section(0, &program, &remark);
}

/// Draws labels, and the numbers below them.
fn numbers(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
    let figures = lane.figures;
    let width = pen.width();
    let (label, time) = time(lane);
    let slash = if width < 50 { "/" } else { " / " };
    let done = format!("{}{slash}{}", units::count(figures.done), units::count(figures.jobs));
    let done_at = (width * 3 / 10).max(11);
    let (key_label, count, role) = sentences::key_figure(lane);
    let key_at = (width * 55 / 100).max(done_at + width_of(&done) + 2);
    pen.text(0, y, "IN FLIGHT", Role::TextDim);
    pen.text(0, y + 1, &units::count(figures.in_flight.into()), Role::Title);
    pen.text(done_at, y, "DONE", Role::TextDim);
    pen.text(done_at, y + 1, &done, Role::Title);
    if key_at + width_of(key_label).max(width_of(&count)) + 2 + width_of(label) <= width {
        pen.text(key_at, y, key_label, Role::TextDim);
        pen.text(key_at, y + 1, &count, role);
    }
    pen.right(width, y, label, Role::TextDim);
    pen.right(width, y + 1, &time, Role::Title);
}

/// Draws labels, and below them large digits: what is in flight, what is done, and the time. Where all three do not
/// fit, the bar alone shows what is done.
fn large_numbers(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
    let (figures, width) = (lane.figures, pen.width());
    let (label, _) = time(lane);
    let (seconds, unit) = large_time(figures.elapsed);
    let time_width = digits::width_of(&seconds) + 1 + width_of(unit);
    let time_at = width.saturating_sub(time_width);
    let style = pen.theme.style(Role::Accent);
    pen.text(0, y, "IN FLIGHT", Role::TextDim);
    digits::draw(pen, 0, y + 1, figures.in_flight, style);
    let style = pen.theme.style(Role::Title);
    pen.right(width, y, label, Role::TextDim);
    digits::text(pen, time_at, y + 1, &seconds, style);
    pen.right(width, y + digits::HEIGHT, unit, Role::TextDim);
    // The places depend on the number of requests, so that nothing moves.
    let (done, of) = (figures.done.to_string(), format!("of {}", units::count(figures.jobs)));
    let most = digits::width_of(&figures.jobs.to_string());
    let done_at = (width * 3 / 10).max(most + 3).max(width_of("IN FLIGHT") + 2);
    if done_at + most + 1 + width_of(&of) + 2 <= width.saturating_sub(time_width.max(width_of(label))) {
        pen.text(done_at, y, "DONE", Role::TextDim);
        digits::text(pen, done_at, y + 1, &done, style);
        pen.text(done_at + digits::width_of(&done) + 1, y + digits::HEIGHT, &of, Role::TextDim);
    }
    let (key_label, count, role) = sentences::key_figure(lane);
    let key_at = done_at + most + 1 + width_of(&of) + 3;
    if key_at + width_of(key_label).max(width_of(&count)) + 2 <= width.saturating_sub(time_width.max(width_of(label))) {
        pen.text(key_at, y, key_label, Role::TextDim);
        pen.text(key_at, y + digits::HEIGHT, &count, role);
    }
}

/// A time in large digits, and its unit.
fn large_time(time: Micros) -> (String, &'static str) {
    match time.as_secs_f64() {
        seconds if seconds >= 100.0 => (format!("{seconds:.0}"), "s"),
        seconds if seconds >= 1.0 => (format!("{seconds:.1}"), "s"),
        seconds => (format!("{:.0}", seconds * 1e3), "ms"),
    }
}

/// Draws the numbers in one line.
fn short_numbers(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
    let figures = lane.figures;
    let x = pen.text(0, y, &units::count(figures.in_flight.into()), Role::Title);
    let x = pen.text(x + 1, y, "in flight", Role::TextDim);
    let done = format!("{}/{}", units::count(figures.done), units::count(figures.jobs));
    let x = pen.text(x + 2, y, &done, Role::Title);
    let (_, time) = time(lane);
    let at = pen.width().saturating_sub(width_of(&time));
    let (key_label, count, role) = sentences::key_figure(lane);
    let after = x + 2 + width_of(&count) + 1 + width_of(key_label);
    if count != units::NOTHING && after + 2 <= at {
        let x = pen.text(x + 2, y, &count, role);
        pen.text(x + 1, y, &key_label.to_lowercase(), Role::TextDim);
    }
    pen.text(at, y, &time, Role::Title);
}

/// The label of the lane's time, and the time.
fn time(lane: &LaneScene<'_>) -> (&'static str, String) {
    let elapsed = lane.figures.elapsed;
    if lane.figures.is_over { ("FINISHED IN", units::length(elapsed)) } else { ("ELAPSED", units::countdown(elapsed)) }
}

/// Draws the progress bar.
fn progress(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, lane: &LaneScene<'_>) {
    let jobs = lane.figures.jobs.max(1) as f64;
    let (settled, live) = (lane.figures.settled() as f64, f64::from(lane.figures.in_flight));
    pen.bar(x, y, width, &BarParts { live: live / jobs, ..BarParts::done(settled / jobs) });
}
