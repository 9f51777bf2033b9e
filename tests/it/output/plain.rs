//! The plain lines of small runs.

use std::ops::Range;

use inflight::event::outcome::{JobEnd, Outcome, Phase};
use inflight::event::reasons::{ChangedBy, RunEnd, WarningSource};
use inflight::event::waits::WaitTimes;
use inflight::event::{EndpointId, Fact, HostId, JobId, Micros, Offset, Scope};
use inflight::output::plain::{Plain, PlainPace};

use crate::output::run::{Run, status};

/// All lines that are printed if `poll` is called four times a second.
fn printed(plain: &mut Plain, run: &Run, seconds: Range<u64>) -> Vec<String> {
    (seconds.start * 4..seconds.end * 4).flat_map(|quarter| plain.poll(&run.model, Offset(quarter * 250_000))).collect()
}

#[test]
fn a_log_has_a_line_every_ten_seconds_or_every_ten_percent_and_prints_the_rarer() {
    let mut run = Run::new(100, &["orders"]);
    let mut plain = Plain::new(PlainPace::Log);
    let mut lines = printed(&mut plain, &run, 0..1);
    for second in 1..50 {
        run.done(0, (second * 1_000 - 500, second * 1_000));
        lines.extend(printed(&mut plain, &run, second..second + 1));
    }
    run.end(50_000, RunEnd::Finished);
    lines.extend(printed(&mut plain, &run, 50..52));
    insta::assert_snapshot!(lines.join("\n"), @r"
    inflight  nightly.toml: 100 jobs, at most 4 in flight
    00:10.0  10/100 jobs (10 %)  0 in flight  1.00 req/s  p95 500 ms  about 1m 30 s left
    00:20.0  20/100 jobs (20 %)  0 in flight  1.10 req/s  p95 500 ms  about 1m 13 s left
    00:30.0  30/100 jobs (30 %)  0 in flight  1.10 req/s  p95 500 ms  about 1m 04 s left
    00:40.0  40/100 jobs (40 %)  0 in flight  1.10 req/s  p95 500 ms  about 55 s left
    00:50.0  One at a time: no two attempts ran at once
    finished in 50.0 s: 49 ok
    ");
}

#[test]
fn a_log_of_a_slow_run_still_has_regular_lines() {
    let mut run = Run::new(1_000, &["orders"]);
    run.done(0, (0, 100));
    let mut plain = Plain::new(PlainPace::Log);
    assert_eq!(printed(&mut plain, &run, 0..1_000).len(), 1 + 3);
}

#[test]
fn the_first_failure_of_each_kind_and_each_change_of_state_is_printed_once() {
    let mut run = Run::new(10, &["orders"]);
    let mut plain = Plain::new(PlainPace::Log);
    let mut lines = printed(&mut plain, &run, 0..1);
    run.failed(0, (0, 1_000), "GET http://a.b/\x1b[31m1", status(503));
    run.failed(0, (0, 1_000), "GET http://a.b/2", status(503));
    run.failed(0, (0, 1_000), "GET http://a.b/3", Outcome::TimedOut { phase: Phase::Connect });
    lines.extend(printed(&mut plain, &run, 1..2));
    run.apply(2_000, Fact::Paused);
    run.apply(2_000, Fact::LimitChanged { scope: Scope::Run, limit: 2, by: ChangedBy::Operator });
    run.apply(2_000, Fact::LimitChanged { scope: Scope::Host(HostId(0)), limit: 1, by: ChangedBy::Adaptive });
    lines.extend(printed(&mut plain, &run, 2..3));
    run.apply(3_000, Fact::Resumed);
    run.apply(3_000, Fact::Draining);
    run.apply(3_000, Fact::Warned { about: WarningSource::Report, message: "disk is full\x07".into() });
    lines.extend(printed(&mut plain, &run, 3..4));
    run.apply(4_000, Fact::Cancelling);
    lines.extend(printed(&mut plain, &run, 4..5));
    run.end(5_000, RunEnd::Cancelled);
    lines.extend(printed(&mut plain, &run, 5..6));
    insta::assert_snapshot!(lines.join("\n"), @r"
    inflight  nightly.toml: 10 jobs, at most 4 in flight
    00:01.0  first failure of its kind, GET http://a.b/␛[31m1: 503 Service Unavailable
    00:01.0  first failure of its kind, GET http://a.b/3: timeout, connect
    00:02.0  paused, 0 in flight
    00:02.0  limit changed from 4 to 2
    00:03.0  resumed
    00:03.0  draining, 0 in flight
    00:03.0  warning: disk is full␇
    00:04.0  cancelling, 0 in flight
    00:05.0  2 of 3 jobs failed: 503 Service Unavailable: a.b:80, and 1 for another cause; the reason is in the server's log
    cancelled after 5.00 s: 3 failed
    ");
}

#[test]
fn a_wait_that_the_plan_cuts_short_is_reported_with_what_the_server_asked_for() {
    let mut run = Run::new(4, &["orders"]);
    run.asks_for_an_hour(0, (0, 1_000));
    let mut plain = Plain::new(PlainPace::SPOKEN);
    let lines = printed(&mut plain, &run, 1..32);
    insta::assert_snapshot!(lines.join("\n"), @r"
    inflight  nightly.toml: 4 jobs, at most 4 in flight
    http://a.b:80: asked for a wait of 1h 00m: its jobs fail after 10m 00 s (`retry.longest_wait`).
    0 percent, 0 of 4 jobs done, 0 in flight, a.b:80 asked for a wait until 1:00:01: its jobs fail in 9m 46 s.
    0 percent, 0 of 4 jobs done, 0 in flight, a.b:80 asked for a wait until 1:00:01: its jobs fail in 9m 31 s.
    ");
}

#[test]
fn sentences_come_every_fifteen_seconds() {
    let mut run = Run::new(4, &["orders"]);
    run.done(0, (0, 100));
    run.failed(0, (0, 1_000), "GET http://a.b/1", status(503));
    let mut plain = Plain::new(PlainPace::SPOKEN);
    let mut lines = printed(&mut plain, &run, 0..31);
    let settled = Fact::JobSettled {
        job: JobId(3),
        endpoint: EndpointId(0),
        end: JobEnd::Cancelled,
        tries: 0,
        total: Micros::ZERO,
        waited: WaitTimes::NONE,
        target: None,
    };
    run.apply(31_000, settled);
    run.end(31_000, RunEnd::Cancelled);
    lines.extend(printed(&mut plain, &run, 31..33));
    insta::assert_snapshot!(lines.join("\n"), @r"
    inflight  nightly.toml: 4 jobs, at most 4 in flight
    first failure of its kind, GET http://a.b/1: 503 Service Unavailable.
    50 percent, 2 of 4 jobs done, 0 in flight, 1 failed.
    50 percent, 2 of 4 jobs done, 0 in flight, 1 failed.
    1 of 3 jobs failed: 503 Service Unavailable.
    cancelled after 31.0 s: 1 ok, 1 failed, 1 cancelled
    ");
}
