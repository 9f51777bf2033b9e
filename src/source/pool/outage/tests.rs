//! Tests of the controller of an outage.

use proptest::prelude::*;

use crate::event::outcome::{Outcome, Phase, Reason};
use crate::event::{JobId, Micros, Offset};
use crate::source::pool::outage::Outage;
use crate::source::pool::outage::evidence::{HostEvidence, JobFate, OutageBounds, OutageStep};

const BOUNDS: OutageBounds = OutageBounds { outage: Micros(300_000_000), unreachable: Micros(30_000_000) };
const OK: Outcome = Outcome::Answered { status: 200, bytes: 0, expected: true };
const BAD_GATEWAY: Outcome = Outcome::Answered { status: 502, bytes: 0, expected: false };
const REFUSED: Outcome = Outcome::Failed { reason: Reason::Refused, detail: None, expected: None };
const RESET: Outcome = Outcome::Failed { reason: Reason::Reset, detail: None, expected: None };
const SILENT: Outcome = Outcome::TimedOut { phase: Phase::FirstByte };

/// A host with attempts in flight.
struct TestHost {
    outage: Outage,
    in_flight: Vec<(Offset, u32, JobId)>,
    jobs: u64,
    now: Offset,
    may_be_own: bool,
    is_crowded: bool,
}

impl TestHost {
    fn new() -> Self {
        Self {
            outage: Outage::new(BOUNDS),
            in_flight: Vec::new(),
            jobs: 0,
            now: Offset::ZERO,
            may_be_own: false,
            is_crowded: false,
        }
    }

    fn start(&mut self, n: usize) {
        for _ in 0..n {
            self.jobs += 1;
            self.in_flight.push((self.now, self.outage.start(), JobId(self.jobs)));
        }
    }

    fn end(&mut self, i: usize, outcome: &Outcome) -> (JobFate, Option<OutageStep>) {
        let in_flight = u32::try_from(self.in_flight.len()).unwrap();
        let (started, generation, job) = self.in_flight.remove(i);
        self.outage.observe(&HostEvidence {
            at: self.now,
            started,
            generation,
            job,
            in_flight,
            startable: 0,
            outcome,
            waits: true,
            may_be_own: self.may_be_own,
            is_crowded: self.is_crowded,
            chance: 0.0,
        })
    }

    fn end_all(&mut self, outcome: &Outcome) -> Vec<JobFate> {
        (0..self.in_flight.len()).map(|_| self.end(0, outcome).0).collect()
    }

    fn pass(&mut self, ms: u64) {
        self.now = self.now + Micros(ms * 1000);
    }
}

#[test]
fn one_refused_connection_is_an_outage() {
    let mut host = TestHost::new();
    host.start(3);
    let (fate, step) = host.end(0, &REFUSED);
    let next_try = Offset(100_000);
    let why = "connection refused".into();
    assert_eq!((fate, step), (JobFate::Excused, Some(OutageStep::Down { is_new: true, why, next_try })));
    // What was in flight when it broke is not at fault, no matter how it ends.
    assert_eq!(host.end(0, &SILENT), (JobFate::Excused, None));
    assert_eq!(host.end(0, &OK), (JobFate::Own, None));
    assert!(host.outage.is_down());
}

#[test]
fn broken_connections_are_an_outage_only_if_all_break() {
    let mut host = TestHost::new();
    host.start(10);
    assert_eq!(host.end(0, &OK), (JobFate::Own, None));
    for _ in 0..8 {
        assert_eq!(host.end(0, &RESET), (JobFate::Doubtful, None));
    }
    assert_eq!(host.end(0, &RESET), (JobFate::Excused, Some(OutageStep::Suspended)));
}

#[test]
fn an_answer_that_is_later_dismisses_the_suspicion() {
    let mut host = TestHost::new();
    host.start(2);
    assert_eq!(host.end(0, &RESET).0, JobFate::Doubtful);
    // This one was already on its way.
    assert_eq!(host.end(0, &OK).1, None);
    host.pass(1);
    host.start(1);
    assert_eq!(host.end(0, &OK).1, Some(OutageStep::Dismissed));
}

#[test]
fn jobs_that_failed_while_the_host_was_up_are_no_evidence() {
    let mut host = TestHost::new();
    host.may_be_own = true;
    host.start(20);
    assert!(host.end_all(&RESET).iter().all(|fate| *fate == JobFate::Own));
    host.start(1);
    assert_eq!(host.end(0, &REFUSED).0, JobFate::Excused);
}

#[test]
fn time_outs_are_evidence_only_if_nothing_is_answered_for_a_while() {
    let mut host = TestHost::new();
    host.start(50);
    host.pass(4_999);
    assert!(host.end_all(&SILENT).iter().all(|fate| *fate == JobFate::Doubtful), "too soon");
    host.start(50);
    host.pass(10_000);
    assert_eq!(host.end(0, &OK).1, Some(OutageStep::Dismissed));
    assert!(host.end_all(&SILENT).iter().all(|fate| *fate == JobFate::Own), "it is slow");
    host.start(10);
    host.pass(10_000);
    let fates = host.end_all(&SILENT);
    assert_eq!(fates[3..6], [JobFate::Doubtful, JobFate::Excused, JobFate::Excused]);
}

#[test]
fn what_looked_like_an_outage_needs_more_evidence_the_next_time() {
    let mut host = TestHost::new();
    host.start(1);
    host.end(0, &REFUSED);
    host.pass(100);
    host.start(1);
    assert_eq!(host.end(0, &OK).1, Some(OutageStep::Up { was_reported: true }));
    host.start(2);
    assert_eq!(host.end(0, &REFUSED), (JobFate::Doubtful, None));
    assert!(matches!(host.end(0, &REFUSED), (JobFate::Excused, Some(OutageStep::Down { .. }))));
}

#[test]
fn a_gateway_is_reported_as_down_only_after_a_first_try() {
    let mut host = TestHost::new();
    host.start(3);
    assert_eq!(host.end_all(&BAD_GATEWAY), [JobFate::Doubtful, JobFate::Doubtful, JobFate::Excused]);
    host.pass(100);
    host.start(1);
    let (_, step) = host.end(0, &BAD_GATEWAY);
    let why = "502 Bad Gateway".into();
    assert_eq!(step, Some(OutageStep::Down { is_new: true, why, next_try: Offset(200_000) }));
}

#[test]
fn the_interval_is_a_fifth_of_the_outage_within_bounds() {
    let mut host = TestHost::new();
    host.start(1);
    host.end(0, &OK);
    host.start(1);
    let mut step = host.end(0, &REFUSED).1;
    let mut tries = Vec::new();
    while let Some(OutageStep::Down { next_try, .. }) = step {
        assert!(host.outage.opens_at() == next_try && !host.outage.is_full());
        host.now = next_try;
        tries.push(next_try.0);
        host.start(1);
        assert!(host.outage.is_full(), "one at a time");
        step = host.end(0, &REFUSED).1;
    }
    let why = "down for 5m (`retry.outage`): connection refused".into();
    assert_eq!(step, Some(OutageStep::GivenUp { why }));
    assert_eq!(tries.last(), Some(&300_000_000), "the last try is at the bound");
    for pair in tries.windows(2) {
        let gap = (pair[1] - pair[0]) as f64;
        assert!(gap <= (pair[0] as f64 * 0.2).clamp(100_000.0, 5_000_000.0) + 1.0, "{pair:?}");
    }
    assert!(tries.len() < 100);
}

#[test]
fn a_host_that_was_given_up_is_tried_again_after_a_while() {
    let mut host = TestHost::new();
    host.start(1);
    host.end(0, &REFUSED);
    host.pass(30_000);
    host.start(1);
    let why = "never answered for 30s (`retry.unreachable`): connection refused; is it running?".into();
    assert_eq!(host.end(0, &REFUSED), (JobFate::Excused, Some(OutageStep::GivenUp { why })));
    assert!(host.outage.failure(host.now, Offset::ZERO).is_some());
    host.pass(5000);
    assert!(host.outage.failure(host.now, Offset::ZERO).is_none());
    assert!(host.outage.failure(host.now, host.now + Micros(1)).is_some(), "not before a moment that it named");
    host.start(1);
    assert_eq!(host.end(0, &REFUSED), (JobFate::Final, None));
    host.pass(5000);
    host.start(1);
    assert_eq!(host.end(0, &OK).1, Some(OutageStep::Up { was_reported: true }));
}

#[test]
fn a_gateway_that_always_answers_is_given_up_with_a_question_about_the_server_behind_it() {
    let mut host = TestHost::new();
    host.start(3);
    host.end_all(&BAD_GATEWAY);
    host.pass(100);
    host.start(1);
    host.end(0, &BAD_GATEWAY);
    host.pass(30_000);
    host.start(1);
    let why = "answered only 502 Bad Gateway for 30s (`retry.unreachable`); is the server behind it running?".into();
    assert_eq!(host.end(0, &BAD_GATEWAY), (JobFate::Excused, Some(OutageStep::GivenUp { why })));
}

#[test]
fn an_unknown_host_is_given_up_soon_while_thousands_of_jobs_wait() {
    for (has_answered, is_given_up) in [(false, true), (true, false)] {
        let mut host = TestHost::new();
        if has_answered {
            host.start(1);
            host.end(0, &OK);
        }
        host.start(1);
        host.end(0, &REFUSED);
        host.is_crowded = true;
        host.pass(2_000);
        host.start(1);
        let (_, step) = host.end(0, &REFUSED);
        assert_eq!(matches!(step, Some(OutageStep::GivenUp { .. })), is_given_up, "{step:?}");
    }
}

#[derive(Clone, Debug)]
enum HostStep {
    Start,
    End(usize, Outcome),
    Pass(u64),
    Try,
}

fn host_step() -> impl Strategy<Value = HostStep> {
    let outcome = prop::sample::select(vec![OK, OK, BAD_GATEWAY, REFUSED, RESET, SILENT, Outcome::Cancelled]);
    prop_oneof![
        4 => Just(HostStep::Start),
        4 => (any::<usize>(), outcome).prop_map(|(i, outcome)| HostStep::End(i, outcome)),
        2 => (0..3_000_u64).prop_map(HostStep::Pass),
        1 => Just(HostStep::Try),
    ]
}

proptest! {
    #[test]
    fn a_host_that_is_down_is_tried_by_one_attempt_at_a_time_and_always_again(
        steps in prop::collection::vec(host_step(), 1..300),
    ) {
        let mut host = TestHost::new();
        for step in steps {
            match step {
                HostStep::Start => {
                    let is_open = host.outage.opens_at() <= host.now && !host.outage.is_full();
                    if is_open && host.outage.failure(host.now, Offset::ZERO).is_none() {
                        host.start(1);
                    }
                }
                HostStep::End(i, outcome) => if !host.in_flight.is_empty() {
                    let i = i % host.in_flight.len();
                    let was_down = host.outage.is_down();
                    let (fate, step) = host.end(i, &outcome);
                    let is_up = matches!(step, Some(OutageStep::Up { .. }));
                    prop_assert!(!is_up || outcome == OK);
                    prop_assert!(fate == JobFate::Own || outcome != OK);
                    if was_down && matches!(outcome, Outcome::Failed { .. }) {
                        prop_assert!(fate == JobFate::Excused);
                    }
                },
                HostStep::Pass(ms) => host.pass(ms),
                HostStep::Try => { host.outage.try_now(host.now); }
            }
            let generation = host.outage.generation;
            let n_fresh = host.in_flight.iter().filter(|(_, started, _)| *started == generation).count();
            prop_assert_eq!(n_fresh, host.outage.n_fresh as usize);
            prop_assert!(!host.outage.is_down() || n_fresh <= 1, "one try at a time");
            // Something may always start again: at a moment, or after the end of an attempt.
            prop_assert!(!host.outage.is_full() || n_fresh > 0);
            prop_assert!(host.outage.opens_at() <= host.now + Micros(5_000_000));
        }
    }
}
