//! The events of a run: what happened, when, and on which machine.
//!
//! An event owns its data, and is the same live as in a recording. What makes no sense in a recording is a
//! [`Command`] or an action of the screen instead. Nothing here reads a clock. Start at [`Event`] and [`Fact`].
//!
//! [`Command`]: crate::control::Command

pub mod adaptive;
mod arithmetic;
pub mod cause;
mod display;
pub mod due_time;
pub mod failure_sample;
pub mod idle;
pub mod origin;
pub mod outcome;
pub mod program;
pub mod reasons;
pub mod run_times;
pub mod short_text;
pub mod waits;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::adaptive::{AdaptiveMode, Learned, QuotaWindow};
use crate::event::due_time::DueTime;
use crate::event::failure_sample::{FailureSample, Field};
use crate::event::idle::Idle;
use crate::event::origin::Origin;
use crate::event::outcome::{JobEnd, Outcome, Phase, PhaseTimes};
use crate::event::program::{ProgramFact, StallDetails};
use crate::event::reasons::{ChangedBy, NoRetry, RetryReason, RunEnd, WarningSource};
use crate::event::run_times::RunTimes;
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

/// What can happen. A new kind of fact is a new variant, never a string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fact {
    /// The machine that reports this fact joins the run. A run on a single machine has no such fact.
    #[serde(rename = "origin-seen")]
    OriginJoined {
        /// The name of the machine.
        name: Arc<str>,
        /// When its clock started, on the journal's clock. A merged journal starts at the earliest of these.
        zero: Offset,
    },
    /// The first fact of every run; if several machines share the run, each reports one.
    RunStarted {
        /// The name of the run: the plan's name, or the watched program.
        name: Arc<str>,
        /// The run-wide limit, if there is one: a watched program keeps its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
        /// The number of jobs, if it is known before all are drawn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jobs: Option<u64>,
        /// Whether the TLS certificates of some host are not checked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        insecure: bool,
        /// The times that the plan sets, if it sets any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<RunTimes>,
    },
    /// An endpoint is announced. Ids count up in the order of announcement.
    #[serde(rename = "endpoint-seen")]
    EndpointAnnounced {
        /// The id that later facts use.
        endpoint: EndpointId,
        /// Its name on screen and in reports.
        name: Arc<str>,
        /// The number of its jobs, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jobs: Option<u64>,
    },
    /// An endpoint's headers and body size, before the first request that has any, and when a later one differs.
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
    /// A host is announced.
    #[serde(rename = "host-seen")]
    HostAnnounced {
        /// The id that later facts use.
        host: HostId,
        /// Scheme, name and port.
        name: Arc<str>,
        /// Its own limit, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Jobs that were slow in an earlier run start first, in each round if the batch repeats; the slowest first.
    #[serde(rename = "jobs-put-first")]
    JobsReordered {
        /// How many of them the plan still contains unchanged.
        jobs: u64,
        /// How many slow jobs the earlier run had.
        of: u64,
    },
    /// Every job has been drawn from the plan, so the total is exact from here on.
    PlanDrawn {
        /// The number of jobs in the plan.
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
        /// The job's row within its endpoint, from 0; for a watched program, the number of the request.
        row: u64,
        /// The job's page within its row, from 1, if rows have pages. These three identify a job in every run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<u32>,
        /// The slot it holds: the lowest that was free.
        slot: u32,
        /// Method and masked URL.
        target: Arc<str>,
        /// The time since the job was ready, or since its last attempt. Empty for a watched program.
        #[serde(default, skip_serializing_if = "WaitTimes::is_none")]
        waited: WaitTimes,
        /// When its own time-out or its job's time-out will end it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Offset>,
        /// When it was due by the rate, if it started later because every slot was taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DueTime>,
    },
    /// The progress of a slow attempt: reported at most once a second, and only when it has changed.
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
        /// When the last part of the answer arrived; its head is the first part.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        received: Option<Offset>,
    },
    /// A sample of a failed answer: a few of each cause, reported just before the attempt ends.
    #[serde(rename = "answer-seen")]
    FailureSampled {
        /// Whose attempt.
        #[serde(flatten)]
        attempt: Attempt,
        /// The sample.
        answer: Arc<FailureSample>,
    },
    /// An attempt released its slot. Every started attempt has exactly one end.
    AttemptEnded {
        /// Whose attempt.
        #[serde(flatten)]
        attempt: Attempt,
        /// How it ended.
        #[serde(flatten)]
        outcome: Outcome,
        /// The time spent in each phase.
        #[serde(default, skip_serializing_if = "PhaseTimes::is_empty")]
        spent: PhaseTimes,
        /// Rate-limit header fields that could not be parsed, and were ignored.
        #[serde(default, skip_serializing_if = "is_zero")]
        malformed: u64,
        /// Body bytes after decoding, if the body was decoded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decoded: Option<u64>,
    },
    /// The job will be tried again.
    RetryScheduled {
        /// Which attempt failed.
        #[serde(flatten)]
        attempt: Attempt,
        /// The retry does not start before this.
        until: Offset,
        /// What decides the time of the retry.
        why: RetryReason,
    },
    /// A rule of the plan makes failures like this one final. Reported once for each cause and rule.
    RetryExcluded {
        /// How the first such attempt ended.
        after: Outcome,
        /// The rule.
        why: NoRetry,
    },
    /// The job follows a redirect: one more attempt of the same try.
    RedirectFollowed {
        /// Which attempt was redirected.
        #[serde(flatten)]
        attempt: Attempt,
        /// Redirects so far, including this one.
        hop: u32,
        /// Method and masked URL of the next request.
        target: Arc<str>,
    },
    /// A job is over: each settles exactly once. Each attempt of a watched program counts as a job.
    JobSettled {
        /// Which job.
        job: JobId,
        /// The endpoint it belongs to.
        endpoint: EndpointId,
        /// How it ended.
        #[serde(flatten)]
        end: JobEnd,
        /// Number of tries: 0 if it was never sent, or else one more than the retries that began. A try makes one
        /// attempt per redirect.
        tries: u32,
        /// Time from ready to end: all waiting and all attempts.
        total: Micros,
        /// The time it waited in all, by reason.
        #[serde(default, skip_serializing_if = "WaitTimes::is_none")]
        waited: WaitTimes,
        /// Method and masked URL, for failed jobs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Arc<str>>,
    },
    /// The user repeats a failed job, as a new job of the same endpoint.
    JobRepeated {
        /// The new job.
        job: JobId,
        /// The failed job that it repeats.
        of: JobId,
        /// The endpoint they both belong to.
        endpoint: EndpointId,
        /// How the failed job had ended.
        after: Outcome,
    },
    /// A round of a liveness check has started.
    RoundStarted {
        /// The endpoint that is checked; absent for a whole list of addresses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<EndpointId>,
        /// The number of the round, from 1.
        round: u32,
        /// How late it started, because the previous round was not over.
        #[serde(default, skip_serializing_if = "Micros::is_zero")]
        late: Micros,
    },
    /// A liveness check found that an endpoint went up or down.
    #[serde(rename = "endpoint-turned")]
    EndpointStateChanged {
        /// Which endpoint.
        endpoint: EndpointId,
        /// Up if all its jobs of a round succeeded; down as soon as one fails.
        up: bool,
    },
    /// No job of this endpoint starts any more; each settles as cancelled when its turn comes.
    EndpointSkipped {
        /// Which endpoint.
        endpoint: EndpointId,
    },
    /// Nothing starts at this host until it is released.
    HostQuarantined {
        /// Which host.
        host: HostId,
    },
    /// Attempts start again at this host.
    HostReleased {
        /// Which host.
        host: HostId,
    },
    /// A limit changed.
    LimitChanged {
        /// What a limit applies to.
        scope: Scope,
        /// The new limit of attempts in flight.
        limit: u32,
        /// Who changed it.
        by: ChangedBy,
    },
    /// Adaptive limits are turned on or off.
    AdaptiveSet {
        /// Whether they are on.
        on: bool,
        /// When they apply; absent in recordings of older versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<AdaptiveMode>,
    },
    /// The adaptive controller has changed a host's limit or gap.
    Adapted {
        /// Which host.
        host: HostId,
        /// The new limit of attempts in flight there.
        limit: u32,
        /// The minimum time between two starts there; absent if there is none.
        #[serde(default, skip_serializing_if = "Micros::is_zero")]
        gap: Micros,
        /// The quota of each window there; absent if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<QuotaWindow>,
        /// The reason, in one sentence.
        why: Arc<str>,
    },
    /// What can be offered as a setting for a host has changed.
    LimitLearned {
        /// Which host.
        host: HostId,
        /// What it accepts; absent if that is no longer certain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        learned: Option<Learned>,
    },
    /// Answers with this status count as refusals at this host from now on, although the server does not say so.
    RefusalRecognized {
        /// Which host.
        host: HostId,
        /// The status.
        status: u16,
        /// The evidence, in one sentence.
        why: Arc<str>,
    },
    /// Answers with this status no longer count as refusals at this host.
    RefusalDismissed {
        /// Which host.
        host: HostId,
        /// The status.
        status: u16,
        /// The evidence, in one sentence.
        why: Arc<str>,
    },
    /// A host does not answer, and its jobs wait. Reported again with each attempt that finds it down.
    HostDown {
        /// Which host.
        host: HostId,
        /// How it fails, in one sentence.
        why: Arc<str>,
        /// When it is tried next.
        next_try: Offset,
    },
    /// A host answers again.
    HostUp {
        /// Which host.
        host: HostId,
    },
    /// A host was down or refused everything for so long that its waiting jobs fail.
    HostGivenUp {
        /// Which host.
        host: HostId,
        /// How it failed, for how long, and which setting bounds that, in one sentence.
        why: Arc<str>,
    },
    /// Nothing starts at this host before `until`.
    CooldownSet {
        /// Which host.
        host: HostId,
        /// When the cooldown ends.
        until: Offset,
    },
    /// For a second or more, a window or pace lets nothing start at this host. A start shows that this is over.
    HostWaits {
        /// Which host.
        host: HostId,
        /// When the next attempt may start.
        until: Offset,
    },
    /// No attempt starts until resumed.
    Paused,
    /// Attempts start again.
    Resumed,
    /// The user marked this moment, to find it again.
    Marked,
    /// No attempt starts any more; those in flight may end.
    Draining,
    /// Everything in flight is being cancelled.
    Cancelling,
    /// The in-flight level of a watched program, in addition to the attempts that other sources report.
    #[serde(rename = "level-seen")]
    LevelReported {
        /// How many are in flight.
        in_flight: u32,
    },
    /// An event loop was blocked until now.
    Stalled {
        /// For how long.
        lasted: Micros,
        /// What blocked it, as the source names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Arc<str>>,
        /// More about it, if the source is a probe.
        #[serde(flatten)]
        details: Box<StallDetails>,
    },
    /// inflight itself did not run until now: its process was stopped, or the machine slept or gave it no time.
    /// The clock of the run did not move meanwhile, so no other time includes this.
    Stopped {
        /// For how long, by a clock that never stops.
        lasted: Micros,
    },
    /// This machine was busy until now: timers of inflight fired late. Reported once a second while that is so.
    TimersLate {
        /// For how long they were observed.
        observed: Micros,
        /// How late they were on average.
        mean: Micros,
        /// How late the latest of them was.
        worst: Micros,
    },
    /// Slots were idle.
    SlotsIdle {
        /// Idle slots × time since the run started, by reason.
        #[serde(flatten)]
        idle: Idle,
    },
    /// A problem of inflight itself that does not end the run.
    Warned {
        /// The part of inflight that has the problem.
        about: WarningSource,
        /// One sentence for the user.
        message: Arc<str>,
    },
    /// The run continues after its end, because jobs are repeated. The time in between does not count.
    RunReopened,
    /// The last fact of a run, unless it is reopened.
    RunEnded {
        /// Why it ended.
        how: RunEnd,
    },
    /// What a watched program does apart from its requests.
    #[serde(untagged)]
    Program(Box<ProgramFact>),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The identity of an attempt: its job, and its number within the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attempt {
    /// The job.
    pub job: JobId,
    /// Counts the job's attempts from 1, including retries and redirects.
    pub n: u32,
}

/// What a limit applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The whole run's.
    Run,
    /// One host's.
    Host(HostId),
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
