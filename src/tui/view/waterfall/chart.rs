//! The chart of attempts in flight, on the same time axis as the bars above.
//!
//! Start at [`draw`].

use crate::event::Offset;
use crate::model::Model;
use crate::text::units;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::waterfall::bar::Track;
use crate::tui::view::widgets::charts::{column, scale};

/// Draws the title, and a column for each cell of the bars.
pub(super) fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>, track: &Track<'_>) {
    let Some(rows) = pen.height().checked_sub(1).filter(|&rows| rows > 0) else { return };
    let model = scene.model;
    let peak = format!("peak {}", units::count(model.level.peak().into()));
    let remark = match model.limit {
        Some(limit) => format!("{peak}   limit {}", units::count(limit.into())),
        None => peak,
    };
    pen.section(0, "In flight", &remark);
    let top = scale(model.limit.unwrap_or(0), model.level.peak());
    if track.x >= 2 {
        let (tick, line) = (pen.theme.glyphs.tick.clone(), pen.theme.glyphs.axis.clone());
        for row in 0..rows {
            let label = if row == 0 { units::count(top.into()) } else { "0".to_owned() };
            let is_labelled = row == 0 || (row + 1 == rows && rows > 1);
            if is_labelled {
                pen.right(track.x - 2, 1 + row, &label, Role::Axis);
            }
            pen.text(track.x - 1, 1 + row, if is_labelled { &tick } else { &line }, Role::Axis);
        }
    }
    for (x, mean) in (track.x..).zip(means(model, track)) {
        let Some(mean) = mean else { continue };
        column(pen, x, 1, rows, mean / f64::from(top));
    }
}

/// The mean number in flight for each cell; `None` if it is unknown.
///
/// It is computed from the attempts if all of them are known, and otherwise from the coarser level of the run.
fn means(model: &Model, track: &Track<'_>) -> Vec<Option<f64>> {
    let edge = |i: u16| {
        let ahead = u128::from(track.axis.length.0) * u128::from(i) / u128::from(track.width.max(1));
        track.axis.from + crate::event::Micros(u64::try_from(ahead).unwrap_or(u64::MAX))
    };
    let edges: Vec<Offset> = (0..=track.width).map(edge).collect();
    let counted = overlaps(model, &edges, track.now);
    let mean = |(pair, area): (&[Offset], &f64)| {
        let [from, to] = [pair[0], pair[1].min(track.now)];
        if to <= from {
            return None;
        }
        if from < model.timeline.complete_since() {
            return model.level.mean_between(from, to, track.now);
        }
        Some(area / to.since(from).0 as f64)
    };
    edges.windows(2).zip(&counted).map(mean).collect()
}

/// Attempts × microseconds within each pair of neighbouring moments, in one pass over the attempts.
fn overlaps(model: &Model, edges: &[Offset], now: Offset) -> Vec<f64> {
    let mut areas = vec![0.0; edges.len().saturating_sub(1)];
    // The change in the number of bars that fill a whole cell.
    let mut steps = vec![0_i64; edges.len() + 1];
    let (Some(&begin), Some(&end)) = (edges.first(), edges.last()) else { return areas };
    for bar in model.timeline.bars() {
        let (from, to) = (bar.started.max(begin), bar.until(now).min(end).min(now.max(begin)));
        if from >= to {
            continue;
        }
        let first = edges.partition_point(|&edge| edge <= from) - 1;
        let last = edges.partition_point(|&edge| edge < to) - 1;
        if first == last {
            areas[first] += to.since(from).0 as f64;
        } else {
            areas[first] += edges[first + 1].since(from).0 as f64;
            areas[last] += to.since(edges[last]).0 as f64;
            steps[first + 1] += 1;
            steps[last] -= 1;
        }
    }
    let mut whole = 0;
    for (i, area) in areas.iter_mut().enumerate() {
        whole += steps[i];
        *area += whole as f64 * edges[i + 1].min(now).since(edges[i]).0 as f64;
    }
    areas
}

#[cfg(test)]
mod tests {
    use super::overlaps;
    use crate::event::origin::Origin;
    use crate::event::waits::WaitTimes;
    use crate::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Offset};
    use crate::model::Model;

    #[test]
    fn what_is_in_flight_is_counted_cell_by_cell() {
        let mut model = Model::default();
        for (job, at) in [(1, 0), (2, 15), (3, 45)] {
            let attempt = Attempt { job: JobId(job), n: 1 };
            let (endpoint, host, target, waited) = (EndpointId(0), HostId(0), "GET /".into(), WaitTimes::NONE);
            let fact = Fact::AttemptStarted {
                attempt,
                endpoint,
                host,
                row: 0,
                slot: 0,
                target,
                waited,
                until: None,
                page: None,
                due: None,
            };
            model.apply(&Event { at: Offset(at), origin: Origin::HERE, fact });
        }
        let edges: Vec<Offset> = [0, 10, 20, 30, 40, 50].map(Offset).to_vec();
        assert_eq!(overlaps(&model, &edges, Offset(48)), [10.0, 15.0, 20.0, 20.0, 19.0]);
    }
}
