//! The lab, judged by the counters of its upstreams: each mistake occurs, and the right way avoids it.
//!
//! Delays are short and real. The tests check counts, order, and bounds that hold on a busy machine.
//! Start at [`run`].

use std::sync::mpsc;
use std::time::Duration;

use inflight::event::{Micros, Offset};
use inflight::lab::controls::Controls;
use inflight::lab::run::LabRun;
use inflight::lab::scenario::Scenario;
use inflight::model::race::{Calls, Race, RaceMeasure};

/// The longest wait in a test.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Runs a scenario to its end.
#[track_caller]
fn run(scenario: Scenario, requests: u64, delay: &str) -> Race {
    let delay = humantime::parse_duration(delay).unwrap();
    finish(&LabRun::start(scenario, Controls { requests, delay, ..Controls::defaults(scenario) }).unwrap())
}

/// Waits for its end.
#[track_caller]
fn finish(lab: &LabRun) -> Race {
    wait(lab, LabRun::is_over);
    lab.race()
}

/// Waits until a condition holds, and checks it after each event.
#[track_caller]
fn wait(lab: &LabRun, is_so: impl Fn(&LabRun) -> bool) {
    let (notify, notified) = mpsc::channel();
    for lane in lab.lanes() {
        let notify = notify.clone();
        lane.follow().on_change(move || _ = notify.send(()));
    }
    while !is_so(lab) {
        notified.recv_timeout(TIMEOUT).unwrap();
    }
}

/// All jobs of each lane ended, and each at most once.
#[track_caller]
fn assert_adds_up(race: &Race) {
    for lane in &race.lanes {
        assert!(lane.is_over && lane.in_flight == 0, "{lane:#?}");
        assert!(lane.settled() <= lane.jobs && lane.results.kept <= lane.done, "{lane:#?}");
        assert!(lane.upstream.requests >= lane.done + lane.failed, "{lane:#?}");
    }
}

fn secs(tenths: u64) -> Micros {
    Micros(tenths * 100_000)
}

#[test]
fn a_blocking_client_sends_one_at_a_time_and_an_async_one_all_at_once() {
    let race = run(Scenario::Race, 10, "300ms");
    assert_adds_up(&race);
    let [blocking, concurrent, serial, limited] = &race.lanes[..] else { panic!("{race:#?}") };
    assert_eq!(
        [blocking.upstream.peak, concurrent.upstream.peak, serial.upstream.peak, limited.upstream.peak],
        [1, 10, 1, 5]
    );
    assert_eq!([blocking.peak, concurrent.peak, serial.peak, limited.peak], [1, 10, 1, 5]);
    assert!(race.lanes.iter().all(|lane| lane.done == 10 && lane.results.kept == 10 && lane.results.lost.is_empty()));
    assert!(blocking.elapsed >= secs(30) && serial.elapsed >= secs(30), "{race:#?}");
    assert!(concurrent.elapsed >= secs(3) && concurrent.elapsed < blocking.elapsed - secs(10), "{race:#?}");
    assert!(limited.elapsed >= secs(6), "{race:#?}");
    // The wrong lane blocks its thread all the time; awaiting one after another does not.
    assert!(blocking.late.worst >= secs(20) && blocking.blocked() > 0.9, "{:#?}", blocking.late);
    assert!(serial.late.worst < blocking.late.worst && serial.blocked() < 0.5, "{:#?}", serial.late);
    assert!(!race.result().unwrap().is_predicted);
    // The verdict is the same as for any other run.
    for wrong in [blocking, serial] {
        assert!(
            wrong.verdict.as_ref().unwrap().contains("each attempt started after the previous one ended"),
            "{wrong:#?}"
        );
    }
    assert_eq!(concurrent.verdict, None);
}

#[test]
fn a_sleeping_thread_sends_nothing_until_all_tasks_have_slept() {
    let race = run(Scenario::Sleep, 10, "200ms");
    assert_adds_up(&race);
    let [thread, timer] = &race.lanes[..] else { panic!("{race:#?}") };
    assert!(thread.upstream.first.unwrap() >= Offset(1_900_000), "{thread:#?}");
    assert!(timer.upstream.first.unwrap() < thread.upstream.first.unwrap(), "{timer:#?}");
    assert!(thread.late.worst >= Micros(1_800_000), "{:#?}", thread.late);
    assert!(timer.late.worst < Micros(900_000), "{:#?}", timer.late);
    assert!(thread.elapsed >= secs(20) && timer.elapsed < thread.elapsed);
    assert_eq!((thread.done, timer.done), (10, 10));
}

#[test]
fn a_future_that_is_never_awaited_sends_nothing() {
    let race = run(Scenario::ForgottenAwait, 8, "50ms");
    assert_adds_up(&race);
    let [forgotten, awaited] = &race.lanes[..] else { panic!("{race:#?}") };
    assert_eq!(forgotten.calls, Some(Calls { created: 8, polled: 0, finished: 0 }));
    assert_eq!(awaited.calls, Some(Calls { created: 8, polled: 8, finished: 8 }));
    assert_eq!((forgotten.upstream.requests, awaited.upstream.requests), (0, 8));
    assert_eq!((forgotten.results.lost.len(), awaited.results.lost.len()), (8, 0));
    assert_eq!(race.result().unwrap().large, "8 : 0");
}

#[test]
fn one_failed_task_loses_exactly_the_unfinished_ones_and_lists_them() {
    let race = run(Scenario::RottenTask, 10, "3s");
    assert_adds_up(&race);
    let [all_or_nothing, every, cancelled] = &race.lanes[..] else { panic!("{race:#?}") };
    // The fourth fails: three were done before it, and six were in flight.
    assert_eq!((all_or_nothing.results.kept, all_or_nothing.results.read), (3, 1));
    assert_eq!(all_or_nothing.results.lost, [5, 6, 7, 8, 9, 10]);
    assert_eq!((all_or_nothing.cancelled, all_or_nothing.upstream.requests), (6, 10));
    assert_eq!((every.results.kept, every.results.read, every.results.lost.len()), (9, 1, 0));
    assert_eq!((every.upstream.requests, every.upstream.abandoned), (10, 0));
    // Cancelling on purpose loses as many results, but the program knows which.
    assert_eq!((cancelled.results.kept, cancelled.results.read, cancelled.results.lost.len()), (3, 7, 0));
    assert_eq!(cancelled.cancelled, 6);
}

#[test]
fn errors_of_abandoned_tasks_are_never_read() {
    let race = run(Scenario::Swallowed, 12, "50ms");
    assert_adds_up(&race);
    let [abandoned, results_read] = &race.lanes[..] else { panic!("{race:#?}") };
    assert_eq!((abandoned.upstream.requests, results_read.upstream.requests), (12, 12));
    assert_eq!((abandoned.failed, results_read.failed), (4, 4));
    assert_eq!((abandoned.results.read, &abandoned.results.lost[..]), (0, &[3, 6, 9, 12][..]));
    assert_eq!((results_read.results.read, results_read.results.lost.len(), results_read.results.kept), (4, 0, 8));
}

#[test]
fn a_limit_that_the_upstream_allows_is_never_refused() {
    let race = run(Scenario::Flood, 40, "50ms");
    assert_adds_up(&race);
    let [flood, limited, adaptive] = &race.lanes[..] else { panic!("{race:#?}") };
    assert!(race.lanes.iter().all(|lane| lane.done == 40), "{race:#?}");
    assert!(flood.upstream.refused >= 60 && flood.upstream.requests == 40 + flood.upstream.refused, "{flood:#?}");
    assert_eq!((limited.upstream.refused, limited.upstream.peak, limited.upstream.requests), (0, 10, 40));
    assert!(flood.elapsed > limited.elapsed, "{race:#?}");
    // The adaptive lane does not know the limit, and still has fewer refusals than the flood.
    assert!(adaptive.upstream.refused < flood.upstream.refused, "{race:#?}");
}

#[test]
fn a_program_that_spawns_everything_holds_everything() {
    let race = run(Scenario::Unbounded, 150, "100ms");
    assert_adds_up(&race);
    let [unbounded, capped] = &race.lanes[..] else { panic!("{race:#?}") };
    assert_eq!((unbounded.done, capped.done), (150, 150));
    assert_eq!((unbounded.results.tasks, capped.results.tasks), (150, 20));
    // The machine decides how soon the server notices a closed connection.
    assert!(unbounded.upstream.sockets > capped.upstream.sockets, "{race:#?}");
    assert_eq!((capped.upstream.peak, unbounded.results.bytes), (20, 150 * 32_768));
    assert!(capped.results.bytes <= 25 * 32_768, "{capped:#?}");
    assert_eq!(race.measure, RaceMeasure::Sockets);
}

#[test]
fn blocking_calls_run_at_the_same_time_on_their_own_threads() {
    let race = run(Scenario::Offload, 8, "250ms");
    assert_adds_up(&race);
    let [in_the_task, on_threads] = &race.lanes[..] else { panic!("{race:#?}") };
    assert_eq!((in_the_task.upstream.peak, on_threads.upstream.peak), (1, 8));
    assert!(in_the_task.elapsed >= secs(20) && on_threads.elapsed < in_the_task.elapsed);
    assert!(in_the_task.late.worst >= secs(15) && on_threads.late.worst < in_the_task.late.worst);
}

#[test]
fn a_held_lock_or_a_single_connection_serializes_all_tasks() {
    let race = run(Scenario::Convoy, 12, "250ms");
    assert_adds_up(&race);
    let [held, released, one, twenty] = &race.lanes[..] else { panic!("{race:#?}") };
    assert_eq!([held.upstream.peak, released.upstream.peak, one.upstream.peak, twenty.upstream.peak], [1, 12, 1, 12]);
    assert!(held.elapsed >= secs(30) && one.elapsed >= secs(30) && released.elapsed < held.elapsed);
    // No thread is blocked in a convoy, which makes it hard to find.
    assert!(held.late.worst < secs(10) && held.blocked() < 0.5, "{:#?}", held.late);
    assert_eq!((one.upstream.sockets, twenty.upstream.sockets), (1, 12));
}

#[test]
fn nothing_starts_while_all_lanes_are_paused() {
    let scenario = Scenario::Race;
    let controls = Controls { requests: 6, delay: Duration::from_millis(60), ..Controls::defaults(scenario) };
    let lab = LabRun::start(scenario, controls).unwrap();
    wait(&lab, |lab| lab.race().lanes[0].settled() >= 1);
    lab.pause(true);
    wait(&lab, |lab| lab.race().lanes.iter().all(|lane| lane.in_flight == 0));
    let before = lab.race();
    assert!(before.lanes[0].upstream.requests < 6 && !before.lanes[0].is_over && lab.is_paused());
    // The pause lasts at least this long, with nothing in flight.
    run(Scenario::ForgottenAwait, 2, "400ms");
    assert_eq!(lab.race().lanes[0].upstream.requests, before.lanes[0].upstream.requests);
    lab.pause(false);
    let race = finish(&lab);
    assert_adds_up(&race);
    assert!(race.lanes.iter().all(|lane| lane.done == 6));
    // Paused time counts neither as elapsed time nor as timer lag.
    let blocking = &race.lanes[0];
    assert!(blocking.held >= Micros(400_000) && blocking.elapsed >= Micros(360_000), "{blocking:#?}");
    assert!(blocking.late.worst <= blocking.elapsed, "{blocking:#?}");
}

#[test]
fn the_limit_can_change_during_the_run() {
    let scenario = Scenario::Race;
    let controls =
        Controls { requests: 30, delay: Duration::from_millis(150), limit: 2, ..Controls::defaults(scenario) };
    let mut lab = LabRun::start(scenario, controls).unwrap();
    wait(&lab, |lab| lab.race().lanes[3].done >= 2);
    lab.set_limit(9);
    let race = finish(&lab);
    assert_eq!((race.lanes[3].limit, race.lanes[3].upstream.peak), (Some(9), 9));
    assert_eq!((race.limit, race.lanes[1].limit), (Some(9), None));
}

#[test]
fn a_connection_pool_grows_during_the_run() {
    let scenario = Scenario::Convoy;
    let controls =
        Controls { requests: 24, delay: Duration::from_millis(150), limit: 2, ..Controls::defaults(scenario) };
    let mut lab = LabRun::start(scenario, controls).unwrap();
    wait(&lab, |lab| lab.race().lanes[3].done >= 2);
    assert!(lab.race().lanes[3].upstream.peak <= 2);
    lab.set_limit(7);
    wait(&lab, |lab| lab.lanes()[3].is_over());
    let race = lab.race();
    assert_eq!((race.lanes[3].done, race.lanes[3].upstream.peak, race.lanes[3].upstream.sockets), (24, 7, 7));
}

#[test]
fn dropping_a_run_ends_its_lanes() {
    let scenario = Scenario::Race;
    let controls = Controls { requests: 100, delay: Duration::from_secs(1), ..Controls::defaults(scenario) };
    let lab = LabRun::start(scenario, controls).unwrap();
    let follows: Vec<_> = lab.lanes().iter().map(|lane| lane.follow().clone()).collect();
    let (notify, notified) = mpsc::channel();
    for follow in &follows {
        let notify = notify.clone();
        follow.on_change(move || _ = notify.send(()));
    }
    drop(lab);
    while !follows.iter().all(inflight::pump::Follow::is_closed) {
        notified.recv_timeout(TIMEOUT).unwrap();
    }
}

/// The programs under `examples`, by the name of their scenario.
const EXAMPLES: [(&str, &str); 9] = [
    ("race", include_str!("../../examples/race.rs")),
    ("sleep", include_str!("../../examples/sleep.rs")),
    ("forgotten-await", include_str!("../../examples/forgotten-await.rs")),
    ("rotten-task", include_str!("../../examples/rotten-task.rs")),
    ("swallowed", include_str!("../../examples/swallowed.rs")),
    ("flood", include_str!("../../examples/flood.rs")),
    ("unbounded", include_str!("../../examples/unbounded.rs")),
    ("offload", include_str!("../../examples/offload.rs")),
    ("convoy", include_str!("../../examples/convoy.rs")),
];

#[test]
fn the_lines_of_a_lesson_are_those_of_its_example() {
    assert_eq!(EXAMPLES.len(), Scenario::ALL.len());
    for (name, text) in EXAMPLES {
        let lesson = Scenario::named(name).unwrap().spec().lesson;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for line in lesson.rust.wrong.lines().chain(lesson.rust.right.lines()) {
            assert!(lines.contains(&line.trim()), "{name}: {line}");
        }
        assert!(lines.len() < 60, "{name} has {} lines", lines.len());
    }
}
