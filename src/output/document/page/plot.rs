//! The frame of a chart: its size, its axes, and where a value is.
//!
//! Start at [`Plot`].

use maud::{Markup, html};

use crate::event::{Micros, Offset};
use crate::text::time_ticks::ticks;

/// The width of every chart, in units of its own.
pub(super) const WIDTH: f64 = 1000.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 22.0;
/// The most steps between the labels of the time axis.
const MOST_TICKS: u16 = 8;

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
                @for (at, label) in ticks(Offset::ZERO, self.span, MOST_TICKS) {
                    @let anchor = anchor(self.x(at));
                    text.axis x=(num(self.x(at))) y=(num(bottom - 6.0)) text-anchor=(anchor) { (label) }
                }
            }
        }
    }
}

/// How a label is placed at a tick: within the chart at both edges.
fn anchor(x: f64) -> &'static str {
    match x {
        _ if x < LEFT + 30.0 => "start",
        _ if x > WIDTH - 30.0 => "end",
        _ => "middle",
    }
}

/// A coordinate, short enough for a page of many.
pub(super) fn num(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::num;

    #[test]
    fn coordinates_are_short() {
        assert_eq!([num(12.0), num(12.34), num(0.05)], ["12", "12.3", "0.1"]);
    }
}
