//! Bars and columns of the charts, and the scale of their axis.
//!
//! Start at [`sparkline`].

use crate::tui::theme::role::Role;
use crate::tui::view::pen::{Pen, cells};

/// Draws that there is nothing to chart: no answer came, so far or at all.
pub fn draw_no_answer(pen: &mut Pen<'_>, is_over: bool) {
    pen.text(0, 1, if is_over { "no answer" } else { "no answer yet" }, Role::TextFaint);
}

/// Draws a row of small columns. The highest leaves an eighth of its cell free, so that rows do not touch.
pub fn sparkline(pen: &mut Pen<'_>, x: u16, y: u16, values: impl Iterator<Item = f64> + Clone, role: Role) {
    let highest = values.clone().fold(0.0, f64::max);
    let style = pen.theme.style(role);
    let levels = pen.theme.glyphs.levels;
    for (x, value) in (x..).zip(values) {
        // Zero is blank, and any other value is visible.
        if value > 0.0 {
            let level = cells(value / highest, 7).clamp(1, 7);
            pen.set_cell(x, y, levels[usize::from(level) - 1], style);
        }
    }
}

/// Draws a bar in halves of a cell.
pub fn smooth_bar(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, share: f64, role: Role) {
    let halves = cells(share, width.saturating_mul(2));
    let halves = if share > 0.0 { halves.max(1) } else { 0 };
    let (full, half) = (pen.theme.glyphs.bar_full.clone(), pen.theme.glyphs.bar_half.clone());
    pen.fill(x, y, halves / 2, &full, role);
    if !halves.is_multiple_of(2) {
        pen.text(x + halves / 2, y, &half, role);
    }
}

/// Draws one column of a chart from below: a light area with a strong edge. Any value above zero is visible.
pub fn column(pen: &mut Pen<'_>, x: u16, top: u16, rows: u16, share: f64) {
    let eighths = if share > 0.0 { cells(share, rows.saturating_mul(8)).max(1) } else { return };
    let bottom = (top + rows).saturating_sub(1);
    let theme = pen.theme;
    let (area, light) = theme.area();
    let edge = (eighths - 1) / 8;
    for cell in 0..edge {
        pen.set_cell(x, bottom - cell, area, light);
    }
    let level = theme.glyphs.levels[usize::from((eighths - 1) % 8)];
    pen.set_cell(x, bottom - edge, level, theme.style(Role::Bar));
}

/// The top of a chart: the limit, or a lower number if the peak is far below it.
pub fn scale(limit: u32, peak: u32) -> u32 {
    let highest = peak.max(1);
    if limit == 0 || limit / 4 > highest || highest > limit {
        // The next round even number.
        let power = 10_u32.pow(highest.ilog10());
        return [2, 4, 6, 8, 10, 20]
            .into_iter()
            .filter_map(|step| power.checked_mul(step))
            .find(|&top| top >= highest)
            .unwrap_or(highest);
    }
    limit.max(2)
}
