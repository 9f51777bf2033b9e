//! How many answers took how long, on a logarithmic axis, with p50, p95 and p99.
//!
//! Start at [`histogram`].

use maud::{Markup, html};

use crate::event::Micros;
use crate::model::histogram::Histogram;
use crate::output::document::page::plot::{WIDTH, num};
use crate::text::units;

/// Bars, at most.
const MOST: i32 = 48;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 8.0;
/// Room for two rows of labels above the bars.
const TOP: f64 = 30.0;
const HEIGHT: f64 = 110.0;

/// The chart; `None` without an answer.
pub(super) fn histogram(latency: &Histogram) -> Option<Markup> {
    let axis = LatencyAxis::between_extremes(latency)?;
    let counts: Vec<u64> = (0..axis.n).map(|i| latency.count_between(axis.bound(i), axis.bound(i + 1))).collect();
    let most = counts.iter().copied().max()?.max(1);
    let y = |n: u64| TOP + HEIGHT * (1.0 - n as f64 / most as f64);
    let width = (WIDTH - LEFT - RIGHT) / f64::from(axis.n);
    let labelled = (f64::from(axis.n) / 10.0).ceil().max(1.0) as i32;
    Some(html! {
        svg viewBox=(format!("0 0 {WIDTH} {}", TOP + HEIGHT + 22.0)) role="img" aria-label="latency histogram" {
            text.axis x=(LEFT - 6.0) y=(TOP + 4.0) text-anchor="end" { (units::count(most)) }
            @for (i, &n) in (0..axis.n).zip(&counts) {
                @let x = LEFT + width * f64::from(i);
                @if n > 0 {
                    rect.good x=(num(x)) y=(num(y(n))) width=(num(width - 1.0)) height=(num(TOP + HEIGHT - y(n))) {
                        title {
                            (units::plural(n, "answer")) " from " (units::length(axis.bound(i)))
                            " to " (units::length(axis.bound(i + 1)))
                        }
                    }
                }
                @if i % labelled == 0 {
                    text.axis x=(num(x)) y=(TOP + HEIGHT + 16.0) text-anchor="middle" { (units::length(axis.bound(i))) }
                }
            }
            line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(TOP + HEIGHT) y2=(TOP + HEIGHT) {}
            @for (name, q, label_at) in [("p50", 0.5, 24.0), ("p95", 0.95, 24.0), ("p99", 0.99, 12.0)] {
                @if let Some(latency) = latency.quantile(q) {
                    @let x = axis.x(latency);
                    line.tick x1=(num(x)) x2=(num(x)) y1=(label_at + 3.0) y2=(TOP + HEIGHT) {}
                    text.axis x=(num(x)) y=(label_at) text-anchor="middle" { (name) }
                }
            }
        }
    })
}

/// Bars of equal ratio between the fastest and the slowest answer.
#[derive(Clone, Copy, Debug)]
struct LatencyAxis {
    least: f64,
    ratio: f64,
    n: i32,
}

impl LatencyAxis {
    fn between_extremes(latency: &Histogram) -> Option<Self> {
        let (least, most) = (latency.min()?.max(Micros(1)), latency.max()?.max(Micros(1)));
        let (low, high) = (least.0 as f64, most.0 as f64 + 1.0);
        // No bar is narrower than a bucket of the histogram.
        let finest = 1.0 + Histogram::resolution(least).0.max(1) as f64 / low;
        let ratio = (high / low).powf(1.0 / f64::from(MOST)).max(finest);
        let n = ((high / low).ln() / ratio.ln()).ceil().clamp(1.0, f64::from(MOST)) as i32;
        Some(Self { least: low, ratio, n })
    }

    /// The lower bound of a bar.
    fn bound(self, i: i32) -> Micros {
        Micros((self.least * self.ratio.powi(i)).floor() as u64)
    }

    fn x(self, latency: Micros) -> f64 {
        let place = (latency.0.max(1) as f64 / self.least).ln() / self.ratio.ln() / f64::from(self.n);
        LEFT + (WIDTH - LEFT - RIGHT) * place.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{LatencyAxis, MOST, histogram};
    use crate::event::Micros;
    use crate::model::histogram::Histogram;

    #[test]
    fn every_answer_is_in_a_bar() {
        for latencies in [vec![0], vec![20_000], vec![20_000, 20_100, 21_000], (1..2_000_000).step_by(911).collect()] {
            let mut all = Histogram::default();
            for &latency in &latencies {
                all.record(Micros(latency));
            }
            let axis = LatencyAxis::between_extremes(&all).expect("there are answers");
            assert!(axis.n <= MOST);
            assert!(axis.bound(0) <= all.min().expect("there are answers").max(Micros(1)));
            let last = all.max().expect("there are answers");
            assert!(axis.bound(axis.n) >= last, "{:?} {last:?}", axis.bound(axis.n));
        }
        assert!(histogram(&Histogram::default()).is_none());
    }
}
