//! The time axis of the charts that cover the whole run, with its marks.
//!
//! Start at [`RunAxis::new`].

use crate::event::{Micros, Offset};
use crate::model::marks::Mark;
use crate::model::moment::mark_name;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// The width of a vertical axis: a number of five digits, a space and the line.
pub(super) const LABELS: u16 = 7;

/// The columns of a chart, and the time that they cover.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunAxis {
    /// The first column.
    pub(super) x: u16,
    /// The number of columns.
    pub(super) columns: u16,
    /// The current time, or the end of the run.
    pub(super) now: Offset,
    /// The time of all columns.
    span: u64,
    is_over: bool,
}

impl RunAxis {
    /// The axis of a chart that begins at column `x`.
    pub(super) fn new(x: u16, columns: u16, scene: &ViewScene<'_>) -> Self {
        let is_over = scene.model.ended.is_some();
        let now = scene.model.ended.unwrap_or(scene.now);
        let span = if is_over { now.0.max(1) } else { span_of(now) };
        Self { x, columns, now, span, is_over }
    }

    /// The time ranges of the columns that have begun, each with its column.
    pub(super) fn ranges(self) -> impl Iterator<Item = (u16, Offset, Offset)> {
        let moment = move |column: u16| Offset(share(self.span, column.into(), self.columns.into()));
        let ranges = (0..self.columns).map(move |column| (self.x + column, moment(column), moment(column + 1)));
        ranges.take_while(move |(_, from, _)| *from < self.now)
    }

    /// The length of a column in seconds.
    pub(super) fn seconds_per_column(self) -> f64 {
        self.span as f64 / 1e6 / f64::from(self.columns.max(1))
    }

    /// Draws the axis with its marks, and their names and its ends below.
    pub(super) fn draw(self, pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
        let glyphs = &pen.theme.glyphs;
        let (corner, rule, marker) = (glyphs.corner.clone(), glyphs.rule.clone(), glyphs.ascending.clone());
        pen.text(self.x - 1, y, &corner, Role::Axis);
        pen.fill(self.x, y, self.columns, &rule, Role::Axis);
        let end = if self.is_over { units::length(Micros(self.span)) } else { units::roughly(Micros(self.span)) };
        let right = self.x + self.columns;
        pen.text(self.x, y + 1, "0 s", Role::Axis);
        pen.right(right, y + 1, &end, Role::Axis);
        // Names must not overlap each other or the ends of the axis. The latest ones have priority.
        let mut free_until = right.saturating_sub(width_of(&end) + 2);
        for (at, mark) in scene.model.marks.iter().rev() {
            let column = u16::try_from(share(self.columns.into(), at.0, self.span)).unwrap_or(u16::MAX);
            let at = self.x + column.min(self.columns - 1);
            let [name, short] = names_of(mark);
            let color = role_of(mark);
            pen.text(at, y, &marker, color);
            for name in [name, short] {
                let width = width_of(&name);
                let from = at.saturating_sub(width / 2).min(free_until.saturating_sub(width)).max(self.x + 5);
                // A name that is far from its mark would seem to belong to another one.
                let is_near = from <= at + 6 && from + width + 3 >= at;
                if is_near && from + width <= free_until {
                    pen.text(from, y + 1, &name, color);
                    free_until = from.saturating_sub(2);
                    break;
                }
            }
        }
    }
}

/// The name of a mark, and a shorter one.
fn names_of(mark: Mark) -> [String; 2] {
    let [name, short] = match mark {
        Mark::Refusals(status) => [format!("{status} burst"), status.to_string()],
        // There was no limit before.
        Mark::Limit(from, to) if from == to => [format!("limit {to}"), format!("to {to}")],
        Mark::Limit(from, to) => [format!("limit {from} to {to}"), format!("to {to}")],
        Mark::Paused => ["paused".to_owned(), "pause".to_owned()],
        Mark::Resumed => ["resumed".to_owned(), "on".to_owned()],
        Mark::Stopped(lasted) => [format!("stopped {}", units::length(lasted)), "stop".to_owned()],
        Mark::Marked(number) => [format!("mark {}", mark_name(number)), mark_name(number)],
        Mark::Draining => ["draining".to_owned(), "drain".to_owned()],
    };
    [name, short]
}

fn role_of(mark: Mark) -> Role {
    match mark {
        Mark::Refusals(_) => Role::Limited,
        Mark::Limit(..) | Mark::Marked(_) => Role::Accent,
        Mark::Paused | Mark::Stopped(_) => Role::Slow,
        Mark::Resumed => Role::TextDim,
        Mark::Draining => Role::Cancelled,
    }
}

/// The time that the chart spans; it grows in steps, so that the chart does not move in between.
fn span_of(now: Offset) -> u64 {
    const STEPS: [u64; 16] = [2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
    let seconds = now.0.div_ceil(1_000_000);
    STEPS
        .into_iter()
        .find(|&step| seconds <= step)
        .unwrap_or(seconds.next_multiple_of(86_400))
        .saturating_mul(1_000_000)
}

/// `whole × part ÷ total`, without overflow.
fn share(whole: u64, part: u64, total: u64) -> u64 {
    u64::try_from(u128::from(whole) * u128::from(part) / u128::from(total.max(1))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::span_of;
    use crate::event::Offset;

    #[test]
    fn the_span_grows_in_steps() {
        assert_eq!(
            [span_of(Offset(0)), span_of(Offset(2_000_001)), span_of(Offset(61_000_000))],
            [2_000_000, 5_000_000, 120_000_000]
        );
    }
}
