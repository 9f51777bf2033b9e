//! The chart of attempts in flight over the whole run.
//!
//! Start at [`draw`].

use crate::event::adaptive::AdaptiveMode;
use crate::event::{Micros, Offset};
use crate::model::marks::Mark;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::scale;

/// The width of the axis: a number of five digits, a space and the line.
const AXIS: u16 = 7;

/// Draws the title, the columns, the axis, and a line of marks.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() < 4 || pen.width() < AXIS + 8 {
        return;
    }
    let model = scene.model;
    let title = "In flight over time";
    let mean = format!("mean {}", units::significant(model.effective_concurrency(scene.now)));
    let limit = model.limit_in_force().map(|limit| format!("limit {}", units::count(limit.into())));
    let mode = match model.adaptive {
        AdaptiveMode::Off => None,
        AdaptiveMode::WhenRefused | AdaptiveMode::On if model.ended.is_some() => None,
        AdaptiveMode::WhenRefused if model.only_host().is_some_and(|host| host.adapted.is_some()) => Some("adapted"),
        AdaptiveMode::WhenRefused => Some("when refused"),
        AdaptiveMode::On => Some("adaptive"),
    };
    let ramp = model.ramp_target.map(|target| format!("ramp to {}", units::count(target.into())));
    let mode = ramp.as_deref().filter(|_| model.ended.is_none()).or(mode);
    let whole = limit.as_ref().zip(mode).map(|(limit, mode)| format!("{mean}   {limit} ({mode})"));
    let short = limit.map(|limit| format!("{mean}   {limit}"));
    let fits = |remark: &&String| width_of(title) + 2 + width_of(remark) <= pen.width();
    pen.section(0, title, [whole, short].iter().flatten().find(fits).unwrap_or(&mean));

    let rows = pen.height() - 3;
    let columns = pen.width() - AXIS;
    let top = scale(model.ramp_target.or(model.limit).unwrap_or(0), model.level.peak());
    let now = model.ended.unwrap_or(scene.now);
    let span = if model.ended.is_some() { now.0.max(1) } else { span_of(now) };

    axis(pen, rows, top);
    let style = pen.theme.style(Role::Bar);
    let levels = pen.theme.glyphs.levels;
    for column in 0..columns {
        let moment = |column: u16| Offset(share(span, column.into(), columns.into()));
        let Some(mean) = model.level.mean_between(moment(column), moment(column + 1), now) else { break };
        let eighths = crate::tui::view::pen::cells(mean / f64::from(top), rows * 8);
        // Even the smallest level is visible.
        let eighths = if mean > 0.0 { eighths.max(1) } else { 0 };
        for row in 0..rows {
            let filled = eighths.saturating_sub((rows - 1 - row) * 8).min(8);
            if filled > 0 {
                pen.set_cell(AXIS + column, 1 + row, levels[usize::from(filled) - 1], style);
            }
        }
    }
    draw_marks(pen, scene, 1 + rows, columns, span);
    let start = pen.height() - 1;
    pen.text(AXIS, start, "0 s", Role::Axis);
    let end = units::roughly(Micros(span));
    let end = if model.ended.is_some() { units::length(Micros(span)) } else { end };
    pen.right(pen.width(), start, &end, Role::Axis);
}

/// Draws the vertical axis, with labels at its top and, if that is a whole number, its middle.
fn axis(pen: &mut Pen<'_>, rows: u16, top: u32) {
    let (tick, line) = (pen.theme.glyphs.tick.clone(), pen.theme.glyphs.axis.clone());
    for row in 0..rows {
        let label = if row == 0 {
            Some(top)
        } else if row == rows / 2 && top.is_multiple_of(2) && rows.is_multiple_of(2) {
            Some(top / 2)
        } else {
            None
        };
        if let Some(label) = label {
            pen.right(AXIS - 2, 1 + row, &units::count(label.into()), Role::Axis);
        }
        pen.text(AXIS - 1, 1 + row, if label.is_some() { &tick } else { &line }, Role::Axis);
    }
}

/// Draws the horizontal axis with its marks, and their names below if there is room.
fn draw_marks(pen: &mut Pen<'_>, scene: &ViewScene<'_>, y: u16, columns: u16, span: u64) {
    let (corner, rule) = (pen.theme.glyphs.corner.clone(), pen.theme.glyphs.rule.clone());
    let marker = pen.theme.glyphs.ascending.clone();
    pen.text(AXIS - 1, y, &corner, Role::Axis);
    pen.fill(AXIS, y, columns, &rule, Role::Axis);
    // Names must not overlap each other or the ends of the axis. The latest ones have priority.
    let mut free_until = pen.width().saturating_sub(9);
    for (at, mark) in scene.model.marks.iter().rev() {
        let column = u16::try_from(share(columns.into(), at.0, span)).unwrap_or(u16::MAX).min(columns - 1);
        let (name, colour) = mark_label(mark);
        pen.text(AXIS + column, y, &marker, colour);
        let width = width_of(&name);
        let from = (AXIS + column).saturating_sub(width / 2).min(free_until.saturating_sub(width));
        if from >= AXIS + 5 && from + width <= free_until {
            pen.text(from, y + 1, &name, colour);
            free_until = from.saturating_sub(2);
        }
    }
}

fn mark_label(mark: Mark) -> (String, Role) {
    match mark {
        Mark::Refusals(status) => (format!("{status} burst"), Role::Limited),
        Mark::Limit(from, to) => (format!("limit {from} to {to}"), Role::Accent),
        Mark::Paused => ("paused".into(), Role::Slow),
        Mark::Resumed => ("resumed".into(), Role::TextDim),
        Mark::Stopped(lasted) => (format!("stopped {}", units::length(lasted)), Role::Slow),
        Mark::Draining => ("draining".into(), Role::Cancelled),
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
    use super::{scale, span_of};
    use crate::event::Offset;

    #[test]
    fn the_scale_is_the_limit_unless_nothing_comes_near_it() {
        assert_eq!([scale(32, 30), scale(1_000, 3), scale(0, 7), scale(10, 17)], [32, 4, 8, 20]);
    }

    #[test]
    fn the_span_grows_in_steps() {
        assert_eq!(
            [span_of(Offset(0)), span_of(Offset(2_000_001)), span_of(Offset(61_000_000))],
            [2_000_000, 5_000_000, 120_000_000]
        );
    }
}
