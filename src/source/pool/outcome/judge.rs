//! The judgement of an exchange: its outcome, and what the job does next.
//!
//! Pure. Start at [`judge`].

use crate::event::outcome::{JobEnd, Outcome, Reason};
use crate::event::{Micros, Offset, RetryReason};
use crate::plan::job::{Job, Policy};
use crate::source::pool::outcome::redirect::{self, Hop};
use crate::source::pool::retry::{self, Circumstances};
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::throttle::{self, Ask, Hint, Notice};
use crate::source::pool::wire::{AnswerHead, Exchange, Reply};

/// How an attempt ended, and what follows.
#[derive(Debug)]
pub struct Disposition {
    /// How the attempt ended.
    pub outcome: Outcome,
    /// What the job does next.
    pub next_step: NextStep,
    /// What the answer says about slowing down.
    pub throttle: ThrottleNotice,
}

impl Disposition {
    /// An outcome and what follows.
    pub fn new(outcome: Outcome, next_step: NextStep, throttle: ThrottleNotice) -> Self {
        Self { outcome, next_step, throttle }
    }
}

/// What an answer of any status says about slowing down.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ThrottleNotice {
    /// The moment before which nothing may start at this host.
    pub cooldown: Option<Offset>,
    /// What the server allows.
    pub hints: Vec<Hint>,
    /// Header fields that could not be parsed.
    pub malformed: u32,
}

/// What a job does after an attempt.
#[derive(Debug)]
pub enum NextStep {
    /// It ends.
    Settle(JobEnd),
    /// It is tried again.
    Retry(Offset, RetryReason),
    /// It follows a redirect, at once.
    Hop(Box<Job>),
}

/// Judges one exchange.
pub fn judge(ready: &PendingJob, exchange: &Exchange, now: Offset, chance: f64) -> Disposition {
    let job = &*ready.job;
    let (outcome, throttle) = match &exchange.reply {
        Reply::Answer { head, bytes, .. } => match redirect::follow(job, head.status, &head.headers, ready.hops) {
            Hop::To(next) => {
                let outcome = Outcome::Redirected { status: head.status };
                return Disposition::new(outcome, NextStep::Hop(next), ThrottleNotice::default());
            }
            Hop::Refused(why) => {
                (Outcome::Failed { reason: Reason::Redirect, detail: Some(why.into()) }, ThrottleNotice::default())
            }
            Hop::None => answered(&job.policy, head, *bytes, now),
        },
        Reply::TimedOut(phase) => (Outcome::TimedOut { phase: *phase }, ThrottleNotice::default()),
        Reply::Failed(reason, detail) => {
            (Outcome::Failed { reason: *reason, detail: detail.as_deref().map(Into::into) }, ThrottleNotice::default())
        }
        Reply::Cancelled => (Outcome::Cancelled, ThrottleNotice::default()),
    };
    let circumstances = Circumstances {
        rules: &job.policy.retry,
        method: &job.method,
        // An adaptive lane provokes refusals to find the limit; they must not count against the job.
        tries: if ready.is_adaptive && is_refusal(&outcome) { 1 } else { ready.tries - ready.uncounted },
        now,
        deadline: ready.deadline(),
        chance,
    };
    let next_step = match retry::decide(&outcome, &circumstances) {
        Some((until, why)) => NextStep::Retry(until, why),
        None => NextStep::Settle(end_of(&outcome)),
    };
    Disposition::new(outcome, next_step, throttle)
}

fn answered(policy: &Policy, head: &AnswerHead, bytes: u64, now: Offset) -> (Outcome, ThrottleNotice) {
    let status = head.status;
    // A status that the plan expects is an answer, even if it usually asks to slow down.
    let expected = policy.status.contains(status);
    let Notice { ask, hints, remaining, malformed } = throttle::read(status, &head.headers, head.received);
    let until = |asked: Micros| now + asked.min(policy.retry.longest_wait.into());
    let (outcome, cooldown) = match ask {
        Some(Ask { wait }) if !expected => {
            let retry_after = wait.map(|wait| wait.length);
            (Outcome::Throttled { status, retry_after }, retry_after.map(until))
        }
        _ => {
            // The answer is good but the last of its window: the next request would be refused.
            let spent = remaining.filter(|remaining| remaining.requests == 0).and_then(|remaining| remaining.resets);
            (Outcome::Answered { status, bytes, expected }, spent.map(until))
        }
    };
    (outcome, ThrottleNotice { cooldown, hints, malformed })
}

/// Whether the server asked to slow down.
pub fn is_refusal(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Throttled { .. })
}

/// How a job ends if its last attempt ended like this.
pub fn end_of(last: &Outcome) -> JobEnd {
    match last {
        Outcome::Answered { expected: true, .. } => JobEnd::Done,
        Outcome::Cancelled => JobEnd::Cancelled,
        Outcome::Answered { .. }
        | Outcome::Redirected { .. }
        | Outcome::Throttled { .. }
        | Outcome::TimedOut { .. }
        | Outcome::Failed { .. } => JobEnd::Failed { last: last.clone() },
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::answered;
    use crate::event::outcome::Outcome;
    use crate::event::{Micros, Offset};
    use crate::plan::rules::Rules;
    use crate::source::pool::wire::AnswerHead;

    const NOW: Offset = Offset(5_000_000);

    #[track_caller]
    fn asked(status: u16, name: &'static str, value: &'static str) -> (Outcome, Option<Offset>) {
        let received = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
        let (outcome, throttle) =
            answered(&Rules::default().policy(), &AnswerHead { status, headers, received }, 0, NOW);
        (outcome, throttle.cooldown)
    }

    #[test]
    fn a_wait_in_any_field_sets_a_cooldown() {
        let fields = [
            ("retry-after", "2"),
            ("retry-after-ms", "2000"),
            ("ratelimit", "\"default\";r=0;t=2"),
            ("x-ratelimit-reset", "1800000002"),
        ];
        for (name, value) in fields {
            let outcome = Outcome::Throttled { status: 429, retry_after: Some(Micros(2_000_000)) };
            assert_eq!(asked(429, name, value), (outcome, Some(Offset(7_000_000))), "{name}");
        }
    }

    #[test]
    fn the_last_answer_of_a_window_sets_a_cooldown_before_anything_is_refused() {
        let answered = Outcome::Answered { status: 200, bytes: 0, expected: true };
        assert_eq!(asked(200, "ratelimit", "\"default\";r=0;t=2"), (answered.clone(), Some(Offset(7_000_000))));
        assert_eq!(asked(200, "ratelimit", "\"default\";r=1;t=2"), (answered, None));
    }

    #[test]
    fn a_cooldown_is_never_longer_than_the_longest_wait() {
        let (outcome, cooldown) = asked(503, "retry-after", "1000000000000");
        assert_eq!(outcome, Outcome::Throttled { status: 503, retry_after: Some(Micros(1_000_000_000_000_000_000)) });
        assert_eq!(cooldown, Some(Offset(605_000_000)));
    }

    #[test]
    fn a_malformed_field_sets_no_cooldown() {
        let throttled = Outcome::Throttled { status: 429, retry_after: None };
        assert_eq!(asked(429, "retry-after", "soon"), (throttled, None));
        let answered = Outcome::Answered { status: 503, bytes: 0, expected: false };
        assert_eq!(asked(503, "retry-after", "soon"), (answered, None));
    }
}
