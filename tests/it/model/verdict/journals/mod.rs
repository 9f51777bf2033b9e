//! Every finding has three journals: one that has it, one just below a threshold, and a healthy one of its kind.
//!
//! Start at [`JOURNALS`].

mod tense;

use inflight::model::verdict::{Finding, findings, kinds};
use unicode_width::UnicodeWidthStr;

use crate::model::verdict::{Case, answers, load, order};

/// The journals of one finding.
struct Journals {
    kind: &'static str,
    has: fn() -> Case,
    below: fn() -> Case,
    healthy: fn() -> Case,
}

const JOURNALS: [Journals; 26] = [
    Journals { kind: "own-machine", has: || short(3), below: || short(2), healthy: || short(0) },
    Journals {
        kind: "own-time-outs",
        has: || late_time_outs(3, 100),
        below: || late_time_outs(3, 99),
        healthy: || late_time_outs(0, 100),
    },
    Journals { kind: "outage", has: || down(1_000), below: || down(999), healthy: || down(1) },
    Journals { kind: "long-wait", has: || cooled(10_500), below: || cooled(9_500), healthy: || steady(100) },
    Journals { kind: "forbidden", has: || forbidden(5, 10), below: || forbidden(5, 9), healthy: || forbidden(5, 0) },
    Journals {
        kind: "limited-by-upstream",
        has: || answers::refused(5),
        below: || answers::refused(4),
        healthy: || answers::refused(0),
    },
    Journals { kind: "unknown-name", has: || unknown(5), below: || unknown(4), healthy: || unknown(0) },
    Journals {
        kind: "failures-in-one-span",
        has: || answers::failing(|i| (40..50).contains(&i), "answer 503"),
        below: || answers::failing(|i| (40..49).contains(&i), "answer 503"),
        healthy: || answers::failing(|_| false, ""),
    },
    Journals {
        kind: "failures",
        has: || answers::failing(|i| i % 20 == 0, "answer 500"),
        below: || answers::failing(|i| i % 25 == 0, "answer 500"),
        healthy: || answers::failing(|_| false, ""),
    },
    Journals {
        kind: "retries",
        has: || answers::retried(2),
        below: || answers::retried(1),
        healthy: || answers::retried(0),
    },
    Journals { kind: "held-back", has: || held(1_250), below: || held(1_249), healthy: || held(0) },
    Journals {
        kind: "convoy",
        has: || load::stalled(3, 1),
        below: || load::stalled(2, 1),
        healthy: || load::stalled(0, 1),
    },
    Journals {
        kind: "experiment",
        has: || load::changed(200, 400, 20),
        below: || load::changed(2_000, 2_000, 20),
        healthy: || load::queued("limit 8", 8, 8, 200),
    },
    Journals { kind: "slower", has: || load::slower(101), below: || load::slower(95), healthy: || load::slower(50) },
    Journals {
        kind: "upstream-queues",
        has: || load::queued("limit 8", 8, 1, 60),
        below: || load::queued("limit 7", 7, 1, 60),
        healthy: || load::queued("limit 8", 8, 8, 60),
    },
    Journals {
        kind: "one-host",
        has: || load::two_hosts(110),
        below: || load::two_hosts(95),
        healthy: || load::two_hosts(20),
    },
    Journals {
        kind: "one-endpoint",
        has: || two_endpoints(110),
        below: || two_endpoints(95),
        healthy: || two_endpoints(20),
    },
    Journals {
        kind: "serial",
        has: || order::chain("limit 32", 8, 24),
        below: || order::chain("limit 32", 7, 24),
        healthy: || order::chain("limit 32", 8, 40),
    },
    Journals {
        kind: "waves",
        has: || order::waves(3, 8, 300),
        below: || order::waves(2, 8, 300),
        healthy: || order::waves(3, 8, 100),
    },
    Journals { kind: "stragglers", has: || order::tail(400), below: || order::tail(299), healthy: || order::tail(1) },
    Journals {
        kind: "time-outs",
        has: || answers::hanging(3),
        below: || answers::hanging(2),
        healthy: || answers::hanging(0),
    },
    Journals { kind: "pauses", has: || load::paused(400), below: || load::paused(150), healthy: || load::paused(0) },
    Journals {
        kind: "connections",
        has: || load::connected(18, 0),
        below: || load::connected(17, 0),
        healthy: || load::connected(40, 38),
    },
    Journals { kind: "one-phase", has: || handshakes(26), below: || handshakes(24), healthy: || handshakes(1) },
    Journals { kind: "busy-machine", has: || busy(5), below: || busy(4), healthy: || busy(0) },
    Journals { kind: "stood-still", has: || stopped(10_000), below: || stopped(10_001), healthy: || steady(100) },
];

/// `n` jobs on four slots, 100 ms each.
fn steady(n: u64) -> Case {
    let mut case = Case::new(&format!("limit 4 jobs {n}"));
    for i in 0..n {
        let from = i / 4 * 100 + i % 4;
        case.good(&format!("a#{i}"), "", (from, from + 97));
    }
    case
}

/// Of a hundred jobs, `n` end so.
fn some(n: u64, end: &str) -> Case {
    let mut case = Case::new("limit 4");
    for i in 0..100 {
        let from = i / 4 * 100 + i % 4;
        case.job(&format!("a#{i}"), "", (from, from + 97), if i % 20 == 0 && i / 20 < n { end } else { "answer 200" });
    }
    case
}

fn short(n: u64) -> Case {
    some(n, "short")
}

fn unknown(n: u64) -> Case {
    some(n, "unknown")
}

/// `n` time-outs while the latest timer was late by so many milliseconds.
fn late_time_outs(n: u64, worst: u64) -> Case {
    let mut case = some(n, "timeout");
    for second in 1..4 {
        case.step(1_000 * second, &format!("late 2ms {worst}ms"));
    }
    case
}

/// A host that is down for so many milliseconds.
fn down(ms: u64) -> Case {
    let mut case = steady(200);
    case.step(500, "down a 600ms");
    case.step(500 + ms, "up a");
    case
}

/// A host that asked for a wait of so many milliseconds, of which the first second is over.
fn cooled(ms: u64) -> Case {
    let mut case = steady(100);
    case.job("a#900", "", (2_600, 2_601), &format!("refuse 429 asked {ms}ms"));
    case.step(2_601, &format!("cool a {}ms", 2_601 + ms));
    case.step(3_600, "idle work 1ms");
    case
}

/// Good answers, and then answers with status 403.
fn forbidden(good: u64, bad: u64) -> Case {
    let mut case = Case::new("limit 4");
    for i in 0..good + bad {
        let end = if i < good { "answer 200" } else { "answer 403" };
        case.job(&format!("a#{i}"), "", (i * 50, i * 50 + 40), end);
    }
    case
}

/// Cooldowns that took so many milliseconds of five seconds.
fn held(ms: u64) -> Case {
    let mut case = steady(200);
    for i in 0..3 {
        case.job(&format!("a#{}", 900 + i), "", (20 + i * 1_500, 21 + i * 1_500), "refuse 429");
    }
    case.step(5_000, &format!("idle cooldown {}ms", 4 * ms));
    case
}

/// Two endpoints of a host with two slots each; an attempt at one of them takes `slow` ms, and 20 ms at the other.
fn two_endpoints(slow: u64) -> Case {
    let mut case = Case::new("limit 4");
    for slot in 0..2 {
        for i in 0..10 {
            let from = i * slow + slot;
            case.job(&format!("b#{}", 500 + slot * 100 + i), "at a", (from, from + slow), "answer 200");
        }
        for i in 0..20 {
            case.good(&format!("a#{}", slot * 100 + i), "", (i * 22 + slot, i * 22 + slot + 20));
        }
    }
    case
}

/// A busy run whose TLS handshakes take so many of the 100 ms of each attempt, on connections that are half kept.
fn handshakes(ms: u64) -> Case {
    let mut case = Case::new("limit 4");
    for i in 0..60 {
        let from = i / 4 * 100 + i % 4;
        let end = format!("answer 200 tls {}ms {}", ms, if i % 2 == 0 { "reused" } else { "connect 0ms" });
        case.job(&format!("a#{i}"), "", (from, from + 97), &end);
    }
    case
}

/// Ten seconds, in `n` of which timers were late.
fn busy(n: u64) -> Case {
    let mut case = steady(400);
    for second in 1..=n {
        case.step(1_000 * second, "late 15ms 60ms");
    }
    case.step(10_000, "idle work 1ms");
    case
}

/// A stop so many milliseconds before the last event of a run that goes on.
fn stopped(ms: u64) -> Case {
    let mut case = steady(800);
    case.step(5_000, "stopped 2s");
    case.step(5_000 + ms, "idle work 1ms");
    case.0.retain(|(at, _)| *at <= 5_000 + ms);
    case
}

fn found(case: Case) -> Vec<Finding> {
    findings(&case.model(), None)
}

#[test]
fn every_finding_has_its_three_journals() {
    let kinds_of = |case: Case| found(case).iter().map(|finding| finding.kind).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for kind in kinds() {
        let Some(journals) = JOURNALS.iter().find(|journals| journals.kind == kind) else {
            wrong.push(format!("{kind} has no journals"));
            continue;
        };
        let [has, below, healthy] = [journals.has, journals.below, journals.healthy].map(|case| kinds_of(case()));
        if !has.contains(&kind) || below.contains(&kind) || !healthy.is_empty() {
            wrong.push(format!("{kind}: {has:?}, just below {below:?}, healthy {healthy:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The columns that a sentence may have on a screen of this width: less the mark, and the key for the details.
fn room(width: usize) -> usize {
    if width < 56 { width - 2 } else { width - 2 - 7 }
}

#[test]
fn a_sentence_keeps_its_number_place_and_remedy_at_80_columns_and_the_first_two_at_44() {
    let mut wide = Vec::new();
    for Journals { kind, has, .. } in &JOURNALS {
        let found = found(has());
        let Some(finding) = found.iter().find(|finding| finding.kind == *kind) else { continue };
        let brief = &finding.sentence.brief;
        // The end of a place may be cut: there are long names.
        let place = |least: usize| brief.number.width() + ": ".len() + brief.place.width().min(least);
        let mark = if brief.remedy.is_empty() { 0 } else { "; ".len() };
        let (narrow, whole) = (place(12), place(24) + mark + brief.remedy.width());
        if narrow > room(44) || whole > room(80) {
            wide.push(format!("{kind}: {narrow} of {}, {whole} of {}: {brief:?}", room(44), room(80)));
        }
    }
    assert!(wide.is_empty(), "{wide:#?}");
}
