//! The next step of a job after an attempt: it ends, waits, is retried, or follows a redirect.
//!
//! Start at [`SharedRun::next_step`].

use crate::event::outcome::{JobEnd, Outcome};
use crate::event::reasons::{RetryReason, WarningSource};
use crate::event::{Fact, Offset};
use crate::plan::job::Job;
use crate::source::pool::outcome::judge;
use crate::source::pool::retry::{self, Circumstances};
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::state::RunState;
use crate::source::pool::run::worker_handle::JobCommand;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::refusal::Meaning;

/// The warning when the retry budget is used up. Emitted once.
const OUT_OF_RETRIES: &str =
    "retries have used up their budget: each one waits for the longest backoff while that is so, to spare the upstream";

/// An attempt's end, as its host's state explains it.
#[derive(Debug)]
pub struct EndedAttempt<'a> {
    /// How it ended.
    pub outcome: &'a Outcome,
    /// What that means for the host.
    pub meaning: Meaning,
    /// The next request, if the job follows a redirect.
    pub hop: Option<Box<Job>>,
    /// The wait that the server asked for, in an answer that is no refusal.
    pub wait: Option<crate::event::Micros>,
    /// The wait that the server asked for, in a refusal.
    pub is_told: bool,
    /// What the user wants of the job.
    pub command: Option<JobCommand>,
    /// Chance, from 0 to 1.
    pub chance: f64,
}

/// The next step of a job after an attempt.
#[derive(Debug)]
enum NextStep {
    /// The job ends.
    Settle(JobEnd),
    /// The job is retried.
    Retry(Offset, RetryReason),
    /// The job waits for its host.
    Wait(Offset, RetryReason),
    /// The job follows a redirect at once.
    Hop(Box<Job>),
}

impl SharedRun {
    /// Takes the next step of a job. Returns the job if it is over.
    pub(in crate::source::pool) fn next_step(
        state: &mut RunState,
        now: Offset,
        mut ready: Box<PendingJob>,
        ended: EndedAttempt<'_>,
    ) -> Option<(Box<PendingJob>, JobEnd)> {
        let attempt = ready.attempt();
        let (command, is_ours) = (ended.command, *ended.outcome == Outcome::Cancelled);
        let is_closed = state.schedule.gate.state() == GateState::Closed;
        match decide(state, now, &ready, ended) {
            NextStep::Settle(_) if command == Some(JobCommand::Postpone) && is_ours && !is_closed => {
                state.emit(now, Fact::RetryScheduled { attempt, until: now, why: RetryReason::Asked });
                ready.try_again(true);
                state.schedule.postpone(ready);
                return None;
            }
            NextStep::Settle(end) => return Some((ready, end)),
            NextStep::Retry(..) | NextStep::Wait(..) | NextStep::Hop(_)
                if is_closed || command == Some(JobCommand::Cancel) =>
            {
                return Some((ready, JobEnd::Cancelled));
            }
            NextStep::Retry(until, why) => {
                // Time has passed since the exchange was judged.
                let until = until.max(now);
                state.emit(now, Fact::RetryScheduled { attempt, until, why });
                ready.try_again(false);
                state.schedule.take_back(ready, until, why);
            }
            NextStep::Wait(until, why) => {
                state.emit(now, Fact::RetryScheduled { attempt, until, why });
                ready.try_again(true);
                match why {
                    RetryReason::Backoff => state.schedule.take_back(ready, until, why),
                    RetryReason::RetryAfter | RetryReason::Host | RetryReason::Asked => {
                        state.schedule.take_back_refused(ready, until);
                    }
                }
            }
            NextStep::Hop(next) => {
                let before = std::mem::replace(&mut ready.job, next);
                ready.original.get_or_insert(before);
                ready.hops += 1;
                let target = std::sync::Arc::clone(&ready.job.target);
                state.emit(now, Fact::RedirectFollowed { attempt, hop: ready.hops, target });
                state.schedule.take_back(ready, now, RetryReason::Asked);
            }
        }
        None
    }
}

fn decide(state: &mut RunState, now: Offset, ready: &PendingJob, ended: EndedAttempt<'_>) -> NextStep {
    let EndedAttempt { outcome, meaning, hop, wait, is_told, chance, .. } = ended;
    if let Some(next) = hop {
        return NextStep::Hop(next);
    }
    let rules = &ready.job.policy.retry;
    if let Outcome::Throttled { status, .. } = outcome {
        let (until, why) = match meaning {
            Meaning::RefusedAlone => (now + retry::backoff(rules, ready.refusals, chance), RetryReason::Backoff),
            _ if is_told => (state.schedule.reopens_at(ready), RetryReason::RetryAfter),
            _ => (state.schedule.reopens_at(ready), RetryReason::Host),
        };
        let waits = retry::may_wait(*status, rules).is_ok() && until < ready.deadline();
        return if waits { NextStep::Wait(until, why) } else { NextStep::Settle(judge::end_of(outcome)) };
    }
    let (method, tries, deadline) = (&ready.job.method, ready.counted_tries(), ready.deadline());
    let circumstances = Circumstances { rules, method, tries, now, deadline, wait, chance };
    match retry::decide(outcome, &circumstances) {
        Ok((until, why)) if state.schedule.budget.spend() => NextStep::Retry(until, why),
        Ok((until, why)) => {
            if !std::mem::replace(&mut state.has_warned_of_budget, true) {
                state.emit(now, Fact::Warned { about: WarningSource::Retries, message: OUT_OF_RETRIES.into() });
            }
            NextStep::Retry(retry::slowed(until, &circumstances), why)
        }
        Err(_) => NextStep::Settle(judge::end_of(outcome)),
    }
}
