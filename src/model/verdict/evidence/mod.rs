//! The data that the verdict is computed from: counters, sums and small rings.
//!
//! Its memory is bounded. [`Model::apply`] is the only writer. Start at [`Evidence`].
//!
//! [`Model::apply`]: crate::model::Model::apply

pub mod bursts;
pub mod forbidden;
pub mod level_shape;
pub mod machine;
pub mod pauses;
pub mod program;
pub mod ramp;
pub mod refusals;
pub mod service_times;
pub mod stalls;
pub mod tail;
pub mod timeouts;
pub mod trend;
pub mod waves;

use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::idle::Idle;
use crate::event::outcome::{JobEnd, Outcome, PhaseTimes, Reason};
use crate::event::reasons::{ChangedBy, RetryReason};
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, Micros, Offset};
use crate::model::histogram::Histogram;
use crate::model::open::{OpenAttempt, OpenAttempts};
use crate::model::verdict::evidence::bursts::FailureBursts;
use crate::model::verdict::evidence::forbidden::Forbidden;
use crate::model::verdict::evidence::level_shape::LevelShape;
use crate::model::verdict::evidence::machine::MachineEvidence;
use crate::model::verdict::evidence::pauses::{PauseEvidence, TimedEnd};
use crate::model::verdict::evidence::program::ProgramEvidence;
use crate::model::verdict::evidence::ramp::StartRamp;
use crate::model::verdict::evidence::refusals::HostRefusals;
use crate::model::verdict::evidence::service_times::{ServiceTimes, SlowService};
use crate::model::verdict::evidence::stalls::Stalls;
use crate::model::verdict::evidence::tail::Tail;
use crate::model::verdict::evidence::timeouts::TimeoutEvidence;
use crate::model::verdict::evidence::trend::AnswerTrend;
use crate::model::verdict::evidence::waves::Waves;
use crate::model::verdict::thresholds::PAUSE_USUAL;

/// The data that the verdict is computed from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// When the first attempt started.
    pub first: Option<Offset>,
    /// When the last attempt ended.
    pub last: Offset,
    /// Number of jobs whose first attempt has started.
    pub jobs: u64,
    /// Times with nothing in flight, from an end to the next start.
    pub gaps: Histogram,
    /// The first attempts, while more and more are in flight.
    pub ramp: StartRamp,
    /// The last changes of the limit by the user, oldest first.
    pub limit_changes: Vec<LimitChange>,
    /// Service times of attempts.
    pub service_times: ServiceTimes,
    /// Waves of attempts.
    pub waves: Waves,
    /// The tail of the run.
    pub tail: Tail,
    /// Time-outs.
    pub timeouts: TimeoutEvidence,
    /// Refusals by host.
    pub refusals: HostRefusals,
    /// Failures by host.
    pub bursts: FailureBursts,
    /// The endpoint that has taken the most slot time, and how much.
    pub busiest_endpoint: (usize, Micros),
    /// Time per phase of all attempts: look-ups, connecting without TLS, TLS, bodies.
    pub phases: [Micros; 4],
    /// Number of look-ups that attempts waited for, and how long these waited for others to end.
    pub look_ups: (u64, Micros),
    /// Answers with status 403.
    pub forbidden: Forbidden,
    /// Stalls of the event loop.
    pub stalls: Stalls,
    /// Retries after a backoff, or after the wait that a server asked for. The others are no sign of wasted effort.
    pub judged_retries: u64,
    /// Whether the limit of the run has ever changed.
    pub has_changed_limit: bool,
    /// When the limit of the run last changed.
    pub limit_changed: Offset,
    /// When the ramp last raised the limit.
    pub ramped: Option<Offset>,
    /// How often a pause, a changed limit or a new round interfered. A pattern may then be intended.
    pub interventions: u64,
    /// What this machine did to the run.
    pub machine: MachineEvidence,
    /// How long good answers took over the course of the run, since the limit last rose by itself.
    pub trend: AnswerTrend,
    /// Pauses of the upstream.
    pub pauses: PauseEvidence,
    /// The level that a source reports instead of attempts.
    pub levels: LevelShape,
    /// What a watched program does apart from its requests.
    pub program: ProgramEvidence,
}

/// A change of the run's limit by the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitChange {
    /// When.
    pub at: Offset,
    /// The limit before.
    pub from: u32,
    /// The limit after.
    pub to: u32,
}

impl Evidence {
    /// Number of limit changes kept.
    const CHANGES: usize = 8;
    /// Changes within this time are one: a key was pressed several times.
    const SAME_CHANGE: Micros = Micros(1_000_000);

    /// Records the start of an attempt; `before` attempts were in flight.
    pub(in crate::model) fn record_start(&mut self, attempt: Attempt, flight: &OpenAttempt, before: u32) {
        let at = flight.started;
        if self.first.is_some() && before == 0 {
            self.gaps.record(at.since(self.last));
        }
        self.first.get_or_insert(at);
        self.jobs += u64::from(attempt.n == 1);
        self.ramp.start(before.saturating_add(1));
        self.waves.start(at, before, 1);
        self.tail.start(attempt.n == 1);
    }

    /// Records the end of an attempt, with the attempts still in flight and the peak.
    pub(in crate::model) fn record_end(
        &mut self,
        at: Offset,
        flight: &OpenAttempt,
        (outcome, spent): (&Outcome, &PhaseTimes),
        (left, peak): (u32, u32),
        idle: &Idle,
    ) {
        let service = at.since(flight.started);
        let setup = [spent.stale, spent.resolve, spent.connect, spent.tls].into_iter().flatten();
        let on_connection = setup.fold(service, |rest, phase| rest - phase);
        let is_answer = matches!(outcome, Outcome::Answered { .. }) && !flight.spans_stop;
        self.ramp.end(at, flight.number, is_answer.then_some(on_connection));
        self.last = self.last.max(at);
        // The true service time is not known if the process was stopped meanwhile: it counts as the mean of the others.
        let known = if flight.spans_stop { self.service_times.mean().max(service) } else { service };
        let is_timeout = matches!(outcome, Outcome::TimedOut { .. });
        let (number, started) = (flight.number, flight.started);
        self.service_times.end(SlowService { service: known, number, started, is_timeout });
        self.waves.end(at, left);
        self.tail.end(at, service, &flight.target, (left, peak), idle);
        self.timeouts.end(at, (service, &flight.target), outcome, idle);
        match outcome {
            Outcome::Throttled { .. } => {
                if let Some(refusals) = self.refusals.at(flight.host) {
                    refusals.record_refusal(at, left.saturating_add(1));
                }
            }
            Outcome::Answered { status, expected, .. } => {
                self.forbidden.record_answer(flight.endpoint, *status, *expected);
                if *expected && !flight.spans_stop && Some(flight.started) >= self.ramped {
                    self.trend.record((flight.started, at), flight.endpoint);
                }
                if let Some(refusals) = self.refusals.at(flight.host) {
                    refusals.record_answer(at);
                }
                if !flight.spans_stop {
                    self.stalls.end(at, flight.started);
                }
            }
            Outcome::Failed { reason: Reason::Local, .. } => self.machine.failed += 1,
            Outcome::TimedOut { .. } => self.machine.record_timeout(at),
            Outcome::Redirected { .. } | Outcome::Failed { .. } | Outcome::Cancelled => {}
        }
        let cause = Cause::from_outcome(outcome);
        if !matches!(outcome, Outcome::Throttled { .. })
            && (cause.is_some() || matches!(outcome, Outcome::Answered { .. }))
        {
            self.bursts.record(at, flight.host, cause);
        }
        for (sum, spent) in self.phases.iter_mut().zip([spent.resolve, spent.connect, spent.tls, spent.body]) {
            *sum += spent.unwrap_or_default();
        }
        self.look_ups.0 += u64::from(spent.resolve.is_some());
        self.look_ups.1 += spent.resolve_queued.unwrap_or_default();
        let is_failure = matches!(outcome, Outcome::TimedOut { .. } | Outcome::Failed { .. });
        self.machine.broken_by_stops += u64::from(is_failure && flight.spans_stop);
    }

    /// Records what an end shows of the upstream's pauses: `latency` are the answers of its endpoint, and `open` the
    /// attempts that are still in flight.
    pub(in crate::model) fn record_pause(
        &mut self,
        at: Offset,
        (flight, outcome): (&OpenAttempt, &Outcome),
        peak: u32,
        latency: &Histogram,
        open: &OpenAttempts,
    ) {
        let is_clean = !flight.spans_stop && !matches!(outcome, Outcome::TimedOut { .. } | Outcome::Cancelled);
        let ended = TimedEnd { started: flight.started, ended: at, is_clean, peak };
        let usual = || latency.quantile(0.5).filter(|_| latency.n() >= PAUSE_USUAL);
        self.pauses.end(ended, usual, open.all().map(|other| other.started));
    }

    /// Records how much slot time an endpoint has taken so far.
    pub(in crate::model) fn record_use(&mut self, endpoint: usize, service: Micros) {
        if service > self.busiest_endpoint.1 {
            self.busiest_endpoint = (endpoint, service);
        }
    }

    /// Records the end of a job.
    pub(in crate::model) fn record_settled(&mut self, end: &JobEnd, total: Micros, waited: &WaitTimes) {
        self.timeouts.settle(end, total, waited);
    }

    /// Records a stall of an event loop.
    pub(in crate::model) fn record_stall(
        &mut self,
        at: Offset,
        lasted: Micros,
        place: Option<&Arc<str>>,
        so_far: &Histogram,
    ) {
        self.stalls.stall(at, lasted, place, so_far);
    }

    /// Records a level that is reported instead of attempts.
    pub(in crate::model) fn record_level(&mut self, at: Offset, level: u32) {
        self.levels.record(at, level);
    }

    /// Records a stop of this machine.
    pub(in crate::model) fn record_stop(&mut self, at: Offset, lasted: Micros) {
        self.machine.record_stop(at, lasted);
    }

    /// Records how late timers were: the time for which they were observed, the mean and the worst.
    pub(in crate::model) fn record_late_timers(&mut self, at: Offset, late: (Micros, Micros, Micros)) {
        let (observed, _, worst) = late;
        self.pauses.record_late_timers((Offset(at.0.saturating_sub(observed.0)), at), worst);
        self.machine.record_late_timers(at, late);
    }

    /// Records a changed limit of the run.
    pub(in crate::model) fn record_limit(&mut self, at: Offset, (from, to): (Option<u32>, u32), by: ChangedBy) {
        self.has_changed_limit |= from.is_some_and(|from| from != to);
        self.limit_changed = at;
        match by {
            ChangedBy::Machine => self.machine.cut = Some((from.unwrap_or(to), to)),
            // The plan wants the ramp: no pattern after it is intended.
            // While the limit rises, attempts may take longer for that reason.
            ChangedBy::Ramp => (self.ramped, self.trend) = (Some(at), AnswerTrend::default()),
            ChangedBy::Adaptive => self.interventions += 1,
            ChangedBy::Operator => {
                self.interventions += 1;
                self.record_change(LimitChange { at, from: from.unwrap_or(to), to });
            }
        }
    }

    fn record_change(&mut self, change: LimitChange) {
        if let Some(last) = self.limit_changes.last_mut()
            && change.at.since(last.at) < Self::SAME_CHANGE
        {
            (last.at, last.to) = (change.at, change.to);
            return;
        }
        if self.limit_changes.len() == Self::CHANGES {
            self.limit_changes.remove(0);
        }
        self.limit_changes.push(change);
    }

    /// Records a retry.
    pub(in crate::model) fn record_retry(&mut self, why: RetryReason) {
        self.judged_retries += u64::from(!matches!(why, RetryReason::Asked | RetryReason::Host));
    }

    /// The time from the first start to the last end.
    pub fn span(&self) -> Micros {
        self.first.map_or(Micros::ZERO, |first| self.last.since(first))
    }
}
