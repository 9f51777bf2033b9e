//! Takes the next step of a job after an attempt.
//!
//! Start at [`SharedRun::next_step`].

use std::sync::Arc;

use crate::event::outcome::{JobEnd, Outcome};
use crate::event::reasons::{RetryReason, WarningSource};
use crate::event::{Fact, Offset};
use crate::source::pool::outcome::next_step::{self, EndedAttempt, NextStep};
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::state::RunState;
use crate::source::pool::run::worker_handle::JobCommand;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::pending_job::PendingJob;

/// The warning when the retry budget is used up. Emitted once.
const OUT_OF_RETRIES: &str =
    "retries have used up their budget: each one waits for the longest backoff while that is so, to spare the upstream";

impl SharedRun {
    /// Takes the next step of a job. Returns the job if it is over.
    pub(in crate::source::pool) fn next_step(
        state: &mut RunState,
        now: Offset,
        mut ready: Box<PendingJob>,
        ended: EndedAttempt<'_>,
        command: Option<JobCommand>,
    ) -> Option<(Box<PendingJob>, JobEnd)> {
        let attempt = ready.attempt();
        let is_ours = *ended.outcome == Outcome::Cancelled;
        let is_closed = state.schedule.gate.state() == GateState::Closed;
        let next = next_step::decide(&mut state.schedule, now, &ready, ended);
        if matches!(next, NextStep::RetryLate(..)) && !std::mem::replace(&mut state.has_warned_of_budget, true) {
            state.emit(now, Fact::Warned { about: WarningSource::Retries, message: OUT_OF_RETRIES.into() });
        }
        match next {
            NextStep::Settle(_) if command == Some(JobCommand::Postpone) && is_ours && !is_closed => {
                state.emit(now, Fact::RetryScheduled { attempt, until: now, why: RetryReason::Asked });
                ready.try_again(true);
                state.schedule.postpone(ready);
                return None;
            }
            NextStep::Settle(end) => return Some((ready, end)),
            NextStep::Retry(..) | NextStep::RetryLate(..) | NextStep::Wait(..) | NextStep::Hop(_)
                if is_closed || command == Some(JobCommand::Cancel) =>
            {
                return Some((ready, JobEnd::Cancelled));
            }
            NextStep::Retry(until, why) | NextStep::RetryLate(until, why) => {
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
                let target = Arc::clone(&ready.job.target);
                state.emit(now, Fact::RedirectFollowed { attempt, hop: ready.hops, target });
                state.schedule.take_back(ready, now, RetryReason::Asked);
            }
        }
        None
    }
}
