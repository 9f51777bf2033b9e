//! What follows from an attempt's end, from a job's, and from the run's.
//!
//! Start at [`Shared::end`].

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::event::cause::Cause;
use crate::event::failure_sample::FailureSample;
use crate::event::outcome::{JobEnd, Outcome};
use crate::event::{EndpointId, Fact, Offset, RetryReason, RunEnd, WarningSource};
use crate::plan::job::{Job, Place};
use crate::source::pool::adapt::{Ended, Evidence};
use crate::source::pool::outcome::failure_sample;
use crate::source::pool::outcome::judge::{self, Disposition, NextStep};
use crate::source::pool::run::shared_state::{Inner, Shared};
use crate::source::pool::run::worker;
use crate::source::pool::run::worker_handle::ScheduleChange;
use crate::source::pool::schedule::failed_jobs::Failed;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::pending_job::{PendingJob, Ticket};
use crate::source::pool::wire::Exchange;

/// Said once, when failures become final for want of retries.
const OUT_OF_RETRIES: &str =
    "retries have used up their budget: failures are final while that is so, to spare the upstream";

/// Said once, when a failed job finds no room among those that are kept.
const TOO_MANY_LOST: &str = "more jobs have failed than are kept: only the first 10,000 can be sent again";

/// An example of a bad answer. It is made of foreign text, and a bug in that costs the example alone.
fn exhibited(job: &Job, exchange: &Exchange) -> Option<FailureSample> {
    panic::catch_unwind(AssertUnwindSafe(|| failure_sample::sample(job, exchange))).ok().flatten()
}

/// A job that is over.
#[derive(Debug)]
pub struct Settled {
    /// Where it stands in the plan.
    pub place: Place,
    /// Its endpoint.
    pub endpoint: EndpointId,
    /// Whether it went well; nothing of what was cancelled.
    pub is_good: Option<bool>,
    /// The fact of it.
    pub told: Fact,
    /// What it takes to send it again, if it failed.
    pub failed: Option<Failed>,
}

impl Settled {
    /// A job that has ended.
    pub fn of(ready: Box<PendingJob>, end: JobEnd) -> Self {
        let total = ready.total();
        let PendingJob { job, asked, id, tries, waited, .. } = *ready;
        let (place, endpoint) = (job.place, job.endpoint);
        let (is_good, target, failed) = match &end {
            JobEnd::Done => (Some(true), None, None),
            JobEnd::Failed { last } => {
                let target = Arc::clone(&job.target);
                (Some(false), Some(target), Some(Failed { job: asked.unwrap_or(job), id, last: last.clone() }))
            }
            JobEnd::Cancelled => (None, None, None),
        };
        let told = Fact::JobSettled { job: id, endpoint, end, tries, total, waited, target };
        Self { place, endpoint, is_good, told, failed }
    }
}

impl Shared {
    /// Books an attempt's end, of which `exchange` is the evidence, and what follows from it; gives the job
    /// back if it is over, and its data has to be handed over before that is told.
    pub async fn end(
        &self,
        ticket: Ticket,
        verdict: Disposition,
        exchange: &Exchange,
    ) -> Option<(Box<PendingJob>, JobEnd)> {
        let Ticket { mut ready, slot } = ticket;
        let Disposition { outcome, mut next_step, throttle } = verdict;
        let attempt = ready.attempt();
        self.book(|inner, now| {
            inner.schedule.budget.count();
            let wish = inner.running.end(slot);
            let is_asked = judge::is_refusal(&outcome);
            let outcome_is_ours = outcome == Outcome::Cancelled;
            let evidence = evidence_of(&ready, &outcome, now);
            if matches!(next_step, NextStep::Retry(..)) && !is_asked && !inner.schedule.budget.spend() {
                next_step = NextStep::Settle(judge::end_of(&outcome));
                if !std::mem::replace(&mut inner.has_told_of_budget, true) {
                    inner.tell(now, Fact::Warned { about: WarningSource::Retries, message: OUT_OF_RETRIES.into() });
                }
            }
            let took = now.since(ready.started);
            inner.schedule.medians.count(ready.job.endpoint, &ready.job.policy.timeouts, &outcome, took);
            if Cause::of_outcome(&outcome).is_some_and(|cause| inner.exhibits.wants(cause))
                && let Some(answer) = exhibited(&ready.job, exchange).map(Arc::new)
            {
                inner.tell(now, Fact::FailureSampled { attempt, answer });
            }
            let spent = exchange.phase_times;
            inner.tell(now, Fact::AttemptEnded { attempt, outcome, spent, malformed: throttle.malformed.into() });
            if let Some(until) = throttle.cooldown.filter(|&until| until > now)
                && inner.schedule.cool(ready.host, until)
            {
                inner.tell(now, Fact::CooldownSet { host: ready.host, until });
            }
            inner.schedule.give_back(slot, ready.host);
            ready.end(now);
            for step in inner.schedule.learn(ready.host, evidence, &throttle.hints) {
                let (limit, gap, why) = (step.to.limit, step.to.gap, step.to_string().into());
                inner.tell(now, Fact::Adapted { host: ready.host, limit, gap, why });
            }
            let is_closed = inner.schedule.gate.stance() == GateState::Closed;
            let (ready, end) = match next_step {
                NextStep::Settle(_) if wish == Some(ScheduleChange::Postpone) && outcome_is_ours && !is_closed => {
                    inner.tell(now, Fact::RetryScheduled { attempt, until: now, why: RetryReason::Asked });
                    ready.try_again(true);
                    inner.schedule.postpone(ready);
                    return None;
                }
                NextStep::Settle(end) => (ready, end),
                NextStep::Retry(..) | NextStep::Hop(_) if is_closed || wish == Some(ScheduleChange::Cancel) => {
                    (ready, JobEnd::Cancelled)
                }
                NextStep::Retry(until, why) => {
                    // It was judged a moment ago.
                    let until = until.max(now);
                    inner.tell(now, Fact::RetryScheduled { attempt, until, why });
                    ready.try_again(is_asked && ready.is_adaptive);
                    inner.schedule.take_back(ready, until, why);
                    return None;
                }
                NextStep::Hop(next) => {
                    let before = std::mem::replace(&mut ready.job, next);
                    ready.asked.get_or_insert(before);
                    ready.hops += 1;
                    let target = Arc::clone(&ready.job.target);
                    inner.tell(now, Fact::RedirectFollowed { attempt, hop: ready.hops, target });
                    inner.schedule.take_back(ready, now, RetryReason::Asked);
                    return None;
                }
            };
            if self.collects() {
                return Some((ready, end));
            }
            self.book_settled(inner, now, Settled::of(ready, end));
            None
        })
        .await
    }

    /// Books a job as settled; a failed one is kept, and ends the run where the plan says so.
    pub async fn settle(&self, settled: Settled) {
        self.book(|inner, now| self.book_settled(inner, now, settled)).await;
    }

    fn book_settled(&self, inner: &mut Inner, now: Offset, settled: Settled) {
        let Settled { place, endpoint, is_good, told, failed } = settled;
        inner.tell(now, told);
        if failed.is_some_and(|failed| !inner.lost.keep(failed))
            && !std::mem::replace(&mut inner.has_told_of_loss, true)
        {
            inner.tell(now, Fact::Warned { about: WarningSource::Retries, message: TOO_MANY_LOST.into() });
        }
        inner.schedule.settle(place, endpoint, is_good);
        if is_good == Some(false) && self.fails_fast && !self.has_failed_fast.swap(true, Ordering::Relaxed) {
            inner.cancel();
        }
        self.end_if_done(inner);
        // A round may have ended, and the next be due.
        self.pass_on(inner);
    }

    /// Settles every job that was drawn and will not start any more, and tells how the run ended.
    pub async fn conclude(&self) {
        let (rest, is_cut_short, is_cancelled) = self
            .book(|inner, _| {
                let rest = inner.schedule.close();
                let is_cut_short = !rest.is_empty() || !inner.schedule.sources().is_over();
                (rest, is_cut_short, inner.is_cancelled)
            })
            .await;
        for ready in rest {
            worker::settle(self, ready, JobEnd::Cancelled, None).await;
        }
        let how = if self.has_failed_fast.load(Ordering::Relaxed) {
            RunEnd::FailedFast
        } else if is_cancelled {
            RunEnd::Cancelled
        } else if is_cut_short {
            RunEnd::Drained
        } else {
            RunEnd::Finished
        };
        self.book(|inner, now| {
            inner.book_idle(now);
            if let Some(idle) = inner.books.last_news(now) {
                inner.tell(now, Fact::SlotsIdle { idle });
            }
            inner.ended = (how == RunEnd::Finished).then_some(now);
            inner.tell(now, Fact::RunEnded { how });
        })
        .await;
    }
}

/// What an attempt's end tells an adaptive controller; time-outs and failures tell it nothing.
fn evidence_of(ready: &PendingJob, outcome: &Outcome, now: Offset) -> Option<Evidence> {
    let end = match outcome {
        Outcome::Answered { .. } | Outcome::Redirected { .. } => Ended::Accepted,
        Outcome::Throttled { .. } => Ended::Refused,
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => return None,
    };
    Some(Evidence { at: now, started: ready.started, beside: ready.beside, end })
}
