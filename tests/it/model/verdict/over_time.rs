//! What changes over the course of a run: answers that become slower, and pauses of the upstream.

use crate::model::verdict::load::queued;
use crate::model::verdict::{Case, sentence};

/// Four at once for six seconds; from three seconds on, an answer takes `after` ms instead of 50.
pub fn slower(after: u64) -> Case {
    slower_until(6_000, after)
}

/// The same for so many milliseconds.
fn slower_until(end: u64, after: u64) -> Case {
    let mut case = Case::new("limit 4");
    let mut job = 0;
    for slot in 0..4 {
        let mut at = slot;
        while at < end {
            let took = if at < 3_000 { 50 } else { after };
            case.good(&format!("a#{job}"), "", (at, at + took));
            (at, job) = (at + took, job + 1);
        }
    }
    case
}

#[test]
fn answers_that_became_slower_come_with_the_moment() {
    let model = slower(150).finds(&["slower"]);
    assert!(
        sentence(&model).starts_with("150 ms instead of 50.0 ms since 00:03: a.example became slower, 26"),
        "{}",
        sentence(&model)
    );
}

#[test]
fn a_change_that_was_thousands_of_answers_ago_is_still_known() {
    let model = slower_until(100_000, 150).finds(&["slower"]);
    assert!(model.totals.ended > 2_500);
    assert!(sentence(&model).starts_with("150 ms instead of 50.0 ms since 00:03"), "{}", sentence(&model));
}

#[test]
fn answers_that_became_a_little_slower_or_faster_are_no_finding() {
    slower(90).finds(&[]);
    slower(10).finds(&[]);
}

/// Four at once for four seconds, 20 ms each, with a pause of `lasted` ms in every second.
pub fn paused(lasted: u64) -> Case {
    paused_until(4_000, lasted)
}

/// The same, and steady from then on for so many milliseconds in all.
fn paused_until(end: u64, lasted: u64) -> Case {
    let mut case = Case::new("limit 4");
    let mut job = 0;
    for slot in 0..4 {
        let mut at = slot;
        while at < end {
            let ends = at + 20;
            let (second, within) = (ends / 1_000, ends % 1_000);
            let is_pause = ends < 4_000 && within >= 1_000 - lasted;
            let to = if is_pause { (second + 1) * 1_000 + slot } else { ends };
            case.good(&format!("a#{job}"), "", (at, to));
            (at, job) = (to, job + 1);
        }
    }
    case.step(end + 1_000, "end");
    case
}

#[test]
fn an_upstream_that_pauses_again_and_again_is_named() {
    let model = paused(400).finds(&["pauses"]);
    assert!(sentence(&model).starts_with("4 pauses of about 4"), "{}", sentence(&model));
    let short = paused(150).finds(&["pauses"]);
    assert!(sentence(&short).starts_with("4 pauses of about 1"), "{}", sentence(&short));
}

#[test]
fn pauses_that_were_thousands_of_answers_ago_are_still_known() {
    let model = paused_until(20_000, 400).finds(&["pauses"]);
    assert!(model.totals.ended > 3_000);
    assert!(sentence(&model).starts_with("4 pauses of about 4"), "{}", sentence(&model));
}

#[test]
fn short_pauses_and_a_single_one_are_no_finding() {
    paused(70).finds(&[]);
    let mut single = queued("limit 4", 4, 4, 200);
    for i in 0..4 {
        single.good(&format!("a#{}", 900 + i), "", (1_000, 1_600));
    }
    single.finds(&[]);
    // Four short ones cost little of a run that is so long.
    paused_until(60_000, 100).finds(&[]);
}

#[test]
fn pauses_while_timers_of_this_machine_were_late_may_be_its_own() {
    let late = |worst: u64| {
        let mut case = paused(200);
        for second in 1..5 {
            case.step(1_000 * second + 300, &format!("late 2ms {worst}ms"));
        }
        case
    };
    late(150).finds(&[]);
    late(60).finds(&["pauses"]);
}

#[test]
fn slow_requests_that_start_together_do_not_wait_for_a_pause() {
    let mut case = Case::new("limit 4");
    let mut job = 0;
    for block in 0..6 {
        let from = block * 400;
        for i in 0..40 {
            let at = from + i / 4 * 20;
            case.good(&format!("a#{job}"), "", (at, at + 20));
            job += 1;
        }
        for slot in 0..4 {
            case.good(&format!("b#{}", 900 + job), "at a", (from + 200, from + 320 + slot));
            job += 1;
        }
    }
    case.step(2_500, "end");
    case.finds(&[]);
}
