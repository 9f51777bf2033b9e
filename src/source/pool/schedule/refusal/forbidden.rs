//! Answers of 403 that may be refusals: some limiters answer so instead of 429.
//!
//! A lone 403 is an answer. Its job is held until later attempts of the endpoint decide: if one is accepted, the answer
//! is the job's own; if several more get 403, all are refusals. Start at [`Schedule::hold_forbidden`].

use crate::event::outcome::Outcome;
use crate::event::reasons::RetryReason;
use crate::event::{Fact, HostId, Micros};
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
        match lane.health.forbidden(endpoint) {
            None | Some(ForbiddenState::Answer) => HostResponse::OwnAnswer,
            Some(ForbiddenState::Open) => HostResponse::Undecided,
            Some(state @ ForbiddenState::Refusal(_)) => {
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
                HostResponse::Refused
            }
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
        for job in self.settling.take_forbidden(host, endpoint) {
            self.take_back_forbidden(host, *job);
        }
        self.lanes.enqueue(host.0 as usize);
    }

    fn take_back_forbidden(&mut self, host: HostId, job: SettlingJob) {
        let mut ready = job.ready;
        let until = self.lanes.get(host).map_or(self.now, |lane| lane.opens_at().max(self.now));
        self.announcements.push_back(Fact::RetryScheduled { attempt: ready.attempt(), until, why: RetryReason::Host });
        ready.wait.cooldown += self.now.since(ready.ended);
        ready.refusals += 1;
        ready.try_again(true);
        self.take_back_refused(ready, until);
    }
}
