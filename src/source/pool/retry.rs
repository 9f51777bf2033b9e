//! Decides whether a failed attempt is tried again, and when.
//!
//! Pure: it never sleeps, sends, or reads a clock. The worker asks, the schedule does the waiting.
//! Start at [`decide`].

use http::Method;

use crate::event::outcome::{Outcome, Reason};
use crate::event::reasons::RetryReason;
use crate::event::{Micros, Offset};
use crate::plan::job::{Retry, RetryOn};

/// What the decision depends on, apart from the outcome.
#[derive(Debug)]
pub struct Circumstances<'a> {
    /// The plan's rules.
    pub rules: &'a Retry,
    /// The request's method.
    pub method: &'a Method,
    /// Tries so far, the failed one included.
    pub tries: u32,
    /// Now.
    pub now: Offset,
    /// When the job's time is up.
    pub deadline: Offset,
    /// Chance, from 0 to 1.
    pub chance: f64,
}

/// When to try again and who chose the moment, or `None` to give up.
pub fn decide(outcome: &Outcome, at: &Circumstances<'_>) -> Option<(Offset, RetryReason)> {
    let rules = at.rules;
    if at.tries >= rules.attempts || !is_worth_it(outcome, rules.on) || !may_repeat(outcome, rules, at.method) {
        return None;
    }
    let asked = match outcome {
        Outcome::Throttled { retry_after, .. } => *retry_after,
        _ => None,
    };
    let (wait, why) = match asked {
        // Never earlier than the server asked, and not all at the same instant.
        Some(asked) => {
            (asked.min(rules.longest_wait.into()) + scaled(Micros(100_000), at.chance), RetryReason::RetryAfter)
        }
        None => (backoff(rules, at.tries, at.chance), RetryReason::Backoff),
    };
    let until = at.now + wait;
    (until < at.deadline).then_some((until, why))
}

/// A budget of retries, so that they do not add to the load that causes failures.
///
/// A share of all attempts may be retries. A refusal with a wait does not count: waiting cures it, and giving up
/// would lose the job.
#[derive(Debug)]
pub struct Budget {
    share: f64,
    attempts: u64,
    retries: u64,
}

impl Budget {
    /// Retries that every run has: those of a small batch cannot overload a server.
    const GRACE: f64 = 100.0;

    /// A budget of this share, from 0 to 1.
    pub fn new(share: f64) -> Self {
        Self { share, attempts: 0, retries: 0 }
    }

    /// Counts an attempt that ended.
    pub fn count(&mut self) {
        self.attempts += 1;
    }

    /// Gives back retries that were not the upstream's load: its host was down.
    pub fn refund(&mut self, retries: u64) {
        self.retries = self.retries.saturating_sub(retries);
    }

    /// Whether one more retry is within the budget; if so, it is spent.
    pub fn spend(&mut self) -> bool {
        let has_left = (self.retries as f64) < Self::GRACE + self.attempts as f64 * self.share;
        self.retries += u64::from(has_left);
        has_left
    }
}

/// Exponential backoff with full jitter: evenly spread from zero to the doubled base.
///
/// Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
fn backoff(rules: &Retry, tries: u32, chance: f64) -> Micros {
    let base = Micros::from(rules.backoff_from).0;
    let ceiling = base.saturating_mul(1_u64.checked_shl(tries - 1).unwrap_or(u64::MAX));
    scaled(Micros(ceiling.min(Micros::from(rules.backoff_to).0)), chance)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
fn scaled(length: Micros, share: f64) -> Micros {
    Micros((length.0 as f64 * share) as u64)
}

fn is_worth_it(outcome: &Outcome, on: RetryOn) -> bool {
    match outcome {
        Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. } | Outcome::Cancelled => false,
        Outcome::Answered { status, .. } => on.server_error && (500..600).contains(status),
        Outcome::Throttled { .. } => on.throttled,
        Outcome::TimedOut { .. } => on.timeout,
        Outcome::Failed { reason, .. } => match reason {
            Reason::Dns
            | Reason::Refused
            | Reason::Unreachable
            | Reason::Reset
            | Reason::ClosedEarly
            | Reason::Local => on.connect,
            Reason::Tls
            | Reason::BadResponse
            | Reason::TooLarge
            | Reason::Redirect
            | Reason::BadRow
            | Reason::Panicked => false,
        },
    }
}

/// Whether sending it again cannot do harm: the method is idempotent (RFC 9110 §9.2.2), the plan
/// says so, or the server refused it before doing anything.
pub fn may_repeat(outcome: &Outcome, rules: &Retry, method: &Method) -> bool {
    let never_arrived = matches!(
        outcome,
        Outcome::Throttled { .. }
            | Outcome::Failed { reason: Reason::Dns | Reason::Refused | Reason::Unreachable | Reason::Local, .. }
    );
    never_arrived || rules.non_idempotent || method.is_idempotent()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;

    use super::{Budget, Circumstances, decide};
    use crate::event::outcome::{Outcome, Phase, Reason};
    use crate::event::reasons::RetryReason;
    use crate::event::{Micros, Offset};
    use crate::plan::job::{Retry, RetryOn};

    const RULES: Retry = Retry {
        attempts: 3,
        backoff_from: Duration::from_millis(500),
        backoff_to: Duration::from_secs(30),
        on: RetryOn { throttled: true, timeout: true, connect: true, server_error: false },
        non_idempotent: false,
        longest_wait: Duration::from_secs(600),
    };
    const TIMED_OUT: Outcome = Outcome::TimedOut { phase: Phase::Body };
    const RESET: Outcome = Outcome::Failed { reason: Reason::Reset, detail: None };

    fn at(method: &Method, tries: u32, chance: f64) -> Circumstances<'_> {
        Circumstances { rules: &RULES, method, tries, now: Offset(0), deadline: Offset(100_000_000), chance }
    }

    #[test]
    fn the_ceiling_doubles_with_each_try() {
        let wait = |tries| decide(&TIMED_OUT, &at(&Method::GET, tries, 1.0)).map(|(until, _)| until.0);
        assert_eq!([wait(1), wait(2), wait(3)], [Some(500_000), Some(1_000_000), None]);
    }

    #[test]
    fn a_server_that_names_a_moment_is_never_asked_earlier() {
        let refusal = Outcome::Throttled { status: 429, retry_after: Some(Micros(2_000_000)) };
        let (until, why) = decide(&refusal, &at(&Method::GET, 1, 0.5)).unwrap();
        assert_eq!((until, why), (Offset(2_050_000), RetryReason::RetryAfter));
    }

    #[test]
    fn a_post_that_may_have_arrived_is_not_sent_twice() {
        assert_eq!(decide(&RESET, &at(&Method::POST, 1, 0.5)), None);
        let refused = Outcome::Failed { reason: Reason::Refused, detail: None };
        assert!(decide(&refused, &at(&Method::POST, 1, 0.5)).is_some());
    }

    #[test]
    fn one_attempt_in_five_may_be_a_retry_once_the_grace_is_spent() {
        let mut budget = Budget::new(0.2);
        let granted = (0..10_000)
            .filter(|_| {
                budget.count();
                budget.spend()
            })
            .count();
        assert_eq!(granted, 100 + 10_000 / 5);
    }

    #[test]
    fn nothing_is_scheduled_past_the_jobs_time() {
        let late = Circumstances { now: Offset(99_900_000), ..at(&Method::GET, 1, 1.0) };
        assert_eq!(decide(&RESET, &late), None);
    }

    #[test]
    fn an_unexpected_status_is_final_unless_the_plan_says_otherwise() {
        let answered = |status| Outcome::Answered { status, bytes: 0, expected: false };
        assert_eq!(decide(&answered(503), &at(&Method::GET, 1, 0.5)), None);
        let rules = Retry { on: RetryOn { server_error: true, ..RULES.on }, ..RULES };
        let asked = Circumstances { rules: &rules, ..at(&Method::GET, 1, 0.5) };
        assert!(decide(&answered(503), &asked).is_some());
        assert_eq!(decide(&answered(404), &asked), None);
    }
}
