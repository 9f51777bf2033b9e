//! The examples: each mistake is found with its line, and what is right stays without a finding.

use serde_json::Value;

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::{assert_line, example, finding, findings, has_packages, pythons, watch};

/// Watches an example with every Python, and hands its summary to the check.
fn each(script: &str, check: impl Fn(&Value)) {
    for python in pythons() {
        let (folder, upstream) = (Folder::new(), upstream());
        let ended = watch(&folder, &upstream, &python, &example(script)).start().wait().exits(0);
        println!("{}", python.display());
        let summary = ended.summary();
        assert_eq!(summary["anomalies"]["orphan_ends"], 0);
        assert_eq!(summary["warnings"]["count"], 0, "{summary:#}");
        assert_eq!(summary["attempts"]["started"], upstream.tally().requests);
        check(&summary);
    }
}

#[test]
fn a_synchronous_client_in_the_loop_is_found_with_its_line() {
    each("sync_client.py", |summary| {
        let found = finding(summary, "sync-client-in-loop");
        assert_line(found, "sync_client.py", "with urlopen(");
        assert_eq!(found["number"], "12 synchronous requests in the event loop");
        assert_eq!(summary["verdict"]["kind"], "sync-client-in-loop");
        assert_eq!(summary["in_flight"]["peak"], 1);
        assert_line(finding(summary, "loop-stalled"), "sync_client.py", "urlopen(");
        assert_line(finding(summary, "serial"), "sync_client.py", "asyncio.gather(");
    });
}

#[test]
fn a_sleep_in_the_loop_is_found_with_its_line() {
    each("time_sleep.py", |summary| {
        let found = finding(summary, "loop-stalled");
        assert_line(found, "time_sleep.py", "time.sleep(0.2)");
        assert_eq!(found["remedy"], "use `await asyncio.sleep(…)`");
        assert!(found["place"].as_str().unwrap().ends_with(", blocked"), "{found:#}");
        assert!(findings(summary).iter().all(|finding| finding["kind"] != "sync-client-in-loop"));
    });
}

#[test]
fn a_forgotten_await_is_found_with_its_line() {
    each("forgotten_await.py", |summary| {
        let found = finding(summary, "never-awaited");
        assert_line(found, "forgotten_await.py", "save(body)");
        assert_eq!(found["number"], "`save` created 5 times, never awaited");
    });
}

#[test]
fn a_gather_that_raised_is_found_with_what_was_lost() {
    each("gather_raises.py", |summary| {
        let found = finding(summary, "gather-raised");
        assert_line(found, "gather_raises.py", "asyncio.gather(");
        let number = found["number"].as_str().unwrap();
        assert!(number.starts_with("gather of 8 raised HTTPError from gather_raises.py:"), "{number}");
        let place = found["place"].as_str().unwrap();
        assert!(place.contains("dropped") && place.contains("still running unobserved"), "{place}");
    });
}

#[test]
fn tasks_that_nothing_awaits_are_found() {
    each("abandoned_tasks.py", |summary| {
        let lost = finding(summary, "error-lost");
        assert_eq!(lost["number"], "3 × HTTPError never retrieved");
        let left = finding(summary, "unfinished-tasks");
        assert_eq!(left["number"], "2 × `push` still running at the end");
        assert_line(left, "abandoned_tasks.py", "asyncio.sleep(60)");
    });
}

#[test]
fn a_flood_is_found_with_the_limit_to_try() {
    each("flood.py", |summary| {
        let remedy = finding(summary, "limited-by-upstream")["remedy"].as_str().unwrap();
        assert!(remedy.contains("at once; `--steer") && !remedy.contains("--adaptive"), "{remedy}");
    });
}

#[test]
fn waves_are_found_with_what_a_window_would_take() {
    each("waves.py", |summary| {
        let remedy = finding(summary, "waves")["remedy"].as_str().unwrap();
        assert!(remedy.starts_with("start one whenever one ends: about "), "{remedy}");
    });
}

#[test]
fn stragglers_are_found_and_named() {
    each("stragglers.py", |summary| {
        let found = finding(summary, "stragglers");
        assert!(found["place"].as_str().unwrap().contains("/delay/1300ms"), "{found:#}");
        assert_eq!(found["remedy"], "start these first");
    });
}

#[test]
fn a_pool_that_is_smaller_than_the_crowd_is_found() {
    if pythons().iter().all(|python| has_packages(python, &["aiohttp"])) {
        each("small_pool.py", |summary| {
            finding(summary, "pool-starvation");
        });
    }
}

#[test]
fn a_bounded_client_has_no_finding() {
    each("bounded.py", |summary| {
        assert_eq!(summary["verdict"], Value::Null);
        assert_eq!(summary["in_flight"]["peak"], 8);
    });
}

#[test]
fn pages_one_after_the_other_are_a_note() {
    each("pages.py", |summary| {
        let all = findings(summary);
        assert!(all.iter().all(|finding| finding["is_note"] == true), "{all:#?}");
        let serial = finding(summary, "serial");
        assert_line(serial, "pages.py", "urlopen(");
        assert!(serial["place"].as_str().unwrap().ends_with(": the program is synchronous"), "{serial:#}");
    });
}
