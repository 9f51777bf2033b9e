//! The judgement of an exchange: its outcome, and what its response says about the host.
//!
//! It sends nothing and reads no clock. Start at [`judge`].

use crate::event::outcome::{JobEnd, Outcome, Reason};
use crate::event::{Micros, Offset};
use crate::plan::job::{Job, Policy};
use crate::source::pool::outcome::answer_check;
use crate::source::pool::outcome::redirect::{self, Hop};
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::throttle::stated::Stated;
use crate::source::pool::throttle::{self, Ask, Notice};
use crate::source::pool::wire::{AnswerHead, Exchange, Reply, WrongAnswer};
use crate::text::secret;

/// The wait if the server asks for one in a form that cannot be parsed: longer than the first backoffs.
const UNREADABLE_WAIT: Micros = Micros(5_000_000);

/// The outcome of an attempt, as the exchange alone shows it. The state of the host can change it.
#[derive(Debug)]
pub struct Disposition {
    /// The outcome.
    pub outcome: Outcome,
    /// The next request, if the job follows a redirect.
    pub hop: Option<Box<Job>>,
    /// Throttle fields of the response.
    pub throttle: ThrottleNotice,
    /// Chance, from 0 to 1, for the decisions that follow.
    pub chance: f64,
}

impl Disposition {
    /// Returns an outcome without a response.
    pub fn new(outcome: Outcome, chance: f64) -> Self {
        Self { outcome, hop: None, throttle: ThrottleNotice::default(), chance }
    }
}

/// The throttle fields of a response with any status.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ThrottleNotice {
    /// The moment before which no attempt may start at this host.
    pub cooldown: Option<Offset>,
    /// The moment that a refusal named, if it is later than that: the plan does not wait for so long.
    pub beyond: Option<Offset>,
    /// The wait that the server asked for, if it is no refusal.
    pub wait: Option<Micros>,
    /// The limits and remainders that the server states.
    pub stated: Stated,
    /// Header fields that could not be parsed.
    pub malformed: u32,
    /// The start of a `Retry-After` that could not be parsed; foreign text.
    pub unreadable: Option<Box<str>>,
}

/// Judges one exchange.
pub fn judge(ready: &PendingJob, exchange: &Exchange, now: Offset, chance: f64) -> Disposition {
    let job = &*ready.masked_job();
    let outcome = match &exchange.reply {
        Reply::Answer { head, bytes, .. } => match redirect::follow(job, head.status, &head.headers, ready.hops) {
            Hop::To(next) => {
                let outcome = Outcome::Redirected { status: head.status };
                return Disposition { hop: Some(next), ..Disposition::new(outcome, chance) };
            }
            Hop::Refused(why) => Outcome::Failed { reason: Reason::Redirect, detail: Some(why.into()), expected: None },
            Hop::None => {
                let (outcome, mut throttle) = answered(&job.policy, head, *bytes, now);
                throttle.unreadable =
                    throttle.unreadable.map(|text| secret::mask_values(&text, &job.secrets).into_boxed_str());
                let took = now.since(ready.started);
                let outcome = unexpected(job, exchange, &outcome, took).unwrap_or(outcome);
                return Disposition { throttle, ..Disposition::new(outcome, chance) };
            }
        },
        Reply::TimedOut(phase) => Outcome::TimedOut { phase: *phase },
        Reply::Failed(reason, detail) => {
            Outcome::Failed { reason: *reason, detail: detail.as_deref().map(Into::into), expected: None }
        }
        Reply::Cancelled => Outcome::Cancelled,
    };
    Disposition::new(outcome, chance)
}

/// The failure of a job whose good answer is not what the plan expects.
fn unexpected(job: &Job, exchange: &Exchange, outcome: &Outcome, took: Micros) -> Option<Outcome> {
    if !matches!(outcome, Outcome::Answered { expected: true, .. }) {
        return None;
    }
    let WrongAnswer { failure, expected } = answer_check::wrong_answer(job, exchange, took)?;
    let (reason, text) = failure;
    Some(Outcome::Failed { reason, detail: Some(text.into()), expected: expected.map(Into::into) })
}

fn answered(policy: &Policy, head: &AnswerHead, bytes: u64, now: Offset) -> (Outcome, ThrottleNotice) {
    let status = head.status;
    // A status that the plan expects is never a refusal.
    let expected = policy.status.contains(status);
    let notice = throttle::read(status, &head.headers, head.received, policy.throttled);
    let stated = notice.stated(policy.retry.longest_wait.into());
    let Notice { ask, remaining, retry_after, malformed, unreadable, .. } = notice;
    let vague = unreadable.is_some().then_some(UNREADABLE_WAIT);
    let longest = Micros::from(policy.retry.longest_wait);
    let until = |asked: Micros| now + asked.min(longest);
    let mut beyond = None;
    let (outcome, cooldown, wait) = match ask {
        Some(Ask { wait }) if !expected => {
            let asked = wait.map(|wait| wait.length);
            beyond = asked.filter(|&asked| asked > longest).map(|asked| now + asked);
            (Outcome::Throttled { status, retry_after: asked }, asked.or(vague).map(until), None)
        }
        _ => {
            // The quota of this window is exhausted, so the next request would be refused.
            let spent = remaining.filter(|remaining| remaining.requests == 0).and_then(|remaining| remaining.resets);
            (Outcome::Answered { status, bytes, expected }, spent.map(until), retry_after.or(vague))
        }
    };
    (
        outcome,
        ThrottleNotice { cooldown, beyond, wait, stated, malformed, unreadable: unreadable.filter(|_| !expected) },
    )
}

/// Whether the server asked to slow down.
pub fn is_refusal(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Throttled { .. })
}

/// Returns the end of a job with this last outcome.
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
    fn the_last_response_of_a_window_sets_a_cooldown_before_a_refusal() {
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
    fn a_wait_that_cannot_be_parsed_is_longer_than_a_backoff() {
        let throttled = Outcome::Throttled { status: 429, retry_after: None };
        for value in ["soon", "-5", "1e3", "", "99999999999999999999", "Mon, 99 Nov 2026 10:00:00 GMT"] {
            let waits = Some(Offset(10_000_000));
            assert_eq!(asked(429, "retry-after", value), (throttled.clone(), waits), "{value}");
        }
        assert_eq!(asked(429, "x-ratelimit-reset", "soon"), (throttled, None));
        let answered = Outcome::Answered { status: 503, bytes: 0, expected: false };
        assert_eq!(asked(503, "retry-after", "soon"), (answered, None));
    }
}
