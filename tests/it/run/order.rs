//! A recorded run that is repeated with its slow jobs first, over real sockets.

use std::io::Write;

use inflight::event::{Event, Fact};
use inflight::journal::Reader;
use serde_json::Value;

use crate::run::program::Folder;
use crate::run::{at, upstream};
use crate::upstream::client;

/// A list in which the third and the last address hang, and a folder that has it.
fn list() -> (Folder, inflight::upstream::Upstream) {
    let upstream = upstream();
    let path = |i: usize| if i == 2 || i == 39 { "/hang".to_owned() } else { format!("/delay/5ms?id={i}") };
    let lines: Vec<String> = (0..40).map(|i| at(&upstream, &path(i))).collect();
    (Folder::new().with("urls.txt", &lines.join("\n")), upstream)
}

const RUN: &str = "run urls.txt -c 4 --timeout 500ms --tries 1";

/// The rows of all attempts of a recording, as they started.
#[track_caller]
fn rows(folder: &Folder, name: &str) -> Vec<u64> {
    let bytes = folder.bytes(name);
    let started = Reader::new(&*bytes).unwrap().filter_map(|event: Result<Event, _>| match event.unwrap().fact {
        Fact::AttemptStarted { row, .. } => Some(row),
        _ => None,
    });
    started.collect()
}

#[test]
fn the_next_run_starts_the_slow_jobs_of_a_recorded_run_first() {
    let (folder, _upstream) = list();
    folder.inflight(RUN).args(["--events", "last.jsonl"]).run().exits(1);
    let mut as_given = rows(&folder, "last.jsonl");
    as_given.sort_unstable();
    assert_eq!(as_given, (0..40).collect::<Vec<_>>());
    assert_ne!(rows(&folder, "last.jsonl")[..2], [2, 39]);

    // The new recording may replace the old one, which is read first.
    let slow = ["--order", "slow-first", "--from", "last.jsonl", "--events", "last.jsonl", "--report", "out.json"];
    let ended = folder.inflight(RUN).args(slow).run().exits(1);
    assert!(ended.err().contains("slow first: 2 slow jobs of last time moved to the front"), "{}", ended.err());
    let mut first = rows(&folder, "last.jsonl")[..2].to_vec();
    first.sort_unstable();
    assert_eq!(first, [2, 39]);
    // The report keeps the order of the plan.
    let report = folder.json("out.json");
    let all = report["results"].as_array().unwrap();
    let is_slow = |one: &Value| one["request"].as_str().unwrap().ends_with("/hang");
    assert_eq!((all.len(), all.iter().position(is_slow)), (40, Some(2)));
}

#[test]
fn a_late_timeout_is_reported_with_the_flags_that_start_it_first() {
    let upstream = upstream();
    let path = |i: usize| if i == 59 { "/hang".to_owned() } else { format!("/delay/30ms?id={i}") };
    let lines: Vec<String> = (0..60).map(|i| at(&upstream, &path(i))).collect();
    let folder = Folder::new().with("urls.txt", &lines.join("\n"));
    let run = "run urls.txt -c 4 --timeout 1s --tries 1 --json";
    let remedy = |ended: &crate::run::program::Ended| {
        let summary = ended.summary();
        assert_eq!(summary["verdict"]["kind"], "stragglers", "{summary}");
        summary["verdict"]["remedy"].as_str().unwrap().to_owned()
    };
    let advice = remedy(&folder.inflight(run).run().exits(1));
    assert!(advice.ends_with("with `--events last.jsonl`, then `--order slow-first --from last.jsonl`"), "{advice}");
    let ended = folder.inflight(run).args(["--events", "my.jsonl"]).run().exits(1);
    let advice = remedy(&ended);
    assert!(advice.ends_with(" with these first: `--order slow-first --from my.jsonl`"), "{advice}");
    assert!(ended.err().contains(&advice), "{}", ended.err());
    let replayed = folder.inflight("replay my.jsonl --json").run().exits(0);
    assert_eq!(remedy(&replayed), advice);

    // These flags work, and then no advice about the order is left.
    let ended = folder.inflight(run).args(["--order", "slow-first", "--from", "my.jsonl"]).run().exits(1);
    let verdict = ended.summary()["verdict"].to_string();
    assert!(!verdict.contains("slow-first"), "{verdict}");
}

#[test]
fn a_plan_can_set_the_order_and_name_a_recording_next_to_it() {
    let upstream = upstream();
    let plan = format!(
        "order = \"slow-first\"\nfrom = \"last.jsonl\"\n[limits]\nconcurrency = 1\n[[endpoint]]\nname = \"x\"\n\
         url = \"http://{}/delay/{{ms}}ms\"\neach = {{ ms = [\"1\", \"2\", \"3\", \"4\", \"400\"] }}\n",
        upstream.local_addr()
    );
    let folder = Folder::new();
    std::fs::create_dir(folder.path("plans")).unwrap();
    let folder = folder.with("plans/plan.toml", &plan);
    let ended = folder.inflight("run plans/plan.toml").run().exits(3);
    assert!(ended.err().contains("there is no recording `plans/last.jsonl`"), "{}", ended.err());
    assert!(ended.err().contains("--order as-given --events"), "{}", ended.err());
    folder.inflight("run plans/plan.toml --order as-given --events plans/last.jsonl").run().exits(0);
    folder.inflight("run plans/plan.toml --events next.jsonl").run().exits(0);
    assert_eq!(rows(&folder, "plans/last.jsonl"), [0, 1, 2, 3, 4]);
    assert_eq!(rows(&folder, "next.jsonl"), [4, 0, 1, 2, 3]);
}

#[test]
fn an_impossible_order_is_refused_before_anything_is_sent() {
    let (folder, upstream) = list();
    let folder = folder
        .with("not.jsonl", "{}\n")
        .with("empty.jsonl", "{\"inflight\":1,\"name\":\"x\",\"started\":\"2026-11-20T14:03:27.000Z\"}\n");
    for (arguments, code, expected) in [
        ("--order slow-first", 2, "`--order slow-first` needs the recording of an earlier run"),
        ("--from last.jsonl", 2, "`--from` has no effect without `--order slow-first`"),
        ("--order as-given --from last.jsonl", 2, "`--from` has no effect without `--order slow-first`"),
        ("--order fast-first", 2, "write `as-given` or `slow-first`"),
        ("--order slow-first --from last.jsonl", 3, "there is no recording `last.jsonl`"),
        ("--order slow-first --from not.jsonl", 3, "`not.jsonl` is not a recording"),
        ("--order slow-first --from empty.jsonl", 3, "recording `empty.jsonl` contains no attempts"),
        ("--order slow-first --from .", 3, "cannot read recording `.`"),
    ] {
        let ended = folder.inflight(RUN).args(arguments.split(' ')).run().exits(code);
        assert!(ended.err().contains(expected), "{arguments}: {}", ended.err());
    }
    assert_eq!(client::until(&upstream, |_| true).requests, 0);
}

#[test]
fn input_from_a_pipe_cannot_be_reordered() {
    let folder = Folder::new();
    let mut running = folder.inflight("run - --order slow-first --from last.jsonl").with_input().start();
    running.input().write_all(b"http://127.0.0.1:1/\n").unwrap();
    let ended = running.wait().exits(2);
    assert!(ended.err().contains("`slow-first` needs input that can be read twice"), "{}", ended.err());
}

#[test]
fn an_unrelated_or_damaged_recording_is_reported_and_the_run_goes_on() {
    let (folder, upstream) = list();
    folder.inflight(RUN).args(["--events", "last.jsonl"]).run().exits(1);
    let mut bytes = folder.bytes("last.jsonl");
    bytes.truncate(bytes.len() - 3);
    let text = String::from_utf8(bytes).unwrap().replacen('\n', "\nnot an event\n", 1);
    let folder = folder.with("damaged.jsonl", &text).with("other.txt", &at(&upstream, "/delay/7ms"));
    let order = ["--order", "slow-first", "--from", "damaged.jsonl"];
    let ended = folder.inflight(RUN).args(order).run().exits(1);
    for expected in
        ["skipped 1 line of `damaged.jsonl`", "was cut off", "slow first: 2 slow jobs of last time moved to the front"]
    {
        assert!(ended.err().contains(expected), "{expected}: {}", ended.err());
    }
    let ended = folder.inflight("run other.txt").args(order).run().exits(0);
    let expected = "slow first: the plan no longer has the 2 slow jobs of last time; the order is unchanged";
    assert!(ended.err().contains(expected), "{}", ended.err());
}
