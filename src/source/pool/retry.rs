//! Decides whether a failed attempt is tried again, and when.
//!
//! Pure: it never sleeps, sends, or reads a clock. The worker asks, the schedule does the waiting.
//! Start at [`decide`] and [`may_wait`].

use http::Method;

use crate::event::outcome::{Outcome, Phase, Reason};
use crate::event::reasons::{NoRetry, RetryReason};
use crate::event::{Micros, Offset};
use crate::plan::job::Retry;
use crate::plan::retry_on::RetryOn;

/// What the decision depends on, apart from the outcome.
#[derive(Debug)]
pub struct Circumstances<'a> {
    /// The plan's rules.
    pub rules: &'a Retry,
    /// The request's method.
    pub method: &'a Method,
    /// Tries so far, the failed one included. Refusals are not tries.
    pub tries: u32,
    /// Now.
    pub now: Offset,
    /// When the job's time is up.
    pub deadline: Offset,
    /// The wait that the server asked for, in an answer that is no refusal.
    pub wait: Option<Micros>,
    /// Chance, from 0 to 1.
    pub chance: f64,
}

/// When to try again and who chose the moment, or why the outcome is final. Refusals are decided by [`may_wait`].
pub fn decide(outcome: &Outcome, at: &Circumstances<'_>) -> Result<(Offset, RetryReason), NoRetry> {
    let rules = at.rules;
    if !is_listed(outcome, rules.on).ok_or(NoRetry::Final)? && !is_invited(outcome, at) {
        return Err(NoRetry::Outcome);
    }
    if !may_repeat(outcome, rules, at.method) {
        return Err(NoRetry::Method);
    }
    if at.tries >= rules.attempts {
        return Err(if rules.attempts == 1 { NoRetry::OneTry } else { NoRetry::Tries });
    }
    let (wait, why) = match at.wait.filter(|wait| !wait.is_zero()) {
        // Never earlier than the server asked, and not all at the same instant.
        Some(asked) if asked > rules.longest_wait.into() => return Err(NoRetry::Time),
        Some(asked) => (asked + scaled(Micros(100_000), at.chance), RetryReason::RetryAfter),
        None => (backoff(rules, at.tries, at.chance), RetryReason::Backoff),
    };
    let until = at.now + wait;
    if until < at.deadline { Ok((until, why)) } else { Err(NoRetry::Time) }
}

/// Whether the server says when to ask again, in an error that is no refusal (RFC 9110, section 10.2.3).
fn is_invited(outcome: &Outcome, at: &Circumstances<'_>) -> bool {
    let is_error = matches!(outcome, Outcome::Answered { status: 413 | 500..=599, expected: false, .. });
    is_error && at.wait.is_some() && at.rules.on.throttled
}

/// Whether a refused job waits for its host. A refusal is no try, so their number does not matter.
pub fn may_wait(status: u16, rules: &Retry) -> Result<(), NoRetry> {
    if !rules.on.has_refusal(status) {
        Err(NoRetry::Outcome)
    } else if rules.attempts == 1 {
        Err(NoRetry::OneTry)
    } else {
        Ok(())
    }
}

/// When to try again if the budget of retries is spent: after the longest backoff, as far as the job's time allows.
pub fn slowed(until: Offset, rules: &Retry, now: Offset, deadline: Offset) -> Offset {
    let longest = now + rules.backoff_to.into();
    let half_way = until + Micros(deadline.since(until).0 / 2);
    until.max(longest.min(half_way))
}

/// A budget of retries, so that they do not add to the load that causes failures.
///
/// A share of all attempts may be retries. Once that is used up, each further retry waits for the longest backoff.
/// Refusals do not count: their hosts wait already.
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

    /// Whether one more retry is within the budget; if so, it is counted.
    pub fn spend(&mut self) -> bool {
        let has_left = (self.retries as f64) < Self::GRACE + self.attempts as f64 * self.share;
        self.retries += u64::from(has_left);
        has_left
    }
}

/// Exponential backoff with full jitter: evenly spread from zero to the doubled base.
///
/// Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
pub fn backoff(rules: &Retry, tries: u32, chance: f64) -> Micros {
    scaled(ceiling(rules, tries), chance)
}

/// The pause of a host: exponential, and evenly spread over the upper half. All its jobs share it, so none may be
/// much shorter than the others.
pub fn host_backoff(rules: &Retry, pauses: u32, chance: f64) -> Micros {
    scaled(ceiling(rules, pauses), 0.5 + chance / 2.0)
}

/// The longest backoff after `n` failures, from 1.
fn ceiling(rules: &Retry, n: u32) -> Micros {
    let base = Micros::from(rules.backoff_from).0;
    let doubled = base.saturating_mul(1_u64.checked_shl(n.saturating_sub(1)).unwrap_or(u64::MAX));
    Micros(doubled.min(Micros::from(rules.backoff_to).0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
fn scaled(length: Micros, share: f64) -> Micros {
    Micros((length.0 as f64 * share) as u64)
}

/// Whether the plan lists an outcome for retries; `None` if no plan can.
pub fn is_listed(outcome: &Outcome, on: RetryOn) -> Option<bool> {
    use Reason::{
        BadResponse, BadRow, ClosedEarly, Dns, Local, Panicked, Proxy, Redirect, Refused, Reset, Tls, TooLarge,
        Unreachable,
    };
    match outcome {
        Outcome::Answered { expected: true, .. }
        | Outcome::Redirected { .. }
        | Outcome::Throttled { .. }
        | Outcome::Cancelled
        | Outcome::TimedOut { phase: Phase::Job } => None,
        Outcome::Answered { status, .. } => Some(on.has_status(*status)),
        Outcome::TimedOut { .. } => Some(on.timeout),
        Outcome::Failed { reason, .. } => match reason {
            Dns | Refused | Unreachable | Proxy | Reset | ClosedEarly | Local => Some(on.connect),
            Tls | BadResponse | TooLarge | Redirect | BadRow | Panicked => None,
        },
    }
}

/// Whether sending it again cannot do harm: the method is idempotent (RFC 9110 §9.2.2), the plan says so, or the
/// server has certainly not acted on it.
///
/// Without a connection, no request was sent. With 408 the server has not received the whole request, and the client
/// may repeat it (RFC 9110 §15.5.9). With 425 it refused to process the request (RFC 8470 §5.2).
pub fn may_repeat(outcome: &Outcome, rules: &Retry, method: &Method) -> bool {
    let was_not_processed = matches!(
        outcome,
        Outcome::Answered { status: 408 | 425, .. }
            | Outcome::Failed {
                reason: Reason::Dns | Reason::Refused | Reason::Unreachable | Reason::Proxy | Reason::Local,
                ..
            }
    );
    was_not_processed || is_repeatable(method, rules)
}

/// Whether a request may be sent twice: its method is idempotent, or the plan says so.
pub fn is_repeatable(method: &Method, rules: &Retry) -> bool {
    rules.non_idempotent || method.is_idempotent()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;

    use super::{Budget, Circumstances, decide, host_backoff, may_wait, slowed};
    use crate::event::outcome::{Outcome, Phase, Reason};
    use crate::event::reasons::{NoRetry, RetryReason};
    use crate::event::{Micros, Offset};
    use crate::plan::defaults;
    use crate::plan::job::Retry;
    use crate::plan::retry_on::{RetryOn, parse_retry_on};

    const RULES: Retry = Retry {
        attempts: 3,
        backoff_from: Duration::from_millis(500),
        backoff_to: Duration::from_secs(30),
        on: defaults::RETRY_ON,
        non_idempotent: false,
        longest_wait: Duration::from_secs(600),
    };
    const TIMED_OUT: Outcome = Outcome::TimedOut { phase: Phase::Body };
    const RESET: Outcome = Outcome::Failed { reason: Reason::Reset, detail: None };

    fn at(method: &Method, tries: u32, chance: f64) -> Circumstances<'_> {
        let (now, deadline) = (Offset(0), Offset(100_000_000));
        Circumstances { rules: &RULES, method, tries, now, deadline, wait: None, chance }
    }

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, bytes: 0, expected: false }
    }

    #[test]
    fn the_ceiling_doubles_with_each_try() {
        let wait = |tries| decide(&TIMED_OUT, &at(&Method::GET, tries, 1.0)).map(|(until, _)| until.0);
        assert_eq!([wait(1), wait(2), wait(3)], [Ok(500_000), Ok(1_000_000), Err(NoRetry::Tries)]);
    }

    #[test]
    fn a_server_that_names_a_moment_is_never_asked_earlier() {
        let asked = Circumstances { wait: Some(Micros(2_000_000)), ..at(&Method::GET, 1, 0.5) };
        assert_eq!(decide(&answered(502), &asked), Ok((Offset(2_050_000), RetryReason::RetryAfter)));
        let now = Circumstances { wait: Some(Micros::ZERO), ..at(&Method::GET, 1, 0.5) };
        assert_eq!(decide(&answered(502), &now), Ok((Offset(250_000), RetryReason::Backoff)));
    }

    #[test]
    fn an_error_that_names_a_moment_invites_another_try() {
        let only_time_outs = Retry { on: parse_retry_on("timeout").unwrap(), ..RULES };
        let asked = |status, method, rules| {
            let at = Circumstances { wait: Some(Micros(2_000_000)), rules, ..at(method, 1, 0.5) };
            decide(&answered(status), &at).map(|(until, _)| until)
        };
        for status in [413, 500, 507] {
            assert_eq!(asked(status, &Method::GET, &RULES), Ok(Offset(2_050_000)), "{status}");
            assert_eq!(asked(status, &Method::POST, &RULES), Err(NoRetry::Method), "{status}");
            assert_eq!(asked(status, &Method::GET, &only_time_outs), Err(NoRetry::Outcome), "{status}");
        }
        assert_eq!(asked(404, &Method::GET, &RULES), Err(NoRetry::Outcome));
    }

    #[test]
    fn a_post_is_sent_again_only_if_the_server_has_not_acted_on_it() {
        let decide = |outcome: &Outcome| decide(outcome, &at(&Method::POST, 1, 0.5));
        for unsafe_outcome in [RESET, TIMED_OUT, answered(502), answered(503), answered(504)] {
            assert_eq!(decide(&unsafe_outcome), Err(NoRetry::Method), "{unsafe_outcome:?}");
        }
        let failed = |reason| Outcome::Failed { reason, detail: None };
        for safe in [failed(Reason::Refused), failed(Reason::Dns), answered(408), answered(425)] {
            assert!(decide(&safe).is_ok(), "{safe:?}");
        }
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
    fn without_a_budget_a_retry_waits_long_but_never_past_the_jobs_time() {
        let slowed = |deadline| slowed(Offset(250_000), &RULES, Offset(0), Offset(deadline));
        assert_eq!(slowed(100_000_000), Offset(30_000_000));
        assert_eq!(slowed(1_250_000), Offset(750_000));
    }

    #[test]
    fn a_host_pauses_for_at_least_half_of_the_ceiling() {
        let pause = |n, chance| host_backoff(&RULES, n, chance).0;
        assert_eq!([pause(1, 0.0), pause(1, 1.0), pause(3, 0.0)], [250_000, 500_000, 1_000_000]);
        assert_eq!([pause(40, 1.0), pause(u32::MAX, 0.0)], [30_000_000, 15_000_000]);
    }

    #[test]
    fn nothing_is_scheduled_past_the_jobs_time() {
        let late = Circumstances { now: Offset(99_900_000), ..at(&Method::GET, 1, 1.0) };
        assert_eq!(decide(&RESET, &late), Err(NoRetry::Time));
    }

    #[test]
    fn a_status_is_retried_if_it_describes_a_state_that_passes_or_the_plan_lists_it() {
        let on = |on: &str, status| {
            let rules = Retry { on: parse_retry_on(on).unwrap(), ..RULES };
            decide(&answered(status), &Circumstances { rules: &rules, ..at(&Method::GET, 1, 0.5) })
        };
        let default = defaults::RETRY_ON.words().join(",");
        for status in [408, 425, 502, 503, 504] {
            assert!(on(&default, status).is_ok(), "{status}");
            assert_eq!(on("timeout", status), Err(NoRetry::Outcome), "{status}");
        }
        for status in [400, 404, 409, 500, 501, 505] {
            assert_eq!(on(&default, status), Err(NoRetry::Outcome), "{status}");
        }
        assert!(on("5xx", 500).is_ok() && on("404", 404).is_ok() && on("5xx", 404).is_err());
    }

    #[test]
    fn a_refusal_waits_unless_the_plan_makes_it_final() {
        let rules = |on, attempts| Retry { attempts, on, ..RULES };
        assert_eq!(may_wait(429, &rules(RULES.on, 2)), Ok(()));
        assert_eq!(may_wait(429, &rules(RULES.on, 1)), Err(NoRetry::OneTry));
        assert_eq!(may_wait(429, &rules(RetryOn { throttled: false, ..RULES.on }, 3)), Err(NoRetry::Outcome));
        assert_eq!(may_wait(429, &rules(parse_retry_on("429").unwrap(), 3)), Ok(()));
    }
}
