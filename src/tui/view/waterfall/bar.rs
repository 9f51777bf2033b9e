//! One request along the axis: what it waited, what it was in flight, how it ended.
//!
//! Start at [`draw`].

use crate::event::Offset;
use crate::event::outcome::{Outcome, Phase};
use crate::model::timeline::Bar;
use crate::tui::rows::request::status;
use crate::tui::state::axis::TimeAxis;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;

/// What a bar is drawn on: the cells from column `x` on, which show a stretch of time.
#[derive(Clone, Copy, Debug)]
pub struct Track<'a> {
    /// The first column.
    pub x: u16,
    /// How many.
    pub width: u16,
    /// Which stretch.
    pub axis: &'a TimeAxis,
    /// Now.
    pub now: Offset,
    /// Another program is watched: its reasons to wait are unknown, so all time before a start looks the same.
    pub is_watched: bool,
}

impl Track<'_> {
    /// Where a moment lies, in eighths of a cell; what lies outside is put at the nearer end.
    pub fn eighth(&self, at: Offset) -> u32 {
        let all = u128::from(self.width) * 8;
        let ahead = u128::from(at.since(self.axis.from).0);
        let eighth = ahead * all / u128::from(self.axis.length.0.max(1));
        u32::try_from(eighth.min(all)).unwrap_or(u32::MAX)
    }

    /// The cell that holds a moment.
    pub fn cell(&self, at: Offset) -> u16 {
        u16::try_from(self.eighth(at) / 8).unwrap_or(u16::MAX)
    }

    fn holds(&self, at: Offset) -> bool {
        self.axis.from <= at && at < self.axis.to()
    }
}

/// Everything from ready to the next try.
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
    if let Some(mark) = ending(bar).filter(|_| track.holds(until)) {
        let at = after.min(track.width - 1);
        let glyph = pen.theme.glyph(mark).to_owned();
        pen.text(track.x + at, y, &glyph, mark);
        // What is still to come has no row of its own yet.
        if let Some(retry) = bar.retry.filter(|&retry| retry > track.now) {
            let end = track.cell(retry).max(at + 1);
            let glyph = pen.theme.glyph(Status::Retrying).to_owned();
            pen.fill(track.x + at + 1, y, end - at - 1, &glyph, Role::TextFaint);
        }
    }
}

/// Its time in flight alone, between others on the same row; each begins with an edge of its own.
pub(super) fn draw_between(pen: &mut Pen<'_>, y: u16, bar: &Bar, track: &Track<'_>) {
    let until = bar.until(track.now);
    if track.width == 0 || until < track.axis.from || bar.started >= track.axis.to() {
        return;
    }
    let (first, after) = (track.cell(bar.started).min(track.width - 1), in_flight(pen, y, bar, track));
    if after > first + 1 && track.holds(bar.started) {
        let head = pen.theme.glyphs.bar_head.clone();
        pen.text(track.x + first, y, &head, Role::Running);
    }
    if let Some(mark) = ending(bar).filter(|_| track.holds(until)) {
        // What comes next may begin right behind it.
        let glyph = pen.theme.glyph(mark).to_owned();
        pen.text(track.x + after.saturating_sub(1).max(first), y, &glyph, mark);
    }
}

/// Before the start: first its own patience, then its turn.
fn waiting(pen: &mut Pen<'_>, y: u16, bar: &Bar, track: &Track<'_>) {
    let start = track.cell(bar.started);
    let waited = bar.waited.total();
    let ready = if track.is_watched { track.axis.from } else { Offset(bar.started.0.saturating_sub(waited.0)) };
    let (ready_at, patient_until) = (track.cell(ready), ready + bar.waited.backoff + bar.waited.cooldown);
    let patient = track.cell(patient_until.min(bar.started)).clamp(ready_at, start);
    let (dot, pause) = (pen.theme.glyphs.bar_rest.clone(), pen.theme.glyph(Status::Retrying).to_owned());
    pen.fill(track.x + ready_at, y, patient - ready_at, &pause, Role::TextFaint);
    pen.fill(track.x + patient, y, start.saturating_sub(patient), &dot, Role::BarRest);
}

/// From the start to the end, or to now; gives back the first cell behind it.
fn in_flight(pen: &mut Pen<'_>, y: u16, bar: &Bar, track: &Track<'_>) -> u16 {
    let until = bar.until(track.now);
    let start = (track.eighth(bar.started) / 8 * 8).min(u32::from(track.width - 1) * 8);
    let end = track.eighth(until).max(start + 1);
    // A bar that is body from its start is so from its first cell on.
    let body = body_from(bar).map(|at| if at <= bar.started { start } else { track.eighth(at) });
    let glyphs = &pen.theme.glyphs;
    let (live, full, eighths) = (glyphs.bar_live.clone(), glyphs.bar_full.clone(), glyphs.eighths);
    let (live_style, full_style) = (pen.theme.style(Role::Running), pen.theme.style(Role::Bar));
    let mut cell = start / 8;
    while cell * 8 < end && cell < u32::from(track.width) {
        let (from, to) = (cell * 8, cell * 8 + 8);
        let x = track.x + u16::try_from(cell).unwrap_or(u16::MAX);
        let is_first = from == start;
        let has_body = body.is_some_and(|body| if to <= end { body <= from + 4 } else { body < end || is_first });
        if to <= end {
            pen.put(x, y, if has_body { &full } else { &live }, if has_body { full_style } else { live_style });
        } else if has_body {
            let part = eighths[usize::try_from(end - from - 1).unwrap_or(0).min(7)];
            // However short it was, it shows.
            let is_blank = part.trim().is_empty();
            if !is_blank || is_first {
                pen.put(x, y, if is_blank { &full } else { part }, full_style);
            }
        } else if is_first || end - from >= 4 {
            pen.put(x, y, &live, live_style);
        } else {
            break;
        }
        cell += 1;
    }
    u16::try_from(cell).unwrap_or(u16::MAX)
}

/// When the body of its answer began, as far as known; an answer without phase times counts as body from
/// its start.
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

/// The mark behind a bar that ended badly.
fn ending(bar: &Bar) -> Option<Status> {
    Some(status(bar)).filter(|status| !matches!(status, Status::Ok | Status::Running))
}
