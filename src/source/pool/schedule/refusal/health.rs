//! What a host's answers have shown: the evidence for and against a refusal without a header.
//!
//! Pure. Start at [`HostHealth::overload`].

use rustc_hash::FxHashMap;

use crate::event::{EndpointId, Micros, Offset};
use crate::plan::statuses::StatusSet;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::refusal::backoff::HostBackoff;

/// How long an accepted attempt shows that a host is up.
const LATELY: Micros = Micros(10_000_000);

/// Overloads of an endpoint that has never accepted anything, from which on they are its own answer.
const ENDPOINT_OVERLOADS: u64 = 5;

/// Accepted attempts of an endpoint, from which on its 403 may be a refusal.
const ACCEPTED_BEFORE: u64 = 5;

/// So many answers of 503 in a row show that a host limits something.
const OVERLOADS_IN_A_ROW: u32 = 4;

/// So do as many among the last 32 answers.
const RECENT_OVERLOADS: u32 = 10;

/// What the answers of a host have shown.
#[derive(Debug, Default)]
pub struct HostHealth {
    /// The accepted attempts of the host.
    accepted: Accepted,
    endpoints: FxHashMap<EndpointId, EndpointRecord>,
    /// The last answers, a bit for each, the latest lowest: set for a 503 without a wait.
    overloads: u32,
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
    forbidden: ForbiddenState,
}

/// What a 503 without a wait means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overload {
    /// The host answers nothing else.
    OfEverything,
    /// The endpoint has never answered anything else, and other endpoints of the host have.
    OfEndpoint,
    /// The host sheds load.
    Shed,
}

/// What 403 means at an endpoint that has accepted others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForbiddenState {
    /// It is not clear: the attempts that follow decide.
    #[default]
    Open,
    /// A refusal, since this moment, until an attempt is accepted.
    Refusal(Offset),
    /// An answer: no attempt was accepted for too long.
    Answer,
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
        self.overloads <<= 1;
        self.accepted.add(started, now);
        let record = self.endpoints.entry(endpoint).or_default();
        record.accepted.add(started, now);
        if matches!(record.forbidden, ForbiddenState::Refusal(since) if started >= since) {
            record.forbidden = ForbiddenState::Open;
        }
        self.backoff.accept(started);
    }

    /// Whether the host has accepted an attempt lately.
    pub fn is_alive(&self, now: Offset) -> bool {
        self.accepted.at.is_some_and(|at| now.since(at) <= LATELY)
    }

    /// What a 503 without a wait means. `others` are in flight at the host.
    ///
    /// A host sheds load if it answers others meanwhile, or is about to. A host that answers nothing else is down.
    pub fn overload(&mut self, ready: &PendingJob, others: u32, now: Offset) -> Overload {
        self.overloads = self.overloads << 1 | 1;
        if others == 0 && !self.is_alive(now) {
            return Overload::OfEverything;
        }
        let accepted = self.accepted.n;
        let record = self.endpoints.entry(ready.job.endpoint).or_default();
        if record.accepted.n > 0 {
            return Overload::Shed;
        }
        if record.overloads == 0 {
            record.accepted_before = accepted;
        }
        record.overloads += 1;
        let is_likely_shed =
            record.overloads <= ENDPOINT_OVERLOADS || accepted < record.accepted_before + ENDPOINT_OVERLOADS;
        if is_likely_shed { Overload::Shed } else { Overload::OfEndpoint }
    }

    /// Whether so many of the last answers were 503 that the host must limit something. A few among many are chance, and
    /// a limit that is found from them would slow the batch down for nothing.
    pub fn is_limiting(&self) -> bool {
        self.overloads.trailing_ones() >= OVERLOADS_IN_A_ROW || self.overloads.count_ones() >= RECENT_OVERLOADS
    }

    /// What a 403 of this endpoint means, if it has accepted so many attempts that it can be more than an answer.
    pub fn forbidden(&mut self, endpoint: EndpointId) -> Option<&mut ForbiddenState> {
        let record = self.endpoints.get_mut(&endpoint)?;
        (record.accepted.n >= ACCEPTED_BEFORE).then_some(&mut record.forbidden)
    }

    /// The latest start of an attempt that this endpoint accepted.
    pub fn last_accepted_start(&self, endpoint: EndpointId) -> Option<Offset> {
        self.endpoints.get(&endpoint)?.accepted.started
    }

    /// Whether an attempt that started after `moment` was accepted: at this endpoint if it accepts anything, otherwise
    /// at the host.
    pub fn has_accepted_since(&self, moment: Offset, endpoint: EndpointId) -> bool {
        let own = self.endpoints.get(&endpoint).map(|endpoint| endpoint.accepted).filter(|accepted| accepted.n > 0);
        own.unwrap_or(self.accepted).started.is_some_and(|started| started >= moment)
    }
}
