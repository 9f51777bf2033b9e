//! Which jobs of an earlier run took so long that a run had better start with them.
//!
//! Where nothing is known of what is left, a slot takes the next job; the end of the run then waits for
//! whatever long job was started last. With every job longer than some time started first, what is left
//! of the run behind the last start is no longer than that time. So only the few far above the usual are
//! worth moving, and the plan stays as it is for all others. Pure: it takes the events of a recording one
//! by one, and keeps a bounded number of jobs. Start at [`Slowest::apply`].

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use crate::event::{EndpointId, Event, Fact, JobId, Micros, Offset, Origin};
use crate::model::histogram::Histogram;
use crate::model::verdict::thresholds as t;
use crate::plan::priority_jobs::SlowJob;

/// Most jobs that are kept. With more than these, each as long as the last of them, on `m` slots, a run
/// takes so many times that long ÷ `m`: an end that waits for one more is a small part of it.
pub const MOST: usize = 4_000;

/// The slowest jobs of a run so far.
#[derive(Debug, Default)]
pub struct Slowest {
    endpoints: HashMap<(Origin, EndpointId), Arc<str>>,
    /// Jobs that are not over.
    open: HashMap<(Origin, JobId), Open>,
    usual: Histogram,
    /// The slowest, and others that have not been sorted out yet.
    kept: Vec<SlowJob>,
    last: HashMap<Origin, Offset>,
}

/// A job that is not over.
#[derive(Debug)]
struct Open {
    endpoint: EndpointId,
    row: u64,
    target: Arc<str>,
    /// What its attempts have taken that are over.
    took: Micros,
    /// Since when one is in flight.
    since: Option<Offset>,
}

impl Slowest {
    /// Takes in one event of the run.
    pub fn apply(&mut self, event: &Event) {
        let (origin, at) = (event.origin, event.at);
        let last = self.last.entry(origin).or_default();
        *last = at.max(*last);
        if let Fact::EndpointAnnounced { endpoint, name, .. } = &event.fact {
            self.endpoints.insert((origin, *endpoint), Arc::clone(name));
        } else if let Fact::AttemptStarted { attempt, endpoint, row, target, .. } = &event.fact {
            // Later attempts may go elsewhere, where a redirect points; the first says what the job is.
            let (target, took) = (Arc::clone(target), Micros::ZERO);
            let first = || Open { endpoint: *endpoint, row: *row, target, took, since: None };
            self.open.entry((origin, attempt.job)).or_insert_with(first).since = Some(at);
        } else if let Fact::AttemptEnded { attempt, .. } = &event.fact {
            if let Some(open) = self.open.get_mut(&(origin, attempt.job)) {
                open.end(at);
            }
        } else if let Fact::JobSettled { job, .. } = &event.fact
            && let Some(open) = self.open.remove(&(origin, *job))
        {
            self.book(origin, open);
        }
    }

    /// The jobs far above the usual, the slowest first; nothing if the run had no attempt at all.
    ///
    /// What had not ended counts by what it had taken: a run is often broken off while it waits for these.
    pub fn found(mut self) -> Option<Vec<SlowJob>> {
        for ((origin, _), mut open) in std::mem::take(&mut self.open) {
            open.end(self.last.get(&origin).copied().unwrap_or_default());
            self.book(origin, open);
        }
        let far = Micros(self.usual.quantile(0.5)?.0.saturating_mul(t::FAR)).max(t::FAR_LEAST);
        self.sort_out();
        self.kept.retain(|slow| slow.took >= far);
        Some(self.kept)
    }

    fn book(&mut self, origin: Origin, open: Open) {
        let Open { endpoint, row, target, took, .. } = open;
        self.usual.record(took);
        let Some(name) = self.endpoints.get(&(origin, endpoint)).filter(|_| took >= t::FAR_LEAST) else { return };
        self.kept.push(SlowJob { endpoint: Arc::clone(name), row, target, took });
        if self.kept.len() >= 2 * MOST {
            self.sort_out();
        }
    }

    /// Keeps the slowest; of a job that was done more than once, the slowest time.
    fn sort_out(&mut self) {
        self.kept.sort_by(|a, b| (&a.endpoint, a.row, b.took).cmp(&(&b.endpoint, b.row, a.took)));
        self.kept.dedup_by(|a, b| (&a.endpoint, a.row) == (&b.endpoint, b.row));
        self.kept.sort_by_key(|slow| Reverse(slow.took));
        self.kept.truncate(MOST);
    }
}

impl Open {
    fn end(&mut self, at: Offset) {
        self.took += self.since.take().map_or(Micros::ZERO, |since| at.since(since));
    }
}
