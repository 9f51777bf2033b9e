//! The requests of a lane, one per row, on the time axis of all lanes.
//!
//! Start at [`draw`].

use std::collections::HashMap;

use crate::event::outcome::PhaseTimes;
use crate::event::{Micros, Offset};
use crate::model::timeline::{AttemptEnd, Bar};
use crate::text::time_ticks::ticks;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::race::scene::LaneScene;
use crate::tui::view::waterfall::bar::{self, Track};
use crate::tui::view::widgets::charts::column;

/// The columns before the axis, for a request's number or the chart's top.
pub(super) const LEAD: u16 = 5;

/// With fewer rows than this, the chart of attempts in flight is shown instead.
const FEWEST: u16 = 4;
/// The maximum height of that chart.
const TALLEST: u16 = 7;

/// Draws the axis, which is the same in every lane.
pub(super) fn axis(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
    let track = track(pen, lane);
    let most = (track.width / 8).max(2);
    let mut free = 0;
    for (at, label) in ticks(track.axis.from, track.axis.length, most) {
        let x = track.x + track.cell(at).min(track.width);
        if x >= free && x + width_of(&label) <= pen.width() {
            free = pen.text(x, y, &label, Role::Axis) + 2;
        }
    }
}

/// Draws the visible requests.
pub(super) fn draw(pen: &mut Pen<'_>, lane: &LaneScene<'_>) {
    let n = u16::try_from(lane.figures.jobs).unwrap_or(u16::MAX);
    if pen.height() < FEWEST.min(n) {
        return draw_level(pen, lane);
    }
    // Free rows show the chart of attempts in flight.
    let spare = pen.height().saturating_sub(n);
    if spare > FEWEST {
        let height = (spare - 1).min(TALLEST);
        draw_level(&mut pen.part(0, n + 1, pen.width(), height), lane);
    }
    let track = track(pen, lane);
    let first = lane.scene.ui.scroll as u64 + 1;
    let last = (first + u64::from(pen.height())).min(lane.figures.jobs + 1);
    let mut bars_of: HashMap<u64, Vec<&Bar>> = HashMap::new();
    for bar in lane.model.timeline.bars() {
        if (first..last).contains(&bar.attempt.job.0) {
            bars_of.entry(bar.attempt.job.0).or_default().push(bar);
        }
    }
    let dot = pen.theme.glyphs.bar_rest.clone();
    for (y, job) in (0..).zip(first..last) {
        pen.right(LEAD - 1, y, &job.to_string(), Role::TextDim);
        let bars = bars_of.get(&job).map_or(&[][..], Vec::as_slice);
        let start = bars.first().map_or(lane.now(), |bar| bar.started);
        pen.fill(track.x, y, track.cell(start).min(track.width), &dot, Role::BarRest);
        for bar in bars {
            bar::draw(pen, y, &without_phases(bar), &track);
        }
    }
}

/// The bar without its phases, because lanes compare only when requests ran.
fn without_phases(bar: &Bar) -> Bar {
    let end = bar.end.clone().map(|end| AttemptEnd { spent: PhaseTimes::default(), ..end });
    Bar { end, ..bar.clone() }
}

/// Draws the chart of attempts in flight over time.
pub(super) fn draw_level(pen: &mut Pen<'_>, lane: &LaneScene<'_>) {
    let rows = pen.height();
    let track = track(pen, lane);
    if rows == 0 || track.width == 0 {
        return;
    }
    let top = lane.scene.race.lanes.iter().map(|lane| lane.peak).max().unwrap_or(0).max(1);
    pen.right(LEAD - 1, 0, &top.to_string(), Role::Axis);
    let edge = |x: u16| {
        let ahead = u128::from(track.axis.length.0) * u128::from(x) / u128::from(track.width);
        track.axis.from + Micros(u64::try_from(ahead).unwrap_or(u64::MAX))
    };
    for x in 0..track.width {
        let (from, to) = (edge(x), edge(x + 1).min(lane.now()));
        let Some(mean) = lane.model.level.mean_between(from, to, lane.now()).filter(|mean| *mean > 0.0) else {
            continue;
        };
        column(pen, track.x + x, 0, rows, mean / f64::from(top));
    }
}

/// The cells that bars are drawn on.
pub(super) fn track<'a>(pen: &Pen<'_>, lane: &LaneScene<'a>) -> Track<'a> {
    Track {
        x: LEAD,
        width: pen.width().saturating_sub(LEAD),
        axis: &lane.scene.ui.axis,
        now: lane.now(),
        is_watched: false,
        has_series: false,
    }
}

impl LaneScene<'_> {
    /// The lane's time; it stops when the lane has ended.
    pub(super) fn now(&self) -> Offset {
        if self.figures.is_over { Offset::ZERO + self.figures.elapsed + self.figures.held } else { self.scene.now }
    }

    /// The longest delay of the lane's timers, as text.
    pub(super) fn longest_delay(&self) -> String {
        units::length(self.figures.late.worst)
    }
}
