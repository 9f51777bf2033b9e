//! Repeated batches and long attempts, over real sockets.

use std::io::Write;
use std::process;

use inflight::control::Command;
use inflight::event::outcome::Phase;
use serde_json::json;

use crate::run::batch::Batch;
use crate::run::program::Folder;
use crate::run::{at, upstream};

#[test]
fn rounds_can_be_set_by_flags_and_show_which_endpoints_are_up() {
    let upstream = upstream();
    let [up, down] = ["/delay/5ms", "/status/500"].map(|path| at(&upstream, path));
    let folder = Folder::new().with(
        "watch.toml",
        &format!("[[endpoint]]\nname = \"up\"\nurl = \"{up}\"\n[[endpoint]]\nname = \"down\"\nurl = \"{down}\"\n"),
    );
    let run = folder.inflight("run watch.toml --every 100ms --rounds 3 --tries 1 --json").run().exits(1);
    let summary = run.summary();
    assert_eq!(
        (&summary["jobs"]["planned"], &summary["jobs"]["done"], &summary["jobs"]["failed"]),
        (&json!(6), &json!(3), &json!(3))
    );
    let health = |i: usize| (&summary["endpoints"][i]["health"]["up"], &summary["endpoints"][i]["health"]["rounds"]);
    assert_eq!((health(0), health(1)), ((&json!(true), &json!(3)), (&json!(false), &json!(3))));
    assert_eq!(upstream.tally().requests, 6);
}

#[test]
fn input_from_a_pipe_cannot_be_repeated() {
    let folder = Folder::new();
    let mut running = folder.inflight("run - --every 1s").with_input().start();
    running.input().write_all(b"http://127.0.0.1:1/\n").unwrap();
    let ended = running.wait().exits(2);
    assert!(ended.err().contains("rounds need input that can be read twice"), "{}", ended.err());
}

#[cfg(unix)]
#[test]
fn rows_from_a_named_pipe_can_be_neither_repeated_nor_reordered() {
    for (settings, expected) in [
        ("every = \"1s\"", "rounds need input that can be read twice, unlike `rows` in plan.toml:4"),
        (
            "order = \"slow-first\"\nfrom = \"last.jsonl\"",
            "`slow-first` needs input that can be read twice, unlike `rows` in plan.toml:5",
        ),
    ] {
        let plan = format!("{settings}\n[[endpoint]]\nurl = \"http://127.0.0.1:1/{{id}}\"\nrows = \"ids.csv\"\n");
        let folder = Folder::new().with("plan.toml", &plan);
        assert!(process::Command::new("mkfifo").arg(folder.path("ids.csv")).status().unwrap().success());
        for command in ["run plan.toml", "check plan.toml"] {
            let ended = folder.inflight(command).run().exits(2);
            assert!(ended.err().contains(expected), "{command}: {}", ended.err());
        }
    }
}

#[test]
fn a_long_attempt_reports_its_progress() {
    let plan = "[upstream]\n[[endpoint]]\nurl = \"practice://a/trickle?every=50ms\"\n[[endpoint]]\nurl = \"practice://b/hang\"\n";
    let batch = Batch::start(plan);
    batch.until_model(|model| {
        let progress: Vec<_> = model.open.all().filter_map(|flight| flight.progress).collect();
        progress.iter().any(|at| at.phase == Phase::Body && at.bytes > 10 && at.received.is_some())
            && progress.iter().any(|at| at.phase == Phase::FirstByte && at.bytes == 0 && at.received.is_none())
    });
    batch.send(Command::Cancel);
    batch.end();
}
