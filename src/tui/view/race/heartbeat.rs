//! The heartbeat of a lane: how late its timers fired, on the time axis of its requests.
//!
//! A low line means that the thread wakes on time, and a high line that it was blocked.
//! Start at [`draw`].

use crate::event::Micros;
use crate::model::race::LateHeartbeat;
use crate::model::race::span::{Span, overlap};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::race::rows::track;
use crate::tui::view::race::scene::LaneScene;

/// Draws the heartbeat in one line.
pub(super) fn draw(pen: &mut Pen<'_>, y: u16, lane: &LaneScene<'_>) {
    let track = track(pen, lane);
    if track.width == 0 || y >= pen.height() {
        return;
    }
    pen.text(0, y, "late", Role::TextDim);
    let edge = |x: u16| {
        let ahead = u128::from(track.axis.length.0) * u128::from(x) / u128::from(track.width);
        track.axis.from + Micros(u64::try_from(ahead).unwrap_or(u64::MAX))
    };
    let levels = pen.theme.glyphs.levels;
    for x in 0..track.width {
        let cell = Span { from: edge(x), to: edge(x + 1) };
        if cell.from >= lane.now() {
            break;
        }
        let delay = longest_delay_in(lane, cell);
        let (glyph, role) = match delay {
            Micros(0) => (levels[0], Role::Ok),
            much => (levels[height(much)], if much.0 < 100_000 { Role::Slow } else { Role::Failed }),
        };
        let style = pen.theme.style(role);
        pen.set_cell(track.x + x, y, glyph, style);
    }
}

/// The longest delay of a timer that was overdue during the cell.
fn longest_delay_in(lane: &LaneScene<'_>, cell: Span) -> Micros {
    let is_missed = |beat: &&LateHeartbeat| !overlap(Span { from: beat.due, to: beat.due + beat.late }, cell).is_zero();
    let beats = lane.figures.late.beats.iter();
    beats.filter(is_missed).map(|beat| beat.late).max().unwrap_or_default()
}

/// The height of a delay: each step is about three times as long, from ten milliseconds to ten seconds.
fn height(late: Micros) -> usize {
    match late.0 {
        0..30_000 => 1,
        30_000..100_000 => 2,
        100_000..300_000 => 3,
        300_000..1_000_000 => 4,
        1_000_000..3_000_000 => 5,
        3_000_000..10_000_000 => 6,
        _ => 7,
    }
}
