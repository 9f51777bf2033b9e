//! Turns what happened on the wire into an outcome, and says what becomes of the job.
//!
//! Pure. Start at [`judge`].

use crate::event::outcome::{JobEnd, Outcome, Reason};
use crate::event::{Micros, Offset, RetryWhy};
use crate::plan::job::{Job, Policy};
use crate::source::pool::outcome::redirect::{self, Hop};
use crate::source::pool::retry::{self, Circumstances};
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::throttle::{self, Ask, Hint, Notice};
use crate::source::pool::wire::{AnswerHead, Exchange, Reply};

/// How an attempt ended and what follows.
#[derive(Debug)]
pub struct Disposition {
    /// How the attempt ended.
    pub outcome: Outcome,
    /// What becomes of the job.
    pub sequel: Sequel,
    /// What the server said about slowing down.
    pub said: Said,
}

impl Disposition {
    /// A verdict.
    pub fn new(outcome: Outcome, sequel: Sequel, said: Said) -> Self {
        Self { outcome, sequel, said }
    }
}

/// What a server said about slowing down, whatever it answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Nothing may start at this host before.
    pub cooldown: Option<Offset>,
    /// What it allows.
    pub hints: Vec<Hint>,
    /// Header fields that could not be read.
    pub malformed: u32,
}

/// What becomes of the job.
#[derive(Debug)]
pub enum Sequel {
    /// It is over.
    Settle(JobEnd),
    /// It is tried again.
    Retry(Offset, RetryWhy),
    /// It goes on elsewhere, at once.
    Hop(Box<Job>),
}

/// Judges one exchange.
pub fn judge(ready: &PendingJob, exchange: &Exchange, now: Offset, chance: f64) -> Disposition {
    let job = &*ready.job;
    let (outcome, said) = match &exchange.reply {
        Reply::Answer { head, bytes, .. } => match redirect::follow(job, head.status, &head.headers, ready.hops) {
            Hop::To(next) => {
                let outcome = Outcome::Redirected { status: head.status };
                return Disposition::new(outcome, Sequel::Hop(next), Said::default());
            }
            Hop::Refused(why) => {
                (Outcome::Failed { reason: Reason::Redirect, detail: Some(why.into()) }, Said::default())
            }
            Hop::None => answered(&job.policy, head, *bytes, now),
        },
        Reply::TimedOut(phase) => (Outcome::TimedOut { phase: *phase }, Said::default()),
        Reply::Failed(reason, detail) => {
            (Outcome::Failed { reason: *reason, detail: detail.as_deref().map(Into::into) }, Said::default())
        }
        Reply::Cancelled => (Outcome::Cancelled, Said::default()),
    };
    let circumstances = Circumstances {
        rules: &job.policy.retry,
        method: &job.method,
        // An adaptive lane looks for the limit on purpose: what it is refused is not the job's failure.
        tries: if ready.is_adaptive && is_refusal(&outcome) { 1 } else { ready.tries - ready.uncounted },
        now,
        deadline: ready.deadline(),
        chance,
    };
    let sequel = match retry::decide(&outcome, &circumstances) {
        Some((until, why)) => Sequel::Retry(until, why),
        None => Sequel::Settle(end_of(&outcome)),
    };
    Disposition::new(outcome, sequel, said)
}

fn answered(policy: &Policy, head: &AnswerHead, bytes: u64, now: Offset) -> (Outcome, Said) {
    let status = head.status;
    // What the plan expects is an answer, even where others would hear a complaint.
    let expected = policy.status.holds(status);
    let Notice { ask, hints, remaining, malformed } = throttle::read(status, &head.headers, head.received);
    let until = |asked: Micros| now + asked.min(policy.retry.longest_wait.into());
    let (outcome, cooldown) = match ask {
        Some(Ask { wait }) if !expected => {
            let retry_after = wait.map(|wait| wait.length);
            (Outcome::Throttled { status, retry_after }, retry_after.map(until))
        }
        _ => {
            // The answer is good and was the last of its window: the next would be refused.
            let spent = remaining.filter(|remaining| remaining.requests == 0).and_then(|remaining| remaining.resets);
            (Outcome::Answered { status, bytes, expected }, spent.map(until))
        }
    };
    (outcome, Said { cooldown, hints, malformed })
}

/// Whether the server asked for patience.
pub fn is_refusal(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Throttled { .. })
}

/// How a job ends whose last attempt ended like this.
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
        let (outcome, said) = answered(&Rules::default().policy(), &AnswerHead { status, headers, received }, 0, NOW);
        (outcome, said.cooldown)
    }

    #[test]
    fn a_wait_asked_in_any_field_cools_the_host() {
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
    fn the_last_answer_of_a_window_cools_the_host_before_anything_is_refused() {
        let answered = Outcome::Answered { status: 200, bytes: 0, expected: true };
        assert_eq!(asked(200, "ratelimit", "\"default\";r=0;t=2"), (answered.clone(), Some(Offset(7_000_000))));
        assert_eq!(asked(200, "ratelimit", "\"default\";r=1;t=2"), (answered, None));
    }

    #[test]
    fn a_cooldown_is_never_longer_than_we_allow() {
        let (outcome, cooldown) = asked(503, "retry-after", "1000000000000");
        assert_eq!(outcome, Outcome::Throttled { status: 503, retry_after: Some(Micros(1_000_000_000_000_000_000)) });
        assert_eq!(cooldown, Some(Offset(605_000_000)));
    }

    #[test]
    fn what_cannot_be_read_leaves_the_moment_to_us() {
        let throttled = Outcome::Throttled { status: 429, retry_after: None };
        assert_eq!(asked(429, "retry-after", "soon"), (throttled, None));
        let answered = Outcome::Answered { status: 503, bytes: 0, expected: false };
        assert_eq!(asked(503, "retry-after", "soon"), (answered, None));
    }
}
