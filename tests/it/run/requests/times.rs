//! Runs for a time, and what a warm-up leaves out.

use super::Recorder;
use crate::run::program::Folder;

#[test]
fn a_run_for_a_time_repeats_its_rows_and_ends_by_itself() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("urls.txt", &format!("{0}a\n{0}b\n{0}c\n", recorder.url()));
    let plan = format!("[limits]\nduration = \"300ms\"\n[[endpoint]]\nurl = \"{}p\"\n", recorder.url());
    let folder = folder.with("plan.toml", &plan);
    for target in [recorder.url(), "urls.txt".to_owned()] {
        let before = recorder.requests().len();
        let ended = folder.inflight("run -z 300ms -c 2 --json --events run.jsonl").arg(target).run().exits(0);
        let summary = ended.summary();
        let n = recorder.requests().len() - before;
        assert!(n > 6, "{n}");
        let jobs = &summary["jobs"];
        assert_eq!((jobs["done"].as_u64(), jobs["planned"].as_u64()), (Some(n as u64), Some(n as u64)), "{summary}");
        assert!(summary["elapsed_s"].as_f64() >= Some(0.3) && summary["ended"] == "finished", "{summary}");
    }
    let lines = recorder.requests().iter().filter(|it| it.line.ends_with("/b")).count();
    assert!(lines > 2, "{lines}");
    let summary = folder.inflight("run plan.toml --json").run().exits(0).summary();
    assert!(summary["jobs"]["done"].as_u64() > Some(2), "{summary}");
}

#[test]
fn a_time_and_a_number_or_rounds_contradict_each_other() {
    let folder = Folder::new();
    folder.inflight("run http://127.0.0.1:1/ -n 5 -z 1s").run().exits(2);
    folder.inflight("run http://127.0.0.1:1/ -z 0s").run().exits(2);
    let ended = folder.inflight("run http://127.0.0.1:1/ -z 1s --every 1s").run().exits(2);
    assert!(ended.err().contains("a run for a time has no rounds"), "{}", ended.err());
}

#[test]
fn attempts_of_the_warm_up_count_in_no_percentile() {
    let recorder = Recorder::start();
    let folder = Folder::new();
    let run = folder.inflight("run -n 3 -c 1 --warmup 1h --json").arg(recorder.url()).run().exits(0);
    let summary = run.summary();
    assert_eq!((&summary["latency_ms"]["n"], &summary["warmup_attempts"]), (&0.into(), &3.into()), "{summary}");
    assert_eq!(summary["jobs"]["done"], 3);
    let run = folder.inflight("run -n 3 -c 1 --warmup 1us --rate 20/s --plain").arg(recorder.url()).run().exits(0);
    assert!(run.out().contains("latency"), "{}", run.out());
}
