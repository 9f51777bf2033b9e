//! The columns next to the bars: number, request, status and duration.
//!
//! Start at [`WaterfallColumns::new`].

use std::borrow::Cow;

use crate::model::Model;
use crate::model::timeline::Bar;
use crate::text::time_ticks::ticks;
use crate::text::units;
use crate::tui::rows::request::{self, status};
use crate::tui::rows::waterfall::{ENDPOINT, SLOT};
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::waterfall::bar::Track;
use crate::tui::view::widgets::table::{self, GAP};

/// The width of the selection mark and a space.
pub(super) const LEAD: u16 = 2;
/// The space between the bars and their durations.
pub(super) const TOOK_GAP: u16 = 1;
/// The width of a duration, such as `59m 59 s`.
const TOOK: u16 = 8;
/// The width of the status: a word of seven letters, a space and a mark.
const STATUS: u16 = 9;
/// The minimum width of bars before other columns are dropped.
const MIN_BARS: u16 = 20;

/// The widths of the columns; a column of width 0 is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WaterfallColumns {
    number: u16,
    request: u16,
    status: u16,
    pub(super) bars: u16,
}

/// A function that narrows or drops a column.
type NarrowColumn = fn(&mut WaterfallColumns);

impl WaterfallColumns {
    pub(super) fn new(width: u16, model: &Model) -> Self {
        let jobs = model.jobs.unwrap_or(0).max(model.timeline.n_started());
        let number = table::count_width(jobs).max(3) + 2;
        let request = (width.saturating_mul(2) / 9).clamp(17, 44);
        let mut columns = Self { number, request, status: STATUS, bars: 0 };
        // Each entry: if bars have fewer cells than this, narrow or drop a column.
        let drops: [(u16, NarrowColumn); 4] = [
            (MIN_BARS, |c| c.number = 0),
            (MIN_BARS, |c| c.request = c.request.min(13)),
            (MIN_BARS, |c| c.status = 0),
            (MIN_BARS / 2, |c| c.request = 0),
        ];
        for (least, drop) in drops {
            if columns.room_for_bars(width) >= least {
                break;
            }
            drop(&mut columns);
        }
        columns.bars = columns.room_for_bars(width);
        columns
    }

    fn room_for_bars(self, width: u16) -> u16 {
        width.saturating_sub(self.bars_at() + TOOK_GAP + TOOK)
    }

    /// The column in which the bars begin.
    pub(super) fn bars_at(self) -> u16 {
        LEAD + table::total_width(&[self.number, self.request, self.status])
    }

    fn request_at(self) -> u16 {
        LEAD + table::total_width(&[self.number])
    }
}

/// Draws the names of the columns, and the axis.
pub(super) fn heads(pen: &mut Pen<'_>, y: u16, columns: WaterfallColumns, track: &Track<'_>, group: usize) {
    if columns.number > 0 {
        let (label, end) = if group == SLOT { ("SLOT", columns.number) } else { ("#", columns.number - 2) };
        pen.right(LEAD + end, y, label, Role::TextDim);
    }
    let label = match group {
        ENDPOINT if columns.request >= 17 => "ENDPOINT, REQUEST",
        SLOT if columns.request >= 17 => "LATEST REQUEST",
        _ => "REQUEST",
    };
    if columns.request > 0 {
        pen.text(columns.request_at(), y, label, Role::TextDim);
    }
    if columns.status > 0 {
        pen.text(columns.request_at() + columns.request + GAP, y, "STATUS", Role::TextDim);
    }
    let most = (columns.bars / 9).max(1);
    let mut free = track.x;
    for (at, label) in ticks(track.axis.from, track.axis.length, most) {
        let x = track.x + track.cell(at);
        if x >= free && x + width_of(&label) <= track.x + columns.bars {
            free = pen.text(x, y, &label, Role::Axis) + 2;
        }
    }
    let width = pen.width();
    pen.right(width, y, if group == SLOT { "BUSY" } else { "TOOK" }, Role::TextDim);
}

/// Draws the columns of a request, without its bar.
pub(super) fn row(pen: &mut Pen<'_>, y: u16, columns: WaterfallColumns, bar: &Bar, opens: bool, scene: &ViewScene<'_>) {
    let text = if bar.is_open() { Role::Text } else { Role::TextDim };
    let group = scene.ui.list().column;
    if columns.number > 0 && group == SLOT {
        pen.right(LEAD + columns.number, y, &units::count(bar.slot.into()), Role::Text);
    } else if columns.number > 0 {
        let end = LEAD + columns.number - 2;
        pen.right(end, y, &units::count(bar.attempt.job.0), Role::TextFaint);
        if bar.attempt.n > 1 {
            // The second or a later attempt of its job.
            let n = format!(".{}", bar.attempt.n.min(9));
            pen.text(end, y, &n, Role::TextFaint);
        }
    }
    let indent = if group == ENDPOINT && !opens { 2 } else { 0 };
    let room = columns.request.saturating_sub(indent);
    let endpoint = scene.model.endpoints.get(bar.endpoint);
    let (name, role) = match endpoint {
        Some(endpoint) if group == ENDPOINT && opens => (Cow::Borrowed(&*endpoint.name), Role::Title),
        Some(endpoint) => (request::short_target(bar, endpoint, room), text),
        None => (Cow::Borrowed(&*bar.target), text),
    };
    let style = pen.theme.style(role);
    pen.foreign(columns.request_at() + indent, y, &name, room, style);
    let status = status(bar);
    if columns.status > 0 {
        let at = columns.request_at() + columns.request + GAP;
        let is_quiet = matches!(status, Status::Ok | Status::Running);
        let role = if is_quiet { Role::TextDim } else { status.into() };
        pen.text(at, y, &request::result_text(bar), role);
        if !is_quiet {
            let glyph = pen.theme.glyph(status).to_owned();
            pen.text(at + STATUS - 1, y, &glyph, role);
        }
    }
    let took = bar.took(scene.now);
    let width = pen.width();
    if group == SLOT {
        // `tracks` draws how busy the slot was.
    } else if bar.is_open() {
        // A running request shows tenths, because they change slowly enough to read.
        pen.right(width, y, &units::countdown(took), Role::TextDim);
    } else {
        pen.right(width, y, &units::length(took), Role::Text);
    }
}

#[cfg(test)]
mod tests {
    use super::WaterfallColumns;
    use crate::model::Model;

    #[test]
    fn columns_are_dropped_in_a_fixed_order_and_bars_keep_their_room() {
        let widths = |width| {
            let c = WaterfallColumns::new(width, &Model::default());
            (c.number > 0, c.request, c.status > 0, c.bars)
        };
        assert_eq!(widths(116), (true, 25, true, 60));
        assert_eq!(widths(78), (true, 17, true, 30));
        assert_eq!(widths(58), (false, 13, true, 21));
        assert_eq!(widths(40), (false, 13, false, 14));
        assert_eq!(widths(0).3, 0);
    }
}
