//! The bar of one request on the time axis: waiting, in flight, and its end.
//!
//! Start at [`draw`].

use crate::event::Offset;
use crate::event::outcome::{Outcome, Phase};
use crate::model::timeline::Bar;
use crate::tui::rows::request::status;
use crate::tui::state::axis::TimeAxis;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;

/// The cells that bars are drawn on: from column `x` on, they show the time of the axis.
#[derive(Clone, Copy, Debug)]
pub struct Track<'a> {
    /// The first column.
    pub x: u16,
    /// The number of columns.
    pub width: u16,
    /// The time axis.
    pub axis: &'a TimeAxis,
    /// The current time.
    pub now: Offset,
    /// Another program is watched. Its reasons for waiting are unknown, so all waiting looks the same.
    pub is_watched: bool,
    /// Whether the colours of bars distinguish endpoints.
    pub has_series: bool,
}

impl Track<'_> {
    /// The position of a moment in eighths of a cell, clamped to the axis.
    pub fn eighth(&self, at: Offset) -> u32 {
        let all = u128::from(self.width) * 8;
        let ahead = u128::from(at.since(self.axis.from).0);
        let eighth = ahead * all / u128::from(self.axis.length.0.max(1));
        u32::try_from(eighth.min(all)).unwrap_or(u32::MAX)
    }

    /// The cell of a moment.
    pub fn cell(&self, at: Offset) -> u16 {
        u16::try_from(self.eighth(at) / 8).unwrap_or(u16::MAX)
    }

    fn contains(&self, at: Offset) -> bool {
        self.axis.from <= at && at < self.axis.to()
    }
}

/// Draws a bar from the moment when the request was ready to its next retry.
pub fn draw(pen: &mut Pen<'_>, y: u16, bar: &Bar, track: &Track<'_>) {
    if track.width == 0 {
        return;
    }
    let until = bar.until(track.now);
    if until < track.axis.from || bar.started >= track.axis.to() {
        // The bar is outside the axis: a mark at that end shows the direction.
        let mark = pen.theme.glyphs.ellipsis.clone();
        let at = if until < track.axis.from { 0 } else { track.width - 1 };
        pen.text(track.x + at, y, &mark, Role::TextFaint);
        return;
    }
    waiting(pen, y, bar, track);
    let after = in_flight(pen, y, bar, track);
    if let Some(mark) = ending(bar).filter(|_| track.contains(until)) {
        let at = after.min(track.width - 1);
        let glyph = pen.theme.glyph(mark).to_owned();
        pen.text(track.x + at, y, &glyph, mark);
        // The retry has no row of its own yet.
        if let Some(retry) = bar.retry.filter(|&retry| retry > track.now) {
            let end = track.cell(retry).max(at + 1);
            let glyph = pen.theme.glyph(Status::Retrying).to_owned();
            pen.fill(track.x + at + 1, y, end - at - 1, &glyph, Role::TextFaint);
        }
    }
}

/// Draws only the time in flight, for rows with several bars. Each bar begins with an edge.
pub(super) fn draw_between(pen: &mut Pen<'_>, y: u16, bar: &Bar, track: &Track<'_>) {
    let until = bar.until(track.now);
    if track.width == 0 || until < track.axis.from || bar.started >= track.axis.to() {
        return;
    }
    let (first, after) = (track.cell(bar.started).min(track.width - 1), in_flight(pen, y, bar, track));
    if after > first + 1 && track.contains(bar.started) {
        let head = pen.theme.glyphs.bar_head.clone();
        let style = if track.has_series { pen.theme.series(bar.endpoint) } else { pen.theme.style(Role::Running) };
        pen.styled(track.x + first, y, &head, style);
    }
    if let Some(mark) = ending(bar).filter(|_| track.contains(until)) {
        // The next bar may begin directly after this one.
        let glyph = pen.theme.glyph(mark).to_owned();
        pen.text(track.x + after.saturating_sub(1).max(first), y, &glyph, mark);
    }
}

/// Draws the time before the start: first backoff and cooldown, then the wait for a slot.
fn waiting(pen: &mut Pen<'_>, y: u16, bar: &Bar, track: &Track<'_>) {
    let start = track.cell(bar.started);
    let waited = bar.waited.total();
    let ready = if track.is_watched { track.axis.from } else { Offset(bar.started.0.saturating_sub(waited.0)) };
    let (ready_at, backoff_until) = (track.cell(ready), ready + bar.waited.backoff + bar.waited.cooldown);
    let backoff_end = track.cell(backoff_until.min(bar.started)).clamp(ready_at, start);
    let (dot, pause) = (pen.theme.glyphs.bar_rest.clone(), pen.theme.glyph(Status::Retrying).to_owned());
    pen.fill(track.x + ready_at, y, backoff_end - ready_at, &pause, Role::TextFaint);
    pen.fill(track.x + backoff_end, y, start.saturating_sub(backoff_end), &dot, Role::BarRest);
}

/// Draws the time from the start to the end, or to now. Returns the first cell after it.
fn in_flight(pen: &mut Pen<'_>, y: u16, bar: &Bar, track: &Track<'_>) -> u16 {
    let until = bar.until(track.now);
    let start = (track.eighth(bar.started) / 8 * 8).min(u32::from(track.width - 1) * 8);
    let end = track.eighth(until).max(start + 1);
    // If the body starts with the bar, the first cell already shows it.
    let body = body_from(bar).map(|at| if at <= bar.started { start } else { track.eighth(at) });
    let glyphs = &pen.theme.glyphs;
    let (live, full, half) = (glyphs.bar_live.clone(), glyphs.bar_full.clone(), glyphs.bar_half.clone());
    let (live_style, full_style) = if track.has_series {
        let series = pen.theme.series(bar.endpoint);
        (series, series)
    } else {
        (pen.theme.style(Role::Running), pen.theme.style(Role::Bar))
    };
    let mut cell = start / 8;
    while cell * 8 < end && cell < u32::from(track.width) {
        let (from, to) = (cell * 8, cell * 8 + 8);
        let x = track.x + u16::try_from(cell).unwrap_or(u16::MAX);
        let is_first = from == start;
        let has_body = body.is_some_and(|body| if to <= end { body <= from + 4 } else { body < end || is_first });
        if to <= end {
            pen.set_cell(x, y, if has_body { &full } else { &live }, if has_body { full_style } else { live_style });
        } else if has_body {
            // Even the shortest bar is visible.
            if end - from >= 3 || is_first {
                pen.set_cell(x, y, if end - from >= 6 { &full } else { &half }, full_style);
            }
        } else if is_first || end - from >= 4 {
            pen.set_cell(x, y, &live, live_style);
        } else {
            break;
        }
        cell += 1;
    }
    u16::try_from(cell).unwrap_or(u16::MAX)
}

/// The start of the response's body, if known. A response without phase times counts as body from its start.
fn body_from(bar: &Bar) -> Option<Offset> {
    let end = bar.end.as_ref()?;
    if let Some(body) = end.spent.body {
        return Some(Offset(end.at.0.saturating_sub(body.0)).max(bar.started));
    }
    match end.outcome {
        Some(Outcome::TimedOut { phase: Phase::Body }) | None => Some(bar.started),
        Some(Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled) => None,
        Some(_) if end.spent.is_empty() => Some(bar.started),
        Some(_) => None,
    }
}

/// The mark after a bar whose request did not succeed.
fn ending(bar: &Bar) -> Option<Status> {
    Some(status(bar)).filter(|status| !matches!(status, Status::Ok | Status::Running))
}
