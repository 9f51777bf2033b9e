//! Refusals by host and failures by cause over time: one row each, on one time axis. Only a wide screen has it.
//!
//! Start at [`draw`].

use crate::event::cause::Cause;
use crate::model::history::problems::{ProblemKind, ProblemRow};
use crate::text::host_name::short_host;
use crate::text::units;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::overview::run_axis::RunAxis;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::sparkline;

/// The first column of the names, behind the mark.
const NAME: u16 = 2;
/// The width of the counts, gap included.
const COUNT: u16 = 9;
/// The rows of the axis and its labels.
const AXIS: u16 = 2;

/// Draws the title, a row for each host that refused and for each cause, and the axis.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (width, height) = (pen.width(), pen.height());
    if height < 2 || width < 40 {
        return;
    }
    pen.section(0, "Refused and failed over time", "attempts");
    let rows = scene.model.history.problems.rows();
    if rows.is_empty() {
        pen.text(0, 1, "nothing was refused, and nothing failed", Role::TextFaint);
        return;
    }
    let name = (width / 3).min(32);
    let axis = RunAxis::new(NAME + name + 2, width - NAME - name - 2 - COUNT, scene);
    let room = height - 1 - if height > AXIS + 2 { AXIS } else { 0 };
    let hidden = rows.len().saturating_sub(room.into());
    // The last row names what is left out.
    let shown = if hidden > 0 { usize::from(room) - 1 } else { rows.len() };
    for (y, row) in (1..).zip(&rows[..shown]) {
        draw_row(pen, y, row, (name, axis));
    }
    if hidden > 0 {
        let more = format!("+{}", units::plural((rows.len() - shown) as u64, "other row"));
        pen.text(NAME, room, &more, Role::TextDim);
    }
    if height > AXIS + 2 {
        axis.draw(pen, height - AXIS, scene);
    }
}

fn draw_row(pen: &mut Pen<'_>, y: u16, row: &ProblemRow, (name, axis): (u16, RunAxis)) {
    let status = match &row.kind {
        ProblemKind::Refused(_) | ProblemKind::RefusedElsewhere => Status::Limited,
        ProblemKind::Failed(Cause::TimedOut(_)) => Status::Timeout,
        ProblemKind::Failed(_) | ProblemKind::FailedOtherwise => Status::Failed,
    };
    let text = match &row.kind {
        ProblemKind::Refused(host) => short_host(host).to_owned(),
        ProblemKind::RefusedElsewhere => "other hosts".to_owned(),
        ProblemKind::Failed(cause) => cause.to_string(),
        ProblemKind::FailedOtherwise => "other causes".to_owned(),
    };
    let glyph = pen.theme.glyph(status).to_owned();
    pen.text(0, y, &glyph, status);
    let style = pen.theme.style(Role::Text);
    pen.foreign(NAME, y, &text, name, style);
    let values: Vec<f64> = axis.ranges().map(|(_, from, to)| row.between(from, to, axis.now)).collect();
    sparkline(pen, axis.x, y, values.into_iter(), status.into());
    let width = pen.width();
    pen.right(width, y, &units::count(row.n), Role::Text);
}
