//! What a host's answers have shown: the evidence for and against a refusal without a header.
//!
//! Pure. Start at [`HostHealth::overload`].

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::{EndpointId, Micros, Offset};
use crate::plan::statuses::StatusSet;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::refusal::backoff::HostBackoff;
use crate::source::pool::throttle::own_evidence::{HostCounts, RefusedAttempt};

/// How long a host may answer everything with 503 before that is no refusal but an outage: at least and at most.
const CLOSED_FOR: (Micros, Micros) = (Micros(1_000_000), Micros(10_000_000));

/// Overloads of an endpoint that has never accepted anything, from which on they are its own answer.
const ENDPOINT_OVERLOADS: u64 = 5;

/// Accepted attempts of an endpoint, from which on its 403 may be a refusal.
const ACCEPTED_BEFORE: u64 = 5;

/// So many answers of 503 in a row show that a host limits something.
const OVERLOADS_IN_A_ROW: u32 = 4;

/// So do as many among the last 32 answers.
const RECENT_OVERLOADS: u32 = 10;

/// So many jobs of an endpoint with a lone 403 are sent once more. If none of them is accepted, such a 403 is an answer.
const ASKED_AGAIN: u32 = 5;

/// Bits of evidence that a 503 is the answer to single jobs, at the end of a batch.
const SELECTIVE_AT_END: f64 = 3.0;

/// So many refusals of jobs that had been refused before, while others were accepted, make it doubtful that a 503 is a limit.
const DOUBTED: u32 = 3;

/// What the answers of a host have shown.
#[derive(Debug, Default)]
pub struct HostHealth {
    /// The accepted attempts of the host.
    accepted: Accepted,
    endpoints: FxHashMap<EndpointId, EndpointRecord>,
    /// The last answers, a bit for each, the latest lowest: set for a 503 without a wait.
    overloads: u32,
    /// Since when it has refused every job. Those that it refuses alone do not count.
    closed_since: Option<Offset>,
    /// The longest time for which it did so and then accepted one.
    longest_closed: Micros,
    /// Whether that was without naming a moment.
    is_closed_untimed: bool,
    /// Refused attempts, without those of jobs that are refused alone.
    refused: u64,
    /// Whether it has accepted a job that it had refused, and the evidence since then that a 503 is the answer to single
    /// jobs.
    has_relented: bool,
    selective_bits: f64,
    n_selective: u32,
    /// When it is tried at the latest, because only that shows whether a 403 is a refusal.
    pub tried_by: Option<Offset>,
    /// The moment that a refusal named, and why the host is given up before, if it is later than the plan lets jobs wait.
    beyond: Option<(Offset, Arc<str>)>,
    /// Whether a 503 without a wait has counted as a refusal.
    has_shed: bool,
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
    /// Jobs with a lone 403 that were sent once more.
    asked_again: u32,
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
    /// The latest start.
    started: Option<Offset>,
}

impl Accepted {
    fn add(&mut self, started: Offset) {
        self.n += 1;
        self.started = self.started.max(Some(started));
    }
}

impl HostHealth {
    /// Counts an attempt that the host accepted: it was answered, and the answer is neither a refusal nor an outage.
    pub fn accept(&mut self, endpoint: EndpointId, started: Offset, now: Offset) {
        self.overloads <<= 1;
        self.accepted.add(started);
        if let Some(since) = self.closed_since.filter(|since| started >= *since) {
            self.longest_closed = self.longest_closed.max(now.since(since));
            self.closed_since = None;
        }
        let record = self.endpoints.entry(endpoint).or_default();
        record.accepted.add(started);
        if matches!(record.forbidden, ForbiddenState::Refusal(since) if started >= since) {
            record.forbidden = ForbiddenState::Open;
            self.tried_by = None;
        }
        self.backoff.accept(started);
    }

    /// Counts a refusal of a job that is not refused alone.
    pub fn close(&mut self, now: Offset, is_timed: bool) {
        self.closed_since.get_or_insert(now);
        self.is_closed_untimed = !is_timed;
        self.add_refused();
    }

    /// Notes the moment that a refusal named if the plan does not let jobs wait for so long.
    pub fn close_beyond(&mut self, until: Offset, why: Arc<str>) {
        if self.beyond.as_ref().is_none_or(|(before, _)| until > *before) {
            self.beyond = Some((until, why));
        }
    }

    /// Takes the moment that a refusal named and that is still ahead, once its jobs have waited for as long as they may.
    pub fn take_beyond(&mut self, now: Offset) -> Option<(Offset, Arc<str>)> {
        self.beyond.take().filter(|(until, _)| *until > now)
    }

    /// Counts a refused attempt.
    pub fn add_refused(&mut self) {
        self.refused += 1;
    }

    /// Whether it refuses every job, and does not say for how long.
    pub fn is_closed(&self) -> bool {
        self.closed_since.is_some() && self.is_closed_untimed
    }

    /// For how long it has refused every job.
    pub fn closed_for(&self, now: Offset) -> Option<Micros> {
        self.closed_since.map(|since| now.since(since))
    }

    /// Whether it has ever accepted an attempt.
    pub fn has_accepted(&self) -> bool {
        self.accepted.n > 0
    }

    /// How many attempts it has accepted and refused.
    pub fn counts(&self) -> HostCounts {
        HostCounts { accepted: self.accepted.n, refused: self.refused }
    }

    /// A refusal of this job that has just come, and what the host did with other jobs.
    pub fn refused_attempt(&self, ready: &PendingJob) -> RefusedAttempt {
        RefusedAttempt { before: ready.host_counts, others: ready.others, counts: self.counts() }
    }

    /// What a 503 without a wait means. `others` are in flight at the host.
    ///
    /// A host sheds load if it answers others meanwhile, or is about to. A host that answers nothing else is down: a
    /// second of that is enough, unless it has been closed for longer before and came back.
    pub fn overload(&mut self, ready: &PendingJob, others: u32, now: Offset) -> Overload {
        self.overloads = self.overloads << 1 | 1;
        let patience = Micros(2 * self.longest_closed.0).clamp(CLOSED_FOR.0, CLOSED_FOR.1);
        let is_closed = self.closed_for(now).is_some_and(|length| length >= patience);
        if is_closed || others == 0 && !self.has_accepted() {
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

    /// Counts a job that was refused and is accepted now: the host limits something.
    pub fn relent(&mut self) {
        self.has_relented = true;
        (self.selective_bits, self.n_selective) = (0.0, 0);
    }

    /// Counts a 503, and how much evidence it adds that its job gets no other answer.
    pub fn add_evidence(&mut self, bits: f64) {
        self.selective_bits += bits;
        self.n_selective += u32::from(bits > 0.0);
    }

    /// Whether a 503 may be no limit: some jobs got it again while others were accepted, and no job was ever accepted that
    /// had been refused.
    pub fn is_doubted(&self) -> bool {
        !self.has_relented && self.n_selective >= DOUBTED
    }

    /// Whether the answers of 503 are those of single jobs, at the end of a batch, when only such jobs are left.
    pub fn is_selective_at_end(&self) -> bool {
        !self.has_relented && self.selective_bits >= SELECTIVE_AT_END
    }

    /// Whether it has accepted a job that it had refused.
    pub fn has_relented(&self) -> bool {
        self.has_relented
    }

    /// Forgets a refusal that was none, with what followed from it.
    pub fn dismiss(&mut self, status: u16) {
        self.recognized.remove(status);
        self.backoff = HostBackoff::default();
        (self.closed_since, self.overloads, self.tried_by, self.beyond) = (None, 0, None, None);
        self.has_shed = false;
    }

    /// Whether so many of the last answers were 503 that the host must limit something. A few among many are chance, and
    /// a limit that is found from them would slow the batch down for nothing.
    ///
    /// Once that is known, each further one is a refusal, too.
    pub fn is_limiting(&self) -> bool {
        self.has_shed
            || self.overloads.trailing_ones() >= OVERLOADS_IN_A_ROW
            || self.overloads.count_ones() >= RECENT_OVERLOADS
    }

    /// Counts a 503 without a wait that is a refusal.
    pub fn shed(&mut self, now: Offset) {
        self.has_shed = true;
        self.close(now, false);
    }

    /// What a 403 of this endpoint means, if it has accepted so many attempts that it can be more than an answer.
    pub fn forbidden(&mut self, endpoint: EndpointId) -> Option<&mut ForbiddenState> {
        let record = self.endpoints.get_mut(&endpoint)?;
        (record.accepted.n >= ACCEPTED_BEFORE).then_some(&mut record.forbidden)
    }

    /// Whether a job of this endpoint with a lone 403 is sent once more, to find out whether that was a refusal.
    pub fn may_ask_again(&mut self, endpoint: EndpointId) -> bool {
        if self.recognized.contains(403) {
            return true;
        }
        let Some(record) = self.endpoints.get_mut(&endpoint).filter(|record| record.asked_again < ASKED_AGAIN) else {
            return false;
        };
        record.asked_again += 1;
        true
    }

    /// The latest start of an attempt that this endpoint accepted.
    pub fn last_accepted_start(&self, endpoint: EndpointId) -> Option<Offset> {
        self.endpoints.get(&endpoint)?.accepted.started
    }
}
