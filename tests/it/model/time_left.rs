//! Tests of the time left and of stragglers.

use std::fmt::Write as _;

use inflight::event::{Fact, Offset};

use crate::scenario::notation::scenario;

const fn millis(ms: u64) -> Offset {
    Offset(ms * 1_000)
}

#[test]
fn the_time_left_excludes_attempts_that_take_far_longer_than_usual() {
    let mut text = String::from("0ms start a#999");
    for n in 0..50 {
        use std::fmt::Write;
        let at = n * 100;
        write!(text, " | {at}ms start a#{n} | {}ms answer a#{n} 200 | {}ms done a#{n}", at + 50, at + 50).unwrap();
    }
    let model = scenario(&text).fold();
    let held = model.stragglers(Offset(5_000_000));
    assert_eq!((held.n, held.until), (1, None));
    assert_eq!(model.stragglers(Offset(900_000)).n, 0, "a second is not long");
}

#[test]
fn once_nothing_is_left_to_start_an_attempt_longer_than_any_answer_is_a_straggler() {
    // Answers take up to 3 s, and the last two never come.
    let job = |i: u64| {
        let at = 300 + i * 100;
        format!(" | 0ms start a#{i} | {at}ms answer a#{i} 200 | {at}ms done a#{i}")
    };
    let jobs: String = (0..28).map(job).collect();
    let tail = scenario(&format!("0ms run limit 30 jobs 30{jobs} | 0ms start a#98 | 0ms start a#99")).fold();
    assert_eq!((tail.stragglers(millis(2_900)).n, tail.stragglers(millis(3_500)).n), (0, 2));
    assert_eq!(tail.time_left(millis(3_500)), None, "the pace says nothing about them");
    let more = scenario(&format!("0ms run limit 30 jobs 31{jobs} | 0ms start a#98 | 0ms start a#99")).fold();
    assert_eq!(more.stragglers(millis(3_500)).n, 0, "another job is left to start");
}

/// Ten jobs per second for `seconds`, in a plan with `jobs` jobs.
fn steady(jobs: u64, seconds: u64) -> String {
    let job = |i: u64| format!(" | {0}ms start a#{i} | {0}ms answer a#{i} | {0}ms done a#{i}", i * 100);
    let steps: String = (1..=seconds * 10).map(job).collect();
    format!("0ms run limit 4 jobs {jobs}{steps}")
}

#[test]
fn the_time_left_uses_the_pace_of_the_last_ten_seconds() {
    let left = scenario(&steady(400, 20)).fold().time_left(millis(20_000)).unwrap();
    assert!(left.as_secs_f64() > 19.0 && left.as_secs_f64() < 21.0, "{left:?}");
}

#[test]
fn no_time_left_is_shown_too_early() {
    let too_short = scenario(&steady(400, 2)).fold();
    assert_eq!(too_short.time_left(millis(2_999)), None);
    let too_little = scenario(&steady(10_000, 4)).fold();
    assert_eq!(too_little.time_left(millis(4_000)), None);
    let no_plan = scenario("0ms run | 5s start a#1").fold();
    assert_eq!(no_plan.time_left(millis(5_000)), None);
}

#[test]
fn no_time_left_is_shown_while_nothing_starts() {
    for stop in ["pause", "drain", "cancel", "end"] {
        let model = scenario(&format!("{} | 10s {stop}", steady(400, 10))).fold();
        assert_eq!(model.time_left(millis(10_000)), None, "{stop}");
    }
}

#[test]
fn the_time_left_is_that_of_the_jobs_that_remain() {
    // Two slots: half of the time goes to slow jobs, of which few are left, and many quick ones remain.
    let mut text = String::from("0ms run limit 2 jobs 1000");
    for slot in 0..2 {
        for i in 0..5 {
            let (job, from) = (100 * slot + i, 1_000 * i);
            let _ = write!(
                text,
                " | {from}ms start a#{job} | {}ms answer a#{job} | {}ms done a#{job}",
                from + 900,
                from + 900
            );
            let (job, from) = (job + 50, from + 900);
            let _ = write!(
                text,
                " | {from}ms start b#{job} | {}ms answer b#{job} | {}ms done b#{job}",
                from + 100,
                from + 100
            );
        }
    }
    let mut scenario = scenario(&text);
    scenario.events.sort_by_key(|event| event.at);
    for event in &mut scenario.events {
        if let Fact::EndpointAnnounced { name, jobs, .. } = &mut event.fact {
            *jobs = Some(if **name == *"a" { 12 } else { 988 });
        }
    }
    let left = scenario.fold().time_left(millis(5_000)).unwrap().as_secs_f64();
    // Two slow ones, and 978 quick ones, on two slots. At the pace so far it would be 247 s.
    assert!((48.0..52.0).contains(&left), "{left}");
}

#[test]
fn the_pace_begins_anew_when_the_limit_changes() {
    let left = |steps: &str, at: u64| scenario(&format!("{}{steps}", steady(400, 20))).fold().time_left(millis(at));
    let ramp = " | 100ms limit 1 ramp | 19s limit 3 ramp";
    assert_eq!(left(ramp, 20_000), None, "no pace lasts while the limit rises");
    assert_eq!(left(" | 19s limit 2", 20_000), None, "too soon after a change");
    assert!(left(" | 15s limit 2", 20_000).is_some_and(|left| left.as_secs_f64() < 21.0));
}

#[test]
fn the_time_left_includes_a_long_cooldown() {
    let left = |text: &str, at: u64| {
        let left = scenario(text).fold().time_left(millis(at)).unwrap().as_secs_f64();
        left.round()
    };
    let cooled = format!("{} | 20s cool a 320s", steady(400, 20));
    assert!((319.0..=321.0).contains(&left(&cooled, 20_000)), "300 s, then 20 s as before: {}", left(&cooled, 20_000));
    assert!((119.0..=121.0).contains(&left(&cooled, 220_000)), "{}", left(&cooled, 220_000));
    let short = format!("{} | 20s cool a 25s", steady(400, 20));
    assert!((19.0..=21.0).contains(&left(&short, 20_000)), "the recent pace contains short ones");
}

#[test]
fn the_time_left_of_the_only_host_uses_its_window() {
    // A burst of ten jobs per second, of a hundred per minute.
    let text = format!("{} | 10s adapt a 4 window 100/1m", steady(400, 10));
    let left = scenario(&text).fold().time_left(millis(10_000)).unwrap();
    assert_eq!(left.0.div_ceil(1_000_000), 180, "{left:?}");
}
