//! Tests of the model; each run is written in one line.

mod outages;
mod pauses;
mod stops;
mod time_left;
mod timeline;
mod verdict;
mod working;

use inflight::event::origin::Origin;
use inflight::event::reasons::RunEnd;
use inflight::event::{Attempt, JobId, Micros, Offset};
use inflight::model::Stage;
use inflight::model::endpoint::{EndpointState, EndpointStats};
use inflight::model::event_log::{FollowUp, LogEvent};
use inflight::model::marks::Mark;
use inflight::model::totals::Anomalies;
use inflight::model::window::TimeWindow;
use proptest::prelude::*;

use crate::scenario::fold;
use crate::scenario::notation::scenario;
use crate::scenario::playback::run;
use crate::scenario::strategies::any_events;

const fn ms(ms: u64) -> Offset {
    Offset(ms * 1_000)
}

#[test]
fn a_late_answer_after_a_timeout_is_counted_as_an_anomaly() {
    let model = scenario("0ms start a#1 | 50ms timeout a#1 | 60ms answer a#1 200").fold();
    assert_eq!((model.open.n(), model.totals.ended, model.totals.expected), (0, 1, 0));
    assert_eq!(model.anomalies, Anomalies { orphan_ends: 1, ..Anomalies::default() });
}

#[test]
fn an_attempt_that_starts_twice_is_in_flight_once() {
    let model = scenario("0ms start a#1 | 10ms start a#1 | 20ms answer a#1").fold();
    assert_eq!((model.open.n(), model.endpoints[0].in_flight, model.hosts.get(0).unwrap().in_flight), (0, 0, 0));
    assert_eq!(model.anomalies, Anomalies { double_starts: 1, ..Anomalies::default() });
    assert_eq!(model.totals.service, Micros(10_000));
}

#[test]
fn an_unannounced_endpoint_is_one_anomaly_and_still_counts() {
    let model = scenario("0ms start B#1 | 5ms answer B#1 | 6ms done B#1 | 7ms start B#2 | 8ms cool B 1s").fold();
    assert_eq!(model.anomalies, Anomalies { unannounced: 2, ..Anomalies::default() });
    assert_eq!((&*model.endpoints[0].name, &*model.hosts.get(0).unwrap().name), ("endpoint 1", "host 1"));
    assert_eq!((model.endpoints[0].done, model.in_flight()), (1, 1));
}

#[test]
fn the_same_number_of_two_machines_is_two_attempts() {
    let model = scenario("0ms start a#1 | 0ms @1 start a#1 | 9ms @1 answer a#1").fold();
    assert_eq!((model.in_flight(), model.endpoints.len()), (1, 2));
    assert_eq!((model.endpoints[0].in_flight, model.endpoints[1].in_flight), (1, 0));
    assert_eq!(model.anomalies, Anomalies::default());
}

#[test]
fn an_answer_that_was_not_expected_has_a_latency_and_a_refusal_has_none() {
    let model = scenario(
        "0ms start a#1 | 40ms answer a#1 500 | 40ms start a#2 | 41ms refuse a#2 | 41ms start a#3 | 99ms timeout a#3",
    )
    .fold();
    assert_eq!((model.latency.n(), model.latency.max()), (1, Some(Micros(40_000))));
    assert_eq!((model.totals.unexpected, model.totals.throttled, model.totals.timed_out), (1, 1, 1));
    assert_eq!(model.endpoints[0].throttled_at, Some(ms(41)));
}

#[test]
fn a_job_that_was_saved_by_a_retry_is_done_and_counted_as_saved() {
    let model = scenario(
        "0ms start a#1 | 9ms break a#1 | 9ms retry a#1 50ms | 50ms start a#1.2 | 60ms answer a#1.2 | 60ms done a#1.2",
    )
    .fold();
    assert_eq!((model.totals.jobs_done, model.totals.jobs_saved, model.totals.retries), (1, 1, 1));
    assert_eq!(model.incidents.by_size().len(), 0);
}

fn follow_ups(text: &str) -> Vec<(Origin, JobId, FollowUp)> {
    let follow_up = |story: &LogEvent| match story {
        LogEvent::AttemptFailed { origin, attempt: Attempt { job, .. }, then, .. } => Some((*origin, *job, *then)),
        _ => None,
    };
    scenario(text).fold().event_log.newest_first().filter_map(|item| follow_up(&item.event)).collect()
}

#[test]
fn the_log_entry_of_a_failed_attempt_includes_its_follow_up() {
    let open = follow_ups("0ms start a#1 | 9ms break a#1");
    assert_eq!(open, [(Origin::HERE, JobId(1), FollowUp::Open)]);
    let retried = follow_ups("0ms start a#1 | 9ms break a#1 | 9ms retry a#1 50ms");
    assert_eq!(retried, [(Origin::HERE, JobId(1), FollowUp::Retry(ms(50)))]);
    let given_up = follow_ups(
        "0ms start a#1 | 9ms break a#1 | 9ms retry a#1 50ms | 50ms start a#1.2 | 60ms break a#1.2 | 60ms fail a#1.2",
    );
    assert_eq!(
        given_up,
        [(Origin::HERE, JobId(1), FollowUp::GivenUp(2)), (Origin::HERE, JobId(1), FollowUp::Retry(ms(50)))]
    );
}

#[test]
fn a_follow_up_belongs_to_the_machine_it_happened_on() {
    let follow_ups = follow_ups(
        "0ms start a#1 | 0ms @1 start a#1 | 9ms break a#1 | 9ms @1 break a#1 | 9ms retry a#1 50ms | 10ms @1 fail a#1",
    );
    assert_eq!(
        follow_ups,
        [(Origin(1), JobId(1), FollowUp::GivenUp(1)), (Origin::HERE, JobId(1), FollowUp::Retry(ms(50)))]
    );
}

#[test]
fn a_job_given_up_between_two_tries_is_listed_by_itself() {
    let model = scenario("0ms start a#1 | 9ms break a#1 | 9ms retry a#1 50ms | 40ms fail a#1").fold();
    let newest = model.event_log.newest_first().next().unwrap();
    assert!(matches!(newest.event, LogEvent::JobFailed { .. }), "{newest:?}");
}

#[test]
fn expected_answers_are_not_logged() {
    let model =
        scenario("0ms start a#1 | 9ms answer a#1 | 9ms done a#1 | 9ms start a#2 | 20ms drop a#2 | 20ms skip a#2")
            .fold();
    assert_eq!(model.event_log.n_added(), 0);
}

fn marks(text: &str) -> Vec<(Offset, Mark)> {
    scenario(text).fold().marks.iter().collect()
}

#[test]
fn a_burst_of_refusals_leaves_one_mark_and_the_next_burst_another() {
    let refused = |at: &str, job: u32| format!("{at} start a#{job} | {at} refuse a#{job} 429 | ");
    let text = [refused("1s", 1), refused("2s", 2), refused("6s", 3), refused("12s", 4)].concat();
    assert_eq!(marks(&text), [(ms(1_000), Mark::Refusals(429)), (ms(12_000), Mark::Refusals(429))]);
}

#[test]
fn a_limit_changed_step_by_step_leaves_one_mark_from_first_to_last() {
    let text = "0ms run limit 10 | 1s limit 9 | 1200ms limit 8 | 1500ms limit 7 | 9s limit 20";
    assert_eq!(marks(text), [(ms(1_500), Mark::Limit(10, 7)), (ms(9_000), Mark::Limit(7, 20))]);
}

#[test]
fn a_pause_and_a_drain_leave_marks() {
    let text = "0ms run | 1s pause | 2s resume | 3s drain";
    assert_eq!(marks(text), [(ms(1_000), Mark::Paused), (ms(2_000), Mark::Resumed), (ms(3_000), Mark::Draining)]);
}

#[test]
fn the_latency_of_the_last_seconds_forgets_what_came_before() {
    let model = scenario("0ms start a#1 | 1s answer a#1 | 14900ms start a#2 | 15s answer a#2").fold();
    let recent = model.latency_within(TimeWindow::TenSeconds, ms(15_000));
    assert_eq!((recent.n(), recent.max()), (1, Some(Micros(100_000))));
    assert_eq!(model.latency_within(TimeWindow::TenSeconds, ms(40_000)).n(), 0);
    assert_eq!(model.latency.n(), 2);
}

#[test]
fn a_latency_that_comes_late_does_not_wipe_out_newer_ones() {
    let model =
        scenario("0ms @1 clock 0s | 22s start a#1 | 22100ms answer a#1 | 11s @1 start a#1 | 11050ms @1 answer a#1")
            .fold();
    let recent = model.latency_within(TimeWindow::TenSeconds, ms(22_100));
    assert_eq!((recent.n(), recent.max()), (1, Some(Micros(100_000))));
}

#[test]
fn a_cooldown_runs_until_its_moment_and_the_latest_is_shown() {
    let model = scenario("0ms start a#1 | 0ms start b#2 | 1ms cool a 500ms | 1ms cool b 900ms").fold();
    assert_eq!(model.cooldown(ms(400)), Some((1, ms(900))));
    assert_eq!(model.cooldown(ms(900)), None);
}

#[test]
fn an_endpoint_has_a_state() {
    let state = |text: &str, at| scenario(text).fold().endpoints[0].state(ms(at));
    assert_eq!(state("0ms start a#1", 0), EndpointState::Running);
    assert_eq!(state("0ms start a#1 | 9ms refuse a#1", 1_000), EndpointState::Limited);
    assert_eq!(state("0ms start a#1 | 9ms refuse a#1 | 9ms fail a#1", 2_009), EndpointState::Running);
}

#[test]
fn the_run_is_over_when_every_machine_is_and_has_the_worst_end() {
    let half = scenario("0ms run jobs 3 | 0ms @1 run jobs 4 | 1s end").fold();
    assert_eq!((half.stage, half.ended, half.jobs), (Stage::Running, None, Some(7)));
    let whole = scenario("0ms run jobs 3 | 0ms @1 run jobs 4 | 2s end | 1s @1 end drained").fold();
    assert_eq!((whole.stage, whole.ended), (Stage::Ended(RunEnd::Drained), Some(ms(2_000))));
}

#[test]
fn the_run_is_paused_when_every_running_machine_is() {
    let paused = |text: &str| scenario(text).fold().is_paused;
    assert!(!paused("0ms run | 0ms @1 run | 1s pause"));
    assert!(paused("0ms run | 0ms @1 run | 1s pause | 1s @1 pause"));
    assert!(paused("0ms run | 0ms @1 run | 1s pause | 2s @1 end"));
}

#[test]
fn a_clock_that_started_later_is_converted() {
    let text = "0ms run | 0ms @1 clock 3s | 0ms @1 run | 100ms @1 start a#1 | 600ms @1 cool a 900ms | 600ms @1 answer a#1 | 700ms @1 end | 700ms end";
    let model = scenario(text).fold();
    assert_eq!((model.ended, model.last), (Some(ms(3_700)), ms(3_700)));
    assert_eq!((model.totals.service, model.hosts.get(0).unwrap().cooldown), (Micros(500_000), Some(ms(3_900))));
    assert_eq!((model.machine(Origin(1)), model.machine(Origin::HERE)), (Some("machine 1"), None));
}

#[test]
fn one_machine_with_an_unknown_number_of_jobs_makes_the_total_unknown() {
    let jobs = |text: &str| scenario(text).fold().jobs;
    assert_eq!(jobs("0ms run jobs 3 | 0ms @1 run"), None);
    assert_eq!(jobs("0ms run jobs 3 | 0ms @1 run jobs 5"), Some(8));
}

#[test]
fn levels_of_two_machines_are_added_to_the_open_attempts() {
    let model = scenario("0ms level 3 | 0ms @1 level 4 | 1ms start a#1").fold();
    assert_eq!((model.in_flight(), model.level.peak()), (8, 8));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_model_accepts_events_in_any_order(events in any_events(200), at in any::<u64>()) {
        let model = fold(&events);
        let now = Offset(at);
        let _ = (model.effective_concurrency(now), model.time_left(now), model.cooldown(now));
        let _ = (model.latency_within(TimeWindow::TenSeconds, now), model.figures_of(TimeWindow::Second, now), model.recent_counts.good.seconds(now, 30));
        let _ = (model.level.mean_between(now, Offset(u64::MAX), now), model.latency.quantile(0.95));
        for endpoint in &model.endpoints {
            let _ = endpoint.state(now);
        }
    }

    #[test]
    fn attempts_in_flight_have_started_and_not_ended(events in run()) {
        let mut model = inflight::model::Model::default();
        for event in &events {
            model.apply(event);
            prop_assert_eq!(model.open.n() as u64, model.totals.started - model.totals.ended);
            let by_endpoint: u32 = model.endpoints.iter().map(|endpoint| endpoint.in_flight).sum();
            let by_host: u32 = model.hosts.all().map(|host| host.in_flight).sum();
            prop_assert_eq!((by_endpoint, by_host), (model.in_flight(), model.in_flight()));
        }
        prop_assert_eq!(model.anomalies, Anomalies::default());
    }

    #[test]
    fn totals_add_up(events in run()) {
        let model = fold(&events);
        let t = model.totals;
        let by_outcome = t.expected + t.unexpected + t.throttled + t.timed_out + t.broken + t.cancelled + t.redirected;
        prop_assert_eq!((by_outcome, t.started), (t.ended, t.ended));
        prop_assert_eq!(model.jobs, Some(t.settled()));
        prop_assert_eq!(model.latency.n(), t.expected + t.unexpected);
        let by_endpoint: u64 = model.endpoints.iter().map(EndpointStats::settled).sum();
        prop_assert_eq!(by_endpoint, t.settled());
        let failed: u64 = model.incidents.by_size().iter().map(|(_, group)| group.jobs).sum();
        prop_assert_eq!(failed, t.jobs_failed);
        let ends = model.history.ends_between(Offset::ZERO, Offset(u64::MAX), model.last);
        let all = [t.expected, t.throttled, t.unexpected + t.timed_out + t.broken];
        for (counted, all) in [ends.good, ends.throttled, ends.failed].into_iter().zip(all) {
            prop_assert!((counted - all as f64).abs() < 0.5, "{} of {}", counted, all);
        }
    }

    #[test]
    fn effective_concurrency_is_service_time_by_wall_time(events in run()) {
        let model = fold(&events);
        // A pause with nothing in flight is not part of it.
        let wall = model.working_time(model.last).0;
        prop_assert_eq!(wall + model.paused_for(model.last).0, model.ended.unwrap().0);
        let little = if wall == 0 { 0.0 } else { model.totals.service.0 as f64 / wall as f64 };
        prop_assert!((model.effective_concurrency(model.last) - little).abs() < 1e-9);
    }

    #[test]
    fn anomalies_do_not_change_the_attempts_in_flight(events in any_events(150)) {
        let model = fold(&events);
        let t = model.totals;
        prop_assert_eq!(model.open.n() as u64, t.started - t.ended - model.anomalies.double_starts);
    }
}
