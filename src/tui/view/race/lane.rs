//! How does one lane do? Numbers, its requests on the axis that all share, its pulse, and a sentence.

use ratatui::layout::Rect;

use crate::text::units;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::race::layout::Face;
use crate::tui::view::race::scene::LaneScene;
use crate::tui::view::race::{pulse, rows, words};

/// Below this there is one line of numbers, and one sentence.
const TALL: u16 = 16;

/// How a panel shares its height.
#[derive(Clone, Copy, Debug)]
struct LaneLayout {
    numbers: u16,
    bar: u16,
    gap: u16,
    rows: u16,
    words: u16,
}

impl LaneLayout {
    fn of(height: u16) -> Self {
        let is_tall = height >= TALL;
        let (numbers, gap) = if is_tall { (2, 1) } else { (1, 0) };
        let bar = u16::from(height >= 10);
        let words = if is_tall { 2 } else { 1 };
        // Title, axis and pulse.
        let rest = 3 + numbers + bar + gap + words + u16::from(is_tall);
        Self { numbers, bar, gap, rows: height.saturating_sub(rest), words }
    }
}

/// Rows of requests in an area of this size.
pub(super) fn rows(area: Rect, face: Face) -> usize {
    match face {
        Face::Panel => LaneLayout::of(area.height).rows.into(),
        Face::Strip | Face::Line => 0,
    }
}

/// Draws a lane.
pub(super) fn draw(pen: &mut Pen<'_>, lane: &LaneScene<'_>, face: Face) {
    if pen.height() == 0 || pen.width() == 0 {
        return;
    }
    match face {
        Face::Panel => panel(pen, lane),
        Face::Strip => strip(pen, lane),
        Face::Line => {
            line(pen, lane, false);
        }
    }
}

fn panel(pen: &mut Pen<'_>, lane: &LaneScene<'_>) {
    let parts = LaneLayout::of(pen.height());
    title(pen, lane);
    let mut y = 1;
    if parts.numbers == 2 {
        numbers(pen, y, lane);
    } else {
        short_numbers(pen, y, lane);
    }
    y += parts.numbers;
    if parts.bar > 0 {
        progress(pen, 0, y, pen.width(), lane);
    }
    y += parts.bar + parts.gap;
    rows::axis(pen, y, lane);
    rows::draw(&mut pen.part(0, y + 1, pen.width(), parts.rows), lane);
    y += 1 + parts.rows;
    pulse::draw(pen, y, lane);
    let width = pen.width();
    for (y, sentence) in (y + 1..y + 1 + parts.words).zip(words::sentences(lane)) {
        let text = if width_of(&sentence.long) <= width { &sentence.long } else { &sentence.short };
        let ellipsis = pen.theme.glyphs.ellipsis.clone();
        let cut = cut_end(text, width.into(), &ellipsis).into_owned();
        pen.text(0, y, &cut, sentence.role);
    }
}

/// Two lines and more: numbers, and how many were in flight over time.
fn strip(pen: &mut Pen<'_>, lane: &LaneScene<'_>) {
    line(pen, lane, true);
    let height = pen.height().saturating_sub(1);
    if height > 1 {
        rows::level(&mut pen.part(0, 1, pen.width(), height - 1), lane);
        pulse::draw(pen, height, lane);
    } else {
        rows::level(&mut pen.part(0, 1, pen.width(), height), lane);
    }
}

/// Everything in one line, as much as fits.
fn line(pen: &mut Pen<'_>, lane: &LaneScene<'_>, has_way: bool) {
    let after = letter(pen, 0, lane);
    let figures = lane.figures;
    let width = pen.width();
    let done = format!("{}/{}", units::count(figures.done), units::count(figures.jobs));
    let time = time(lane).1;
    pen.right(width, 0, &time, Role::Text);
    let flying = format!("{} in flight", figures.in_flight);
    let flying_at = width.saturating_sub(10 + width_of(&flying));
    let done_at = width.saturating_sub(24);
    if flying_at > after + 10 {
        pen.text(flying_at, 0, &flying, Role::TextDim);
    }
    let done_end = done_at.min(flying_at.saturating_sub(2)).max(after + width_of(&done));
    pen.right(done_end, 0, &done, Role::Title);
    let room = done_end.saturating_sub(width_of(&done) + after + 1);
    if has_way || room > 8 {
        let ellipsis = pen.theme.glyphs.ellipsis.clone();
        let way = cut_end(figures.approach, room.into(), &ellipsis).into_owned();
        pen.text(after, 0, &way, Role::Text);
    }
}

/// Its letter, and whether it is a right way; gives back the column after it.
fn letter(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) -> u16 {
    let status = if lane.figures.is_right { Status::Ok } else { Status::Failed };
    let after = pen.text(0, y, &lane.letter.to_string(), Role::Accent);
    let glyph = pen.theme.glyph(status).to_owned();
    pen.text(after + 1, y, &glyph, status) + 1
}

/// `A × blocking client in tasks ─────── wrong`
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
    let way = cut_end(figures.approach, room.into(), &ellipsis).into_owned();
    let width = pen.width();
    pen.part(after, 0, width.saturating_sub(after), 1).section(0, &way, &remark);
}

/// Labels, and below them the numbers that a room must be able to read.
fn numbers(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
    let figures = lane.figures;
    let width = pen.width();
    let (label, time) = time(lane);
    let slash = if width < 50 { "/" } else { " / " };
    let done = format!("{}{slash}{}", units::count(figures.done), units::count(figures.jobs));
    let done_at = (width * 3 / 10).max(11);
    let (third, count, role) = words::third(lane);
    let third_at = (width * 55 / 100).max(done_at + width_of(&done) + 2);
    pen.text(0, y, "IN FLIGHT", Role::TextDim);
    pen.text(0, y + 1, &units::count(figures.in_flight.into()), Role::Title);
    pen.text(done_at, y, "DONE", Role::TextDim);
    pen.text(done_at, y + 1, &done, Role::Title);
    if third_at + width_of(third).max(width_of(&count)) + 2 + width_of(label) <= width {
        pen.text(third_at, y, third, Role::TextDim);
        pen.text(third_at, y + 1, &count, role);
    }
    pen.right(width, y, label, Role::TextDim);
    pen.right(width, y + 1, &time, Role::Title);
}

/// The same in one line.
fn short_numbers(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
    let figures = lane.figures;
    let x = pen.text(0, y, &units::count(figures.in_flight.into()), Role::Title);
    let x = pen.text(x + 1, y, "in flight", Role::TextDim);
    let done = format!("{}/{}", units::count(figures.done), units::count(figures.jobs));
    let x = pen.text(x + 2, y, &done, Role::Title);
    let (_, time) = time(lane);
    let at = pen.width().saturating_sub(width_of(&time));
    let (third, count, role) = words::third(lane);
    let after = x + 2 + width_of(&count) + 1 + width_of(third);
    if count != units::NOTHING && after + 2 <= at {
        let x = pen.text(x + 2, y, &count, role);
        pen.text(x + 1, y, &third.to_lowercase(), Role::TextDim);
    }
    pen.text(at, y, &time, Role::Title);
}

/// What its time is called, and its time.
fn time(lane: &LaneScene<'_>) -> (&'static str, String) {
    let elapsed = lane.figures.elapsed;
    if lane.figures.is_over { ("FINISHED IN", units::length(elapsed)) } else { ("ELAPSED", units::countdown(elapsed)) }
}

/// How far: what is settled, and what is in flight.
fn progress(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, lane: &LaneScene<'_>) {
    let jobs = lane.figures.jobs.max(1) as f64;
    let (settled, live) = (lane.figures.settled() as f64, f64::from(lane.figures.in_flight));
    pen.bar(x, y, width, settled / jobs, live / jobs);
}
