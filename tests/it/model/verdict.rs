//! Tests of the verdict: for each finding a run that has it, one just below the threshold, and healthy runs.

use std::fmt::Write;

use inflight::model::Model;
use inflight::model::verdict::sentences::{main_sentence, sentence_of};
use inflight::model::verdict::working::working;
use inflight::model::verdict::{Finding, findings};

use crate::scenario::notation::scenario;
use crate::scenario::{fixtures, fold};

/// A run that is built step by step; steps may come in any order.
#[derive(Default)]
struct Case(Vec<(u64, String)>);

impl Case {
    fn new(run: &str) -> Self {
        let mut case = Self::default();
        case.step(0, &format!("run {run}"));
        case
    }

    fn step(&mut self, ms: u64, step: &str) {
        self.0.push((ms, step.to_owned()));
    }

    /// A job with one attempt: its waiting, its start and end, and its outcome.
    fn job(&mut self, about: &str, waited: &str, (from, to): (u64, u64), end: &str) {
        self.step(from, &format!("start {about} {waited}"));
        self.step(
            to,
            &format!("{} {about} {}", end.split(' ').next().unwrap(), end.split_once(' ').map_or("", |(_, rest)| rest)),
        );
        let settled = if end.starts_with("answer") { "done" } else { "fail" };
        self.step(to, &format!("{settled} {about}"));
    }

    fn good(&mut self, about: &str, waited: &str, span: (u64, u64)) {
        self.job(about, waited, span, "answer 200");
    }

    fn model(mut self) -> Model {
        // At the same moment, ends come before starts.
        self.0.sort_by_key(|(ms, step)| (*ms, step.starts_with("start")));
        let mut text = String::new();
        for (ms, step) in &self.0 {
            write!(text, "{ms}ms {step} | ").unwrap();
        }
        scenario(&text).fold()
    }

    #[track_caller]
    fn finds(self, kinds: &[&str]) -> Model {
        let model = self.model();
        let found: Vec<_> = findings(&model).iter().map(Finding::kind).collect();
        assert_eq!(found, kinds, "{:#?}", working(&model, None));
        model
    }
}

/// `n` jobs one after the other, 100 ms each, with a pause in between.
fn chain(run: &str, n: u64, pause: u64) -> Case {
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
        main_sentence(&model, None).unwrap(),
        "in flight 1.0 of 32 on average: each attempt starts after the previous one ends; \
         if they are independent, about 100 ms instead of 807 ms with 32 at once"
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
fn waves(n: u64, size: u64, slowest: u64) -> Case {
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
        main_sentence(&model, None).unwrap(),
        "4 waves of 8, slots 58 % idle: each wave waits for its slowest attempt; \
         start one whenever one ends: about 763 ms instead of 1.20 s with 8 at once"
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
fn tail(holds: u64) -> Case {
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
        main_sentence(&model, None).unwrap(),
        "last 400 ms of 1.40 s: waiting for 1 attempt: GET https://a#99.example/99 (403 ms); \
         start these first (`--order slow-first`), or give them a shorter time-out"
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

/// Four attempts at once for a second, 100 ms each, then two that time out after `took` ms.
fn late(took: u64) -> Case {
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
    let verdict = |recording| main_sentence(&model, recording).unwrap();
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
    let verdict = main_sentence(&long.finds(&["stragglers"]), None).unwrap();
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
    let verdict = main_sentence(&case.finds(&["stragglers"]), None).unwrap();
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

/// Two attempts at once, 100 ms each, that all waited for the same reason.
fn held(run: &str, dial: &str, waited: &str) -> Case {
    let mut case = Case::new(run);
    case.step(0, dial);
    for slot in 0..2 {
        for i in 0..10 {
            case.good(&format!("a#{}", slot * 10 + i), waited, (i * 100 + slot, i * 100 + slot + 100));
        }
    }
    case
}

#[test]
fn the_limiting_setting_is_named_with_the_gain_of_raising_it() {
    let sentence = |case: Case| main_sentence(&case.finds(&["limited-by-us"]), None).unwrap();
    assert_eq!(
        sentence(held("limit 2", "own a 2", "slot 60ms host 10ms")),
        "86 % of all waiting: the limit of 2 for the run; about 500 ms instead of 1.00 s with 4 at once, if answers stay as fast"
    );
    assert!(sentence(held("limit 9", "own a 2", "host 60ms")).contains("the limit of 2 for a.example; about 500 ms"));
    assert!(
        sentence(held("limit 9", "own a 9", "gap 60ms")).contains("the gap at a.example, starts 47.4 ms apart; about")
    );
    assert!(
        sentence(held("limit 9", "own a 9", "rate 60ms")).contains("the rate of the run, starts 52.7 ms apart; about")
    );
}

#[test]
fn a_gap_at_one_host_is_not_blamed_while_others_take_as_long() {
    let mut case = held("limit 9", "own a 9", "gap 60ms");
    case.good("b#90", "", (0, 10));
    case.good("b#91", "", (990, 1_001));
    case.finds(&[]);
}

#[test]
fn little_waiting_mixed_waiting_and_refusals_blame_no_limit() {
    held("limit 2", "own a 2", "slot 25ms").finds(&[]);
    held("limit 2", "own a 2", "slot 40ms host 40ms paused 40ms cooldown 40ms").finds(&[]);
    let mut refused = held("limit 2", "own a 2", "slot 60ms");
    refused.job("a#90", "", (1_000, 1_001), "refuse 429");
    refused.finds(&[]);
    held("limit 2", "own a 2", "").finds(&[]);
}

/// Twenty attempts per second for five seconds, with `n` refusals.
fn refused(n: u64) -> Case {
    let mut case = Case::new("");
    for i in 0..100 {
        case.good(&format!("a#{i}"), "", (i * 50, i * 50 + 120));
    }
    for i in 0..n {
        case.job(&format!("a#{}", 900 + i), "", (1_000 + 200 * i, 1_001 + 200 * i), "refuse 429");
    }
    case
}

#[test]
fn refusals_come_with_the_accepted_rate() {
    let model = refused(5).finds(&["limited-by-upstream"]);
    assert_eq!(
        main_sentence(&model, None).unwrap(),
        "5 of 105 refused: a.example, first with 4 in flight; accepted 20.0/s; send at most 3 at once, or use `--adaptive when-refused`"
    );
    let mut patient = Case::new("");
    for i in 0..20 {
        patient.good(&format!("a#{i}"), "cooldown 3s", (i * 100, i * 100 + 50));
    }
    for i in 0..5 {
        patient.job(&format!("a#{}", 900 + i), "", (20_000 * i + 5, 20_000 * i + 6), "refuse 429");
    }
    patient.finds(&["limited-by-upstream"]);
}

#[test]
fn single_refusals_are_no_finding() {
    refused(4).finds(&[]);
    let mut rare = refused(0);
    for i in 0..5 {
        rare.job(&format!("a#{}", 900 + i), "", (20_000 * i + 5, 20_000 * i + 6), "refuse 429");
    }
    rare.finds(&[]);
}

/// One host that uses all four slots, and another whose jobs take `took` ms and wait `waited` ms.
fn one_slow_host(took: u64, waited: u64) -> Case {
    let mut case = Case::new("limit 4");
    for slot in 0..4 {
        for i in 0..5 {
            case.good(&format!("b#{}", slot * 10 + i), "", (i * 500 + slot, i * 500 + slot + 490));
        }
    }
    for i in 0..4 {
        let from = i * 500 + 493;
        case.good(&format!("a#{}", 90 + i), &format!("slot {waited}ms"), (from, from + took));
    }
    case
}

#[test]
fn a_slow_host_that_uses_the_slots_is_named() {
    let model = one_slow_host(5, 600).finds(&["one-host", "limited-by-us"]);
    assert_eq!(
        main_sentence(&model, None).unwrap(),
        "98 % of the slots: b.example uses them, 490 ms per attempt against 5.00 ms elsewhere; give it its own limit: others waited up to 600 ms"
    );
}

#[test]
fn a_host_without_waiting_jobs_or_as_slow_as_others_is_no_finding() {
    one_slow_host(5, 400).finds(&["limited-by-us"]);
    one_slow_host(150, 600).finds(&["limited-by-us"]);
}

/// `n` attempts that end `after` ms after a stall of 300 ms.
fn stalled(n: u64, after: u64) -> Case {
    let mut case = Case::new("");
    for i in 0..40 {
        case.good(&format!("a#{i}"), "", (i * 10, i * 10 + 25));
    }
    case.step(900, "stall 300ms");
    for i in 0..n {
        case.good(&format!("a#{}", 90 + i), "", (590, 900 + after + i));
    }
    case
}

#[test]
fn attempts_that_end_together_after_a_stall_are_a_convoy() {
    let model = stalled(5, 1).finds(&["convoy"]);
    let sentence = main_sentence(&model, None).unwrap();
    assert!(sentence.starts_with("p95 3"), "{sentence}");
    assert!(
        sentence
            .contains("ms without the stall: 5 attempts ended together after the event loop was blocked for 300 ms")
    );
    assert!(working(&model, None).iter().any(|(label, text)| *label == "figures" && text.contains("measured")));
}

#[test]
fn few_or_late_ends_are_no_convoy() {
    stalled(2, 1).finds(&[]);
    stalled(5, 21).finds(&[]);
}

/// Eight jobs, `n` of which are retried without success.
fn retried(n: u64) -> Case {
    let mut case = Case::new("");
    for i in 0..8 {
        let from = i * 50;
        if i >= n {
            case.good(&format!("a#{i}"), "", (from, from + 120));
            continue;
        }
        for (try_n, at) in (1..).zip([from, from + 500, from + 1_000]) {
            case.step(at, &format!("start a#{i}.{try_n}"));
            case.step(at + 120, &format!("break a#{i}.{try_n}"));
            case.step(
                at + 120,
                &if try_n < 3 { format!("retry a#{i}.{try_n} {}ms", at + 500) } else { format!("fail a#{i}.3") },
            );
        }
    }
    case
}

#[test]
fn retries_in_vain_are_a_finding() {
    let model = retried(2).finds(&["retries"]);
    assert!(
        main_sentence(&model, None)
            .unwrap()
            .starts_with("1.5 tries per job: 4 of 4 retries saved no job; use fewer tries")
    );
    retried(1).finds(&[]);
}

/// `n` answers, two at once, `reused` of them on a reused connection.
fn connected(n: u64, reused: u64) -> Case {
    let mut case = Case::new("");
    for i in 0..n {
        let how = if i < reused { "answer 200 reused" } else { "answer 200 connect 30ms" };
        case.job(&format!("a#{i}"), "", (i * 50, i * 50 + 80), how);
    }
    case
}

#[test]
fn a_connection_for_every_attempt_is_churn() {
    let model = connected(18, 0).finds(&["connections"]);
    assert!(
        main_sentence(&model, None)
            .unwrap()
            .starts_with("100 % on new connections: a.example, 30.0 ms each to connect; share one client")
    );
}

#[test]
fn connections_that_are_reused_or_few_are_no_churn() {
    connected(17, 0).finds(&[]);
    connected(18, 2).finds(&[]);
    connected(40, 38).finds(&[]);
}

#[test]
fn missing_local_resources_come_first() {
    let mut case = chain("limit 32", 8, 1);
    case.step(1, "limit 3 machine");
    let model = case.finds(&["own-machine", "serial"]);
    assert!(main_sentence(&model, None).unwrap().starts_with("limit cut from 32 to 3: this machine cannot open"));
    let mut turned = chain("limit 32", 8, 40);
    turned.step(1, "limit 3");
    turned.finds(&[]);
}

/// Steady work on eight slots, with reused connections and no failures.
#[test]
fn healthy_runs_of_every_kind_stay_silent() {
    let mut steady = Case::new("limit 8 jobs 200");
    for i in 0..200 {
        let from = i * 12 + i % 5;
        steady.job(&format!("a#{i}"), "slot 5ms", (from, from + 60 + (i * 37) % 40), "answer 200 reused");
    }
    steady.step(2_600, "end");
    steady.finds(&[]);
    assert_eq!(findings(&Model::default()), []);
    assert_eq!(findings(&fold(&fixtures::read("watched-level-only"))), []);
}

#[test]
fn recordings_of_real_runs_have_their_findings() {
    let kinds = |fixture: &str| -> Vec<_> {
        let model = fold(&fixtures::read(fixture));
        findings(&model)
            .iter()
            .map(|finding| (finding.kind(), sentence_of(finding, &model, None).to_string()))
            .collect()
    };
    assert_eq!(kinds("watched-serial").iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["serial"]);
    assert_eq!(
        kinds("two-workers")[0].1.split(';').next(),
        Some("limit cut from 5 to 3: this machine cannot open more connections")
    );
    assert!(
        kinds("late")[0].1.contains(": waiting for 2 time-outs, the latest GET practice://shop/hang?id=39 (1.00 s)")
    );
    assert_eq!(kinds("storm-429").first().map(|(kind, _)| *kind), Some("limited-by-upstream"));
}

#[test]
fn the_details_always_show_the_use_of_the_slots() {
    let model = held("limit 9", "own a 9", "").finds(&[]);
    let lines = working(&model, None);
    assert!(lines.contains(&("verdict", "nothing unusual".to_owned())), "{lines:?}");
    assert!(lines.iter().any(|(label, text)| *label == "in flight" && text == "2.00 of 9, 22 % on average, 2 at most"));
}
