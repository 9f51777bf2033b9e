//! How the upstream takes the load, and where the time goes.

use inflight::model::verdict::working::working;

use crate::model::verdict::{Case, sentence};

/// `n` attempts that end `after` ms after a stall of 300 ms.
pub fn stalled(n: u64, after: u64) -> Case {
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
    let sentence = sentence(&model);
    assert!(sentence.starts_with("p95 3"), "{sentence}");
    assert!(
        sentence
            .contains("ms without the stall: 5 attempts ended together after the event loop was blocked for 300 ms")
    );
    assert!(
        working(&model, None, model.last).iter().any(|(label, text)| *label == "observed" && text.contains("measured"))
    );
}

#[test]
fn few_or_late_ends_are_no_convoy() {
    stalled(2, 1).finds(&[]);
    stalled(5, 21).finds(&[]);
}

/// `n` answers, two at once, `reused` of them on a reused connection.
pub fn connected(n: u64, reused: u64) -> Case {
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
        sentence(&model).starts_with("100 % on new connections: a.example, 30.0 ms each to connect; share one client")
    );
}

#[test]
fn connections_that_are_reused_or_few_are_no_churn() {
    connected(17, 0).finds(&[]);
    connected(18, 2).finds(&[]);
    connected(40, 38).finds(&[]);
}

/// A closed loop of `in_flight` attempts at an upstream that works on `at_once` of them for 20 ms each.
pub fn queued(run: &str, in_flight: u64, at_once: usize, jobs: u64) -> Case {
    let mut case = Case::new(run);
    let mut slots: Vec<u64> = (0..in_flight).map(|i| i * 2).collect();
    let mut workers = vec![0; at_once];
    for i in 0..jobs {
        slots.sort_unstable();
        workers.sort_unstable();
        let from = slots[0];
        let to = workers[0].max(from) + 20;
        (slots[0], workers[0]) = (to, to);
        case.good(&format!("a#{i}"), "", (from, to));
    }
    case
}

#[test]
fn an_upstream_that_takes_few_at_once_queues() {
    let model = queued("limit 16", 16, 1, 60).finds(&["upstream-queues"]);
    assert_eq!(
        sentence(&model),
        "15 of 16 wait at the upstream: a.example works on about 1 at once (50.0/s); a limit of 3 is as fast (`-c 3`)"
    );
    let four = queued("limit 24", 24, 4, 200).finds(&["upstream-queues"]);
    assert!(sentence(&four).contains("works on about 4 at once (19"), "{}", sentence(&four));
}

#[test]
fn a_serial_upstream_is_recognized_although_it_serves_the_second_attempt_first() {
    let mut case = queued("limit 16", 16, 1, 60);
    for (at, step) in case.0.iter_mut().filter(|(_, step)| !step.starts_with("start")) {
        let is = |job: &str| step.split(' ').nth(1) == Some(job);
        *at = if is("a#0") {
            40
        } else if is("a#1") {
            20
        } else {
            *at
        };
    }
    let model = case.finds(&["upstream-queues"]);
    assert!(sentence(&model).contains("works on about 1 at once"), "{}", sentence(&model));
}

#[test]
fn a_serial_upstream_is_recognized_although_all_first_attempts_are_slow() {
    let mut case = queued("limit 16", 16, 1, 60);
    let first: Vec<_> = (0..16).map(|i| format!("start a#{i} ")).collect();
    let is_later = |step: &str| !step.starts_with("run") && !first.iter().any(|start| step.starts_with(start));
    for (at, _) in case.0.iter_mut().filter(|(_, step)| is_later(step)) {
        *at += 100;
    }
    let slow = sentence(&case.finds(&["upstream-queues"]));
    assert!(slow.contains("works on about 1 at once"), "{slow}");
}

#[test]
fn an_upstream_with_room_or_a_small_limit_or_few_jobs_does_not_queue() {
    assert_eq!(sentence(&queued("limit 16", 16, 16, 200).finds(&[])), "Concurrent: 14.6 of 16 in flight on average");
    queued("limit 7", 7, 1, 60).finds(&[]);
    queued("limit 16", 16, 1, 40).finds(&[]);
}

#[test]
fn obeying_the_recommended_limit_does_not_bring_another_recommendation() {
    for at_once in [1, 2, 4, 8, 12] {
        let model = queued("limit 32", 32, at_once, 400).model();
        let before = sentence(&model);
        let limit: u64 = before.split("a limit of ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let obeyed = queued(&format!("limit {limit}"), limit, at_once, 400).model();
        let after = sentence(&obeyed);
        assert!(after.starts_with("Concurrent: ") || after.starts_with("One at a time"), "{before} / {after}");
        // It was as fast, as the sentence promised.
        let ratio = obeyed.evidence.span().0 as f64 / model.evidence.span().0 as f64;
        assert!(ratio < 1.1, "{before}: {ratio}");
    }
}

/// A run that is full at a limit of 8, and then at one of 16; an attempt takes `before` and then `after` ms.
pub fn changed(before: u64, after: u64, n: u64) -> Case {
    let mut case = Case::new("limit 8");
    let mut job = 0;
    for (limit, from, took) in [(8, 0, before), (16, 4_000, after)] {
        for slot in 0..limit {
            for i in 0..n {
                let at = from + i * took;
                if at + took <= from + 4_000 {
                    case.good(&format!("a#{job}"), "", (at + slot % 3, at + took));
                    job += 1;
                }
            }
        }
    }
    case.step(4_000, "limit 16");
    case
}

#[test]
fn a_changed_limit_is_an_experiment_with_a_result() {
    let queued = sentence(&changed(200, 400, 20).finds(&["experiment"]));
    assert_eq!(
        queued,
        "8 → 16 at 00:04: 38.0 → 38.0/s: the median went from 199 ms to 399 ms; 8 was as fast: go back to it"
    );
    let scaled = sentence(&changed(200, 200, 20).finds(&["experiment"]));
    assert!(scaled.ends_with("16 is faster: keep it"), "{scaled}");
    // Until the host refuses, the controller only follows.
    let mut followed = changed(200, 200, 20);
    followed.step(1, "mode when-refused");
    followed.step(4_001, "adapt a 16");
    assert_eq!(sentence(&followed.finds(&["experiment"])), scaled);
}

#[test]
fn a_changed_limit_without_enough_answers_or_with_refusals_is_no_experiment() {
    changed(2_000, 2_000, 20).finds(&[]);
    let mut refused = changed(200, 400, 20);
    refused.job("a#9000", "", (5_000, 5_001), "refuse 429");
    refused.finds(&[]);
}

/// Two hosts with two slots each; an attempt at one of them takes `slow` ms, and 20 ms at the other.
pub fn two_hosts(slow: u64) -> Case {
    let mut case = Case::new("limit 4");
    for slot in 0..2 {
        for i in 0..10 {
            case.good(&format!("b#{}", 500 + slot * 100 + i), "", (i * slow + slot, i * slow + slot + slow));
        }
        for i in 0..20 {
            case.good(&format!("a#{}", slot * 100 + i), "", (i * 22 + slot, i * 22 + slot + 20));
        }
    }
    case
}

#[test]
fn a_slow_host_that_takes_the_slot_time_is_named() {
    let model = two_hosts(200).finds(&["one-host"]);
    assert_eq!(
        sentence(&model),
        "83 % of slot time: b.example takes it, 200 ms against 20.2 ms elsewhere; it decides when the run ends: find out why it is slow"
    );
}

#[test]
fn a_host_that_is_not_much_slower_is_not_named() {
    two_hosts(90).finds(&[]);
    two_hosts(20).finds(&[]);
}
