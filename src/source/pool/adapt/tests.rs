//! Tests of the controller's invariants; `simulation` tests its goodput.

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::{Acceptance, Adapt, AttemptEvidence};
use crate::source::pool::throttle::Hint;

#[test]
fn it_never_allows_more_than_the_user_does_nor_less_than_one() {
    let mut adapt = Adapt::new(4);
    for i in 0..10_000_u64 {
        let end = if i % 97 == 0 { Acceptance::Refused } else { Acceptance::Accepted };
        let at = Offset(i * 10_000);
        adapt.observe(AttemptEvidence {
            at,
            started: Offset(at.0.saturating_sub(5_000)),
            others: adapt.limit() - 1,
            end,
        });
        assert!((1..=4).contains(&adapt.limit()));
        assert!(adapt.gap() < Micros(60_000_000));
    }
}

#[test]
fn a_limit_that_the_server_states_replaces_the_inferred_one() {
    let mut adapt = Adapt::new(64);
    let step = adapt.hint(Hint::PerWindow { quota: 10, window: Micros(1_000_000) }, Offset(0));
    assert!(step.is_some() && adapt.gap() >= Micros(100_000), "{:?}", adapt.gap());
    let mut adapt = Adapt::new(64);
    adapt.hint(Hint::AtOnce(7), Offset(0));
    assert_eq!(adapt.limit(), 7);
}

fn ended(at: u64, others: u32, end: Acceptance) -> AttemptEvidence {
    AttemptEvidence { at: Offset(at), started: Offset(at - 5_000), others, end }
}

#[test]
fn a_host_whose_quota_was_used_up_before_the_run_is_not_paced_to_a_standstill() {
    let mut adapt = Adapt::new(64);
    adapt.observe(ended(10_000, 0, Acceptance::Refused));
    assert!(adapt.gap() > Micros::ZERO && adapt.gap() <= Micros(1_000_000), "{:?}", adapt.gap());
}

#[test]
fn a_refusal_that_may_have_been_overtaken_does_not_turn_a_limit_into_a_pace() {
    let mut adapt = Adapt::new(64);
    adapt.observe(ended(10_000, 0, Acceptance::Accepted));
    adapt.observe(ended(20_000, 0, Acceptance::Refused));
    assert_eq!((adapt.limit(), adapt.gap()), (1, Micros::ZERO));
    adapt.observe(ended(30_000, 0, Acceptance::Refused));
    assert!(adapt.gap() > Micros::ZERO, "nothing else was in flight");
}
