//! Bars and columns of the charts, and the scale of their axis.
//!
//! Start at [`sparkline`].

use crate::tui::theme::role::Role;
use crate::tui::view::pen::{Pen, cells};

/// Small columns. The highest leaves an eighth of its cell free, so that rows stay apart.
pub fn sparkline(pen: &mut Pen<'_>, x: u16, y: u16, values: impl Iterator<Item = f64> + Clone) {
    let highest = values.clone().fold(0.0, f64::max);
    let style = pen.theme.style(Role::Bar);
    let levels = pen.theme.glyphs.levels;
    for (x, value) in (x..).zip(values) {
        // Nothing looks like nothing, and anything like something.
        if value > 0.0 {
            let level = cells(value / highest, 7).clamp(1, 7);
            pen.put(x, y, levels[usize::from(level) - 1], style);
        }
    }
}

/// A bar that grows by eighths of a cell.
pub fn smooth_bar(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, share: f64, role: Role) {
    let eighths = cells(share, width.saturating_mul(8));
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    let style = pen.theme.style(role);
    let glyphs = pen.theme.glyphs.eighths;
    for i in 0..eighths / 8 {
        pen.put(x + i, y, glyphs[7], style);
    }
    if !eighths.is_multiple_of(8) {
        pen.put(x + eighths / 8, y, glyphs[usize::from(eighths % 8) - 1], style);
    }
}

/// The chart's top: the limit, unless the level never comes near it.
pub fn scale(limit: u32, peak: u32) -> u32 {
    let highest = peak.max(1);
    if limit == 0 || limit / 4 > highest || highest > limit {
        // The next even number that people like to read.
        let power = 10_u32.pow(highest.ilog10());
        return [2, 4, 6, 8, 10, 20]
            .into_iter()
            .filter_map(|step| power.checked_mul(step))
            .find(|&top| top >= highest)
            .unwrap_or(highest);
    }
    limit.max(2)
}
