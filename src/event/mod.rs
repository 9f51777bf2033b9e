//! The events of a run: what happened, when, and on which machine.
//!
//! An event is owned and complete, and is the same live as in a recording. What would be nonsense in a file is no
//! event but a [`Command`] or an action of the screen. Nothing here reads a clock. Start at [`Event`] and [`Fact`].
//!
//! [`Command`]: crate::control::Command

mod arithmetic;
pub mod cause;
pub mod failure_sample;
pub mod idle;
pub mod outcome;
pub mod waits;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::failure_sample::{FailureSample, Field};
use crate::event::idle::Idle;
use crate::event::outcome::{JobEnd, Outcome, Phase, PhaseTimes};
use crate::event::waits::WaitTimes;

/// One fact, when it happened, and which machine reported it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, since the run started on that machine.
    pub at: Offset,
    /// The machine that reported it. Ids of two origins may collide, and their clocks differ.
    #[serde(default, skip_serializing_if = "Origin::is_here")]
    pub origin: Origin,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What can happen. Closed: a new kind of fact is a new variant, never a string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fact {
    /// Another machine takes part: the one this fact comes from. A run of one machine has none of these.
    #[serde(rename = "origin-seen")]
    OriginJoined {
        /// What it is called.
        name: Arc<str>,
        /// Where its clock's zero is on the journal's own clock. When journals are joined, the earliest zero
        /// becomes the journal's.
        zero: Offset,
    },
    /// The first fact of every run; where several machines share it, of each machine's part.
    RunStarted {
        /// What the run is called: the plan's name, or the watched program.
        name: Arc<str>,
        /// The run-wide limit, where there is one: a watched program keeps its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
        /// How many jobs there are, where that is known before they are drawn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jobs: Option<u64>,
    },
    /// An endpoint is known from here on. Its id is its place in the order of first sight.
    #[serde(rename = "endpoint-seen")]
    EndpointAnnounced {
        /// The id that later facts use.
        endpoint: EndpointId,
        /// Its name on screen and in reports.
        name: Arc<str>,
        /// How many jobs it will yield, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jobs: Option<u64>,
    },
    /// The headers and the body size of an endpoint's requests. Reported before the first request that has any, and
    /// once more when a later request differs.
    #[serde(rename = "endpoint-asked")]
    EndpointProfile {
        /// Which endpoint.
        endpoint: EndpointId,
        /// Header fields of its first request, secrets masked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers: Vec<Field>,
        /// Body bytes of its first request; their content is not recorded.
        #[serde(default, skip_serializing_if = "is_zero")]
        body: u64,
        /// Whether its requests differ.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        varies: bool,
    },
    /// A host is known from here on.
    #[serde(rename = "host-seen")]
    HostAnnounced {
        /// The id that later facts use.
        host: HostId,
        /// Scheme, name and port.
        name: Arc<str>,
        /// Its own limit, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Jobs that took long in an earlier run are drawn before all others, the longest first; of a batch
    /// that is repeated, in each round.
    #[serde(rename = "jobs-put-first")]
    JobsReordered {
        /// How many: those that the plan still has, each as it was.
        jobs: u64,
        /// How many that earlier run had.
        of: u64,
    },
    /// Every job has been drawn from the plan: from here on the total is exact.
    PlanDrawn {
        /// How many jobs the plan held.
        jobs: u64,
    },
    /// An attempt took a slot.
    AttemptStarted {
        /// Whose attempt.
        #[serde(flatten)]
        attempt: Attempt,
        /// The endpoint it belongs to.
        endpoint: EndpointId,
        /// The host it goes to.
        host: HostId,
        /// The job's row within its endpoint's stream, from 0: with the endpoint, the same in every
        /// run of a plan. A watched program has no plan: it is counted as it comes.
        row: u64,
        /// The slot it holds: the lowest that was free.
        slot: u32,
        /// Method and masked URL.
        target: Arc<str>,
        /// What it waited for, from ready to slot, or since the job's last attempt; nothing for a
        /// watched program, whose waiting is its own affair.
        #[serde(default, skip_serializing_if = "WaitTimes::is_none")]
        waited: WaitTimes,
        /// When it will be ended at the latest, by its own time-out or its job's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Offset>,
    },
    /// The progress of an attempt that takes long: reported once a second at most, and only when it has changed.
    #[serde(rename = "attempt-seen")]
    AttemptProgressed {
        /// Whose attempt.
        #[serde(flatten)]
        attempt: Attempt,
        /// What it is doing.
        phase: Phase,
        /// Body bytes so far.
        #[serde(default, skip_serializing_if = "is_zero")]
        bytes: u64,
        /// When the last piece of the answer came, its head being the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        received: Option<Offset>,
    },
    /// The answer of an attempt that is about to end badly: a few of each cause, reported before their ends.
    #[serde(rename = "answer-seen")]
    FailureSampled {
        /// Whose attempt.
        #[serde(flatten)]
        attempt: Attempt,
        /// What the answer looked like.
        answer: Arc<FailureSample>,
    },
    /// An attempt gave its slot back. Every started attempt has exactly one end.
    AttemptEnded {
        /// Whose attempt.
        #[serde(flatten)]
        attempt: Attempt,
        /// How it ended.
        #[serde(flatten)]
        outcome: Outcome,
        /// Where its time went.
        #[serde(default, skip_serializing_if = "PhaseTimes::is_empty")]
        spent: PhaseTimes,
        /// Header fields about slowing down that could not be read, and were ignored.
        #[serde(default, skip_serializing_if = "is_zero")]
        malformed: u64,
    },
    /// The job will be tried again.
    RetryScheduled {
        /// Whose attempt failed.
        #[serde(flatten)]
        attempt: Attempt,
        /// Not before.
        until: Offset,
        /// Who chose the moment.
        why: RetryReason,
    },
    /// The answer pointed elsewhere, and the job follows: one more attempt, of the same try.
    RedirectFollowed {
        /// Whose answer.
        #[serde(flatten)]
        attempt: Attempt,
        /// Hops so far, this one included.
        hop: u32,
        /// Method and masked URL of the next exchange.
        target: Arc<str>,
    },
    /// A job is over. Every job settles exactly once. A watched program shows no jobs, so each of its attempts
    /// counts as one and settles with it.
    JobSettled {
        /// Which job.
        job: JobId,
        /// The endpoint it belongs to.
        endpoint: EndpointId,
        /// How it ended.
        #[serde(flatten)]
        end: JobEnd,
        /// Tries it took: one more than its retries. A try follows redirects, one attempt each.
        tries: u32,
        /// From ready to its end: what it waited, and what all its attempts took.
        total: Micros,
        /// What it waited for in all.
        #[serde(default, skip_serializing_if = "WaitTimes::is_none")]
        waited: WaitTimes,
        /// Method and masked URL, for jobs that went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Arc<str>>,
    },
    /// The user sends a failed job again: it is a further job of its endpoint from here on.
    JobRepeated {
        /// The new job.
        job: JobId,
        /// The job that it repeats, which has settled.
        of: JobId,
        /// The endpoint they both belong to.
        endpoint: EndpointId,
        /// How the job that it repeats had ended.
        after: Outcome,
    },
    /// A round of a liveness check has begun.
    RoundStarted {
        /// Of this endpoint; of a whole list of addresses where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<EndpointId>,
        /// Which, from 1.
        round: u32,
        /// How much later than it should have: the round before was not over.
        #[serde(default, skip_serializing_if = "Micros::is_zero")]
        late: Micros,
    },
    /// A liveness check has found an endpoint up, or down, and not as before.
    #[serde(rename = "endpoint-turned")]
    EndpointStateChanged {
        /// Which endpoint.
        endpoint: EndpointId,
        /// Whether all its jobs of a round ended well; it is down as soon as one does not.
        up: bool,
    },
    /// No job of this endpoint starts any more; each settles as cancelled when its turn comes.
    EndpointSkipped {
        /// Which endpoint.
        endpoint: EndpointId,
    },
    /// Nothing starts at this host until it is released.
    HostQuarantined {
        /// Which lane.
        host: HostId,
    },
    /// Attempts start again at this host.
    HostReleased {
        /// Which lane.
        host: HostId,
    },
    /// A limit changed.
    LimitChanged {
        /// Whose limit.
        scope: Scope,
        /// From here on at most this many attempts in flight.
        limit: u32,
        /// Who changed it.
        by: ChangedBy,
    },
    /// Whether hosts' limits and paces are found by themselves, from here on.
    AdaptiveSet {
        /// On, or off.
        on: bool,
    },
    /// The adaptive controller has changed what it asks of a host.
    Adapted {
        /// Which lane.
        host: HostId,
        /// From here on at most this many attempts in flight there.
        limit: u32,
        /// The least time between two starts there; absent where there is none.
        #[serde(default, skip_serializing_if = "Micros::is_zero")]
        gap: Micros,
        /// What it saw, in one sentence.
        why: Arc<str>,
    },
    /// Nothing starts in this host's lane before `until`.
    CooldownSet {
        /// Which lane.
        host: HostId,
        /// A point in time, never a length.
        until: Offset,
    },
    /// No attempt starts until resumed.
    Paused,
    /// Attempts start again.
    Resumed,
    /// No attempt starts any more; those in flight may end.
    Draining,
    /// Everything in flight is being cancelled.
    Cancelling,
    /// A watched program's in-flight level, from a source that sees no attempts. It comes on top of
    /// the attempts that others see.
    #[serde(rename = "level-seen")]
    LevelReported {
        /// How many are in flight.
        in_flight: u32,
    },
    /// An event loop stood still, until this moment.
    Stalled {
        /// For how long.
        lasted: Micros,
        /// Where, as the source names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Arc<str>>,
    },
    /// Slots were unused; the sums since the run started, each in slots × time.
    SlotsIdle {
        /// By reason.
        #[serde(flatten)]
        idle: Idle,
    },
    /// A problem of inflight itself that does not end the run.
    Warned {
        /// Which part.
        about: WarningSource,
        /// One sentence for the reader.
        message: Arc<str>,
    },
    /// The run goes on after its end, because jobs are sent again; its time has stood still meanwhile.
    RunReopened,
    /// The last fact of a run, unless it is reopened.
    RunEnded {
        /// Why it ended.
        how: RunEnd,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One attempt's name: which job, and which of its exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attempt {
    /// The job.
    pub job: JobId,
    /// Counted from 1 over all of the job's exchanges, retries and redirects alike.
    pub n: u32,
}

/// Who chose when a retry happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryReason {
    /// Our own backoff.
    Backoff,
    /// The server, by `Retry-After` or another field that says until when.
    RetryAfter,
    /// The user.
    Asked,
}

/// Whose limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The whole run's.
    Run,
    /// One host's.
    Host(HostId),
}

/// Who changed a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangedBy {
    /// The user.
    Operator,
    /// The adaptive controller.
    Adaptive,
    /// This machine, which has no room for more.
    Machine,
}

/// The part of inflight that a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarningSource {
    /// The recording.
    Recorder,
    /// The report or the saved bodies.
    Report,
    /// The machine's limits.
    Machine,
    /// The plan's rows.
    Plan,
    /// A worker.
    Worker,
    /// Retries, of which there are too many.
    Retries,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// Every job has settled; a watched program has ended.
    Finished,
    /// It was asked to stop, and what was in flight ended.
    Drained,
    /// It was stopped, and what was in flight was cancelled.
    Cancelled,
    /// A job failed and the plan asked to stop at the first failure.
    FailedFast,
}

/// Microseconds since the run started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(pub u64);

/// A duration in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub u64);

/// A job's number, in the order in which jobs were drawn from the plan, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

/// An endpoint's number, from 0 without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointId(pub u32);

/// A host's number, from 0 without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostId(pub u32);

/// Which machine saw an event; 0 is this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(pub u16);

impl Origin {
    /// This machine.
    pub const HERE: Self = Self(0);

    /// Whether it is this machine.
    pub fn is_here(&self) -> bool {
        *self == Self::HERE
    }
}

impl Offset {
    /// The run's start.
    pub const ZERO: Self = Self(0);

    /// How long after `earlier`; zero if it was not after.
    pub fn since(self, earlier: Self) -> Micros {
        Micros(self.0.saturating_sub(earlier.0))
    }
}

impl Micros {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// Whether it is no time at all.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// In seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}
