//! Answers: refusals, failures, outages, time-outs, retries.

use crate::model::verdict::{Case, sentence};

/// Twenty attempts per second for five seconds, with `n` refusals.
pub fn refused(n: u64) -> Case {
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
    refused(5).finds(&["limited-by-upstream"]);
    let model = refused(20).finds(&["limited-by-upstream"]);
    assert_eq!(
        sentence(&model),
        "20 of 120 refused: 20.0/s accepted since 00:01; send at most 3 at once, or `--adaptive when-refused`"
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

/// Eight jobs, `n` of which are retried without success.
pub fn retried(n: u64) -> Case {
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
    assert!(sentence(&model).starts_with("1.5 tries per job: 4 of 4 retries saved no job; use fewer tries"));
    retried(1).finds(&[]);
}

/// 100 jobs, two at once; the jobs of `bad` end so.
pub fn failing(bad: impl Fn(u64) -> bool, end: &str) -> Case {
    let mut case = Case::new("limit 2 jobs 100");
    for i in 0..100 {
        let from = i / 2 * 50;
        case.job(&format!("a#{i}"), "", (from, from + 50), if bad(i) { end } else { "answer 200" });
    }
    case
}

#[test]
fn jobs_that_fail_come_with_their_cause() {
    assert_eq!(
        sentence(&failing(|_| true, "answer 404").finds(&["failures"])),
        "all 100 jobs failed: 404 Not Found: a.example; check the addresses"
    );
    let some = sentence(&failing(|i| i % 16 == 0, "break").finds(&["failures"]));
    assert_eq!(
        some,
        "7 of 100 jobs failed: connection reset: a.example; the other end broke the connections: see its log"
    );
}

#[test]
fn few_failures_are_no_finding() {
    failing(|i| i % 25 == 0, "answer 500").finds(&[]);
    failing(|_| false, "answer 500").finds(&[]);
}

#[test]
fn failures_in_one_span_come_with_the_span() {
    let model = failing(|i| (40..60).contains(&i), "answer 503").finds(&["failures-in-one-span", "failures"]);
    assert_eq!(
        sentence(&model),
        "20 failures between 00:01.0 and 00:01.5: a.example: 503 Service Unavailable; \
         20 jobs lost: more tries or a longer backoff outlast it"
    );
}

#[test]
fn failures_that_are_few_or_scattered_are_in_no_span() {
    failing(|i| (40..49).contains(&i), "answer 503").finds(&["failures"]);
    failing(|i| i % 3 == 0, "answer 503").finds(&["failures"]);
}

/// 100 jobs, two at once, 50 ms each; `n` of them time out after a second.
pub fn hanging(n: u64) -> Case {
    let mut case = failing(|_| false, "");
    for i in 0..n {
        case.job(&format!("a#{}", 900 + i), "", (100 * i, 100 * i + 1_000), "timeout");
    }
    case
}

#[test]
fn time_outs_that_take_the_slots_come_with_their_share() {
    let model = hanging(3).finds(&["time-outs"]);
    assert_eq!(
        sentence(&model),
        "3 time-outs: 38 % of slot time: 1.00 s each, p99 with them 1.00 s; \
         good answers took at most 50.0 ms: a shorter `--timeout` frees the slots sooner"
    );
    hanging(2).finds(&[]);
    hanging(0).finds(&[]);
}

#[test]
fn refusals_that_are_over_are_in_the_past() {
    let mut burst = Case::new("limit 4 jobs 300");
    for i in 0..20 {
        burst.job(&format!("a#{}", 900 + i), "", (100 * i, 100 * i + 5), "refuse 429");
    }
    for i in 0..300 {
        burst.good(&format!("a#{i}"), "", (2_100 + i * 10, 2_140 + i * 10));
    }
    assert_eq!(
        sentence(&burst.finds(&["limited-by-upstream"])),
        "Clean for 3.23 s after 20 refusals: it refused with 429 from 00:00 to 00:01; it accepts everything now"
    );
}

/// So many refusals in a row, a quarter of a second apart, and then good answers for ten seconds.
fn refused_first(n: u64) -> Case {
    let mut case = Case::new("limit 4 jobs 200");
    for i in 0..n {
        case.job(&format!("a#{}", 900 + i), "", (250 * i, 250 * i + 5), "refuse 429");
    }
    for i in 0..200 {
        let from = 250 * n + i * 50;
        case.good(&format!("a#{i}"), "", (from, from + 90));
    }
    case
}

#[test]
fn a_host_that_refused_everything_for_a_while_is_named_even_if_little_was_sent() {
    let model = refused_first(3).finds(&["limited-by-upstream"]);
    assert!(sentence(&model).starts_with("Clean for 10"), "{}", sentence(&model));
    refused_first(2).finds(&[]);
}

/// Eight at once, of which those above `most` in flight are refused.
pub fn capped(most: u64) -> Case {
    let mut case = Case::new("limit 8");
    for round in 0..10 {
        for i in 0..8 {
            let (from, about) = (round * 100 + i, format!("a#{}", round * 10 + i));
            if i < most {
                case.good(&about, "", (from, round * 100 + 80 + i));
            } else {
                case.job(&about, "", (from, round * 100 + 20 + i), "refuse 429");
            }
        }
    }
    case
}

#[test]
fn a_limit_at_once_is_blamed_only_if_hardly_any_is_accepted_above_it() {
    let capped = sentence(&capped(5).finds(&["limited-by-upstream"]));
    assert!(capped.contains("send at most 5 at once"), "{capped}");
    let mut paced = Case::new("limit 8");
    for i in 0..100 {
        let (from, about) = (i * 25, format!("a#{i}"));
        if i % 2 == 0 {
            paced.good(&about, "", (from, from + 60));
        } else {
            paced.job(&about, "", (from, from + 5), "refuse 429");
        }
    }
    let paced = sentence(&paced.finds(&["limited-by-upstream"]));
    assert!(paced.contains("use `--rate 19/s`") || paced.contains("use `--rate 20/s`"), "{paced}");
}
