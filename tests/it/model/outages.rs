//! Hosts that are down or refuse: what the model keeps, and what the verdict concludes.

use std::fmt::Write;

use inflight::event::Offset;
use inflight::model::Model;
use inflight::model::host::HostState;
use inflight::model::verdict::findings;
use inflight::model::verdict::sentences::main_sentence;

use crate::scenario::notation::scenario;

fn fold(text: &str) -> Model {
    scenario(text).fold()
}

#[test]
fn a_host_is_down_until_it_answers_and_its_jobs_are_parked() {
    let start = "0ms run limit 4 | 1ms start a#1 | 2ms start a#2 | 1s break a#1 | 1s retry a#1 3s host | 1s down a 2s";
    let state = |model: &Model| {
        let host = model.hosts.get(0).unwrap();
        (host.state(Offset(1_500_000)), host.parked, host.past_outages.n)
    };
    let down = fold(start);
    assert_eq!(state(&down), (HostState::Down(Offset(1_000_000), Offset(2_000_000)), 1, 0));
    let probed = fold(&format!("{start} | 2s start a#1.2 | 2s break a#1.2 | 2s retry a#1.2 6s host | 2s down a 6s"));
    assert_eq!(state(&probed), (HostState::Down(Offset(1_000_000), Offset(6_000_000)), 1, 0), "still the same outage");
    let up = fold(&format!("{start} | 2s start a#1.2 | 3s answer a#1.2 200 | 3s up a | 3s done a#1"));
    assert_eq!(state(&up), (HostState::Busy, 0, 1));
}

#[test]
fn a_parked_job_that_is_cancelled_no_longer_waits() {
    let model = fold("0ms run limit 4 | 1ms start a#1 | 1s break a#1 | 1s retry a#1 3s host | 2s skip a#1");
    assert_eq!(model.hosts.get(0).unwrap().parked, 0);
}

#[test]
fn a_run_that_waited_for_an_outage_says_so() {
    let model =
        fold("0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 31s up a | 32s answer a#1 | 32s done a#1 | 33s end");
    assert_eq!(
        main_sentence(&model, None).unwrap(),
        "a.example was down for 30.0 s: connection refused; its jobs waited, and nothing was lost"
    );
    let model = fold("0ms run limit 4 | 1ms start a#1 | 62s down a 63s | 63s stall 1ms");
    let verdict = main_sentence(&model, None).unwrap();
    assert!(verdict.starts_with("a.example has been down since 01:02: connection refused;"), "{verdict}");
    let model = fold("0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 31s giveup a | 31s fail a#1 | 33s end");
    let verdict = main_sentence(&model, None).unwrap();
    assert!(verdict.contains("jobs that waited too long failed"), "{verdict}");
    let model =
        fold("0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 1900ms up a | 3s answer a#1 | 3s done a#1 | 3s end");
    assert_eq!(findings(&model), [], "a short outage is no finding");
}

#[test]
fn several_outages_are_summed_up() {
    let model =
        fold("0ms run limit 4 | 1s down a 2s | 3s up a | 4s down a 5s | 6s up a | 6s down b 7s | 9s up b | 10s end");
    let verdict = main_sentence(&model, None).unwrap();
    assert!(verdict.starts_with("a.example was down for 4.00 s in 2 outages (2 hosts in all):"), "{verdict}");
}

/// `good` answers one after the other, then `forbidden` answers with 403, then `after` good ones.
fn forbidden(good: u64, forbidden: u64, after: u64) -> Model {
    let mut text = "0ms run limit 4 | ".to_owned();
    for i in 0..good + forbidden + after {
        let status = if (good..good + forbidden).contains(&i) { 403 } else { 200 };
        let settled = if status == 200 { "done" } else { "fail" };
        write!(text, "{0}ms start a#{i} | {1}ms answer a#{i} {status} | {1}ms {settled} a#{i} | ", i * 10, i * 10 + 9)
            .unwrap();
    }
    fold(&text)
}

#[test]
fn a_late_flood_of_403_looks_like_a_limiter_and_names_the_setting() {
    assert_eq!(
        main_sentence(&forbidden(20, 40, 0), None).unwrap(),
        "40 attempts answered with 403: this looks like a limiter at a.example: the first came after 20 good answers; \
         if it is one, `throttled = [429, 503, 403]` waits and tries again"
    );
    let is_limiter = |model: &Model| findings(model).iter().any(|finding| finding.kind() == "forbidden");
    assert!(is_limiter(&forbidden(20, 40, 30)));
    assert!(!is_limiter(&forbidden(4, 40, 30)), "early, like a permission");
    assert!(!is_limiter(&forbidden(40, 9, 0)), "few");
}

/// Twenty attempts at once of which most are refused, after some facts.
fn refused(mode: &str, then: &str) -> Model {
    let mut text = format!("0ms run limit 20 | 0ms mode {mode} | ");
    for i in 0..20 {
        let end = if i < 5 { "answer" } else { "refuse" };
        write!(text, "{i}ms start a#{i} | {0}ms {end} a#{i} | ", 100 + i).unwrap();
    }
    fold(&format!("{text}200ms {then}"))
}

#[test]
fn the_remedy_for_refusals_is_what_the_host_takes() {
    let remedy = |model: &Model| main_sentence(model, None).unwrap().rsplit("; ").next().unwrap().to_owned();
    assert!(remedy(&refused("off", "stall 1ms")).ends_with(", or use `--adaptive when-refused`"));
    assert_eq!(remedy(&refused("when-refused", "stall 1ms")), "the limit is adapting");
    assert_eq!(remedy(&refused("when-refused", "adapt a 5")), "adapted to 5 at once");
    assert_eq!(remedy(&refused("when-refused", "adapt a 20 window 30/5s")), "adapted to 30 per 5 s");
    assert_eq!(remedy(&refused("when-refused", "learn a 5")), "it takes `[host.\"a.example\"] concurrency = 5`");
    assert_eq!(
        remedy(&refused("when-refused", "learn a window 30/5s")),
        "it takes `[host.\"a.example\"] gap = \"166667us\"` (30 per 5 s)"
    );
}

#[test]
fn only_the_start_and_the_end_of_an_outage_are_logged_and_not_each_attempt_in_between() {
    let start = "0ms run limit 4 | 1ms start a#1 | 1ms start a#2 | 1s break a#1 | 1s down a 2s | 1010ms break a#2";
    let probes = "2s start a#1.2 | 2s break a#1.2 | 2s down a 4s | 4s start a#1.3 | 4s break a#1.3 | 4s down a 8s";
    let log = |text: &str| fold(text).event_log.n_added();
    assert_eq!(log(start), 3, "two failures, and the outage");
    assert_eq!(log(&format!("{start} | {probes}")), 3);
    assert_eq!(log(&format!("{start} | {probes} | 8s start a#1.4 | 9s up a | 9s answer a#1.4")), 4);
}
