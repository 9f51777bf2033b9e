//! Tests of the controller's invariants; `simulation` tests how it performs.

use proptest::prelude::*;

use crate::event::adaptive::{Learned, QuotaWindow};
use crate::event::{Micros, Offset};
use crate::source::pool::adapt::gentle::AdaptiveStart;
use crate::source::pool::adapt::history::StartId;
use crate::source::pool::adapt::{Adapt, NextStart};
use crate::source::pool::throttle::stated::Stated;

const SECOND: Micros = Micros(1_000_000);

/// How an attempt ends, at an upstream without any sense.
#[derive(Clone, Copy, Debug)]
enum SenselessEnd {
    Accepted(Stated),
    Refused(Option<u64>, Stated),
    Lost,
}

fn stated() -> impl Strategy<Value = Stated> {
    let few = || prop::option::of(0..40_u64);
    let time = || prop::option::of((0..90_000_000_u64).prop_map(Micros));
    let quota = (few(), time(), few(), time(), prop::option::weighted(0.1, 0..30_u32));
    let quota = quota.prop_map(|(remaining, resets, quota, window, at_once)| Stated {
        remaining,
        resets,
        quota,
        window,
        at_once,
    });
    prop_oneof![3 => Just(Stated::default()), 1 => quota]
}

fn end() -> impl Strategy<Value = SenselessEnd> {
    prop_oneof![
        6 => stated().prop_map(SenselessEnd::Accepted),
        3 => (prop::option::weighted(0.3, 0..5_000_000_u64), stated())
            .prop_map(|(wait, stated)| SenselessEnd::Refused(wait, stated)),
        1 => Just(SenselessEnd::Lost),
    ]
}

proptest! {
    #[test]
    fn no_upstream_makes_it_exceed_the_limit_start_early_or_stop(
        cap in 1..30_u32,
        is_slow: bool,
        ends in prop::collection::vec((1..200_000_u64, end()), 1..300),
    ) {
        let start = if is_slow { AdaptiveStart::Slow } else { AdaptiveStart::AtLimit };
        let mut adapt = Adapt::new(cap, start);
        let mut flight: Vec<(u64, StartId, SenselessEnd)> = Vec::new();
        let mut ends = ends.into_iter();
        let (mut now, mut wait_end, mut next) = (Offset::ZERO, Offset::ZERO, ends.next());
        // Each step starts or ends an attempt, or waits until the moment that the controller gave.
        for _ in 0..100_000 {
            let in_flight = u32::try_from(flight.len()).unwrap();
            let soonest = flight.iter().map(|&(at, ..)| at).min();
            let answer = adapt.next_start(now, in_flight);
            prop_assert!(in_flight < cap || answer == NextStart::AfterAnEnd);
            prop_assert!(in_flight > 0 || answer != NextStart::AfterAnEnd, "nothing could ever end");
            match (answer, next) {
                (NextStart::At(at), Some((lasts, end))) if at <= now => {
                    prop_assert!(now >= wait_end, "it starts at {now:?}, before {wait_end:?}");
                    flight.push((now.0 + lasts, adapt.start(now, in_flight), end));
                    next = ends.next();
                    continue;
                }
                (_, None) if flight.is_empty() => return Ok(()),
                (NextStart::At(at), Some(_)) if soonest.is_none_or(|soonest| at.0 < soonest) => {
                    now = now.max(at);
                    continue;
                }
                _ => {}
            }
            let i = flight.iter().position(|&(at, ..)| Some(at) == soonest).unwrap();
            let (at, id, end) = flight.swap_remove(i);
            now = now.max(Offset(at));
            match end {
                SenselessEnd::Accepted(stated) => adapt.accepted(id, now, &stated),
                SenselessEnd::Refused(wait, stated) => {
                    wait_end = wait_end.max(wait.map_or(wait_end, |wait| now + Micros(wait)));
                    adapt.refused(id, now, wait.map(Micros), &stated);
                }
                SenselessEnd::Lost => adapt.forget(id),
            }
            prop_assert!((1..=cap).contains(&adapt.setting().limit));
        }
        prop_assert!(false, "it makes no progress");
    }
}

/// Starts as many as it may, and returns their proofs.
fn fill(adapt: &mut Adapt, now: Offset, in_flight: &mut u32) -> Vec<StartId> {
    let may_start =
        |adapt: &mut Adapt, in_flight| matches!(adapt.next_start(now, in_flight), NextStart::At(at) if at <= now);
    let mut started = Vec::new();
    while may_start(adapt, *in_flight) {
        started.push(adapt.start(now, *in_flight));
        *in_flight += 1;
    }
    started
}

#[test]
fn a_host_that_never_refuses_gets_the_whole_limit() {
    let mut adapt = Adapt::new(20, AdaptiveStart::AtLimit);
    let (mut now, mut in_flight, mut flight) = (Offset::ZERO, 0, Vec::new());
    while let NextStart::At(at) = adapt.next_start(now, in_flight) {
        now = now.max(at);
        flight.extend(fill(&mut adapt, now, &mut in_flight));
    }
    assert_eq!(in_flight, 20);
    assert!(now <= Offset(40_000), "the first starts are spread over {now:?}");
    for i in 0..10_000_u64 {
        now = now + Micros(1_000);
        adapt.accepted(flight.remove(0), now, &Stated::default());
        in_flight -= 1;
        flight.extend(fill(&mut adapt, now, &mut in_flight));
        assert_eq!(in_flight, 20, "after {i} answers");
    }
    assert_eq!((adapt.take_step(), adapt.learned()), (None, None));
}

#[test]
fn the_more_is_accepted_the_more_of_the_first_attempts_start_together() {
    let mut adapt = Adapt::new(20, AdaptiveStart::AtLimit);
    let (mut now, mut in_flight, mut flight) = (Offset::ZERO, 0, Vec::new());
    let mut together = Vec::new();
    // Each round takes less than the time between two spread starts.
    for _ in 0..50 {
        flight.extend(fill(&mut adapt, now, &mut in_flight));
        together.push(in_flight);
        now = now + Micros(900);
        flight.drain(..).for_each(|id| adapt.accepted(id, now, &Stated::default()));
        in_flight = 0;
    }
    assert!(
        together.is_sorted() && together[..12] == [1; 12] && together[12] == 2 && together[49] == 20,
        "{together:?}"
    );
}

#[test]
fn a_slow_start_allows_one_more_for_each_answer() {
    let mut adapt = Adapt::new(10, AdaptiveStart::Slow);
    let (mut in_flight, mut flight) = (0, Vec::new());
    for (i, expected) in [4, 5, 6, 7, 8, 9, 10, 10].into_iter().enumerate() {
        let now = Offset(50_000 * i as u64);
        flight.extend(fill(&mut adapt, now, &mut in_flight));
        assert_eq!(in_flight, expected);
        adapt.accepted(flight.remove(0), now + Micros(40_000), &Stated::default());
        in_flight -= 1;
    }
}

#[test]
fn a_limit_that_the_server_states_holds_at_once_and_is_offered() {
    let mut adapt = Adapt::new(64, AdaptiveStart::AtLimit);
    let id = adapt.start(Offset(0), 0);
    adapt.accepted(id, Offset(10_000), &Stated { at_once: Some(7), ..Stated::default() });
    assert_eq!((adapt.setting().limit, adapt.learned()), (7, Some(Learned::AtOnce(7))));

    let mut adapt = Adapt::new(64, AdaptiveStart::AtLimit);
    let id = adapt.start(Offset(0), 0);
    let (quota, window) = (Some(10), Some(SECOND));
    let stated = Stated { remaining: Some(9), resets: Some(SECOND), quota, window, at_once: None };
    adapt.accepted(id, Offset(10_000), &stated);
    let window = QuotaWindow { quota: 10, length: SECOND };
    assert_eq!(adapt.learned(), Some(Learned::PerWindow(window)));
    let mut in_flight = 0;
    let mut now = Offset(100_000);
    while let NextStart::At(at) = adapt.next_start(now, in_flight)
        && at < Offset(900_000)
    {
        now = now.max(at);
        adapt.start(now, in_flight);
        in_flight += 1;
    }
    assert_eq!(in_flight, 9, "no more than what remains");
}

#[test]
fn a_quota_of_an_hour_is_no_pace() {
    let mut adapt = Adapt::new(64, AdaptiveStart::AtLimit);
    let id = adapt.start(Offset(0), 0);
    let hour = Some(Micros(3_600_000_000));
    let stated = Stated { remaining: Some(4_000), resets: hour, quota: Some(5_000), window: hour, at_once: None };
    adapt.accepted(id, Offset(10_000), &stated);
    let (mut now, mut in_flight) = (Offset(200_000), 0);
    while let NextStart::At(at) = adapt.next_start(now, in_flight)
        && at < Offset(300_000)
    {
        now = now.max(at);
        fill(&mut adapt, now, &mut in_flight);
    }
    assert_eq!((in_flight, adapt.learned()), (64, None));
}

#[test]
fn an_attempt_of_another_controller_teaches_nothing() {
    let mut before = Adapt::new(4, AdaptiveStart::AtLimit);
    let id = before.start(Offset(5), 0);
    let mut adapt = Adapt::new(4, AdaptiveStart::AtLimit);
    adapt.start(Offset(9), 0);
    adapt.refused(id, Offset(20), None, &Stated::default());
    assert!(!adapt.has_findings());
}
