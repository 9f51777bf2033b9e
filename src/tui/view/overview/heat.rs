//! The heat map of latencies over the whole run: time from left to right, latency upwards, more answers more intense.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::model::history::RunHistory;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::overview::run_axis::RunAxis;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::draw_no_answer;

/// The width of the axis: a latency of six characters, a space and the line.
const AXIS: u16 = 8;
/// The width of the names of quantiles at the right.
const QUANTILES: u16 = 4;

/// The latency bands in use, and the rows that they are drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bands {
    first: usize,
    last: usize,
    rows: usize,
    /// Bands of one row, if there are more bands than rows.
    per_row: usize,
    /// Rows of one band, if there are more rows than bands.
    rows_each: usize,
}

impl Bands {
    fn new(first: usize, last: usize, rows: usize) -> Self {
        let n = last - first + 1;
        let per_row = n.div_ceil(rows.max(1));
        // A band of many rows would look like a slab.
        let rows_each = (rows / n).clamp(1, 2);
        Self { first, last, rows, per_row, rows_each }
    }

    /// The row of a band, from below.
    fn row_of(self, band: usize) -> usize {
        band.clamp(self.first, self.last).saturating_sub(self.first) * self.rows_each / self.per_row
    }

    /// The bands of a row, counted from below.
    fn of_row(self, row: usize) -> std::ops::Range<usize> {
        let from = self.first + row / self.rows_each * self.per_row;
        from.min(self.last + 1)..(from + self.per_row).min(self.last + 1)
    }
}

/// Draws the title, the cells, and both axes.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let (width, height) = (pen.width(), pen.height());
    if height == 0 {
        return;
    }
    pen.section(0, "Latency over time", "all answers");
    let Some(rows) = height.checked_sub(3).filter(|&rows| rows > 0 && width >= AXIS + QUANTILES + 8) else { return };
    let axis = RunAxis::new(AXIS, width - AXIS - QUANTILES, scene);
    let history = &scene.model.history;
    let columns: Vec<(u16, [f64; RunHistory::BANDS])> = axis
        .ranges()
        .map(|(x, from, to)| {
            let mut bands = [0.0; RunHistory::BANDS];
            history.heat_between(from, to, axis.now, &mut bands);
            (x, bands)
        })
        .collect();
    let is_used = |band: &usize| columns.iter().any(|(_, bands)| bands[*band] > 0.0);
    let (Some(first), Some(last)) = ((0..RunHistory::BANDS).find(is_used), (0..RunHistory::BANDS).rfind(is_used))
    else {
        draw_no_answer(pen, scene.model.ended.is_some());
        return;
    };
    let bands = Bands::new(first, last, usize::from(rows));
    labels(pen, bands, rows, scene);
    let count = |cells: &[f64; RunHistory::BANDS], row: usize| cells[bands.of_row(row)].iter().sum::<f64>();
    let most = columns.iter().flat_map(|(_, cells)| (0..bands.rows).map(|row| count(cells, row))).fold(0.0, f64::max);
    for (x, cells) in &columns {
        for row in 0..bands.rows {
            let n = count(cells, row);
            if n > 0.0 {
                // Few answers among many are what one looks for, so the scale is logarithmic.
                let (glyph, style) = pen.theme.heat_cell(n.ln_1p() / most.ln_1p());
                pen.set_cell(*x, rows - u16::try_from(row).unwrap_or(rows), glyph, style);
            }
        }
    }
    axis.draw(pen, 1 + rows, scene);
}

/// Draws the vertical axis with round latencies, and the quantiles at the right.
fn labels(pen: &mut Pen<'_>, bands: Bands, rows: u16, scene: &ViewScene<'_>) {
    let (tick, line) = (pen.theme.glyphs.tick.clone(), pen.theme.glyphs.axis.clone());
    for y in 1..=rows {
        pen.text(AXIS - 1, y, &line, Role::Axis);
    }
    let y_of =
        |value: Micros| rows - u16::try_from(bands.row_of(RunHistory::band_of(value))).unwrap_or(0).min(rows - 1);
    let is_inside = |value: &Micros| (bands.first..=bands.last).contains(&RunHistory::band_of(*value));
    let powers = (1..10).map(|power| 10_u64.pow(power));
    let steps: &[u64] = if bands.last - bands.first < 14 { &[1, 2, 5] } else { &[1] };
    let mut free = rows + 1;
    for value in powers.flat_map(|power| steps.iter().map(move |step| Micros(power * step))).filter(is_inside) {
        let y = y_of(value);
        if y < free {
            pen.right(AXIS - 2, y, &brief(value), Role::Axis);
            pen.text(AXIS - 1, y, &tick, Role::Axis);
            free = y.saturating_sub(1);
        }
    }
    let latency = scene.model.latency_of_answers();
    let at = pen.width() - 3;
    // If quantiles share a row, the highest is named.
    let mut free = 0;
    for (q, name) in [(0.99, "p99"), (0.95, "p95"), (0.5, "p50")] {
        let Some(value) = latency.quantile(q) else { continue };
        let y = y_of(value);
        if y > free {
            debug_assert!(width_of(name) < QUANTILES);
            pen.text(at, y, name, Role::Marker);
            free = y;
        }
    }
}

/// A round latency: `100 ms`, `2 s`.
fn brief(value: Micros) -> String {
    let text = units::length(value);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::{Bands, brief};
    use crate::event::Micros;

    #[test]
    fn every_band_is_in_the_row_that_contains_it() {
        for rows in 1..14 {
            for (first, last) in [(0, 0), (3, 9), (0, 47), (20, 33)] {
                let bands = Bands::new(first, last, rows);
                for band in first..=last {
                    let row = bands.row_of(band);
                    assert!(row < rows, "{bands:?} {band}");
                    assert!(bands.of_row(row).contains(&band), "{bands:?} {band} {row}");
                }
            }
        }
    }

    #[test]
    fn labels_are_round() {
        assert_eq!([brief(Micros(100_000)), brief(Micros(2_000_000)), brief(Micros(50))], ["100 ms", "2 s", "50 µs"]);
    }
}
