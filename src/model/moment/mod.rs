//! The figures of a run at one moment, kept so that two moments can be compared.
//!
//! Start at [`MomentFigures::new`] and [`MarkedMoments`].

pub mod outline;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::event_log::LogEvent;
use crate::model::marks::Mark;
use crate::model::window::{TimeWindow, WindowFigures};

/// What the screen shows of a run at one moment, as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentFigures {
    /// The moment.
    pub at: Offset,
    /// Attempts in flight.
    pub in_flight: u32,
    /// The limit in force, if there was one.
    pub limit: Option<u32>,
    /// Jobs that had ended.
    pub settled: u64,
    /// Jobs that had failed.
    pub failed: u64,
    /// Failed attempts by cause so far, in the order of first occurrence.
    pub causes: Vec<(Cause, u64)>,
    /// The endpoints, in the model's order.
    pub endpoints: Vec<EndpointFigures>,
    /// The figures of each window, in the order of [`TimeWindow::ALL`].
    windows: [MomentWindow; TimeWindow::ALL.len()],
}

/// The rates and the latencies of one window before a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MomentWindow {
    /// Counts, and the time that they cover.
    pub figures: WindowFigures,
    /// The 50th, the 95th and the 99th percentile of the answers.
    pub quantiles: [Option<Micros>; 3],
}

/// One endpoint at a moment, over the whole run so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointFigures {
    /// Its name; foreign text.
    pub name: Arc<str>,
    /// Jobs that had ended.
    pub settled: u64,
    /// Jobs that had failed.
    pub failed: u64,
    /// The 95th percentile of its answers.
    pub p95: Option<Micros>,
}

impl MomentFigures {
    /// Number of endpoints that are compared; a moment of a list of millions must not fill the memory.
    pub const MOST_ENDPOINTS: usize = 1_000;

    /// The figures of a run now.
    pub fn new(model: &Model, now: Offset) -> Self {
        let causes = (0..model.incidents.n()).filter_map(|n| model.incidents.nth(n));
        let endpoints = model.endpoints.iter().take(Self::MOST_ENDPOINTS).map(|endpoint| EndpointFigures {
            name: Arc::clone(&endpoint.name),
            settled: endpoint.settled(),
            failed: endpoint.failed,
            p95: endpoint.latency.quantile(0.95),
        });
        let window = |window| {
            let latency = model.latency_within(window, now);
            MomentWindow {
                figures: model.figures_of(window, now),
                quantiles: [0.5, 0.95, 0.99].map(|q| latency.quantile(q)),
            }
        };
        Self {
            at: now,
            in_flight: model.in_flight(),
            limit: model.limit_in_force(),
            settled: model.totals.settled(),
            failed: model.totals.jobs_failed,
            causes: causes.map(|(cause, group)| (cause, group.attempts.n.max(group.jobs))).collect(),
            endpoints: endpoints.collect(),
            windows: TimeWindow::ALL.map(window),
        }
    }

    /// The figures of one window before the moment.
    pub fn within(&self, window: TimeWindow) -> &MomentWindow {
        &self.windows[window as usize]
    }

    /// Failures of one cause so far.
    pub fn failures_of(&self, cause: Cause) -> u64 {
        self.causes.iter().find(|(known, _)| *known == cause).map_or(0, |(_, n)| *n)
    }
}

/// The figures at the moments that were marked while the run was recorded, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedMoments {
    kept: VecDeque<Arc<MomentFigures>>,
    n_set: u64,
}

impl MarkedMoments {
    /// Number of marks kept.
    pub const KEPT: usize = 26;

    /// The number of marks ever set.
    pub fn n_set(&self) -> u64 {
        self.n_set
    }

    /// The marks that are kept, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Arc<MomentFigures>)> {
        (self.n_set - self.kept.len() as u64..).zip(&self.kept)
    }

    /// Keeps a mark, and returns its number.
    pub fn add(&mut self, figures: MomentFigures) -> u64 {
        if self.kept.len() == Self::KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Arc::new(figures));
        self.n_set += 1;
        self.n_set - 1
    }
}

impl Model {
    /// Records that the user has marked this moment.
    pub(super) fn mark_moment(&mut self, at: Offset) {
        let number = self.marked.add(MomentFigures::new(self, at));
        self.marks.set(at, Mark::Marked(number));
        self.event_log.add(at, LogEvent::Marked(number));
    }
}

/// The name of a mark: `A` to `Z`, then numbers.
pub fn mark_name(number: u64) -> String {
    let letter = u8::try_from(number).ok().filter(|number| *number < 26).map(|number| char::from(b'A' + number));
    letter.map_or_else(|| (number + 1).to_string(), String::from)
}

#[cfg(test)]
mod tests {
    use super::{MarkedMoments, MomentFigures, mark_name};
    use crate::event::Offset;
    use crate::model::Model;

    #[test]
    fn marks_are_named_by_letters_and_then_by_numbers() {
        assert_eq!([mark_name(0), mark_name(25), mark_name(26)], ["A", "Z", "27"]);
    }

    #[test]
    fn the_oldest_mark_is_forgotten_and_the_others_keep_their_numbers() {
        let mut marked = MarkedMoments::default();
        let model = Model::default();
        for at in 0..30 {
            assert_eq!(marked.add(MomentFigures::new(&model, Offset(at))), at);
        }
        let kept: Vec<(u64, Offset)> = marked.iter().map(|(number, figures)| (number, figures.at)).collect();
        assert_eq!((kept.len(), kept[0], kept[25]), (MarkedMoments::KEPT, (4, Offset(4)), (29, Offset(29))));
    }
}
