//! Runs that go on where an earlier one was killed, stopped, or had failures.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::program::{Ended, Folder};
use super::requests::Recorder;

/// A server that counts its requests, and how many there were.
fn counting(answer: impl Fn(&str) -> u16 + Send + Sync + 'static) -> (Recorder, Arc<AtomicU64>) {
    let n = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&n);
    let server = Recorder::answering(move |_, request| {
        counted.fetch_add(1, Ordering::SeqCst);
        let status = answer(&request.line);
        format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{{\"a\": 1}}")
    });
    (server, n)
}

/// A plan of so many jobs at a server.
fn plan(server: &Recorder, jobs: u64) -> String {
    format!(
        "[limits]\nconcurrency = 32\n[retry]\nattempts = 1\n[[endpoint]]\nname = \"e\"\nurl = \"{}{{id}}\"\n\
         each = {{ id = \"1..={jobs}\" }}\nextract = {{ a = \"$.a\" }}\n",
        server.url()
    )
}

/// Starts a run, and kills it once the server has had so many requests.
fn kill_after(folder: &Folder, args: &str, n: &AtomicU64, requests: u64) {
    let mut running = folder.inflight(args).start();
    while n.load(Ordering::SeqCst) < requests && !running.has_ended() {
        thread::yield_now();
    }
    running.signal(Signal::KILL);
    running.wait();
}

/// Resumes the run with further arguments.
fn go_on(folder: &Folder, args: &str) -> Ended {
    folder.inflight(&format!("run plan.toml --report r.json --resume run.jsonl {args}")).run()
}

/// How often each path was requested.
fn requests(server: &Recorder) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for request in server.requests() {
        *counts.entry(request.line).or_default() += 1;
    }
    counts
}

/// The report has each job once, and only those that it names were sent twice. Returns how many it names.
#[track_caller]
fn assert_whole(report: &Value, server: &Recorder, jobs: u64, parts: u32) -> usize {
    let results = report["results"].as_array().unwrap();
    let rows: Vec<u64> = results.iter().map(|result| result["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, (1..=jobs).collect::<Vec<_>>());
    assert_eq!(report["jobs"], json!({"ok": jobs, "failed": 0, "cancelled": 0, "not_started": 0}));
    let counts = requests(server);
    assert_eq!(counts.len() as u64, jobs);
    for result in results {
        assert_eq!(
            (&result["ok"], &result["extract"], &result["data"]["a"]),
            (&json!(true), &json!({"a": 1}), &json!(1))
        );
        let path = format!("GET /{}", result["row"]);
        let most = if result["resent"] == true { parts } else { 1 };
        assert!((1..=most).contains(&counts[&path]), "{path} was sent {} times: {result}", counts[&path]);
    }
    results.iter().filter(|result| result["resent"] == true).count()
}

#[test]
fn a_killed_run_goes_on_and_sends_nothing_again_but_what_was_in_flight() {
    const JOBS: u64 = 5_000;
    for at in [1, 1 + fastrand::u64(..JOBS), JOBS - 20] {
        let (server, n) = counting(|_| 200);
        let folder = Folder::new().with("plan.toml", &plan(&server, JOBS));
        kill_after(&folder, "run plan.toml --report r.json --events run.jsonl", &n, at);
        let ended = folder.inflight("run plan.toml --report r.json --resume run.jsonl").run().exits(0);
        let named = assert_whole(&folder.json("r.json"), &server, JOBS, 2);
        assert!(named <= 128, "{named} jobs were named");
        let notes = ended.err();
        assert_eq!(named > 0, notes.contains("in flight when the run stopped"), "{notes}");
        // Nothing is left to go on with.
        assert_eq!(folder.names(), ["plan.toml", "r.json", "run-2.jsonl", "run.jsonl"]);
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_goes_on() {
    const JOBS: u64 = 3_000;
    let (server, n) = counting(|_| 200);
    let folder = Folder::new().with("plan.toml", &plan(&server, JOBS));
    kill_after(&folder, "run plan.toml --report r.json --events run.jsonl", &n, fastrand::u64(1..800));
    // The recording of any part leads to the results.
    let first = n.load(Ordering::SeqCst) + fastrand::u64(1..500);
    kill_after(&folder, "run plan.toml --report r.json --resume run.jsonl", &n, first);
    let second = n.load(Ordering::SeqCst) + fastrand::u64(1..500);
    kill_after(&folder, "run plan.toml --report r.json --resume run-2.jsonl --events third.jsonl", &n, second);
    folder.inflight("run plan.toml --report r.json --resume third.jsonl").run().exits(0);
    assert_whole(&folder.json("r.json"), &server, JOBS, 4);
}

#[test]
fn a_run_that_the_user_stopped_goes_on_with_what_was_cancelled() {
    let (server, n) = counting(|_| 200);
    let folder = Folder::new().with("plan.toml", &plan(&server, 2_000));
    let mut running = folder.inflight("run plan.toml --report r.json --events run.jsonl").start();
    while n.load(Ordering::SeqCst) < 300 && !running.has_ended() {
        thread::yield_now();
    }
    running.signal(Signal::INT);
    running.signal(Signal::INT);
    let ended = running.wait();
    assert!(ended.out().contains("--resume run.jsonl   goes on where this run stopped"), "{}", ended.out());
    folder.inflight("run plan.toml --report r.json --resume run.jsonl").run().exits(0);
    let report = folder.json("r.json");
    assert_eq!(report["jobs"], json!({"ok": 2_000, "failed": 0, "cancelled": 0, "not_started": 0}));
    assert_eq!(report["results"].as_array().unwrap().len(), 2_000);
}

#[test]
fn only_failed_jobs_are_sent_again_if_the_user_says_so() {
    let broken = Arc::new(AtomicU64::new(1));
    let is_broken = Arc::clone(&broken);
    let (server, n) = counting(move |line| match line.rsplit('/').next() {
        Some("3" | "7") if is_broken.load(Ordering::SeqCst) == 1 => 500,
        Some("5") if is_broken.load(Ordering::SeqCst) == 1 => 404,
        _ => 200,
    });
    let folder = Folder::new().with("plan.toml", &plan(&server, 20));
    let ended = folder.inflight("run plan.toml --report r.json --events run.jsonl").run().exits(1);
    let hint = "resume     --resume run.jsonl --only-failed   sends the 3 failed jobs again";
    assert!(ended.out().contains(hint), "{}", ended.out());
    assert!(folder.names().contains(&"run.jsonl.results".to_owned()), "{:?}", folder.names());
    // Nothing is left to do, and the failures are still failures.
    folder.inflight("run plan.toml --report r.csv --resume run.jsonl").run().exits(1);
    assert_eq!(n.load(Ordering::SeqCst), 20);
    assert_eq!(String::from_utf8(folder.bytes("r.csv")).unwrap().lines().count(), 21);
    broken.store(0, Ordering::SeqCst);
    go_on(&folder, "--only-failed=timeout").exits(1);
    assert_eq!(n.load(Ordering::SeqCst), 20);
    go_on(&folder, "--only-failed=404").exits(1);
    assert_eq!(n.load(Ordering::SeqCst), 21);
    assert_eq!(folder.json("r.json")["jobs"], json!({"ok": 18, "failed": 2, "cancelled": 0, "not_started": 0}));
    go_on(&folder, "--only-failed").exits(0);
    assert_eq!(n.load(Ordering::SeqCst), 23);
    let report = folder.json("r.json");
    assert_eq!(report["jobs"], json!({"ok": 20, "failed": 0, "cancelled": 0, "not_started": 0}));
    let rows: Vec<_> = report["results"].as_array().unwrap().iter().map(|result| &result["row"]).collect();
    assert_eq!(rows.len(), 20);
    assert!(!folder.names().contains(&"run.jsonl.results".to_owned()), "{:?}", folder.names());
}

#[test]
fn a_plan_that_has_changed_is_refused_with_the_difference_or_taken() {
    let (server, n) = counting(|line| if line.ends_with("/9") { 500 } else { 200 });
    let rows = |ids: &str| format!("id\n{}\n", ids.replace(' ', "\n"));
    let url = server.url();
    let plan = |extra: &str| {
        format!("[retry]\nattempts = 1\n[[endpoint]]\nname = \"e\"\nurl = \"{url}{{id}}\"\nrows = \"ids.csv\"\n{extra}")
    };
    let folder = Folder::new().with("plan.toml", &plan("")).with("ids.csv", &rows("1 2 3 9 5"));
    folder.inflight("run plan.toml --report r.json --events run.jsonl").run().exits(1);
    let refused = |ended: Ended, why: &str| {
        let ended = ended.exits(2);
        assert!(ended.err().contains(why) && ended.err().contains("--allow-changed"), "{}", ended.err());
    };

    // Limits, time-outs and retries may change.
    let folder = folder.with("plan.toml", &(plan("timeout = \"9s\"\n") + "[limits]\nconcurrency = 3\n"));
    go_on(&folder, "").exits(1);
    assert_eq!(n.load(Ordering::SeqCst), 5);
    let folder = folder.with("plan.toml", &plan("headers = { x-new = \"1\" }\n"));
    refused(go_on(&folder, ""), "`header x-new` of `e` was `absent`, and is `1`");
    let folder = folder.with("plan.toml", &plan("")).with("ids.csv", &rows("1 2 4"));
    refused(go_on(&folder, ""), "row 3 of e was `GET http://");
    refused(go_on(&folder, ""), "row 4 of e was `GET http://");
    assert_eq!(n.load(Ordering::SeqCst), 5);

    // The results of the same requests are kept, others are sent, and rows that are gone are gone.
    let ended = go_on(&folder, "--allow-changed").exits(0);
    assert!(ended.err().contains("3 results of the earlier run are dropped"), "{}", ended.err());
    assert_eq!(n.load(Ordering::SeqCst), 6);
    let report = folder.json("r.json");
    let requests: Vec<_> =
        report["results"].as_array().unwrap().iter().map(|r| r["request"].as_str().unwrap()).collect();
    assert_eq!(requests, [1, 2, 4].map(|id| format!("GET {url}{id}")));
}

#[test]
fn what_cannot_be_resumed_is_refused() {
    let (server, n) = counting(|_| 500);
    let folder = Folder::new().with("plan.toml", &plan(&server, 3)).with("not.jsonl", "{}\n");
    folder.inflight("run plan.toml --events run.jsonl").run().exits(1);
    for (args, code, why) in [
        ("run plan.toml --resume none.jsonl", 3, "no such file"),
        ("run plan.toml --resume not.jsonl", 3, "is not a recording"),
        ("run plan.toml --resume run.jsonl --every 1s --rounds 2", 2, "rounds have no end"),
        ("run plan.toml --resume run.jsonl -z 1s", 2, "a run for a time has no number of jobs"),
        ("run plan.toml --resume run.jsonl -n 7", 2, "`-n` repeats rows"),
        ("run plan.toml --only-failed", 2, "--resume"),
    ] {
        let ended = folder.inflight(args).run();
        assert!(ended.err().contains(why), "{args}: {}", ended.err());
        ended.exits(code);
    }
    assert_eq!(n.load(Ordering::SeqCst), 3);
    // Without a report, the results are known, and their answers are not.
    let ended = folder.inflight("run plan.toml --resume run.jsonl --report r.json").run().exits(1);
    assert!(ended.err().contains("its results lack data"), "{}", ended.err());
    assert_eq!(folder.json("r.json")["results"].as_array().unwrap().len(), 3);
    assert_eq!(n.load(Ordering::SeqCst), 3);
}
