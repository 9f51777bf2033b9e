//! The next step of a job after an attempt: it ends, waits for its host, is retried, or follows a redirect.
//!
//! Start at [`decide`].

use http::Method;

use crate::event::outcome::{JobEnd, Outcome};
use crate::event::reasons::{NoRetry, RetryReason};
use crate::event::{Micros, Offset};
use crate::plan::job::{Job, Retry};
use crate::source::pool::outcome::judge;
use crate::source::pool::retry::{self, Circumstances};
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::refusal::HostResponse;

/// The number of the backoff from which on it no longer grows for a job that is refused alone. It waits for nothing but
/// more evidence.
const LONGEST_ALONE: u32 = 3;

/// An attempt's end, as its host's state explains it.
#[derive(Debug)]
pub struct JudgedAttempt<'a> {
    /// How it ended.
    pub outcome: &'a Outcome,
    /// What that means for the host.
    pub response: HostResponse,
    /// The next request, if the job follows a redirect.
    pub hop: Option<Box<Job>>,
    /// The wait that the server asked for, in an answer that is no refusal.
    pub wait: Option<Micros>,
    /// The wait that the server asked for, in a refusal.
    pub is_timed: bool,
    /// Chance, from 0 to 1.
    pub chance: f64,
}

/// The next step of a job after an attempt.
#[derive(Debug)]
pub enum NextStep {
    /// The job ends.
    Settle(JobEnd),
    /// The job is retried.
    Retry(Offset, RetryReason),
    /// The job waits for its host.
    Wait(Offset, RetryReason),
    /// The job ends like this, unless later attempts show that its host refused it.
    Hold(JobEnd),
    /// The job follows a redirect at once.
    Hop(Box<Job>),
}

/// Decides the next step of a job.
pub fn decide(schedule: &mut Schedule, now: Offset, ready: &PendingJob, ended: JudgedAttempt<'_>) -> NextStep {
    let JudgedAttempt { outcome, response, hop, wait, is_timed, chance } = ended;
    if let Some(next) = hop {
        return NextStep::Hop(next);
    }
    if response == HostResponse::Undecided {
        return NextStep::Hold(judge::end_of(outcome));
    }
    let rules = &ready.job.policy.retry;
    if let Outcome::Throttled { status, .. } = outcome {
        let (until, why) = match response {
            HostResponse::RefusedForGood => return NextStep::Settle(judge::end_of(outcome)),
            HostResponse::RefusedAlone => {
                let n = ready.refusals.clamp(1, LONGEST_ALONE);
                (now + retry::backoff(rules, n, chance), RetryReason::Backoff)
            }
            _ if is_timed => (schedule.reopens_at(ready), RetryReason::RetryAfter),
            // The lane decides when.
            _ => (now, RetryReason::Host),
        };
        let waits = retry::may_wait(*status, rules).is_ok() && until < ready.deadline();
        return if waits { NextStep::Wait(until, why) } else { NextStep::Settle(judge::end_of(outcome)) };
    }
    let (method, tries, deadline) = (&ready.job.method, ready.counted_tries(), ready.deadline());
    let circumstances = Circumstances { rules, method, tries, now, deadline, wait, chance };
    match retry::decide(outcome, &circumstances) {
        Ok((until, why)) => NextStep::Retry(until, why),
        Err(_) => NextStep::Settle(judge::end_of(outcome)),
    }
}

/// The rules of the plan that make such a failure final, apart from tries and time.
pub fn excluding_rules(outcome: &Outcome, rules: &Retry, method: &Method) -> Vec<NoRetry> {
    let (by_outcome, by_method) = match outcome {
        Outcome::Throttled { status, .. } => (!rules.on.has_refusal(*status), false),
        _ => match retry::is_listed(outcome, rules.on) {
            None => (false, false),
            Some(is_listed) => (!is_listed, !retry::may_repeat(outcome, rules, method)),
        },
    };
    let all = [(by_outcome, NoRetry::Outcome), (by_method, NoRetry::Method)];
    all.into_iter().filter_map(|(applies, why)| applies.then_some(why)).collect()
}

/// When a job is retried if the budget of retries is spent.
pub fn slowed(until: Offset, ready: &PendingJob, now: Offset) -> Offset {
    retry::slowed(until, &ready.job.policy.retry, now, ready.deadline())
}
