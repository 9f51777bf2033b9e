//! The order of attempts: serial, in waves, with stragglers.

use inflight::model::verdict::findings;

use crate::model::verdict::{Case, sentence};

/// `n` jobs one after the other, 100 ms each, with a pause in between.
pub fn chain(run: &str, n: u64, pause: u64) -> Case {
    let mut case = Case::new(run);
    for i in 0..n {
        let from = i * (100 + pause);
        case.good(&format!("a#{i}"), "", (from, from + 100));
    }
    case
}

#[test]
fn one_after_the_other_is_serial() {
    let model = chain("limit 32", 8, 1).finds(&["serial"]);
    assert_eq!(
        sentence(&model),
        "in flight 1.0 of 32 on average: each attempt starts after the previous one ends; \
         if they are independent, start several at once"
    );
    chain("", 8, 24).finds(&["serial"]);
}

#[test]
fn what_is_paced_or_too_short_or_limited_to_one_is_not_serial() {
    chain("limit 32", 7, 1).finds(&[]);
    chain("limit 32", 8, 40).finds(&[]);
    chain("limit 1", 8, 1).finds(&[]);
    let mut overlapping = chain("limit 32", 8, 1);
    overlapping.good("a#90", "", (50, 60));
    overlapping.finds(&[]);
    let mut paused = chain("limit 32", 8, 1);
    paused.step(90, "pause");
    paused.step(91, "resume");
    paused.finds(&[]);
}

/// `n` waves whose slowest attempt takes `slowest` ms and whose others take 100 ms.
pub fn waves(n: u64, size: u64, slowest: u64) -> Case {
    let mut case = Case::new("");
    for wave in 0..n {
        for i in 0..size {
            let from = wave * (slowest + 1) + i;
            let took = if i == 0 { slowest } else { 100 };
            case.good(&format!("a#{}", wave * size + i), "", (from, from + took));
        }
    }
    case
}

#[test]
fn batches_that_wait_for_their_slowest_are_waves() {
    let model = waves(4, 8, 300).finds(&["waves"]);
    assert_eq!(
        sentence(&model),
        "4 waves of 8, slots 58 % idle: each wave waits for its slowest attempt; \
         start one whenever one ends: about 600 ms instead of 1.20 s with 8 at once"
    );
}

#[test]
fn even_waves_few_waves_and_unequal_ones_are_none() {
    waves(4, 8, 120).finds(&[]);
    waves(2, 8, 300).finds(&[]);
    waves(4, 3, 300).finds(&[]);
    let mut unequal = waves(2, 8, 300);
    for i in 0..2 {
        unequal.good(&format!("a#{}", 90 + i), "", (1_000 + 400 * i, 1_300 + 400 * i));
    }
    unequal.finds(&[]);
}

/// Four attempts at once for a second, and one that takes `holds` ms longer.
pub fn tail(holds: u64) -> Case {
    let mut case = Case::new("limit 4 jobs 41");
    for slot in 0..4 {
        for i in 0..10 {
            let from = i * 100 + slot;
            case.good(&format!("a#{}", slot * 10 + i), "", (from, from + 100));
        }
    }
    case.good("a#99", "", (1_000, 1_003 + holds));
    case.step(1_003 + holds, "end");
    case
}

#[test]
fn a_slow_last_job_is_a_straggler_and_is_named() {
    let model = tail(400).finds(&["stragglers"]);
    assert_eq!(
        sentence(&model),
        "last 400 ms of 1.40 s: waiting for 1 attempt: GET https://a#99.example/99 (403 ms); \
         start these first: record it with `--events last.jsonl`, then `--order slow-first --from last.jsonl`"
    );
}

#[test]
fn a_short_tail_or_one_with_work_left_has_no_stragglers() {
    tail(250).finds(&[]);
    let mut working = tail(400);
    working.good("a#100", "", (1_200, 1_250));
    working.finds(&[]);
    let mut under_way = tail(400);
    under_way.0.retain(|(_, step)| step != "end");
    under_way.finds(&[]);
}

/// Eight jobs at once, of which the last two end so after `ms`, and the others after a second.
fn all_at_once(ms: u64, end: &str) -> Case {
    let mut case = Case::new("limit 8 jobs 8");
    for i in 0..6 {
        case.good(&format!("a#{i}"), "", (i, 1_000 + i));
    }
    for i in 6..8 {
        case.job(&format!("a#{i}"), "", (i, ms), end);
    }
    case.step(ms, "end");
    case
}

#[test]
fn time_outs_are_stragglers_even_among_few_attempts() {
    let model = all_at_once(4_000, "timeout").finds(&["stragglers"]);
    let sentence = sentence(&model);
    assert!(sentence.starts_with("last 3.00 s of 4.00 s: waiting for 2 time-outs: "), "{sentence}");
    assert!(sentence.ends_with("use a shorter time-out: they started early enough"), "{sentence}");
    all_at_once(4_000, "answer 200").finds(&[]);
}

/// Four attempts at once for a second, 100 ms each, then two that time out after `took` ms.
pub fn late(took: u64) -> Case {
    let mut case = Case::new("limit 4 jobs 43");
    for slot in 0..4 {
        for i in 0..10 {
            let from = i * 100 + slot;
            case.good(&format!("a#{}", slot * 10 + i), "", (from, from + 100));
        }
    }
    for i in 0..2 {
        case.job(&format!("b#{}", 98 + i), "", (1_003, 1_003 + took), "timeout");
    }
    case.step(1_003 + took, "end");
    case
}

#[test]
fn late_time_outs_come_with_an_estimate_of_starting_them_first() {
    let model = late(1_000).finds(&["stragglers"]);
    let verdict = |recording| findings(&model, recording)[0].sentence.to_string();
    let start = "last 1.00 s of 2.00 s: waiting for 2 time-outs, the latest GET https://b#99.example/99 (1.00 s), \
                 GET https://b#98.example/98 (1.00 s); about 1.57 s with these first: ";
    assert_eq!(
        verdict(None),
        format!("{start}record it with `--events last.jsonl`, then `--order slow-first --from last.jsonl`")
    );
    assert_eq!(verdict(Some("runs/monday.jsonl")), format!("{start}`--order slow-first --from runs/monday.jsonl`"));
}

#[test]
fn time_outs_that_started_early_are_not_late() {
    // Starting them first would hardly shorten the run.
    late(900).finds(&[]);
    late(200).finds(&[]);
    let mut long = tail(400);
    long.job("b#98", "", (0, 1_800), "timeout");
    long.step(1_800, "end");
    long.0.retain(|(ms, step)| step != "end" || *ms == 1_800);
    let verdict = sentence(&long.finds(&["stragglers"]));
    assert!(verdict.starts_with("last 797 ms of 1.80 s"), "{verdict}");
    assert!(verdict.ends_with("; use a shorter time-out: they started early enough"), "{verdict}");
}

#[test]
fn slow_first_is_only_suggested_for_jobs_that_it_would_recognize() {
    let mut case = Case::new("limit 4 jobs 13");
    for i in 0..12 {
        case.good(&format!("a#{i}"), "", (i / 4 * 1_000 + i % 4, i / 4 * 1_000 + i % 4 + 1_000));
    }
    case.job("b#98", "", (3_000, 5_503), "timeout");
    case.step(5_503, "end");
    let verdict = sentence(&case.finds(&["stragglers"]));
    assert!(verdict.ends_with("; start these first, or give them a shorter time-out"), "{verdict}");
}

#[test]
fn late_time_outs_of_a_refused_paused_or_unfinished_run_are_no_finding() {
    let mut refused = late(1_000);
    refused.job("a#90", "", (500, 501), "refuse 429");
    refused.finds(&[]);
    let mut paused = late(1_000);
    paused.step(90, "pause");
    paused.step(91, "resume");
    paused.finds(&[]);
    let mut under_way = late(1_000);
    under_way.0.retain(|(_, step)| step != "end");
    under_way.finds(&[]);
    let mut answered = late(1_000);
    answered.good("a#97", "", (1_010, 2_002));
    answered.finds(&[]);
}
