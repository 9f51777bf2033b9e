//! The limit is exact and a pause starts nothing, as the upstream counts.

use std::time::Duration;

use inflight::control::Command;
use inflight::event::Fact;
use inflight::upstream::tally::Tally;

use super::batch::Batch;
use crate::pool::ledger::Ledger;
use crate::run::program::Folder;
use crate::scenario::replay;

/// A plan of jobs for one path of the upstream.
fn plan(limit: u32, path: &str, jobs: u32) -> String {
    format!(
        r#"
        [limits]
        concurrency = {limit}
        [retry]
        attempts = 1
        [[endpoint]]
        url = "practice://a{path}"
        repeat = {jobs}
        [upstream]
        "#
    )
}

#[test]
fn the_limit_is_reached_and_never_exceeded() {
    for limit in [1, 2, 10, 100, 1_000] {
        let turnover = Batch::start(&plan(limit, "/delay/1ms..5ms", 4 * limit + 10));
        let (model, tally) = turnover.end();
        assert!(tally.peak <= limit.into(), "{} at limit {limit}", tally.peak);
        assert_eq!(tally.requests, u64::from(4 * limit + 10));
        assert!(model.level.peak() <= limit);

        let hanging = Batch::start(&plan(limit, "/hang", 2 * limit));
        hanging.until_upstream(|tally| tally.in_flight == u64::from(limit));
        hanging.send(Command::Cancel);
        let (model, tally) = hanging.end();
        assert_eq!((tally.requests, tally.peak), (limit.into(), limit.into()));
        assert_eq!(model.totals.cancelled, u64::from(limit));
    }
}

#[test]
fn a_limit_that_changes_at_random_is_never_exceeded() {
    let batch = Batch::start(&plan(20, "/delay/1ms..8ms", 1_000_000));
    let mut rng = fastrand::Rng::with_seed(3);
    for _ in 0..40 {
        let limit = rng.u32(1..=64);
        batch.set_limit(limit);
        // After a cut, requests in flight may end first, and so may requests on their way to the upstream.
        batch.until_model(|model| model.in_flight() <= limit);
        batch.upstream.reset_tally();
        let tally = batch.until_upstream(|tally| tally.requests >= 100);
        assert!(tally.peak <= limit.into(), "{} at limit {limit}", tally.peak);
    }
    batch.send(Command::Drain);
    let (model, _) = batch.end();
    assert_eq!(model.totals.started, model.totals.ended);
}

#[test]
fn lowering_the_limit_lets_requests_in_flight_end() {
    let batch = Batch::start(&plan(50, "/delay/1s", 60));
    batch.until_upstream(|tally| tally.in_flight == 50);
    batch.set_limit(5);
    let (model, tally) = batch.end();
    assert_eq!((tally.requests, tally.answers[&200], tally.abandoned), (60, 60, 0));
    assert_eq!(model.totals.jobs_done, 60);
}

#[test]
fn nothing_reaches_the_upstream_while_paused_not_even_a_retry() {
    let flaky = plan(50, "/flaky?fail=0.5&delay=5ms", 1_000_000)
        .replace("attempts = 1", "attempts = 5\nbackoff = \"1ms..20ms\"\non = [\"5xx\"]");
    let batch = Batch::start(&flaky);
    batch.until_model(|model| model.totals.retries > 100);
    for _ in 0..5 {
        batch.send(Command::Pause);
        batch.until_model(|model| model.is_paused && model.in_flight() == 0);
        let paused = batch.until_upstream(|tally| tally.in_flight == 0).requests;
        // Every waiting retry falls due, and a new limit starts nothing either.
        batch.set_limit(80);
        // This waits for nothing; it gives a fault the time to appear.
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(batch.upstream.tally().requests, paused);
        batch.send(Command::Resume);
        batch.until_upstream(|tally| tally.requests > paused + 100);
    }
    batch.send(Command::Drain);
    let (model, tally) = batch.end();
    assert_eq!(model.totals.started, tally.requests);
}

#[test]
fn a_hosts_own_limit_holds_and_leaves_the_rest_to_others() {
    let batch = Batch::start(
        r#"
        [limits]
        concurrency = 10
        per_host = 3
        [retry]
        attempts = 1
        [[endpoint]]
        url = "practice://hung/hang"
        repeat = 20
        [[endpoint]]
        url = "practice://brisk/delay/1ms"
        repeat = 500
        [upstream]
        "#,
    );
    batch.until_upstream(|tally| {
        tally.hosts.get("brisk").is_some_and(|host| host.requests == 500 && host.in_flight == 0)
    });
    batch.send(Command::Cancel);
    let (_, tally) = batch.end();
    assert_eq!((tally.hosts["hung"].peak, tally.hosts["hung"].requests), (3, 3));
    assert!(tally.hosts["brisk"].peak <= 3);
}

#[test]
fn a_host_that_asks_for_a_pause_gets_it_and_delays_no_other_host() {
    let batch = Batch::start(
        r#"
        [limits]
        concurrency = 2
        adaptive = "off"
        [defaults]
        job_timeout = "1800ms"
        [[endpoint]]
        url = "practice://full/status/429?retry_after=1"
        repeat = 2
        [[endpoint]]
        url = "practice://brisk/delay/1ms"
        repeat = 300
        [upstream]
        "#,
    );
    // The first two may start side by side; from the first refusal on, each waits for the one before.
    let brisk = |tally: &Tally| tally.hosts.get("brisk").is_some_and(|host| host.requests == 300);
    let full = batch.until_upstream(brisk).hosts["full"].requests;
    assert!(full <= 3, "{full}");
    batch.until_model(|model| model.ended.is_some());
    let asked = batch.upstream.arrivals();
    let asked: Vec<_> = asked.iter().filter(|arrival| &*arrival.host == "full").map(|arrival| arrival.at.0).collect();
    let (model, tally) = batch.end();
    assert_eq!((tally.hosts["full"].requests, model.totals.throttled, model.totals.jobs_failed), (4, 4, 2));
    assert!(asked[2] - asked[0] >= 1_000_000 && asked[3] - asked[0] >= 1_000_000, "{asked:?}");
}

#[test]
fn a_start_that_waits_for_its_time_waits_for_nothing_else() {
    // Nothing ever ends here, so only the clock can bring about the next start.
    for gap in ["rate = \"100/s\"", "per_host_gap = \"10ms\""] {
        let hanging = plan(20, "/hang", 20).replace("[retry]", &format!("{gap}\n[retry]"));
        let batch = Batch::start(&hanging);
        batch.until_upstream(|tally| tally.in_flight == 20);
        batch.send(Command::Cancel);
        let (model, _) = batch.end();
        assert!(model.last.0 >= 190_000, "nineteen gaps of 10 ms: {}", model.last.0);
    }
}

#[test]
fn retries_fall_due_while_everything_else_hangs() {
    let batch = Batch::start(
        r#"
        [limits]
        concurrency = 12
        [[endpoint]]
        url = "practice://a/hang"
        repeat = 4
        retry = { attempts = 1 }
        [[endpoint]]
        url = "practice://b/status/500"
        repeat = 8
        retry = { attempts = 3, backoff = "50ms..200ms", on = ["5xx"] }
        [upstream]
        "#,
    );
    batch.until_upstream(|tally| tally.answers.get(&500) == Some(&24));
    batch.until_model(|model| model.totals.jobs_failed == 8);
    batch.send(Command::Cancel);
    let (model, _) = batch.end();
    assert_eq!((model.totals.retries, model.totals.jobs_cancelled), (16, 4));
}

#[test]
fn no_request_arrives_before_the_time_that_a_server_set() {
    // A window of a second; the answer to a request that is too early gives the end of the window.
    for adaptive in ["", " --adaptive"] {
        let upstream = crate::run::upstream();
        let url = crate::run::at(&upstream, "/limit?per_window=10&window=1s");
        let folder = Folder::new();
        let run = folder.inflight(&format!("run -n 25 -c 8 --tries 20{adaptive} --json --events run.jsonl"));
        let summary = run.arg(&url).run().exits(0).summary();
        let throttled = summary["attempts"]["throttled"].as_u64().unwrap();
        assert!(throttled > 0 && summary["jobs"]["done"] == 25, "{summary}");
        // Every start is compared with the cooldown of its host.
        let (events, skipped) = replay(&folder.bytes("run.jsonl"));
        let ledger = Ledger::read(&events);
        let cooldowns = events.iter().filter(|event| matches!(event.fact, Fact::CooldownSet { .. })).count();
        assert!(skipped == 0 && cooldowns > 0 && ledger.ends.len() == 25);
        // The upstream agrees: in each window it refused only requests that were on their way.
        let tally = upstream.tally();
        assert_eq!(tally.answers[&429], throttled);
        assert!(throttled <= 7 * (cooldowns as u64), "{throttled} refused in {cooldowns} cooldowns");
    }
}
