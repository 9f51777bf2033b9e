//! The latency distribution of one endpoint, with marks at p50, p95 and p99.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::model::endpoint::EndpointStats;
use crate::model::histogram::Histogram;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::{Pen, cells};
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::{column, draw_no_answer};

/// The width of the axis: a number of five digits, a space and the line.
const AXIS: u16 = 8;
/// The rows below the columns: the axis, its numbers, the quantiles.
const BELOW: u16 = 3;

/// The scale of the axis, linear or logarithmic.
#[derive(Clone, Copy, Debug)]
struct Scale {
    low: f64,
    high: f64,
    is_linear: bool,
}

impl Scale {
    fn new(latency: &Histogram, is_linear: bool) -> Self {
        let (least, most) = (latency.min().unwrap_or_default().0.max(1), latency.max().unwrap_or_default().0.max(1));
        let low = if is_linear { 0 } else { steps_below(least) };
        let high = steps_above(most.saturating_add(most / 50).max(low + 1));
        let mut scale = Self { low: 0.0, high: 0.0, is_linear };
        (scale.low, scale.high) = (scale.position(low), scale.position(high));
        scale
    }

    fn position(self, value: u64) -> f64 {
        if self.is_linear { value as f64 } else { (value.max(1) as f64).ln() }
    }

    /// The position of a latency on the axis, from 0 to 1.
    fn share(self, value: Micros) -> f64 {
        ((self.position(value.0) - self.low) / (self.high - self.low).max(1e-9)).clamp(0.0, 1.0)
    }
}

/// Draws the title, the columns, the axis, and a mark at each quantile.
pub(super) fn draw(pen: &mut Pen<'_>, endpoint: &EndpointStats, scene: &ViewScene<'_>) {
    let latency = &endpoint.latency;
    if pen.height() == 0 {
        return;
    }
    let scale = if scene.ui.is_linear { "linear" } else { "log scale" };
    let answers = units::plural(latency.n(), "answer");
    let plain = format!("{scale}, {answers}");
    let [long, short] = since_due(endpoint).map_or([None, None], |[p50, p99]| {
        [Some(format!("{plain}, since due {p50}  {p99}")), Some(format!("{answers}, since due {p99}"))]
    });
    let fits = |remark: &String| width_of("Latency") + 2 + width_of(remark) <= pen.width();
    let remark = [long, short].into_iter().flatten().find(fits).unwrap_or(plain);
    pen.section(0, "Latency", &remark);
    if latency.n() == 0 {
        draw_no_answer(pen, scene.model.is_settled(endpoint));
        return;
    }
    let columns = pen.width().saturating_sub(AXIS);
    let Some(rows) = pen.height().checked_sub(1 + BELOW).filter(|&rows| rows > 0 && columns >= 8) else { return };
    let scale = Scale::new(latency, scene.ui.is_linear);
    let counts = counts(latency, scale, columns);
    let top = counts.iter().copied().fold(0.0_f64, f64::max).max(1e-9);
    let (tick, line) = (pen.theme.glyphs.tick.clone(), pen.theme.glyphs.axis.clone());
    for row in 0..rows {
        pen.text(AXIS - 1, 1 + row, if row == 0 || row + 1 == rows { &tick } else { &line }, Role::Axis);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    pen.right(AXIS - 2, 1, &units::count(top.round() as u64), Role::Axis);
    for (x, &count) in (AXIS..).zip(&counts) {
        column(pen, x, 1, rows, count / top);
    }
    axis(pen, 1 + rows, columns, scale, latency);
}

/// The median and p99 of the latencies since due, if attempts started later than that.
fn since_due(endpoint: &EndpointStats) -> Option<[String; 2]> {
    let since_due = Some(&endpoint.since_due).filter(|since_due| since_due.late > 0)?;
    let quantile = |name, q| Some(format!("{name} {}", units::length(since_due.latency.quantile(q)?)));
    Some([quantile("p50", 0.5)?, quantile("p99", 0.99)?])
}

/// Draws the axis, its round numbers, and the quantiles below them.
fn axis(pen: &mut Pen<'_>, y: u16, columns: u16, scale: Scale, latency: &Histogram) {
    let glyphs = &pen.theme.glyphs;
    let (corner, rule, marker) = (glyphs.corner.clone(), glyphs.rule.clone(), glyphs.marker.clone());
    pen.text(AXIS - 1, y, &corner, Role::Axis);
    pen.fill(AXIS, y, columns, &rule, Role::Axis);
    let position = |value: Micros| AXIS + cells(scale.share(value), columns - 1);
    let mut free = AXIS;
    for value in round_numbers(scale) {
        let label = brief(value);
        let x = position(value);
        if x >= free && x + width_of(&label) <= AXIS + columns {
            free = pen.text(x, y + 1, &label, Role::Axis) + 2;
        }
    }
    let mut marks: Vec<(u16, String)> = [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")]
        .into_iter()
        .filter_map(|(q, name)| latency.quantile(q).map(|value| (name, value)))
        .map(|(name, value)| (position(value), format!("{name} {}", units::length(value))))
        .collect();
    let width = |marks: &[(u16, String)]| marks.iter().map(|(_, label)| width_of(label) + 2).sum::<u16>();
    for (at, _) in &marks {
        pen.text(*at, y, &marker, Role::Marker);
    }
    while width(&marks) > columns + 2 {
        marks.pop();
    }
    // From right to left, each label is placed as near to its mark as its neighbours allow.
    let mut end = AXIS + columns;
    while let Some((at, label)) = marks.pop() {
        let most = end.saturating_sub(width_of(&label));
        let x = at.saturating_sub(width_of(&label) / 2).max(AXIS + width(&marks)).min(most);
        pen.text(x, y + 2, &label, Role::Marker);
        end = x.saturating_sub(2);
    }
}

/// The count of each column. With few answers, several columns share one bin, so that the shape is not noise.
/// A histogram bucket that is wider than a column is spread over several.
fn counts(latency: &Histogram, scale: Scale, columns: u16) -> Vec<f64> {
    let columns_per_bin =
        columns.div_ceil(cells((latency.n() as f64).sqrt() * 3.0 / f64::from(columns), columns).max(8));
    let bins = columns.div_ceil(columns_per_bin);
    let mut counts = vec![0.0; usize::from(bins)];
    // The last bin may reach beyond the last column.
    let last = f64::from(columns) / f64::from(columns_per_bin);
    for (low, high, n) in latency.spans() {
        let (from, to) = (scale.share(low) * last, scale.share(high) * last);
        for (i, count) in counts.iter_mut().enumerate() {
            let inside = (to.min(i as f64 + 1.0) - from.max(i as f64)).max(0.0);
            let is_within = (i as f64..i as f64 + 1.0).contains(&from);
            // A bucket without width counts in the bin where it begins.
            *count += if to - from > 1e-6 {
                n as f64 * inside / (to - from)
            } else {
                n as f64 * f64::from(u8::from(is_within))
            };
        }
    }
    (0..columns).map(|column| counts.get(usize::from(column / columns_per_bin)).copied().unwrap_or(0.0)).collect()
}

/// The numbers of the axis: 1, 2 and 5 times the powers of ten. A linear scale has five equal steps.
fn round_numbers(scale: Scale) -> Vec<Micros> {
    if scale.is_linear {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive length of time")]
        let high = scale.high as u64;
        return (0..=4).map(|i| Micros(high / 4 * i)).collect();
    }
    let powers = (0..20).map(|power| 10_u64.pow(power));
    let numbers = powers.flat_map(|power| [1, 2, 5].map(|step| power.saturating_mul(step)));
    let is_inside = |value: &u64| (scale.low - 1e-9..=scale.high + 1e-9).contains(&scale.position(*value));
    numbers.filter(is_inside).map(Micros).collect()
}

/// Formats a latency briefly: `50 ms`, `1 s`, `2.5 s`.
fn brief(value: Micros) -> String {
    let (unit, name) = match value.0 {
        0..1_000 => (1.0, "µs"),
        1_000..1_000_000 => (1e3, "ms"),
        _ => (1e6, "s"),
    };
    let number = format!("{:.1}", value.0 as f64 / unit);
    format!("{} {name}", number.trim_end_matches('0').trim_end_matches('.'))
}

fn steps_below(value: u64) -> u64 {
    let power = 10_u64.pow(value.max(1).ilog10());
    [5, 2, 1].into_iter().map(|step| power.saturating_mul(step)).find(|&it| it <= value).unwrap_or(1)
}

fn steps_above(value: u64) -> u64 {
    let power = 10_u64.pow(value.max(1).ilog10());
    [1, 2, 5, 10].into_iter().map(|step| power.saturating_mul(step)).find(|&it| it >= value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::{Scale, brief, counts, round_numbers};
    use crate::event::Micros;
    use crate::model::histogram::Histogram;

    #[test]
    fn every_distribution_is_visible() {
        for values in [vec![250_000; 9], (1..4_000).map(|i| i * 700).collect(), vec![3, 5, 9_000_000_000], vec![0]] {
            let mut histogram = Histogram::default();
            for &value in &values {
                histogram.record(Micros(value));
            }
            for is_linear in [false, true] {
                let scale = Scale::new(&histogram, is_linear);
                // The columns of one bin have the same count.
                let column_counts = counts(&histogram, scale, 48);
                assert!(column_counts.iter().any(|&count| count > 0.0), "{column_counts:?} {scale:?}");
                let most = column_counts.iter().copied().fold(0.0_f64, f64::max);
                assert!(most <= values.len() as f64 + 1e-6, "{most} {scale:?}");
                assert!(round_numbers(scale).len() >= 2, "{scale:?}");
            }
        }
    }

    #[test]
    fn numbers_of_the_axis_are_brief() {
        assert_eq!([brief(Micros(50_000)), brief(Micros(2_500_000)), brief(Micros(7))], ["50 ms", "2.5 s", "7 µs"]);
    }
}
