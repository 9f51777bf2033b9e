//! Results that cannot be written: detected before anything is sent where possible, and never fatal to the run.

use std::io::{self, Read};

use serde_json::json;

use crate::run::program::Folder;
use crate::run::{at, upstream};

#[test]
fn a_result_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let (folder, upstream) = (Folder::new().with("file", ""), upstream());
    for words in [
        "--report missing/report.json",
        "--report file/report.json",
        "--report .",
        "--bodies file",
        "--bodies file/bodies",
        "--events missing/run.jsonl",
        "--events .",
    ] {
        let ended = folder.inflight(&format!("run {words}")).arg(at(&upstream, "/status/200")).run().exits(74);
        assert!(ended.err().starts_with("error: cannot "), "{}", ended.err());
        assert!(ended.stdout.is_empty());
    }
    assert_eq!((upstream.tally().requests, folder.names()), (0, vec!["file".to_owned()]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_the_result_and_not_the_run() {
    for (words, message) in [("--events /dev/full", "recording stopped"), ("--report /dev/full", "cannot write report")]
    {
        let (folder, upstream) = (Folder::new(), upstream());
        let program = folder.inflight(&format!("run -n 500 --json {words}"));
        let ended = program.arg(at(&upstream, "/status/200")).run().exits(74);
        assert_eq!(ended.summary()["jobs"]["done"], 500);
        assert_eq!(ended.summary()["output"]["recording"], json!(null));
        assert_eq!(upstream.tally().requests, 500);
        assert!(ended.err().contains(message) && ended.err().contains("disk is full"), "{}", ended.err());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_printed_is_reported_and_sets_the_exit_code() {
    let (folder, upstream) = (Folder::new(), upstream());
    folder.inflight("run --events run.jsonl").arg(at(&upstream, "/status/200")).run().exits(0);
    let url = at(&upstream, "/status/200");
    for (words, what) in [
        (format!("run {url}"), "the summary"),
        (format!("run --json {url}"), "the summary"),
        (format!("check {url}"), "the result of the check"),
        ("replay run.jsonl --plain".to_owned(), "the summary"),
        ("replay run.jsonl --json".to_owned(), "the summary"),
        ("theme list".to_owned(), "the themes"),
        ("man".to_owned(), "the manual page"),
        ("completions bash".to_owned(), "the completions"),
        ("--version".to_owned(), "the answer"),
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ended = folder.inflight(&words).printing_to(full).run().exits(74);
        let error = format!("error: cannot write {what} to standard output: disk is full\n");
        assert!(ended.err().contains(&error), "{words}: {}", ended.err());
    }
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_failure() {
    for (words, path, code) in [
        ("run", "/status/200", 0),
        ("run --json", "/status/500", 1),
        ("run --events -", "/status/200", 0),
        ("run --events - --json", "/status/500", 1),
    ] {
        let (folder, upstream) = (Folder::new(), upstream());
        let (mut reader, stdout) = io::pipe().unwrap();
        let program = folder.inflight(words).arg("-n").arg("3000").arg(at(&upstream, path)).printing_to(stdout);
        let running = program.start();
        if words.contains("--events") {
            reader.read_exact(&mut [0]).unwrap();
        }
        drop(reader);
        let ended = running.wait().exits(code);
        assert_eq!(upstream.tally().requests, 3_000);
        assert!(!ended.err().contains("warning") && !ended.err().contains("error"), "{}", ended.err());
    }
}

#[test]
fn without_a_terminal_lines_go_to_standard_error_and_the_result_to_standard_output() {
    let (folder, upstream) = (Folder::new(), upstream());
    let ended = folder.inflight("run -n 3").var("TERM", "xterm-256color").arg(at(&upstream, "/status/200")).run();
    let ended = ended.exits(0);
    assert!(ended.out().contains("3 jobs   3 ok"), "{}", ended.out());
    assert!(ended.err().contains("3 jobs, at most 20 in flight"), "{}", ended.err());
    let ended = folder.inflight("run --json").arg(at(&upstream, "/status/404")).run().exits(1);
    assert_eq!(ended.summary()["failures"][0]["cause"], "404 Not Found");
    assert_eq!(ended.out().lines().count(), 1);
}
