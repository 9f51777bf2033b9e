//! Finds the jobs of an earlier run that took so long that the next run should start with them.
//!
//! Without that knowledge, the end of a run waits for the long job that happened to start last. If every job longer
//! than some time starts first, the run lasts no longer than that time after its last start. So only the few jobs
//! far above the median are moved; all others keep their order. Pure: it takes events one by one, and keeps a
//! bounded number of jobs. Start at [`Slowest::apply`].

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use crate::event::origin::Origin;
use crate::event::{EndpointId, Event, Fact, JobId, Micros, Offset};
use crate::model::histogram::Histogram;
use crate::model::verdict::thresholds as t;
use crate::plan::priority_jobs::SlowJob;

/// The most jobs that are kept. A run with more jobs of this length takes so long that one late job matters little.
pub const MOST: usize = 4_000;

/// The slowest jobs of a run so far.
#[derive(Debug, Default)]
pub struct Slowest {
    endpoints: HashMap<(Origin, EndpointId), Arc<str>>,
    /// Jobs that are not settled.
    open: HashMap<(Origin, JobId), UnsettledJob>,
    usual: Histogram,
    /// The slowest jobs, and others that have not been sorted out yet.
    kept: Vec<SlowJob>,
    last: HashMap<Origin, Offset>,
}

/// A job that is not settled.
#[derive(Debug)]
struct UnsettledJob {
    endpoint: EndpointId,
    row: u64,
    target: Arc<str>,
    /// How long its finished attempts took.
    took: Micros,
    /// Since when an attempt is in flight.
    since: Option<Offset>,
}

impl Slowest {
    /// Takes one event of the run.
    pub fn apply(&mut self, event: &Event) {
        let (origin, at) = (event.origin, event.at);
        let last = self.last.entry(origin).or_default();
        *last = at.max(*last);
        if let Fact::EndpointAnnounced { endpoint, name, .. } = &event.fact {
            self.endpoints.insert((origin, *endpoint), Arc::clone(name));
        } else if let Fact::AttemptStarted { attempt, endpoint, row, target, .. } = &event.fact {
            // Later attempts may follow a redirect; the first has the job's own target.
            let (target, took) = (Arc::clone(target), Micros::ZERO);
            let first = || UnsettledJob { endpoint: *endpoint, row: *row, target, took, since: None };
            self.open.entry((origin, attempt.job)).or_insert_with(first).since = Some(at);
        } else if let Fact::AttemptEnded { attempt, .. } = &event.fact {
            if let Some(open) = self.open.get_mut(&(origin, attempt.job)) {
                open.end(at);
            }
        } else if let Fact::JobSettled { job, .. } = &event.fact
            && let Some(open) = self.open.remove(&(origin, *job))
        {
            self.count(origin, open);
        }
    }

    /// The jobs far above the median, the slowest first; nothing if the run had no attempt.
    ///
    /// Jobs that had not ended count with the time they took so far: users often stop a run that waits for them.
    pub fn found(mut self) -> Option<Vec<SlowJob>> {
        for ((origin, _), mut open) in std::mem::take(&mut self.open) {
            open.end(self.last.get(&origin).copied().unwrap_or_default());
            self.count(origin, open);
        }
        let far = Micros(self.usual.quantile(0.5)?.0.saturating_mul(t::FAR)).max(t::FAR_LEAST);
        self.sort_out();
        self.kept.retain(|slow| slow.took >= far);
        Some(self.kept)
    }

    fn count(&mut self, origin: Origin, open: UnsettledJob) {
        let UnsettledJob { endpoint, row, target, took, .. } = open;
        self.usual.record(took);
        let Some(name) = self.endpoints.get(&(origin, endpoint)).filter(|_| took >= t::FAR_LEAST) else { return };
        self.kept.push(SlowJob { endpoint: Arc::clone(name), row, target, took });
        if self.kept.len() >= 2 * MOST {
            self.sort_out();
        }
    }

    /// Keeps the slowest jobs, and of a repeated job its slowest time.
    fn sort_out(&mut self) {
        self.kept.sort_by(|a, b| (&a.endpoint, a.row, b.took).cmp(&(&b.endpoint, b.row, a.took)));
        self.kept.dedup_by(|a, b| (&a.endpoint, a.row) == (&b.endpoint, b.row));
        self.kept.sort_by_key(|slow| Reverse(slow.took));
        self.kept.truncate(MOST);
    }
}

impl UnsettledJob {
    fn end(&mut self, at: Offset) {
        self.took += self.since.take().map_or(Micros::ZERO, |since| at.since(since));
    }
}
