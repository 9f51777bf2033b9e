//! What a host's answers have shown: the evidence for and against a refusal without a header.
//!
//! Pure. Start at [`HostHealth::is_shed`].

use rustc_hash::FxHashMap;

use crate::event::{EndpointId, Micros, Offset};
use crate::plan::statuses::StatusSet;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::refusal::backoff::HostBackoff;

/// How long an accepted attempt shows that a host is up.
const LATELY: Micros = Micros(10_000_000);

/// Overloads of an endpoint that has never accepted anything, from which on they are its own answer.
const ENDPOINT_OVERLOADS: u64 = 5;

/// What the answers of a host have shown.
#[derive(Debug, Default)]
pub struct HostHealth {
    /// The accepted attempts of the host.
    accepted: Accepted,
    endpoints: FxHashMap<EndpointId, EndpointRecord>,
    /// Statuses that were reported as refusals.
    pub recognized: StatusSet,
    /// The pause of the host.
    pub backoff: HostBackoff,
}

/// What the answers of one endpoint at this host have shown.
#[derive(Debug, Default)]
struct EndpointRecord {
    accepted: Accepted,
    /// Answers of 503 that counted as refusals, while it had accepted nothing.
    overloads: u64,
    /// How many attempts the host had accepted at the first of them.
    accepted_before: u64,
}

/// A sum of accepted attempts.
#[derive(Clone, Copy, Debug, Default)]
struct Accepted {
    n: u64,
    /// The end of the last one.
    at: Option<Offset>,
    /// The latest start.
    started: Option<Offset>,
}

impl Accepted {
    fn add(&mut self, started: Offset, now: Offset) {
        self.n += 1;
        self.at = Some(now);
        self.started = self.started.max(Some(started));
    }
}

impl HostHealth {
    /// Counts an attempt that the host accepted: it was answered, and the answer is neither a refusal nor an outage.
    pub fn accept(&mut self, endpoint: EndpointId, started: Offset, now: Offset) {
        self.accepted.add(started, now);
        self.endpoints.entry(endpoint).or_default().accepted.add(started, now);
        self.backoff.accept(started);
    }

    /// Whether the host has accepted an attempt lately.
    pub fn is_alive(&self, now: Offset) -> bool {
        self.accepted.at.is_some_and(|at| now.since(at) <= LATELY)
    }

    /// Whether a 503 without a wait means that the host sheds load: it answers others meanwhile, or is about to.
    /// `others` are in flight at the host.
    ///
    /// A host that answers nothing else is down, and that is no refusal. Neither is the answer of an endpoint that
    /// always answers 503.
    pub fn is_shed(&mut self, ready: &PendingJob, others: u32, now: Offset) -> bool {
        if others == 0 && !self.is_alive(now) {
            return false;
        }
        let accepted = self.accepted.n;
        let endpoint = self.endpoints.entry(ready.job.endpoint).or_default();
        if endpoint.accepted.n > 0 {
            return true;
        }
        if endpoint.overloads == 0 {
            endpoint.accepted_before = accepted;
        }
        endpoint.overloads += 1;
        endpoint.overloads <= ENDPOINT_OVERLOADS || accepted < endpoint.accepted_before + ENDPOINT_OVERLOADS
    }

    /// Whether an attempt that started after `moment` was accepted: at this endpoint if it accepts anything, otherwise
    /// at the host.
    pub fn has_accepted_since(&self, moment: Offset, endpoint: EndpointId) -> bool {
        let own = self.endpoints.get(&endpoint).map(|endpoint| endpoint.accepted).filter(|accepted| accepted.n > 0);
        own.unwrap_or(self.accepted).started.is_some_and(|started| started >= moment)
    }
}
