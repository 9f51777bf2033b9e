//! One lane of the lab: its title, numbers, requests, heartbeat, and sentences.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::{BarParts, Pen};
use crate::tui::view::race::layout::LaneSize;
use crate::tui::view::race::numbers::NumberStyle;
use crate::tui::view::race::scene::LaneScene;
use crate::tui::view::race::{heartbeat, numbers, rows, sentences};

/// The heights of a panel's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LaneLayout {
    numbers: NumberStyle,
    bar: u16,
    gap: u16,
    rows: u16,
    sentences: u16,
}

/// As many requests are visible, if there is room: all of most scenarios.
const WANTED: u16 = 10;
/// The title, the axis and the heartbeat.
const FIXED: u16 = 3;

impl LaneLayout {
    /// The richest layout in which enough requests are visible.
    fn new(height: u16, requests: u64, charset: Charset) -> Self {
        let layout = |numbers: NumberStyle, bar, gap, sentences| {
            // The gap below the sentences is as high as the one above the axis.
            let rest = FIXED + numbers.height() + bar + 2 * gap + sentences;
            Self { numbers, bar, gap, rows: height.saturating_sub(rest), sentences }
        };
        let wanted = u16::try_from(requests).unwrap_or(u16::MAX).min(WANTED);
        let mut layouts = vec![
            layout(NumberStyle::Large, 1, 1, 2),
            layout(NumberStyle::Large, 1, 0, 1),
            layout(NumberStyle::Bare, 0, 0, 1),
            layout(NumberStyle::Bare, 0, 0, 0),
            layout(NumberStyle::Labelled, 1, 1, 2),
            layout(NumberStyle::Line, 1, 0, 1),
            layout(NumberStyle::Line, 0, 0, 1),
            layout(NumberStyle::Line, 0, 0, 0),
        ];
        layouts.retain(|layout| charset != Charset::Ascii || !layout.numbers.is_large());
        let enough = layouts.iter().find(|layout| layout.rows >= wanted).copied();
        // Where even the poorest layout is too low, the requests scroll.
        enough.unwrap_or_else(|| layout(NumberStyle::Line, u16::from(height >= WANTED), 0, 1))
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
    numbers::draw(pen, y, lane, parts.numbers);
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
    let time = numbers::time(lane).1;
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

/// Draws the progress bar.
fn progress(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, lane: &LaneScene<'_>) {
    let jobs = lane.figures.jobs.max(1) as f64;
    let (settled, live) = (lane.figures.settled() as f64, f64::from(lane.figures.in_flight));
    pen.bar(x, y, width, &BarParts { live: live / jobs, ..BarParts::done(settled / jobs) });
}
