//! A run that is stopped from outside: what is in flight, what is reported, and which code it ends with.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};
use std::{process, thread};

use inflight::upstream::Upstream;
use inflight::upstream::tally::Tally;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::program::{Ended, Folder, Running};
use super::{at, upstream};
use crate::upstream::client;

/// A run that records and reports everything, returned when ten requests are in flight.
#[track_caller]
fn run_with_ten_in_flight(path: &str) -> (Folder, Upstream, Running) {
    let (folder, upstream) = (Folder::new(), upstream());
    let arguments = "run -n 100 -c 10 --json --report report.json --events run.jsonl";
    let running = folder.inflight(arguments).arg(at(&upstream, path)).start();
    client::until(&upstream, |tally| tally.in_flight == 10);
    // The upstream may be a moment ahead of the recording.
    await_lines(&folder, "attempt-started", 10);
    (folder, upstream, running)
}

/// The counts of summary and report, which agree, and those of the quiet upstream.
#[track_caller]
fn counts(folder: &Folder, upstream: &Upstream, ended: &Ended) -> (Value, Tally) {
    let jobs = ended.summary()["jobs"].clone();
    let report = folder.json("report.json");
    for (ours, theirs) in
        [("done", "ok"), ("failed", "failed"), ("cancelled", "cancelled"), ("not_started", "not_started")]
    {
        assert_eq!(jobs[ours], report["jobs"][theirs], "{theirs}");
    }
    assert_eq!(report["results"].as_array().unwrap().len() as u64, jobs["settled"].as_u64().unwrap());
    assert_eq!(report["ended"], ended.summary()["ended"]);
    let tally = client::until(upstream, |tally| tally.in_flight == 0);
    assert_eq!(ended.summary()["attempts"]["started"], tally.requests);
    assert_eq!(ended.summary()["attempts"]["ended"], tally.requests);
    (jobs, tally)
}

#[test]
fn one_ctrl_c_lets_what_is_in_flight_end_and_starts_nothing_more() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (folder, upstream, running) = run_with_ten_in_flight("/delay/1s");
        running.signal(signal);
        let ended = running.wait().exits(code);
        let (jobs, tally) = counts(&folder, &upstream, &ended);
        assert_eq!((&jobs["done"], &jobs["failed"], &jobs["cancelled"]), (&json!(10), &json!(0), &json!(0)));
        assert_eq!((tally.requests, tally.answers[&200], tally.abandoned), (10, 10, 0));
        assert_eq!((&jobs["not_started"], &ended.summary()["ended"]), (&json!(90), &json!("drained")));
        assert!(ended.err().contains("draining, 10 in flight"), "{}", ended.err());
    }
}

#[test]
fn a_status_signal_prints_the_current_figures() {
    let (_folder, _upstream, running) = run_with_ten_in_flight("/delay/1s");
    running.signal(Signal::USR1);
    running.signal(Signal::INT);
    let ended = running.wait().exits(130);
    // Events are recorded a moment before they are shown.
    let status = ended.err().lines().find_map(|line| line.split_once("0/100 jobs (–)  ")?.1.split_once(" in flight"));
    let in_flight: u32 = status.unwrap_or_else(|| panic!("{}", ended.err())).0.parse().unwrap();
    assert!(in_flight <= 10, "{}", ended.err());
}

#[test]
fn a_second_ctrl_c_ends_what_is_in_flight_and_counts_it_as_cancelled() {
    let (folder, upstream, running) = run_with_ten_in_flight("/hang");
    running.signal(Signal::INT);
    // Two equal signals that are sent together may arrive as one.
    await_line(&folder, "draining");
    running.signal(Signal::INT);
    let ended = running.wait().exits(130);
    let (jobs, tally) = counts(&folder, &upstream, &ended);
    assert_eq!((&jobs["done"], &jobs["failed"], &jobs["cancelled"]), (&json!(0), &json!(0), &json!(10)));
    assert_eq!((tally.requests, tally.abandoned), (10, 10));
    assert_eq!((&jobs["not_started"], &ended.summary()["ended"]), (&json!(90), &json!("cancelled")));
    let report = folder.json("report.json");
    let errors = report["results"].as_array().unwrap().iter().map(|result| &result["error"]);
    assert!(errors.clone().all(|error| *error == json!({"kind": "cancelled"})), "{report}");
}

#[test]
fn a_repeated_sigterm_is_no_second_step() {
    let (folder, _upstream, running) = run_with_ten_in_flight("/hang");
    running.signal(Signal::TERM);
    await_line(&folder, "draining");
    running.signal(Signal::TERM);
    running.signal(Signal::INT);
    // The exit code names the first signal.
    let ended = running.wait().exits(143);
    assert_eq!(ended.summary()["ended"], "cancelled");
}

#[test]
fn a_third_ctrl_c_leaves_at_once_even_where_nothing_moves_any_more() {
    let (folder, upstream) = (Folder::new(), upstream());
    // The recording fills its pipe, which is never read. It blocks the run, and neither step can end that.
    let (unread, stdout) = io::pipe().unwrap();
    let program = folder.inflight("run -n 1000000 --events -").arg(at(&upstream, "/status/200"));
    let mut running = program.printing_to(stdout).start();
    client::until(&upstream, |tally| tally.requests > 500);
    while !running.has_ended() {
        running.signal(Signal::INT);
        // Two signals that are sent together may arrive as one.
        thread::sleep(Duration::from_millis(20));
    }
    running.wait().exits(130);
    drop(unread);
}

#[cfg(unix)]
#[test]
fn one_ctrl_c_leaves_a_run_that_waits_for_a_slow_file() {
    let (folder, upstream) = (Folder::new(), upstream());
    let plan = format!("[[endpoint]]\nurl = \"{}\"\nrows = \"ids.csv\"\n", at(&upstream, "/status/200?id={id}"));
    let folder = folder.with("plan.toml", &plan);
    let pipe = folder.path("ids.csv");
    assert!(process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let running = folder.inflight("run plan.toml --json --events run.jsonl").start();
    let mut pipe = OpenOptions::new().write(true).open(&pipe).unwrap();
    pipe.write_all(b"id\n1\n").unwrap();
    await_line(&folder, "job-settled");
    running.signal(Signal::INT);
    let start = Instant::now();
    let ended = running.wait().exits(130);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!((&ended.summary()["ended"], &ended.summary()["jobs"]["done"]), (&json!("drained"), &json!(1)));
    drop(pipe);
}

#[test]
fn a_second_signal_ends_a_program_whose_result_is_never_read() {
    // A summary of so many endpoints does not fit into a pipe.
    let (folder, upstream) = (Folder::new(), upstream());
    let port = upstream.local_addr().port();
    let urls: Vec<_> = (0..1_000).map(|n| format!("http://h{n}.practice:{port}/status/200")).collect();
    let folder = folder.with("urls.txt", &urls.join("\n"));
    let (mut unread, stdout) = io::pipe().unwrap();
    let running = folder.inflight("run urls.txt --json").printing_to(stdout).start();
    unread.read_exact(&mut [0]).unwrap();
    // Two equal signals that are sent together may arrive as one.
    running.signal(Signal::TERM);
    running.signal(Signal::INT);
    let code = running.wait().code;
    assert!([130, 143].contains(&code), "{code}");
}

#[test]
fn the_first_failure_ends_a_run_that_is_to_fail_fast() {
    let (folder, upstream) = (Folder::new(), upstream());
    let plan = format!(
        r#"
        [limits]
        concurrency = 10
        [retry]
        attempts = 1
        [[endpoint]]
        name = "hung"
        url = "{}"
        repeat = 9
        [[endpoint]]
        name = "broken"
        url = "{}"
        repeat = 50
        "#,
        at(&upstream, "/hang"),
        at(&upstream, "/status/500?delay=500ms"),
    );
    let folder = folder.with("plan.toml", &plan);
    let ended = folder.inflight("run plan.toml --json --fail-fast --report report.json").run().exits(1);
    let (jobs, _) = counts(&folder, &upstream, &ended);
    assert_eq!(ended.summary()["ended"], "failed-fast");
    assert_eq!(jobs["failed"].as_u64().unwrap() + jobs["cancelled"].as_u64().unwrap(), 10, "{jobs}");
    assert!(jobs["failed"].as_u64().unwrap() >= 1 && jobs["cancelled"].as_u64().unwrap() >= 5, "{jobs}");
}

/// Waits until the recording holds an event of this kind.
#[track_caller]
fn await_line(folder: &Folder, kind: &str) {
    await_lines(folder, kind, 1);
}

#[track_caller]
fn await_lines(folder: &Folder, kind: &str, n: usize) {
    let line = format!("\"kind\":\"{kind}\"");
    let start = Instant::now();
    while String::from_utf8(folder.bytes("run.jsonl")).unwrap().matches(&line).count() < n {
        assert!(start.elapsed().as_secs() < 60, "no `{kind}`");
        thread::sleep(Duration::from_millis(1));
    }
}
