//! The overview's latency chart: a histogram with marks at p50, p95 and p99.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::model::histogram::Histogram;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::overview::kpi;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::{draw_no_answer, smooth_bar};

/// One row of the chart: latencies from `low` up to `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LatencyRow {
    low: Micros,
    high: Option<Micros>,
}

/// From this width on, a row has room for the names of several quantiles.
const WITH_RANGES: u16 = 36;
/// The width of several names, gap included.
const MARKER: u16 = 7;

/// Draws the title, and one bar per row.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() == 0 {
        return;
    }
    let (histogram, span) = kpi::latency(scene);
    pen.section(0, "Latency", span);
    let n_rows = usize::from(pen.height() - 1).min(10);
    if histogram.n() == 0 {
        draw_no_answer(pen, scene.model.ended.is_some());
        return;
    }
    let rows = choose_rows(&histogram, n_rows);
    let counts: Vec<u64> = rows.iter().map(|row| count(&histogram, *row)).collect();
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    // Most labels fit into 12 columns; a wider one moves the bars to the right.
    let label_width = rows.iter().map(|row| width_of(&label(*row))).max().unwrap_or(0).max(12);
    let count_width = u16::try_from(units::count(histogram.n()).len()).unwrap_or(8).max(5);
    let marker_width = if pen.width() >= WITH_RANGES { MARKER } else { 4 };
    let bar_at = label_width + 1;
    let bar_width = pen.width().saturating_sub(bar_at + count_width + marker_width + 2);
    for (y, (row, &n)) in (1..).zip(rows.iter().zip(&counts)) {
        pen.right(label_width, y, &label(*row), Role::TextDim);
        smooth_bar(pen, bar_at, y, bar_width, n as f64 / most as f64, Role::Bar);
        let role = if n == 0 { Role::TextFaint } else { Role::Text };
        pen.right(bar_at + bar_width + 1 + count_width, y, &units::count_or_nothing(n), role);
        let inside = |q| histogram.quantile(q).is_some_and(|v| row.low <= v && row.high.is_none_or(|high| v < high));
        let names = [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")].into_iter().filter(|&(q, _)| inside(q));
        let names: Vec<&str> = names.map(|(_, name)| name).collect();
        let text = match names.as_slice() {
            [] => continue,
            // All quantiles of a row are named if there is room: `p95–99`.
            [first, .., last] if marker_width == MARKER => format!("{first}–{}", last.trim_start_matches('p')),
            [.., last] => (*last).to_owned(),
        };
        pen.text(bar_at + bar_width + count_width + 2, y, &text, Role::Marker);
    }
}

/// Chooses rows that show the shape of the distribution.
///
/// A narrow distribution gets equal steps. For a wide one, each row is several times as wide as the one before,
/// so that the rows cover all latencies up to p90.
fn choose_rows(histogram: &Histogram, n: usize) -> Vec<LatencyRow> {
    let q = |q| histogram.quantile(q).unwrap_or_default().0;
    let n = n.max(2);
    let inner = n as u64 - 2;
    let (low, high) = (q(0.01), q(0.99));
    let is_narrow = high < low.saturating_mul(3) || inner < 2;
    let edges: Vec<u64> = if is_narrow {
        // A row that is narrower than the buckets would be empty although its neighbours are full.
        let least = Histogram::resolution(Micros(high)).0;
        let step = nice_above((high.saturating_sub(low) / inner.max(1)).max(low / 50).max(least));
        let first = low / step * step;
        (0..=inner).map(|i| first.saturating_add(i.saturating_mul(step))).collect()
    } else {
        // With few rows, the first one must not be empty.
        let first = if n < 8 { nice_above(low.max(1)) } else { nice_below(low.max(1)) };
        let p90 = q(0.9);
        let reaches = |ratio: &u64| (0..inner).fold(first, |edge, _| edge.saturating_mul(*ratio)) >= p90;
        let ratio = [2, 4, 10].into_iter().find(reaches).unwrap_or(100);
        (0..=inner).scan(first, |edge, _| Some(std::mem::replace(edge, edge.saturating_mul(ratio)))).collect()
    };
    // Rows above the slowest answer would be empty; they are added when they are needed.
    let slowest = histogram.max().unwrap_or_default().0;
    let needed = edges.iter().position(|&edge| edge > slowest).map_or(edges.len(), |i| i + 1);
    let edges = &edges[..needed];
    let mut rows = vec![LatencyRow { low: Micros::ZERO, high: Some(Micros(edges[0])) }];
    rows.extend(edges.windows(2).map(|pair| LatencyRow { low: Micros(pair[0]), high: Some(Micros(pair[1])) }));
    rows.push(LatencyRow { low: Micros(edges[edges.len() - 1]), high: None });
    rows
}

fn count(histogram: &Histogram, row: LatencyRow) -> u64 {
    histogram.count_between(row.low, row.high.unwrap_or(Micros(u64::MAX)))
}

/// `50–100 ms`, `0.8–1.6 s`, `< 50 ms`, `> 3.2 s`.
fn label(row: LatencyRow) -> String {
    let Some(high) = row.high else {
        return format!("> {}", edge(row.low, row.low));
    };
    if row.low == Micros::ZERO {
        return format!("< {}", edge(high, high));
    }
    let upper = edge(high, high);
    let lower = edge(row.low, high);
    let lower = lower.split(' ').next().unwrap_or_default();
    format!("{lower}–{upper}")
}

/// A bound, in the unit of `like`.
fn edge(value: Micros, like: Micros) -> String {
    let (unit, name) = match like.0 {
        0..1_000 => (1.0, "µs"),
        1_000..800_001 => (1e3, "ms"),
        _ => (1e6, "s"),
    };
    let number = format!("{:.2}", value.0 as f64 / unit);
    let number = number.trim_end_matches('0').trim_end_matches('.');
    format!("{number} {name}")
}

/// 1, 2 or 5 times a power of ten, not above `value`.
fn nice_below(value: u64) -> u64 {
    let power = 10_u64.pow(value.max(1).ilog10());
    power.saturating_mul([5, 2, 1].into_iter().find(|step| power.saturating_mul(*step) <= value).unwrap_or(1))
}

/// 1, 2 or 5 times a power of ten, not below `value`.
fn nice_above(value: u64) -> u64 {
    let power = 10_u64.pow(value.max(1).ilog10());
    power.saturating_mul([1, 2, 5, 10].into_iter().find(|step| power.saturating_mul(*step) >= value).unwrap_or(10))
}

#[cfg(test)]
mod tests {
    use super::{LatencyRow, choose_rows, count, label, nice_above, nice_below};
    use crate::event::Micros;
    use crate::model::histogram::Histogram;

    #[test]
    fn every_latency_is_in_one_row() {
        for values in [vec![250_000; 9], (1..4_000).map(|i| i * 700).collect(), vec![3, 5, 9_000_000_000]] {
            let mut histogram = Histogram::default();
            for &value in &values {
                histogram.record(Micros(value));
            }
            for n in 2..11 {
                let rows = choose_rows(&histogram, n);
                let total: u64 = rows.iter().map(|row| count(&histogram, *row)).sum();
                assert_eq!(total, histogram.n(), "{n} {rows:?}");
                assert!(rows.len() <= n, "{n} {rows:?}");
            }
        }
    }

    #[test]
    fn no_row_is_narrower_than_the_buckets() {
        // Buckets near 800 ms are 16 ms wide.
        let mut histogram = Histogram::default();
        for i in 0..1_000 {
            histogram.record(Micros(800_000 + i * 60));
        }
        for n in 3..11 {
            for row in choose_rows(&histogram, n) {
                let Some(high) = row.high.filter(|_| row.low > Micros::ZERO) else { continue };
                assert!(high - row.low >= Histogram::resolution(high), "{n} {row:?}");
            }
        }
    }

    #[test]
    fn labels_share_one_unit() {
        let row = |low, high| label(LatencyRow { low: Micros(low), high });
        assert_eq!(row(0, Some(Micros(50_000))), "< 50 ms");
        assert_eq!(row(50_000, Some(Micros(100_000))), "50–100 ms");
        assert_eq!(row(800_000, Some(Micros(1_600_000))), "0.8–1.6 s");
        assert_eq!(row(3_200_000, None), "> 3.2 s");
    }

    #[test]
    fn edges_are_round_numbers() {
        assert_eq!([nice_below(1), nice_below(49), nice_below(57_000)], [1, 20, 50_000]);
        assert_eq!([nice_above(1), nice_above(49), nice_above(57_000)], [1, 50, 100_000]);
    }
}
