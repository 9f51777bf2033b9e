//! The numbers of a lane: what is in flight, what is done, and the time, in large digits where there is room.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::race::scene::LaneScene;
use crate::tui::view::race::sentences;
use crate::tui::view::widgets::digits;

/// How the numbers of a lane are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberStyle {
    /// Labels above large digits.
    Large,
    /// Large digits with their labels next to them.
    Bare,
    /// Labels above numbers.
    Labelled,
    /// One line.
    Line,
}

impl NumberStyle {
    /// Whether it uses large digits.
    pub(super) fn is_large(self) -> bool {
        matches!(self, Self::Large | Self::Bare)
    }

    /// The rows that it takes.
    pub(super) fn height(self) -> u16 {
        match self {
            Self::Large => 1 + digits::HEIGHT,
            Self::Bare => digits::HEIGHT,
            Self::Labelled => 2,
            Self::Line => 1,
        }
    }
}

/// Draws the numbers.
pub(super) fn draw(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>, style: NumberStyle) {
    match style {
        NumberStyle::Large => large(pen, y, lane, true),
        NumberStyle::Bare => large(pen, y, lane, false),
        NumberStyle::Labelled => labelled(pen, y, lane),
        NumberStyle::Line => line(pen, y, lane),
    }
}

/// Draws labels, and the numbers below them.
fn labelled(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
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

/// Draws large digits: what is in flight, what is done, and the time. Where all three do not fit, what is done is left
/// out. The places depend on the number of requests, so that nothing moves.
fn large(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>, has_labels: bool) {
    let (figures, width) = (lane.figures, pen.width());
    let (label, _) = time(lane);
    let (seconds, unit) = large_time(figures.elapsed);
    let time_width = digits::width_of(&seconds) + 1 + width_of(unit);
    let end = width.saturating_sub(if has_labels { time_width.max(width_of(label)) } else { time_width } + 2);
    let (top, bottom) = (y + u16::from(has_labels), y + u16::from(has_labels) + digits::HEIGHT - 1);
    let most = digits::width_of(&figures.jobs.to_string());
    let (accent, title) = (pen.theme.style(Role::Accent), pen.theme.style(Role::Title));

    digits::draw(pen, 0, top, figures.in_flight, accent);
    digits::text(pen, width.saturating_sub(time_width), top, &seconds, title);
    pen.right(width, bottom, unit, Role::TextDim);
    let in_flight = if has_labels { "IN FLIGHT" } else { "in flight" };
    let mut x = most + 3;
    if has_labels {
        pen.text(0, y, in_flight, Role::TextDim);
        pen.right(width, y, label, Role::TextDim);
        x = x.max(width * 3 / 10).max(width_of(in_flight) + 2);
    } else if most + 1 + width_of(in_flight) <= end {
        x = pen.text(digits::width(figures.in_flight) + 1, bottom, in_flight, Role::TextDim).max(most + 10) + 3;
    }
    let (done, of) = (figures.done.to_string(), format!("of {}", units::count(figures.jobs)));
    let after = x + most + 1 + width_of(&of);
    if after <= end {
        if has_labels {
            pen.text(x, y, "DONE", Role::TextDim);
        }
        digits::text(pen, x, top, &done, title);
        pen.text(x + digits::width_of(&done) + 1, bottom, &of, Role::TextDim);
    }
    let (key_label, count, role) = sentences::key_figure(lane);
    if has_labels && after + 3 + width_of(key_label).max(width_of(&count)) <= end {
        pen.text(after + 3, y, key_label, Role::TextDim);
        pen.text(after + 3, bottom, &count, role);
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
fn line(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
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
pub(super) fn time(lane: &LaneScene<'_>) -> (&'static str, String) {
    let elapsed = lane.figures.elapsed;
    if lane.figures.is_over { ("FINISHED IN", units::length(elapsed)) } else { ("ELAPSED", units::countdown(elapsed)) }
}
