//! Answers of 403 that may be refusals: some limiters answer so instead of 429.
//!
//! The job of a lone 403 is held until later attempts of the endpoint decide. If several more get 403, all are refusals.
//! If one is accepted, the answer is the job's own; but the first few such jobs of an endpoint are sent once more: a
//! window may have opened in between. Once a host is known to refuse with 403, each one is a refusal until it is plain
//! that it is the job's own. Start at [`Schedule::hold_forbidden`].

use crate::event::outcome::Outcome;
use crate::event::reasons::RetryReason;
use crate::event::{EndpointId, Fact, HostId, Micros, Offset};
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::refusal::HostResponse;
use crate::source::pool::schedule::refusal::backoff::Pause;
use crate::source::pool::schedule::refusal::health::ForbiddenState;
use crate::source::pool::schedule::settling::{HeldReason, SettlingJob};

/// Answers of 403 in a row that are refusals.
const IN_A_ROW: usize = 5;

/// How long an endpoint may answer only 403 before that is no refusal: a little more than the longest usual window.
const GIVEN_UP_AFTER: Micros = Micros(65_000_000);

impl Schedule {
    /// Decides what a 403 means for its host.
    pub(super) fn classify_forbidden(&mut self, ready: &mut PendingJob, outcome: &mut Outcome) -> HostResponse {
        let (host, endpoint, now) = (ready.host, ready.job.endpoint, self.now);
        let Some(lane) = self.lanes.get(host) else { return HostResponse::Nothing };
        let refused = lane.health.refused_attempt(ready);
        let is_known = lane.health.recognized.contains(403);
        match lane.health.forbidden(endpoint) {
            None | Some(ForbiddenState::Answer) => HostResponse::OwnAnswer,
            Some(ForbiddenState::Open) if !is_known => HostResponse::Undecided,
            Some(state @ (ForbiddenState::Open | ForbiddenState::Refusal(_))) => {
                if matches!(*state, ForbiddenState::Refusal(since) if now.since(since) >= GIVEN_UP_AFTER) {
                    *state = ForbiddenState::Answer;
                    let why = "nothing was accepted for 65 s, so 403 is the answer to these requests";
                    self.dismiss_refusal(host, 403, why);
                    return HostResponse::OwnAnswer;
                }
                ready.refuse(&refused);
                if ready.is_refused_alone() {
                    return HostResponse::OwnAnswer;
                }
                *outcome = Outcome::Throttled { status: 403, retry_after: None };
                if ready.own.is_likely() {
                    return HostResponse::RefusedAlone;
                }
                if *state == ForbiddenState::Open {
                    *state = ForbiddenState::Refusal(now);
                    lane.health.tried_by = Some(now + GIVEN_UP_AFTER);
                }
                HostResponse::Refused
            }
        }
    }

    /// An attempt was accepted that started at this moment. Decides what an endpoint's earlier answers of 403 mean.
    pub(super) fn decide_forbidden(&mut self, host: HostId, endpoint: EndpointId, accepted: Offset) {
        for job in self.settling.take_forbidden_before(host, endpoint, accepted) {
            let is_first = job.ready.refusals == 0;
            if is_first && self.lanes.get(host).is_some_and(|lane| lane.health.may_ask_again(endpoint)) {
                // The host has just accepted an attempt.
                self.take_back_forbidden(*job, self.now);
            } else {
                self.settling.settle(*job);
            }
        }
    }

    /// A request was accepted that had got a 403 before: that was a refusal.
    pub(super) fn recognize_forbidden(&mut self, ready: &PendingJob) {
        let host = ready.host;
        let Some(lane) = self.lanes.get(host).filter(|_| was_forbidden(ready)) else { return };
        if !lane.health.recognized.contains(403) {
            lane.health.recognized.insert(403);
            let why = "it answered a request with 403 and accepted it a little later".into();
            self.announcements.push_back(Fact::RefusalRecognized { host, status: 403, why });
        }
    }

    /// Holds a job with an answer of 403 until it is clear what that means. If it is the last of several, all of them
    /// are refusals, and their jobs go back to the lane.
    pub fn hold_forbidden(&mut self, job: SettlingJob, chance: f64) {
        let (host, endpoint, started) = (job.ready.host, job.ready.job.endpoint, job.ready.started);
        let rules = job.ready.job.policy.clone();
        self.settling.hold(Box::new(job), HeldReason::Forbidden, self.now);
        let now = self.now;
        let Some(lane) = self.lanes.get(host) else { return };
        let after = lane.health.last_accepted_start(endpoint);
        if self.settling.n_forbidden(host, endpoint, after) < IN_A_ROW {
            return;
        }
        if let Some(state) = lane.health.forbidden(endpoint) {
            *state = ForbiddenState::Refusal(now);
            lane.health.tried_by = Some(now + GIVEN_UP_AFTER);
        }
        if !lane.health.recognized.contains(403) {
            lane.health.recognized.insert(403);
            let why = "it accepted requests before, and now answers 403 to each of them".into();
            self.announcements.push_back(Fact::RefusalRecognized { host, status: 403, why });
        }
        if let Pause::Begins(until) = lane.refuse(started, now, &rules.retry, chance) {
            self.announcements.push_back(Fact::CooldownSet { host, until });
        }
        let until = self.lanes.get(host).map_or(now, |lane| lane.opens_at().max(now));
        for job in self.settling.take_forbidden(host, endpoint) {
            self.take_back_forbidden(*job, until);
        }
        self.lanes.enqueue(host.0 as usize);
    }

    fn take_back_forbidden(&mut self, job: SettlingJob, until: Offset) {
        let mut ready = job.ready;
        self.announcements.push_back(Fact::RetryScheduled { attempt: ready.attempt(), until, why: RetryReason::Host });
        ready.wait.cooldown += self.now.since(ready.ended);
        ready.refusals += 1;
        ready.try_again(true);
        self.take_back_refused(ready, until);
    }
}

/// Whether the attempt before got a 403.
fn was_forbidden(ready: &PendingJob) -> bool {
    matches!(ready.last, Some(Outcome::Answered { status: 403, expected: false, .. }))
}
