//! Decides whether a failed attempt is tried again, and when.
//!
//! Pure: it never sleeps, sends, or reads a clock. The worker asks, the schedule does the waiting.
//! Start at [`decide`] and [`may_wait`].

#[cfg(test)]
mod tests;

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
        BadResponse, BadRow, ClosedEarly, Dns, GivenUp, Local, Panicked, Proxy, Redirect, Refused, Reset, Tls,
        TooLarge, Unexpected, Unreachable,
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
            Tls | BadResponse | TooLarge | Redirect | Unexpected | BadRow | GivenUp | Panicked => None,
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
