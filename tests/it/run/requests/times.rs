//! Runs for a time, and what a warm-up leaves out.

use std::io::Write;

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

#[test]
fn a_number_repeats_or_cuts_the_rows_of_a_list_and_of_a_plan() {
    let recorder = Recorder::start();
    let plan = format!(
        "[limits]\nduration = \"1h\"\n[[endpoint]]\nurl = \"{}p{{i}}\"\neach = {{ i = \"1..=4\" }}\n",
        recorder.url()
    );
    let folder =
        Folder::new().with("urls.txt", &format!("{0}a\n{0}b\n{0}c\n", recorder.url())).with("plan.toml", &plan);
    for (target, n) in [("urls.txt", 7), ("urls.txt", 2), ("plan.toml", 9), ("plan.toml", 3)] {
        let before = recorder.requests().len();
        let summary = folder.inflight(&format!("run {target} -n {n} -c 1 --json")).run().exits(0).summary();
        let sent: Vec<String> = recorder.requests()[before..].iter().map(|it| it.line.clone()).collect();
        let names: Vec<&str> = sent.iter().map(|line| line.rsplit('/').next().unwrap()).collect();
        let all = if target == "plan.toml" { &["p1", "p2", "p3", "p4"][..] } else { &["a", "b", "c"] };
        let expected: Vec<&str> = all.iter().cycle().take(n).copied().collect();
        assert_eq!(names, expected, "{target} {n}");
        let jobs = &summary["jobs"];
        assert_eq!((jobs["planned"].as_u64(), jobs["done"].as_u64()), (Some(n as u64), Some(n as u64)), "{summary}");
        assert_eq!(summary["warnings"]["count"], 0, "{summary}");
    }
    let check = folder.inflight("check urls.txt -n 7").run().exits(0);
    assert!(check.out().contains("7 jobs"), "{}", check.out());
    assert!(
        check.out().lines().any(|line| line.trim().starts_with("requests") && line.contains("-n")),
        "{}",
        check.out()
    );
}

#[test]
fn standard_input_is_cut_to_a_number_and_a_shortfall_is_reported() {
    let recorder = Recorder::start();
    let list: String = ["a", "b", "c"].iter().map(|name| format!("{}{name}\n", recorder.url())).collect();
    let folder = Folder::new();
    // The input stays open: the run does not wait for its end.
    let mut running = folder.inflight("run - -n 2 --json").with_input().start();
    let mut input = running.input();
    input.write_all(list.as_bytes()).unwrap();
    let cut = running.wait().exits(0).summary();
    drop(input);
    assert_eq!((&cut["jobs"]["done"], &cut["warnings"]["count"]), (&2.into(), &0.into()), "{cut}");
    let mut running = folder.inflight("run - -n 5 --json").with_input().start();
    running.input().write_all(list.as_bytes()).unwrap();
    let short = running.wait().exits(0).summary();
    assert_eq!((&short["jobs"]["done"], &short["jobs"]["planned"]), (&3.into(), &3.into()), "{short}");
    assert_eq!(short["warnings"]["last"][0], "the input has only 3 of the 5 jobs that `-n` sets", "{short}");
}

#[test]
fn a_number_of_jobs_has_no_rounds_and_is_not_zero() {
    let folder = Folder::new().with("urls.txt", "http://127.0.0.1:1/\n");
    for (flags, why) in [("-n 3 --every 1s", "so there are no rounds"), ("-n 0", "sends nothing")] {
        let ended = folder.inflight(&format!("run urls.txt {flags}")).run().exits(2);
        assert!(ended.err().contains(why), "{}", ended.err());
    }
}
