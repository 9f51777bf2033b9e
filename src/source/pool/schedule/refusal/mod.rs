//! Refusals of a host: what counts as one, and how the host waits.
//!
//! A refusal is the host's affair. It costs the job no try: the job goes back to its lane, and the host waits. Only a
//! job that is refused again and again, while others are accepted, has an answer of its own. Start at
//! [`Schedule::classify`].

pub mod backoff;
pub mod deadlines;
mod forbidden;
pub mod health;
pub mod waiting_jobs;

use crate::event::outcome::{Outcome, Reason};
use crate::event::reasons::RetryReason;
use crate::event::{Fact, HostId, Micros, Offset};
use crate::plan::statuses::Throttled;
use crate::source::pool::retry;
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::refusal::backoff::Pause;
use crate::source::pool::schedule::refusal::health::Overload;

/// How long a job that was refused twice lets others of its host go first.
const COURTESY: Micros = Micros(1_000);

/// What the end of an attempt means for its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostResponse {
    /// The host answered the request.
    Accepted,
    /// It is no answer of the host: a time-out, a failure, or the answer of a gateway.
    Nothing,
    /// An answer that looks like a refusal or an outage, but that only this job or its endpoint gets.
    OwnAnswer,
    /// The host refused the request.
    Refused,
    /// Later attempts show whether the host refused the request.
    Undecided,
    /// The host refused this job alone, and accepts others. The job waits by itself.
    RefusedAlone,
    /// The host has refused every job for too long.
    RefusedForGood,
}

impl Schedule {
    /// Decides what the end of an attempt means for its host, and corrects the outcome if the answer is a refusal.
    /// `is_timed` is whether the server named a moment.
    ///
    /// Only a request that may be sent twice is refused by evidence alone: a server could have acted on it.
    pub fn classify(&mut self, ready: &mut PendingJob, outcome: &mut Outcome, is_timed: bool) -> HostResponse {
        let (host, endpoint, started, now) = (ready.host, ready.job.endpoint, ready.started, self.now);
        let Some(lane) = self.lanes.get(host) else { return HostResponse::Nothing };
        let is_down = lane.outage.is_down();
        let health = &mut lane.health;
        let refused = health.refused_attempt(ready);
        match *outcome {
            Outcome::Throttled { .. } => {
                ready.refuse(&refused);
                // A moment that the server names is for every request.
                if is_timed || !ready.own.is_likely() {
                    health.close(now, is_timed);
                    HostResponse::Refused
                } else {
                    if !ready.own.is_plain(0) {
                        health.add_refused();
                    }
                    HostResponse::RefusedAlone
                }
            }
            Outcome::Answered { status: 503, expected: false, .. } if infers(ready) && !is_down => {
                self.classify_overload(ready, outcome)
            }
            Outcome::Answered { status: 403, expected: false, .. } if infers(ready) => {
                self.classify_forbidden(ready, outcome)
            }
            Outcome::Answered { status: 502..=504, expected: false, .. } => HostResponse::Nothing,
            // The host accepts a request even if its answer is not what the plan expects.
            Outcome::Answered { .. }
            | Outcome::Redirected { .. }
            | Outcome::Failed { reason: Reason::Unexpected, .. } => {
                health.accept(endpoint, started, now);
                if ready.refusals > 0 {
                    health.relent();
                }
                self.recognize_forbidden(ready);
                self.decide_forbidden(host, endpoint, started);
                HostResponse::Accepted
            }
            Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => HostResponse::Nothing,
        }
    }

    /// Decides what a 503 without a wait means, and corrects the outcome if it is a refusal.
    fn classify_overload(&mut self, ready: &mut PendingJob, outcome: &mut Outcome) -> HostResponse {
        let (host, now, is_drawn) = (ready.host, self.now, self.sources.is_drawn());
        let Some(lane) = self.lanes.get(host) else { return HostResponse::Nothing };
        let others = lane.in_flight().saturating_sub(1);
        let is_end = is_drawn && !lane.waiting.has_fresh();
        let health = &mut lane.health;
        let refused = health.refused_attempt(ready);
        let bits = ready.refuse(&refused);
        health.add_evidence(bits);
        let overload = health.overload(ready, others, now);
        let is_doubted_again = health.is_doubted() && ready.own.is_likely();
        // It waits by itself: that costs it nothing, and what follows shows whether it is a limit. At the end of
        // a batch nothing follows: no other is accepted any more.
        let is_alone = ready.own.is_likely() || health.is_doubted();
        let is_own_at_end =
            is_end && (health.is_selective_at_end() || is_alone && bits <= 0.0 && !health.has_relented());
        let gets_no_other_answer = is_own_at_end || ready.is_refused_alone() || is_doubted_again;
        if health.is_doubted() && health.recognized.contains(503) {
            let why = "it answers the same jobs with 503 again, and accepts others meanwhile";
            self.dismiss_refusal(host, 503, why);
            *outcome = Outcome::Throttled { status: 503, retry_after: None };
            return HostResponse::RefusedAlone;
        }
        // A few are like any answer of a gateway.
        match overload {
            Overload::OfEndpoint => return HostResponse::OwnAnswer,
            _ if gets_no_other_answer => return HostResponse::OwnAnswer,
            Overload::OfEverything => return HostResponse::Nothing,
            Overload::Shed if !health.is_limiting() => return HostResponse::Nothing,
            Overload::Shed => {}
        }
        *outcome = Outcome::Throttled { status: 503, retry_after: None };
        if is_alone {
            health.add_refused();
            return HostResponse::RefusedAlone;
        }
        health.shed(now);
        if health.has_accepted() && !health.recognized.contains(503) {
            health.recognized.insert(503);
            let why = "it answers some requests with 503, and others as usual at the same time".into();
            self.announcements.push_back(Fact::RefusalRecognized { host, status: 503, why });
        }
        HostResponse::Refused
    }

    /// Takes back that a status is a refusal at a host, with all that was learned from it.
    pub(super) fn dismiss_refusal(&mut self, host: HostId, status: u16, why: &str) {
        let cap = self.host_cap();
        self.announcements.push_back(Fact::RefusalDismissed { host, status, why: why.into() });
        self.lanes.forget_refusals(host, status, cap);
    }

    /// Lets a host wait that refused an attempt without naming a moment. If refusals are final, no job waits for the
    /// host, and it does not pause.
    pub fn refuse(&mut self, ready: &PendingJob, outcome: &Outcome, chance: f64) -> Pause {
        let rules = &ready.job.policy.retry;
        let waits = matches!(outcome, Outcome::Throttled { status, .. } if retry::may_wait(*status, rules).is_ok());
        let Some(lane) = self.lanes.get(ready.host).filter(|_| waits) else { return Pause::Known };
        let pause = lane.refuse(ready.started, self.now, rules, chance);
        self.lanes.enqueue(ready.host.0 as usize);
        pause
    }

    /// When a refused job can start again.
    pub fn reopens_at(&mut self, ready: &PendingJob) -> Offset {
        self.lanes.get(ready.host).map_or(self.now, |lane| lane.opens_at().max(self.now))
    }

    /// Takes back a refused job. It goes first when its host opens again, unless it was refused before.
    pub fn take_back_refused(&mut self, ready: Box<PendingJob>, until: Offset) {
        if ready.refusals > 1 {
            self.take_back(ready, until + COURTESY, RetryReason::Host);
        } else {
            self.park(ready);
        }
    }
}

/// Whether a refusal without a header may be inferred for this job.
fn infers(ready: &PendingJob) -> bool {
    let (policy, rules) = (&ready.job.policy, &ready.job.policy.retry);
    policy.throttled == Throttled::Inferred
        && rules.on.throttled
        && rules.attempts > 1
        && retry::is_repeatable(&ready.job.method, rules)
}
