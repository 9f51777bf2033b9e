//! Documents made of recordings: each is complete, safe, and readable by the program that it is for.

use std::fmt::Write;
use std::fs;

use quick_junit::{Report, TestCaseStatus};
use serde_json::Value;

use crate::run::program::Folder;
use crate::run::{at, upstream};

/// A name that means something in HTML, CSV, Markdown and XML, and to a terminal.
const EVIL: &str = "=<script>alert(1)</script>|\\u001b[31m\\\"]]>";

/// A recording of jobs that are done, fail, are refused and time out.
fn recorded() -> Folder {
    let upstream = upstream();
    let mut plan = String::from("name = \"mixed\"\n[limits]\nconcurrency = 4\n");
    for (name, path, n) in [
        ("good", "/delay/5ms?id={id}", 20),
        (EVIL, "/status/500?id={id}", 3),
        ("limited", "/limit?per_window=3&window=300ms&id={id}", 6),
    ] {
        let url = at(&upstream, path);
        let _ = write!(plan, "[[endpoint]]\nname = \"{name}\"\nurl = \"{url}\"\neach = {{ id = \"1..={n}\" }}\n");
    }
    let folder = Folder::new().with("p.toml", &plan);
    folder.inflight("run p.toml --plain --events run.jsonl").run().exits(1);
    // Documents are made of the recording alone.
    for kept in ["run.jsonl.results", "run.jsonl.started"] {
        fs::remove_file(folder.path(kept)).unwrap();
    }
    folder
}

#[track_caller]
fn text(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.bytes(name)).unwrap()
}

#[test]
fn every_document_of_a_recording_is_written_next_to_it() {
    let folder = recorded();
    let ended = folder.inflight("report run.jsonl").run().exits(0);
    assert_eq!(ended.err(), "wrote run.html\n");
    folder.inflight("report run.jsonl --csv --md --junit --trace --har --json").run().exits(0);
    let names = "p.toml run.csv run.har run.html run.json run.jsonl run.md run.trace.json run.xml";
    assert_eq!(folder.names().join(" "), names);

    let csv = text(&folder, "run.csv");
    let header = csv.lines().next().unwrap();
    assert_eq!(csv.lines().count(), 1 + 29, "{csv}");
    assert!(csv.lines().skip(1).all(|line| line.matches(',').count() >= header.matches(',').count()), "{csv}");
    assert_eq!(csv.matches(",failed,false,500,").count(), 3, "{csv}");

    let trace: Value = folder.json("run.trace.json");
    let slices = trace["traceEvents"].as_array().unwrap();
    let summary = folder.json("run.json");
    let attempts = slices.iter().filter(|slice| slice["args"]["attempt"].is_u64()).count() as u64;
    assert_eq!(attempts, summary["attempts"]["started"].as_u64().unwrap());
    for slice in slices.iter().filter(|slice| slice["cat"] == "phase") {
        let holds = |outer: &&Value| {
            let end = |slice: &Value| slice["ts"].as_u64().unwrap() + slice["dur"].as_u64().unwrap();
            outer["tid"] == slice["tid"]
                && outer["args"]["attempt"].is_u64()
                && outer["ts"].as_u64() <= slice["ts"].as_u64()
                && end(outer) >= end(slice)
        };
        assert!(slices.iter().any(|outer| holds(&outer)), "a phase is within an attempt of its slot: {slice}");
    }

    let har = folder.json("run.har");
    assert_eq!(har["log"]["entries"].as_array().unwrap().len() as u64, attempts);
    // Our own import reads it, as others would.
    let imported = folder.inflight("import run.har --as urls").run().exits(0);
    assert_eq!(imported.out().matches("/delay/5ms").count(), 20, "{}", imported.out());
}

#[test]
fn each_job_is_a_case_with_its_own_end() {
    let folder = recorded();
    folder.inflight("report run.jsonl --junit=ci.xml").run().exits(0);
    let report = Report::deserialize_from_str(&text(&folder, "ci.xml")).unwrap();
    assert_eq!((report.tests, report.failures, report.test_suites.len()), (29, 3, 3));
    let failed = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let failed: Vec<_> = failed.filter(|case| matches!(case.status, TestCaseStatus::NonSuccess { .. })).collect();
    assert!(failed.iter().all(|case| case.name.as_str().contains("/status/500")), "{failed:?}");
}

#[test]
fn foreign_text_means_nothing_in_any_document() {
    let folder = recorded();
    folder.inflight("report run.jsonl --html --csv --md --junit --trace --har --json").run().exits(0);
    let page = text(&folder, "run.html");
    assert!(page.contains("&lt;script&gt;alert(1)"), "the name is shown");
    assert!(!page.contains("<script"), "no script");
    assert!(page.contains("default-src 'none'"), "and nothing is loaded");
    assert!(!text(&folder, "run.md").contains("<script"));
    assert!(text(&folder, "run.csv").contains("\"'=<script>"), "no formula");
    for name in ["run.html", "run.csv", "run.md", "run.xml", "run.trace.json", "run.har", "run.json"] {
        assert!(!folder.bytes(name).contains(&0x1b), "{name}: a control character");
    }
}

#[test]
fn a_recording_that_was_cut_off_gives_what_it_has() {
    let folder = recorded();
    let all = folder.bytes("run.jsonl");
    fs::write(folder.path("cut.jsonl"), &all[..all.len() / 2]).unwrap();
    let ended = folder.inflight("report cut.jsonl --html --csv --junit --trace --har --md --json").run().exits(0);
    assert!(ended.err().contains("cut.jsonl"), "{}", ended.err());
    assert!(text(&folder, "cut.html").contains("interrupted after"));
    assert!(text(&folder, "cut.csv").contains(",unfinished,false,"), "{}", text(&folder, "cut.csv"));
    assert!(folder.json("cut.trace.json")["traceEvents"].is_array());
}

#[test]
fn a_document_never_replaces_the_recording_or_another_document() {
    let folder = recorded();
    let before = folder.bytes("run.jsonl");
    let ended = folder.inflight("report run.jsonl --csv=run.jsonl").run().exits(74);
    assert!(ended.err().contains("cannot write `run.jsonl`: it is the recording itself"), "{}", ended.err());
    let ended = folder.inflight("report run.jsonl --csv=x --md=x").run().exits(74);
    assert!(ended.err().contains("another document goes there"), "{}", ended.err());
    let ended = folder.inflight("report p.toml").run().exits(3);
    assert!(ended.err().contains("p.toml"), "{}", ended.err());
    assert_eq!(folder.bytes("run.jsonl"), before);
    assert_eq!(folder.names(), ["p.toml", "run.jsonl"]);
}

#[test]
fn one_document_can_go_to_standard_output() {
    let folder = recorded();
    let ended = folder.inflight("report run.jsonl --md=-").run().exits(0);
    assert!(ended.out().starts_with("## mixed\n"), "{}", ended.out());
    assert!(ended.out().contains("| good | 20 | 0 | 0 |"), "{}", ended.out());
    assert_eq!(folder.names(), ["p.toml", "run.jsonl"]);
}

#[test]
fn two_runs_are_compared_endpoint_by_endpoint() {
    let upstream = upstream();
    let plan = |delay: &str, last: &str| {
        let mut plan = String::from("[limits]\nconcurrency = 4\n");
        for (name, path) in [("same", "/delay/5ms"), ("slower", delay), (last, "/delay/1ms")] {
            let url = at(&upstream, path);
            let _ = write!(
                plan,
                "[[endpoint]]\nname = \"{name}\"\nurl = \"{url}?id={{id}}\"\neach = {{ id = \"1..=40\" }}\n"
            );
        }
        plan
    };
    let folder = Folder::new().with("a.toml", &plan("/delay/20ms", "gone")).with("b.toml", &plan("/delay/60ms", "new"));
    for name in ["a", "b"] {
        folder.inflight(&format!("run {name}.toml --plain --events {name}.jsonl")).run().exits(0);
    }
    let ended = folder.inflight("diff a.jsonl b.jsonl").run().exits(0);
    assert!(ended.out().contains("1 endpoint became slower by more than chance"), "{}", ended.out());
    assert!(ended.out().contains("only before: gone") && ended.out().contains("only after: new"), "{}", ended.out());
    folder.inflight("diff a.jsonl b.jsonl --check").run().exits(1);
    folder.inflight("diff a.jsonl a.jsonl --check").run().exits(0);
    let found = folder.inflight("diff a.jsonl b.jsonl --json").run().exits(0).summary();
    let first = &found["endpoints"][0];
    assert_eq!((first["endpoint"].as_str(), first["verdict"].as_str()), (Some("slower"), Some("slower")), "{found}");
    assert!(first["change"].as_f64().unwrap() > 1.0, "{found}");
    // The same recordings give the same answer.
    assert_eq!(folder.inflight("diff a.jsonl b.jsonl --json").run().exits(0).summary(), found);
}
