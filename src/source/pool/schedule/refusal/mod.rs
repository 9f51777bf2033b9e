//! Refusals of a host: what counts as one, and how the host waits.
//!
//! A refusal is the host's affair. It costs the job no try: the job goes back to its lane, and the host waits. Only a
//! job that is refused again and again, while others are accepted, has an answer of its own. Start at
//! [`Schedule::classify`].

pub mod backoff;
mod forbidden;
pub mod health;
pub mod waiting_jobs;

use crate::event::outcome::Outcome;
use crate::event::reasons::RetryReason;
use crate::event::{Fact, Micros, Offset};
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
    /// The host refused this job alone, and accepts others.
    RefusedAlone,
}

impl Schedule {
    /// Decides what the end of an attempt means for its host, and corrects the outcome if the answer is a refusal.
    /// `is_timed` is whether the server named a moment.
    ///
    /// Only a request that may be sent twice is refused by evidence alone: a server could have acted on it.
    pub fn classify(&mut self, ready: &mut PendingJob, outcome: &mut Outcome, is_timed: bool) -> HostResponse {
        let (host, endpoint, started, now) = (ready.host, ready.job.endpoint, ready.started, self.now);
        let Some(lane) = self.lanes.get(host) else { return HostResponse::Nothing };
        let others = lane.in_flight().saturating_sub(1);
        let health = &mut lane.health;
        match *outcome {
            Outcome::Throttled { .. } if is_timed => HostResponse::Refused,
            Outcome::Throttled { .. } => {
                if ready.refuse(now, health.has_accepted_since(ready.last_refusal, endpoint)).is_refused_alone() {
                    HostResponse::RefusedAlone
                } else {
                    HostResponse::Refused
                }
            }
            Outcome::Answered { status: 503, expected: false, .. } if infers(ready) => {
                let is_own = health.has_accepted_since(ready.last_refusal, endpoint);
                match health.overload(ready, others, now) {
                    Overload::OfEverything => return HostResponse::Nothing,
                    Overload::OfEndpoint => return HostResponse::OwnAnswer,
                    Overload::Shed if !health.recognized.contains(503) && !health.is_limiting() => {
                        return HostResponse::OwnAnswer;
                    }
                    Overload::Shed if ready.refuse(now, is_own).is_refused_alone() => return HostResponse::OwnAnswer,
                    Overload::Shed => {}
                }
                *outcome = Outcome::Throttled { status: 503, retry_after: None };
                if health.is_alive(now) && !health.recognized.contains(503) {
                    health.recognized.insert(503);
                    let why = "it answers some requests with 503, and others as usual at the same time".into();
                    self.announcements.push_back(Fact::RefusalRecognized { host, status: 503, why });
                }
                HostResponse::Refused
            }
            Outcome::Answered { status: 403, expected: false, .. } if infers(ready) => {
                self.classify_forbidden(ready, outcome)
            }
            Outcome::Answered { status: 502..=504, expected: false, .. }
            | Outcome::TimedOut { .. }
            | Outcome::Failed { .. }
            | Outcome::Cancelled => HostResponse::Nothing,
            Outcome::Answered { .. } | Outcome::Redirected { .. } => {
                health.accept(endpoint, started, now);
                self.settling.settle_forbidden(host, endpoint, started);
                HostResponse::Accepted
            }
        }
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
