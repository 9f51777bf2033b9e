//! Tests of the timeline: it agrees with the attempts in flight, and its size is bounded.

use inflight::event::outcome::{Outcome, Phase};
use inflight::event::{Event, Micros, Offset};
use inflight::model::Model;
use inflight::model::timeline::{Bar, Timeline};
use proptest::prelude::*;

use crate::scenario::fold;
use crate::scenario::notation::scenario;
use crate::scenario::playback::run;
use crate::scenario::strategies::any_events;

/// `n` attempts, one after the other; one of them never ends.
fn many(n: usize) -> Model {
    let steps: Vec<String> = (1..=n).map(|i| format!("{i}ms start a#{i} | {i}ms answer a#{i}")).collect();
    scenario(&format!("0ms start b#0 | {}", steps.join(" | "))).fold()
}

#[test]
fn an_attempt_is_kept_from_its_start_to_its_end() {
    let model = scenario("5ms start a#1 | 30ms refuse a#1 429 | 30ms retry a#1 90ms | 90ms start a#1.2").fold();
    let first = model.timeline.nth(0).unwrap();
    assert_eq!(
        (first.started, first.took(Offset(99)), first.retry),
        (Offset(5_000), Micros(25_000), Some(Offset(90_000)))
    );
    assert!(matches!(first.end.as_ref().unwrap().outcome, Some(Outcome::Throttled { status: 429, .. })));
    let second = model.timeline.nth(1).unwrap();
    assert_eq!((second.attempt.n, second.is_open(), second.took(Offset(100_000))), (2, true, Micros(10_000)));
}

#[test]
fn an_attempt_in_flight_is_kept_after_any_number_of_later_ones() {
    let model = many(Timeline::KEPT + 50);
    let numbers: Vec<u64> = model.timeline.numbers().collect();
    assert_eq!((numbers[0], numbers[1], numbers.len()), (0, 51, Timeline::KEPT + 1));
    assert_eq!((model.timeline.span(), model.timeline.n_started()), (0..2_051, 2_051));
    assert!(model.timeline.nth(0).unwrap().is_open() && model.timeline.nth(50).is_none());
    assert_eq!(model.timeline.complete_since(), Offset(50_000));
}

#[test]
fn an_attempt_that_ends_long_after_the_others_has_its_end() {
    let mut model = many(Timeline::KEPT + 50);
    let end = scenario("9s timeout b#0").events.pop().unwrap();
    model.apply(&end);
    let late = model.timeline.nth(0).unwrap();
    assert_eq!((late.took(Offset(0)), late.is_open()), (Micros(9_000_000), false));
    let outcome = &late.end.as_ref().unwrap().outcome;
    assert_eq!(*outcome, Some(Outcome::TimedOut { phase: Phase::FirstByte }));
}

#[test]
fn a_start_that_displaces_another_ends_it() {
    let model = scenario("0ms start a#1 | 10ms start a#1 | 20ms answer a#1").fold();
    let displaced = model.timeline.nth(0).unwrap().end.as_ref().unwrap();
    assert_eq!((displaced.at, &displaced.outcome), (Offset(10_000), &None));
}

/// The timeline and the model have the same attempts in flight.
fn holds(events: &[Event]) -> Result<(), TestCaseError> {
    let model = fold(events);
    let timeline = &model.timeline;
    let mut open: Vec<u64> = model.open.all().map(|flight| flight.number).collect();
    open.sort_unstable();
    let shown_open: Vec<u64> = timeline.numbers().filter(|&n| timeline.nth(n).is_some_and(Bar::is_open)).collect();
    prop_assert_eq!(&shown_open, &open);
    for flight in model.open.all() {
        let bar = timeline.nth(flight.number).unwrap();
        prop_assert_eq!((bar.started, bar.progress, bar.endpoint), (flight.started, flight.progress, flight.endpoint));
    }
    prop_assert!(timeline.n() <= Timeline::KEPT + Timeline::KEPT_BEHIND + open.len());
    prop_assert_eq!(timeline.n(), timeline.bars().count());
    Ok(())
}

proptest! {
    #[test]
    fn the_timeline_agrees_with_what_is_in_flight(events in prop_oneof![any_events(150), run()]) {
        holds(&events)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_long_run_keeps_no_more_than_a_short_one(
        stays in prop::collection::vec(any::<bool>(), 3_000..5_000),
        until in 0..5_000_usize,
    ) {
        let mut steps: Vec<String> = Vec::new();
        for (i, stays) in stays.iter().enumerate() {
            steps.push(format!("{i}ms start a#{i}"));
            if !stays {
                steps.push(format!("{i}ms answer a#{i}"));
            }
        }
        // Some open attempts end long after they have left the ring.
        steps.extend((0..until.min(stays.len())).filter(|&i| stays[i]).map(|i| format!("9s break a#{i}")));
        holds(&scenario(&steps.join(" | ")).events)?;
    }
}
