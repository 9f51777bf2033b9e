//! Tests of predictions, results and paused time.

use crate::event::origin::Origin;
use crate::event::outcome::{Outcome as Ended, PhaseTimes};
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset};
use crate::model::Model;
use crate::model::race::span::{Span, held};
use crate::model::race::{LaneFigures, LaneResults, Race, RaceMeasure, UpstreamCounts, numbers};

const SECOND: u64 = 1_000_000;

fn lane(done: u64, elapsed: u64, is_over: bool) -> LaneFigures {
    LaneFigures {
        jobs: 10,
        done,
        elapsed: Micros(elapsed),
        settled_at: Micros(elapsed),
        is_over,
        ..LaneFigures::default()
    }
}

fn race(measure: RaceMeasure, lanes: [LaneFigures; 2]) -> Race {
    let (name, sentence, rule, delay_is) = ("", "", "", "each takes");
    let (delay, speed) = (Micros(SECOND), 4.0);
    Race { name, sentence, rule, measure, requests: 10, delay, delay_is, limit: None, speed, lanes: lanes.into() }
}

#[test]
fn a_running_lane_is_predicted_and_a_finished_one_is_measured() {
    assert_eq!(lane(0, SECOND, false).total(), None);
    assert_eq!(lane(2, 2 * SECOND, false).total(), Some((Micros(10 * SECOND), true)));
    let waiting = LaneFigures { elapsed: Micros(2_900_000), ..lane(2, 2 * SECOND, false) };
    assert_eq!(waiting.total(), Some((Micros(10 * SECOND), true)));
    let stuck = LaneFigures { elapsed: Micros(11 * SECOND), ..lane(2, 2 * SECOND, false) };
    assert_eq!(stuck.total(), Some((Micros(55 * SECOND), true)), "two in eleven seconds");
    assert_eq!(lane(10, 9 * SECOND, true).total(), Some((Micros(9 * SECOND), false)));
}

#[test]
fn the_ratio_is_a_prediction_until_both_have_ended() {
    let at = |wrong, right| race(RaceMeasure::Time, [wrong, right]).result();
    let foreseen = at(lane(2, 2 * SECOND, false), lane(10, SECOND, true)).unwrap();
    assert_eq!((&*foreseen.large, foreseen.is_predicted), ("10.0×", true));
    let measured = at(lane(10, 10_400_000, true), lane(10, SECOND, true)).unwrap();
    assert_eq!((&*measured.large, measured.is_predicted), ("10.4×", false));
    assert_eq!(at(lane(0, SECOND, false), lane(0, SECOND, false)), None);
}

#[test]
fn lost_jobs_and_open_connections_are_shown_once_they_are_known() {
    let lost = |n: u64| LaneFigures {
        results: LaneResults { lost: (1..=n).collect(), ..LaneResults::default() },
        ..lane(10, 1, true)
    };
    assert_eq!(race(RaceMeasure::Lost, [lost(6), lost(0)]).result().unwrap().large, "6 : 0");
    assert_eq!(race(RaceMeasure::Lost, [lost(6), lane(1, 1, false)]).result(), None);
    let open = |sockets| LaneFigures {
        upstream: UpstreamCounts { sockets, ..UpstreamCounts::default() },
        ..lane(10, 1, true)
    };
    assert_eq!(race(RaceMeasure::Sockets, [open(400), open(20)]).result().unwrap().large, "20.0×");
}

#[test]
fn all_lanes_share_the_longest_time() {
    let race = race(RaceMeasure::Time, [lane(1, SECOND, false), lane(10, SECOND, true)]);
    assert_eq!(race.horizon(), Micros(10 * SECOND));
}

#[test]
fn a_pause_counts_from_when_nothing_is_in_flight() {
    let mut model = Model::default();
    let attempt = Attempt { job: JobId(1), n: 1 };
    let mut apply = |at, fact| model.apply(&Event { at: Offset(at), origin: Origin::HERE, fact });
    apply(
        0,
        Fact::AttemptStarted {
            attempt,
            endpoint: EndpointId(0),
            host: HostId(0),
            row: 0,
            slot: 0,
            target: "GET /".into(),
            waited: WaitTimes::NONE,
            until: None,
            page: None,
            due: None,
        },
    );
    let outcome = Ended::Answered { status: 200, bytes: 0, expected: true };
    apply(
        3 * SECOND,
        Fact::AttemptEnded { attempt, outcome, spent: PhaseTimes::default(), malformed: 0, decoded: None },
    );
    let span = |from, to| Span { from: Offset(from * SECOND), to: Offset(to * SECOND) };
    let held = |pauses: &[Span]| held(pauses, &model.timeline, span(0, 10));
    assert_eq!(held(&[]), Micros::ZERO);
    assert_eq!(held(&[span(1, 2)]), Micros::ZERO);
    assert_eq!(held(&[span(1, 5), span(6, 7)]), Micros(3 * SECOND));
    assert_eq!(held(&[span(9, 12)]), Micros(SECOND));
}

#[test]
fn numbers_are_joined_to_ranges() {
    assert_eq!(&*numbers(&[4, 6, 7, 8, 10, 11]), "#4, #6–#8, #10, #11");
    assert_eq!(&*numbers(&[]), "");
}

#[test]
fn the_terms_mention_faster_delays() {
    let mut race = race(RaceMeasure::Time, [LaneFigures::default(), LaneFigures::default()]);
    assert_eq!(race.terms(), "10 requests, each takes 1.00 s, delays 4× as fast");
    race.speed = 1.0;
    assert_eq!(race.terms(), "10 requests, each takes 1.00 s");
}
