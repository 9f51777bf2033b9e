//! The frame of a chart: its size, its axes, and where a value is.
//!
//! Start at [`Plot`].

use maud::{Markup, html};

use crate::event::{Micros, Offset};
use crate::text::units;

/// The width of every chart, in units of its own.
pub(super) const WIDTH: f64 = 1000.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 22.0;

/// The frame of a chart over the time of the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    /// The length of the run.
    pub span: Micros,
    /// The height without the axis.
    pub height: f64,
    /// The largest value.
    pub most: f64,
}

impl Plot {
    /// A chart of values up to `most`.
    pub fn new(span: Micros, height: f64, most: f64) -> Self {
        Self { span: span.max(Micros(1)), height, most: if most > 0.0 { most } else { 1.0 } }
    }

    /// Where a moment is.
    pub fn x(self, at: Offset) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * (at.0.min(self.span.0) as f64 / self.span.0 as f64)
    }

    /// Where a value is.
    pub fn y(self, value: f64) -> f64 {
        TOP + self.height * (1.0 - (value / self.most).clamp(0.0, 1.0))
    }

    /// So many equal parts of the run, each with its start and its end.
    pub fn parts(self, n: u64) -> impl Iterator<Item = (Offset, Offset)> {
        let at = move |i: u64| Offset((u128::from(self.span.0) * u128::from(i) / u128::from(n)) as u64);
        (0..n).map(move |i| (at(i), at(i + 1))).filter(|(from, to)| to > from)
    }

    /// The chart: its axes, and what is drawn between them.
    pub fn draw(self, name: &str, value_label: impl Fn(f64) -> String, content: &Markup) -> Markup {
        let (base, bottom) = (TOP + self.height, TOP + self.height + BOTTOM);
        html! {
            svg viewBox=(format!("0 0 {WIDTH} {bottom}")) role="img" aria-label=(name) {
                @for value in [self.most, self.most / 2.0] {
                    line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(num(self.y(value))) y2=(num(self.y(value))) {}
                    text.axis x=(LEFT - 6.0) y=(num(self.y(value) + 4.0)) text-anchor="end" { (value_label(value)) }
                }
                (content)
                line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(num(base)) y2=(num(base)) {}
                @for at in ticks(self.span) {
                    text.axis x=(num(self.x(at))) y=(num(bottom - 6.0)) text-anchor="middle" { (tick_label(at)) }
                }
            }
        }
    }
}

/// A coordinate, short enough for a page of many.
pub(super) fn num(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// Round moments, eight at most, without the start.
fn ticks(span: Micros) -> impl Iterator<Item = Offset> {
    const MOST: u64 = 8;
    const ROUND: [u64; 22] = [
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
        200_000,
        500_000,
        1_000_000,
        2_000_000,
        5_000_000,
        10_000_000,
        15_000_000,
        30_000_000,
        60_000_000,
        120_000_000,
        300_000_000,
        600_000_000,
        1_800_000_000,
        3_600_000_000,
        14_400_000_000,
    ];
    let step = ROUND.into_iter().find(|step| span.0 / step <= MOST).unwrap_or(span.0 / MOST);
    (1..=span.0 / step.max(1)).map(move |i| Offset(i * step))
}

/// `250 ms`, `12 s`, or `02:30.0` from a minute on.
fn tick_label(at: Offset) -> String {
    match at.0 {
        0..1_000_000 => format!("{} ms", at.0 / 1_000),
        1_000_000..60_000_000 => format!("{} s", at.0 as f64 / 1e6),
        _ => units::clock_seconds(at),
    }
}

#[cfg(test)]
mod tests {
    use super::{num, tick_label, ticks};
    use crate::event::Micros;

    #[test]
    fn an_axis_has_few_round_moments() {
        let labels = |span| ticks(Micros(span)).map(tick_label).collect::<Vec<_>>();
        assert_eq!(labels(2_300_000), ["500 ms", "1 s", "1.5 s", "2 s"]);
        assert_eq!(
            labels(150_000_000),
            ["00:30", "01:00", "01:30", "02:00", "02:30"].map(|label| match label {
                "00:30" => "30 s".to_owned(),
                later => later.to_owned(),
            })
        );
        for span in [1, 1_000, 999_999, 86_400_000_000, u64::MAX] {
            assert!(ticks(Micros(span)).take(100).count() <= 9, "{span}");
        }
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([num(12.0), num(12.34), num(0.05)], ["12", "12.3", "0.1"]);
    }
}
