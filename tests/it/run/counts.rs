//! Every job settles once and every attempt ends once; journal, summary, report and upstream agree.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use inflight::event::Fact;
use inflight::event::outcome::Outcome;
use inflight::journal::Reader;
use inflight::model::Model;
use serde_json::{Value, json};

use super::batch::Batch;
use super::program::Folder;
use super::{at, upstream};

/// A plan from the examples.
fn example(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_report_of_120_holds_every_entry_in_plan_order_and_names_every_failure() {
    let folder = Folder::new();
    let ended = folder.inflight("run --json").arg(example("report-120.toml")).run().exits(0);
    let summary = ended.summary();
    assert_eq!(
        summary["jobs"],
        json!({
            "planned": 120, "done": 116, "done_after_retry": 0, "done_after_refusal": 0, "failed": 4, "cancelled": 0, "sent_again": 0, "done_when_sent_again": 0,
            "settled": 120, "not_started": 0,
        })
    );
    assert_eq!((&summary["in_flight"]["limit"], &summary["ended"]), (&json!(120), &json!("finished")));
    assert_eq!(summary["attempts"]["started"], summary["attempts"]["ended"]);

    let report = folder.json("report-120.json");
    let results = report["results"].as_array().unwrap();
    let names: Vec<_> = results.iter().map(|result| result["endpoint"].as_str().unwrap()).collect();
    let planned: Vec<_> = (1..=120).map(|n| format!("api-{n:03}.shop.internal")).collect();
    assert_eq!(names, planned);
    assert!(results.iter().all(|result| result["ok"] == json!(result.get("error").is_none())));
    assert!(results.iter().filter(|result| result["ok"] == true).all(|result| result["data"]["sum"].is_number()));
    let failures: Vec<_> =
        results.iter().filter_map(|result| Some((&result["endpoint"], result.get("error")?))).collect();
    let reset = "Connection reset by peer (os error 104)";
    assert_eq!(
        json!(failures),
        json!([
            ["api-017.shop.internal", {"kind": "timeout", "phase": "first-byte", "cause": "timeout, first byte"}],
            ["api-042.shop.internal", {"kind": "status", "status": 503, "cause": "503 Service Unavailable"}],
            ["api-077.shop.internal", {"kind": "reset", "cause": "connection reset", "detail": reset}],
            ["api-099.shop.internal", {"kind": "timeout", "phase": "body", "cause": "timeout, body"}],
        ])
    );
    for (endpoint, error) in failures {
        let is_same = |failure: &&Value| failure["cause"] == error["cause"];
        let failure = summary["failures"].as_array().unwrap().iter().find(is_same).unwrap();
        assert_eq!(failure["endpoints"], json!([{"name": endpoint, "count": 1}]));
    }
}

#[test]
fn all_of_a_thousand_domains_are_counted_though_seven_hang() {
    let folder = Folder::new();
    let arguments = "run --json --report report.json";
    // The plan expects fewer than one failure in a hundred, and that holds.
    let summary = folder.inflight(arguments).arg(example("domains-1000.toml")).run().exits(0).summary();
    assert_eq!((&summary["jobs"]["done"], &summary["jobs"]["failed"]), (&json!(993), &json!(7)));
    assert_eq!(summary["attempts"]["timed_out"], 7);
    let elapsed = summary["elapsed_s"].as_f64().unwrap();
    assert!((5.0..60.0).contains(&elapsed), "{elapsed}");

    let report = folder.json("report.json");
    let results = report["results"].as_array().unwrap();
    assert_eq!(results.len(), 1_000);
    let hung: Vec<_> = results.iter().filter(|result| result["ok"] == false).collect();
    let names: Vec<_> = hung.iter().map(|result| result["endpoint"].as_str().unwrap()).collect();
    let planned: Vec<_> = (1..=7).map(|n| format!("hang{n}.example")).collect();
    assert_eq!(names, planned);
    for result in hung {
        assert_eq!((&result["error"]["kind"], &result["error"]["phase"]), (&json!("timeout"), &json!("first-byte")));
        assert!(result["total_ms"].as_f64().unwrap() >= 5_000.0, "{result}");
    }
}

#[test]
fn a_hundred_and_twenty_slow_endpoints_take_as_long_as_one() {
    let batch = Batch::start(
        r#"
        [limits]
        concurrency = 120
        [[endpoint]]
        url = "practice://api-{n}/delay/2s"
        each = { n = "1..=120" }
        [upstream]
        "#,
    );
    let (model, tally) = batch.end();
    assert_eq!((tally.requests, tally.peak, tally.answers[&200]), (120, 120, 120));
    assert_eq!((model.totals.jobs_done, model.level.peak()), (120, 120));
    assert!(model.ended.unwrap().0 < 20_000_000, "one after another they take four minutes");
}

#[test]
fn a_run_of_one_job_ends() {
    for (jobs, limit) in [(1, 1), (1, 20), (3, 1)] {
        let batch = Batch::start(&format!(
            r#"
            [limits]
            concurrency = {limit}
            [[endpoint]]
            url = "practice://a/status/200"
            repeat = {jobs}
            [upstream]
            "#
        ));
        assert_eq!(batch.end().0.totals.jobs_done, jobs);
    }
}

#[test]
fn all_counts_agree_on_100_000_jobs_with_faults() {
    let (folder, upstream) = (Folder::new(), upstream());
    let flaky = at(&upstream, "/flaky?fail=0.1&with=mixed&retry_after=none");
    let folder = folder.with(
        "plan.toml",
        &format!(
            r#"
            [limits]
            concurrency = 100
            adaptive = "off"
            [retry]
            attempts = 3
            backoff = "1ms..4ms"
            on = ["throttled", "timeout", "connect", "5xx"]
            [[endpoint]]
            name = "flaky"
            url = "{flaky}"
            repeat = 100_000
            "#
        ),
    );
    let summary = folder.inflight("run plan.toml --json --events run.jsonl").run().exits(1).summary();
    let tally = upstream.tally();
    let model = folded(&folder.path("run.jsonl"));

    // Journal and summary give the same numbers.
    let (jobs, attempts, totals) = (&summary["jobs"], &summary["attempts"], model.totals);
    let numbers = |of: &Value, names: &[&str]| names.iter().map(|name| of[name].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(
        numbers(jobs, &["planned", "settled", "done", "done_after_retry", "failed", "cancelled"]),
        [100_000, 100_000, totals.jobs_done, totals.jobs_saved + totals.jobs_waited, totals.jobs_failed, 0]
    );
    assert_eq!(
        numbers(attempts, &["started", "ended", "answered_expected", "answered_unexpected", "throttled", "broken"]),
        [totals.started, totals.ended, totals.expected, totals.unexpected, totals.throttled, totals.broken]
    );
    assert_eq!(numbers(attempts, &["timed_out", "redirected", "cancelled"]), [0, 0, 0]);
    assert_eq!(summary["retries"], totals.retries);
    assert_eq!(summary["anomalies"], json!({"orphan_ends": 0, "double_starts": 0, "strangers": 0}));

    // The upstream agrees with both.
    // A request on a kept connection that broke was sent once more, as part of the same attempt.
    assert_eq!((tally.requests, tally.in_flight, tally.abandoned), (totals.started + totals.stale, 0, 0));
    assert_eq!(tally.answers[&200], totals.expected);
    // A 503 is a refusal while the host answers others.
    let refused = tally.answers[&429] + tally.answers[&503];
    assert_eq!(tally.answers[&500] + refused, totals.unexpected + totals.throttled);
    assert!((tally.answers[&429]..=refused).contains(&totals.throttled), "{totals:?}");
    assert_eq!(tally.resets + tally.closed_early, totals.broken + totals.stale);
    assert_eq!(totals.started, 100_000 + totals.retries);
    let failed = totals.retries + totals.stale;
    assert!((9_000..12_500).contains(&failed), "about a tenth fails: {failed}");
    assert!(tally.peak <= 100);
}

/// The model of a journal, in which every attempt and every job ends exactly once.
#[track_caller]
fn folded(path: &Path) -> Model {
    let mut journal = Reader::new(BufReader::new(File::open(path).unwrap())).unwrap();
    let (mut model, mut open, mut settled) = (Model::default(), HashSet::new(), BTreeMap::new());
    for event in journal.by_ref() {
        let event = event.unwrap();
        model.apply(&event);
        match event.fact {
            Fact::AttemptStarted { attempt, .. } => assert!(open.insert(attempt), "{attempt:?}"),
            Fact::AttemptEnded { attempt, outcome, .. } => {
                assert!(open.remove(&attempt), "{attempt:?}");
                assert_ne!(outcome, Outcome::Cancelled);
            }
            Fact::JobSettled { job, .. } => *settled.entry(job).or_insert(0) += 1,
            _ => {}
        }
    }
    assert!(open.is_empty() && settled.values().all(|&times| times == 1));
    assert_eq!((journal.skipped(), journal.is_cut()), (0, false));
    assert_eq!(settled.len() as u64, model.totals.settled());
    model
}
