//! The trend of one endpoint: its mean latency over the whole run.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::model::endpoint::EndpointStats;
use crate::text::units;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::{column, draw_no_answer};

/// The width of the axis: a duration of eight letters, a space and the line.
const AXIS: u16 = 10;

/// Draws the title, the columns, and the axis.
pub(super) fn draw(pen: &mut Pen<'_>, endpoint: &EndpointStats, scene: &ViewScene<'_>) {
    let Some(rows) = pen.height().checked_sub(3).filter(|&rows| rows > 0) else { return };
    let columns = pen.width().saturating_sub(AXIS);
    let means: Vec<Option<Micros>> = endpoint.trend.means().collect();
    let interval = endpoint.trend.period();
    pen.section(0, "Over time", &format!("mean latency of each {}", units::length(interval)));
    let (Some(most), true) = (means.iter().flatten().max(), columns >= 8) else {
        draw_no_answer(pen, scene.model.is_settled(endpoint));
        return;
    };
    let (tick, line) = (pen.theme.glyphs.tick.clone(), pen.theme.glyphs.axis.clone());
    for row in 0..rows {
        pen.text(AXIS - 1, 1 + row, if row == 0 { &tick } else { &line }, Role::Axis);
    }
    pen.right(AXIS - 2, 1, &units::length(*most), Role::Axis);
    // The axis covers whole intervals, so that the chart does not move within an interval.
    let span = interval.0.saturating_mul(means.len() as u64).max(1);
    for x in 0..columns {
        let at = u128::from(span) * u128::from(x) / u128::from(columns) / u128::from(interval.0.max(1));
        let mean = usize::try_from(at).ok().and_then(|at| means.get(at).copied().flatten());
        let Some(mean) = mean else { continue };
        column(pen, AXIS + x, 1, rows, mean.0 as f64 / most.0.max(1) as f64);
    }
    let (corner, rule) = (pen.theme.glyphs.corner.clone(), pen.theme.glyphs.rule.clone());
    pen.text(AXIS - 1, 1 + rows, &corner, Role::Axis);
    pen.fill(AXIS, 1 + rows, columns, &rule, Role::Axis);
    pen.text(AXIS, 2 + rows, "0 s", Role::Axis);
    let width = pen.width();
    let end = if scene.model.ended.is_some() { units::length(Micros(span)) } else { "now".to_owned() };
    pen.right(width, 2 + rows, &end, Role::Axis);
}
