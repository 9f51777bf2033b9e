//! What happens to a job after an attempt: it is tried again, waits for its host, follows a redirect, or ends.
//!
//! Start at [`RunState::continue_job`].

use std::sync::Arc;

use crate::event::outcome::{JobEnd, Outcome};
use crate::event::reasons::RetryReason;
use crate::event::{Fact, Offset};
use crate::job_result::Answer;
use crate::source::pool::outage::evidence::JobFate;
use crate::source::pool::outcome::host_fate::{Consequence, consequence_of};
use crate::source::pool::outcome::next_step::{self, NextStep};
use crate::source::pool::run::state::RunState;
use crate::source::pool::run::worker_handle::JobCommand;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::settling::SettlingJob;

/// An attempt that has ended and given its slot back.
#[derive(Debug)]
pub(in crate::source::pool) struct EndedAttempt {
    /// Its job.
    pub ready: Box<PendingJob>,
    /// How it ended.
    pub outcome: Outcome,
    /// What that means for the job, in the state of its host.
    pub fate: JobFate,
    /// When the job is tried again at no cost, and why: the fault is this machine's.
    pub free_retry: Option<(Offset, RetryReason)>,
    /// What the user wants of the job.
    pub command: Option<JobCommand>,
    /// The response, if results are collected.
    pub answer: Option<Answer>,
}

impl RunState {
    /// Continues a job after an attempt. Returns the job if it is over.
    pub(in crate::source::pool) fn continue_job(
        &mut self,
        now: Offset,
        ended: EndedAttempt,
        judged: NextStep,
    ) -> Option<SettlingJob> {
        let EndedAttempt { mut ready, outcome, fate, free_retry, command, answer } = ended;
        let attempt = ready.attempt();
        let is_closed = self.schedule.gate.state() == GateState::Closed;
        let may_wait = !is_closed && command != Some(JobCommand::Cancel);
        if let Some((until, why)) = free_retry.filter(|&(until, _)| may_wait && until < ready.deadline()) {
            self.emit(now, Fact::RetryScheduled { attempt, until, why });
            ready.try_again(true);
            self.schedule.take_back(ready, until, why);
            return None;
        }
        let (next, is_doubtful) = match consequence_of(fate, &ready, &outcome, judged) {
            Consequence::GoesBack if may_wait => {
                self.schedule.excuse(ready);
                return None;
            }
            Consequence::GoesBack => (NextStep::Settle(JobEnd::Cancelled), false),
            Consequence::Judged { next_step, is_doubtful } => (self.within_budget(now, &ready, next_step), is_doubtful),
        };
        let end = match next {
            NextStep::Settle(_)
                if command == Some(JobCommand::Postpone) && outcome == Outcome::Cancelled && !is_closed =>
            {
                self.emit(now, Fact::RetryScheduled { attempt, until: now, why: RetryReason::Asked });
                ready.try_again(true);
                self.schedule.postpone(ready);
                return None;
            }
            NextStep::Settle(end) if is_doubtful && may_wait => {
                self.schedule.hold_failed(SettlingJob { ready, end, answer });
                return None;
            }
            NextStep::Hold(end) if may_wait => {
                self.schedule.hold_forbidden(SettlingJob { ready, end, answer }, fastrand::f64());
                return None;
            }
            NextStep::Settle(end) | NextStep::Hold(end) => end,
            NextStep::Retry(..) | NextStep::Wait(..) | NextStep::Hop(_)
                if is_closed || command == Some(JobCommand::Cancel) =>
            {
                JobEnd::Cancelled
            }
            NextStep::Retry(until, why) => {
                // Time has passed since the exchange was judged.
                let until = until.max(now);
                self.emit(now, Fact::RetryScheduled { attempt, until, why });
                ready.try_again(false);
                ready.is_doubtful = is_doubtful;
                self.schedule.take_back(ready, until, why);
                return None;
            }
            NextStep::Wait(until, why) => {
                self.emit(now, Fact::RetryScheduled { attempt, until, why });
                ready.try_again(true);
                match why {
                    RetryReason::Backoff => self.schedule.take_back(ready, until, why),
                    RetryReason::RetryAfter | RetryReason::Host | RetryReason::Asked => {
                        self.schedule.take_back_refused(ready, until);
                    }
                }
                return None;
            }
            NextStep::Hop(next) => {
                let before = std::mem::replace(&mut ready.job, next);
                ready.original.get_or_insert(before);
                ready.hops += 1;
                let target = Arc::clone(&ready.job.target);
                self.emit(now, Fact::RedirectFollowed { attempt, hop: ready.hops, target });
                self.schedule.take_back(ready, now, RetryReason::Asked);
                return None;
            }
        };
        Some(SettlingJob { ready, end, answer })
    }

    /// The next step of a job. Once the retries have used up their budget, it comes late.
    fn within_budget(&mut self, now: Offset, ready: &PendingJob, next_step: NextStep) -> NextStep {
        match next_step {
            NextStep::Retry(until, why) if !self.schedule.budget.spend() => {
                self.warn_of_budget(now);
                NextStep::Retry(next_step::slowed(until, ready, now), why)
            }
            NextStep::Retry(..) | NextStep::Settle(_) | NextStep::Hold(_) | NextStep::Wait(..) | NextStep::Hop(_) => {
                next_step
            }
        }
    }
}
