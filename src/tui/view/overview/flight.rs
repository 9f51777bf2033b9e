//! The chart of attempts in flight over the whole run, with the limit, and below it what the answers were.
//!
//! Both share one time axis, so that a changed limit and its effect are one picture. Start at [`draw`].

use crate::event::adaptive::AdaptiveMode;
use crate::model::history::Ends;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::overview::loop_band;
use crate::tui::view::overview::run_axis::{LABELS, RunAxis};
use crate::tui::view::pen::{Pen, cells};
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::{column, scale};

/// Draws the title, both charts with the event loops of a watched program between them, the axis, and a line of marks.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() < 4 || pen.width() < LABELS + 8 {
        return;
    }
    let title = "In flight over time";
    let width = pen.width();
    pen.section(0, title, &remark(scene, width.saturating_sub(width_of(title) + 2)));
    let band = u16::from(scene.model.loops.is_known() && pen.height() > 4);
    let rows = pen.height() - 3 - band;
    let axis = RunAxis::new(LABELS, pen.width() - LABELS, scene);
    // The answers take two fifths. Their legend needs a row of its own.
    let (answers, legend) = match rows {
        ..3 => (0, 0),
        3..7 => (1, 0),
        _ => (rows * 2 / 5, 1),
    };
    let above = rows - answers - legend;
    in_flight(&mut pen.part(0, 1, width, above), scene, axis);
    if band > 0 {
        loop_band::draw(&mut pen.part(0, 1 + above, width, band), scene, axis);
    }
    if answers > 0 {
        answered(&mut pen.part(0, 1 + above + band, width, answers + legend), scene, axis, legend);
    }
    axis.draw(pen, 1 + rows + band, scene);
}

/// The mean, and the limit with what sets it, as far as there is room.
fn remark(scene: &ViewScene<'_>, room: u16) -> String {
    let model = scene.model;
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
    let texts = [whole, short].into_iter().flatten();
    texts.into_iter().find(|text| width_of(text) <= room).unwrap_or(mean)
}

/// Draws the attempts in flight, and the limit as a stepped line above them.
fn in_flight(pen: &mut Pen<'_>, scene: &ViewScene<'_>, axis: RunAxis) {
    let (model, rows) = (scene.model, pen.height());
    let limit = model.ramp_target.or(model.limit).unwrap_or(0);
    let top = scale(limit.max(model.limit_over_time.peak()), model.level.peak());
    // The line of the highest limit needs a row above the columns.
    let has_line = rows > 1 && model.limit_over_time.peak() > 0;
    let line_row = u16::from(has_line);
    let area = rows - line_row;
    vertical_axis(pen, line_row, area, &[(0, units::count(top.into()))]);
    if top.is_multiple_of(2) && area.is_multiple_of(2) && area > 3 {
        let (tick, half) = (pen.theme.glyphs.tick.clone(), units::count(u64::from(top / 2)));
        pen.right(LABELS - 2, line_row + area / 2, &half, Role::Axis);
        pen.text(LABELS - 1, line_row + area / 2, &tick, Role::Axis);
    }
    let (line, light) = (pen.theme.glyphs.levels[0], pen.theme.area().1);
    for (x, from, to) in axis.ranges() {
        let mean = model.level.mean_between(from, to, axis.now).unwrap_or_default();
        let share = mean / f64::from(top);
        column(pen, x, line_row, area, share);
        let limit = model.limit_over_time.mean_between(from, to, axis.now).filter(|limit| *limit > 0.0);
        let Some(limit) = limit.filter(|limit| has_line && *limit <= f64::from(top)) else { continue };
        // The line is at the bottom of the first row above the limit.
        let above = cells(limit / f64::from(top), area * 8).div_ceil(8).min(rows - 1);
        let style = pen.theme.style(Role::Accent);
        // Attempts above the limit stay visible behind the line.
        let is_covered = cells(share, area * 8) > above * 8;
        let style = if is_covered { light.fg.map_or(style, |color| style.bg(color)) } else { style };
        pen.set_cell(x, rows - 1 - above, line, style);
    }
}

/// Draws how attempts ended: good answers, then refusals, then failures on top, each with a glyph of its own.
fn answered(pen: &mut Pen<'_>, scene: &ViewScene<'_>, axis: RunAxis, legend: u16) {
    let history = &scene.model.history;
    let columns: Vec<(u16, Ends)> =
        axis.ranges().map(|(x, from, to)| (x, history.ends_between(from, to, axis.now))).collect();
    let most = columns.iter().map(|(_, ends)| ends.total()).fold(0.0, f64::max) / axis.seconds_per_column();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive rate, saturating")]
    let top = scale(0, most.ceil() as u32);
    let rows = pen.height() - legend;
    if legend > 0 {
        draw_legend(pen);
    }
    let name = if top < 1_000 { format!("{top}/s") } else { format!("{}k/s", top / 1_000) };
    vertical_axis(pen, legend, rows, &[(0, name)]);
    let per_cell = f64::from(top) * axis.seconds_per_column() / f64::from(rows);
    for (x, ends) in columns {
        stack(pen, (x, legend, rows), &ends, per_cell);
    }
}

/// Draws one column: whole cells for refusals and failures, so that each has its glyph.
fn stack(pen: &mut Pen<'_>, (x, top, rows): (u16, u16, u16), ends: &Ends, per_cell: f64) {
    let theme = pen.theme;
    let share = |n: f64| n / per_cell / f64::from(rows);
    let part = |n: f64| if n > 0.0 { cells(share(n), rows).max(1) } else { 0 };
    let failed = part(ends.failed).min(rows);
    let throttled = part(ends.throttled).min(rows - failed);
    let bad = failed + throttled;
    let good = if ends.good > 0.0 { cells(share(ends.good), rows * 8).max(1) } else { 0 };
    // Under a refusal or a failure, the good part has whole cells.
    let good = if bad > 0 && good > 0 { (good + 3) / 8 * 8 } else { good };
    let good = if bad > 0 && ends.good > 0.0 { good.max(8).min((rows - bad) * 8) } else { good };
    let bottom = top + rows - 1;
    for cell in 0..good.div_ceil(8) {
        let level = (good - cell * 8).min(8);
        pen.set_cell(x, bottom - cell, theme.glyphs.levels[usize::from(level) - 1], theme.style(Role::Ok));
    }
    let first = good.div_ceil(8);
    for cell in first..first + bad {
        let status = if cell < first + throttled { Status::Limited } else { Status::Failed };
        pen.set_cell(x, bottom - cell, theme.glyph(status), theme.style(status));
    }
}

/// Draws the meaning of the answers' glyphs.
fn draw_legend(pen: &mut Pen<'_>) {
    let theme = pen.theme;
    let parts = [
        (theme.glyphs.levels[7], Role::Ok, "good"),
        (theme.glyph(Status::Limited), Role::Limited, "rate limited"),
        (theme.glyph(Status::Failed), Role::Failed, "failed"),
    ];
    let mut x = pen.text(LABELS, 0, "answers", Role::TextDim) + 3;
    for (glyph, role, name) in parts {
        if x + width_of(name) + 2 > pen.width() {
            break;
        }
        pen.text(x, 0, glyph, role);
        x = pen.text(x + 2, 0, name, Role::TextDim) + 3;
    }
}

/// Draws a vertical axis with labels at some of its rows.
fn vertical_axis(pen: &mut Pen<'_>, y: u16, rows: u16, labels: &[(u16, String)]) {
    let (tick, line) = (pen.theme.glyphs.tick.clone(), pen.theme.glyphs.axis.clone());
    for row in 0..rows {
        let label = labels.iter().find(|(at, _)| *at == row);
        if let Some((_, label)) = label {
            pen.right(LABELS - 2, y + row, label, Role::Axis);
        }
        pen.text(LABELS - 1, y + row, if label.is_some() { &tick } else { &line }, Role::Axis);
    }
}
