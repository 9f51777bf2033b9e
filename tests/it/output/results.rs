//! The report and the saved bodies, from results to files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use inflight::event::outcome::{JobEnd, Outcome, Reason};
use inflight::event::reasons::RunEnd;
use inflight::event::{JobId, Micros};
use inflight::job_result::{Answer, JobResult};
use inflight::output::collector::{Collected, Collector};
use inflight::output::output_error::OutputError;
use inflight::output::report::{Finish, ReportHeading};
use inflight::plan::Output;
use inflight::plan::job::Place;
use inflight::text::sanitize;
use serde_json::Value;
use tokio::sync::mpsc;

const FINISH: Finish = Finish { finished: SystemTime::UNIX_EPOCH, how: Some(RunEnd::Finished), not_started: Some(0) };

fn result(place: (u32, u64), endpoint: &str, content_type: Option<&str>, body: &[u8]) -> JobResult {
    JobResult {
        place: Place { source: place.0, row: place.1 },
        job: JobId(place.1 + 1),
        endpoint: endpoint.into(),
        target: format!("GET http://a.b/{}/{}", place.0, place.1).into(),
        final_target: None,
        row_values: None,
        page: None,
        started: None,
        end: JobEnd::Done,
        tries: 1,
        total: Micros(1_500),
        waited: Micros::ZERO,
        since_due: None,
        answer: Some(Answer {
            status: 200,
            content_type: content_type.map(str::to_owned),
            bytes: body.len() as u64,
            body: body.to_vec().into(),
            file: None,
            is_encoded: false,
        }),
    }
}

/// The collected outputs, and the problems that were reported meanwhile.
#[track_caller]
fn collect(output: &Output, results: impl IntoIterator<Item = JobResult>) -> (Collected, Vec<String>) {
    let (sender, receiver) = mpsc::channel(8);
    let reported: Arc<Mutex<Vec<String>>> = Arc::default();
    let reports = Arc::clone(&reported);
    let on_trouble = move |trouble| reports.lock().unwrap().push(trouble);
    let collector =
        Collector::start(receiver, output, ReportHeading::new("nightly", SystemTime::UNIX_EPOCH), None, on_trouble)
            .unwrap();
    for result in results {
        sender.blocking_send(result).unwrap();
    }
    drop(sender);
    let collected = collector.join(&FINISH).unwrap();
    let reported = reported.lock().unwrap().clone();
    (collected, reported)
}

fn report_to(path: &Path) -> Output {
    Output { report: Some(path.to_owned()), bodies: None, ..Output::default() }
}

fn bodies_to(folder: &Path) -> Output {
    Output { report: None, bodies: Some(folder.to_owned()), ..Output::default() }
}

#[track_caller]
fn report_of(results: impl IntoIterator<Item = JobResult>) -> (String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let (collected, reported) = collect(&report_to(&path), results);
    assert!(collected.troubles.is_empty() && reported.is_empty(), "{reported:?}");
    let text = fs::read_to_string(path).unwrap();
    let document = serde_json::from_str(&text).unwrap();
    (text, document)
}

#[test]
fn ten_thousand_results_in_any_order_come_out_in_plan_order() {
    let mut places: Vec<(u32, u64)> = (0..4).flat_map(|source| (0..2_500).map(move |row| (source, row))).collect();
    fastrand::Rng::with_seed(7).shuffle(&mut places);
    let (text, document) =
        report_of(places.iter().map(|&place| result(place, "e", None, format!("[{}]", place.1).as_bytes())));
    let results = document["results"].as_array().unwrap();
    places.sort_unstable();
    assert_eq!(results.len(), places.len());
    for (result, (source, row)) in results.iter().zip(places) {
        assert_eq!(result["request"], format!("GET http://a.b/{source}/{row}"));
        assert_eq!(result["data"][0], row);
    }
    assert_eq!(document["jobs"]["ok"], 10_000);
    assert_eq!(text.lines().count(), 10_002);
}

#[test]
fn failures_and_cancelled_jobs_are_listed_with_the_data() {
    let last = Outcome::Failed { reason: Reason::Refused, detail: Some("Connection refused".into()), expected: None };
    let failed = JobResult { end: JobEnd::Failed { last }, answer: None, ..result((0, 1), "users", None, b"") };
    let cancelled = JobResult { end: JobEnd::Cancelled, answer: None, tries: 0, ..result((0, 2), "users", None, b"") };
    let (_, document) = report_of([cancelled, failed, result((0, 0), "orders", None, b"{\"sum\":3}")]);
    assert_eq!(document["jobs"], serde_json::json!({"ok": 1, "failed": 1, "cancelled": 1, "not_started": 0}));
    assert_eq!(document["ended"], "finished");
    let kinds: Vec<_> = document["results"].as_array().unwrap().iter().map(|r| r["error"]["kind"].as_str()).collect();
    assert_eq!(kinds, [None, Some("refused"), Some("cancelled")]);
}

#[test]
fn hostile_bodies_leave_the_report_valid_and_safe() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies: [&[u8]; 16] = [
        b"\x1b]0;owned\x07\x1b[2J",
        "{\"a\":\"\u{9b}2J\u{202e}\u{200b}\u{2066}\"}".as_bytes(),
        "\u{9b}31m\u{feff}\u{e0041}".as_bytes(),
        b"a\0b",
        b"\xff\xfe\x00",
        b"{\"a\":1,}",
        b"{\"a\":1}]},{\"x\":[",
        b"[1e999999]",
        b"[123456789012345678901234567890.5]",
        b"{\"a\":1,\"a\":2}",
        b"[\"\\ud800\"]",
        deep.as_bytes(),
        b"\xef\xbb\xbf{\"bom\":true}",
        b"{\r\n \"a\" :\t[ ] }",
        b"\"",
        b"\\",
    ];
    let types = [None, Some("application/json"), Some("text/plain\x1b[31m")];
    let results = types.iter().zip(0..).flat_map(|(content_type, source)| {
        bodies.iter().zip(0..).map(move |(body, row)| result((source, row), "e\u{202e}\x1b[1m", *content_type, body))
    });
    let (text, document) = report_of(results);
    assert!(!text.chars().any(|c| c != '\n' && sanitize::is_unsafe(c)));
    let results = document["results"].as_array().unwrap();
    assert_eq!(results.len(), 48);
    for (result, i) in results.iter().zip(0..) {
        let body = bodies[i % 16];
        let data = &result["data"];
        // JSON that is not portable is kept as text, unchanged.
        match i % 16 {
            1 | 8 | 9 | 12 | 13 => assert!(data.is_object() || data.is_array(), "{data}"),
            4 => assert_eq!(data, "//4A"),
            _ => assert_eq!(data.as_str().unwrap().as_bytes(), body),
        }
        assert_eq!(result["endpoint"], "e\u{202e}\x1b[1m");
    }
    assert_eq!(results[1]["data"]["a"], "\u{9b}2J\u{202e}\u{200b}\u{2066}");
    assert!(text.contains("\"data\":{\"a\":1,\"a\":2}}"));
    assert!(text.contains("[123456789012345678901234567890.5]"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_not_replaced_and_does_not_block_the_run() {
    use std::os::unix::fs::FileTypeExt;
    let bodies = tempfile::tempdir().unwrap();
    let output =
        Output { report: Some("/dev/full".into()), bodies: Some(bodies.path().to_owned()), ..Output::default() };
    let (collected, _) = collect(&output, (0..200).map(|row| result((0, row), "e", None, &[b'x'; 1_000])));
    let troubles: Vec<_> = collected.troubles.iter().map(OutputError::sentence).collect();
    assert_eq!(troubles, ["cannot write report `/dev/full`: disk is full"]);
    assert_eq!(collected.bodies, Some((bodies.path().to_owned(), 200)));
    assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device());
}

#[test]
fn a_folder_that_vanishes_stops_the_bodies_and_not_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let (report, bodies) = (folder.path().join("x.json"), folder.path().join("bodies"));
    let gone = bodies.clone();
    let output = Output { report: Some(report.clone()), bodies: Some(bodies), ..Output::default() };
    let results = (0..100).map(move |row| {
        if row == 50 {
            fs::rename(&gone, gone.with_extension("gone")).unwrap();
            fs::write(&gone, "").unwrap();
        }
        result((0, row), "e", None, b"x")
    });
    let (collected, reported) = collect(&output, results);
    assert_eq!(reported.len(), 1);
    assert!(
        reported[0].starts_with("cannot save bodies in `") && reported[0].ends_with("; the run continues"),
        "{reported:?}"
    );
    assert_eq!(collected.report.unwrap().1.settled(), 100);
    assert_eq!(collected.bodies, None);
}

#[cfg(unix)]
#[test]
fn a_folder_without_write_permission_is_refused_before_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser may write there too, but not in every folder.
    let candidates = [folder.path().to_owned(), PathBuf::from("/sys")];
    let Some(refusing) = candidates.iter().find(|folder| tempfile::tempfile_in(folder).is_err()) else { return };
    let refused = |output: Output| {
        let (_sender, receiver) = mpsc::channel(1);
        Collector::start(receiver, &output, ReportHeading::new("n", SystemTime::UNIX_EPOCH), None, |_| {}).unwrap_err()
    };
    let report = refused(report_to(&refusing.join("x.json")));
    assert_eq!(report.to_string(), format!("cannot write report `{}/x.json`", refusing.display()));
    assert!(report.hint().is_some(), "{}", report.sentence());
    assert!(refused(bodies_to(refusing)).to_string().starts_with("cannot save bodies in `"));
    assert!(!refusing.join("x.json").exists());
}

#[test]
fn the_older_report_is_unchanged_until_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let names = || fs::read_dir(folder.path()).unwrap().count();
    let (sender, receiver) = mpsc::channel(1);
    let collector =
        Collector::start(receiver, &report_to(&path), ReportHeading::new("n", SystemTime::UNIX_EPOCH), None, |_| {})
            .unwrap();
    assert_eq!(names(), 0);
    fs::write(&path, "older").unwrap();
    sender.blocking_send(result((0, 0), "e", None, b"x")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "older");
    drop(sender);
    assert!(collector.join(&FINISH).unwrap().troubles.is_empty());
    assert!(fs::read_to_string(&path).unwrap().starts_with("{\"inflight\":\"report\""));
    assert_eq!(names(), 1);
}

#[test]
fn a_report_that_cannot_be_moved_leaves_the_older_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let (sender, receiver) = mpsc::channel(1);
    let collector =
        Collector::start(receiver, &report_to(&path), ReportHeading::new("n", SystemTime::UNIX_EPOCH), None, |_| {})
            .unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("inside"), "older").unwrap();
    drop(sender);
    let collected = collector.join(&FINISH).unwrap();
    assert_eq!(collected.troubles.len(), 1);
    assert_eq!(collected.report, None);
    assert_eq!(fs::read_to_string(path.join("inside")).unwrap(), "older");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn hostile_endpoint_names_become_harmless_file_names() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("bodies");
    let long = "a/".repeat(150);
    let names = ["../../x", "/etc/x", "C:\\x", "CON", "nul.txt", &long, "a\0b", "🦀🦀", "A", "a", "", ".", "x\x1b[2J"];
    let output =
        Output { report: Some(outside.path().join("x.json")), bodies: Some(folder.clone()), ..Output::default() };
    let (collected, reported) = collect(
        &output,
        names.iter().zip(0..).map(|(name, row)| result((0, row), name, None, name.as_bytes().get(..1).unwrap_or(b"-"))),
    );
    assert!(reported.is_empty(), "{reported:?}");
    assert_eq!(collected.bodies, Some((folder.clone(), names.len() as u64)));
    let saved: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(saved.len(), names.len());
    for name in &saved {
        assert!(name.len() < 64, "{name}");
        assert!(name.starts_with("1-0000") && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)));
        assert_eq!(name.matches('.').count(), 1, "{name}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 2);
    let document: Value = serde_json::from_slice(&fs::read(outside.path().join("x.json")).unwrap()).unwrap();
    let files = document["results"].as_array().unwrap().iter().map(|r| r["file"].as_str().unwrap().to_owned());
    assert_eq!(files.collect::<BTreeSet<_>>(), saved);
}
