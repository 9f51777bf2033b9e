//! Tests of the rules of retries.

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
const RESET: Outcome = Outcome::Failed { reason: Reason::Reset, detail: None, expected: None };

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
    let failed = |reason| Outcome::Failed { reason, detail: None, expected: None };
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
