//! Every finding has three journals: one that has it, one just below a threshold, and a healthy one of its kind.
//!
//! Start at [`JOURNALS`].

mod cases;
mod tense;

use inflight::model::verdict::{Finding, findings, kinds};
use unicode_width::UnicodeWidthStr;

use crate::model::verdict::journals::cases::{
    busy, cooled, down, forbidden, handshakes, held, late_time_outs, look_ups, pooled, program, short, steady, stopped,
    two_endpoints, unknown,
};
use crate::model::verdict::{Case, answers, load, order, over_time};

/// The journals of one finding.
struct Journals {
    kind: &'static str,
    has: fn() -> Case,
    below: fn() -> Case,
    healthy: fn() -> Case,
}

const JOURNALS: [Journals; 35] = [
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
        kind: "never-awaited",
        has: || program("unawaited"),
        below: || program("gathered 12"),
        healthy: || program("loop"),
    },
    Journals {
        kind: "sync-client-in-loop",
        has: || program("waited"),
        below: || program("gathered 12"),
        healthy: || program("loop"),
    },
    Journals {
        kind: "gather-raised",
        has: || program("raised 8 0 1"),
        below: || program("raised 8 0 0"),
        healthy: || program("gathered 8"),
    },
    Journals {
        kind: "loop-stalled",
        has: || program("blocked 250ms 1"),
        below: || program("blocked 249ms 1"),
        healthy: || program("blocked 900ms 0"),
    },
    Journals {
        kind: "error-lost",
        has: || program("lost"),
        below: || program("gathered 12"),
        healthy: || program("loop"),
    },
    Journals {
        kind: "unfinished-tasks",
        has: || program("unfinished"),
        below: || program("gathered 12"),
        healthy: || program("loop"),
    },
    Journals { kind: "pool-starvation", has: || pooled(110, ""), below: || pooled(95, ""), healthy: || pooled(0, "") },
    Journals {
        kind: "thread-ceiling",
        has: || pooled(0, "threads 4"),
        below: || pooled(0, "threads 5"),
        healthy: || pooled(0, ""),
    },
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
    Journals {
        kind: "slower",
        has: || over_time::slower(101),
        below: || over_time::slower(95),
        healthy: || over_time::slower(50),
    },
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
    Journals {
        kind: "pauses",
        has: || over_time::paused(400),
        below: || over_time::paused(70),
        healthy: || over_time::paused(0),
    },
    Journals {
        kind: "connections",
        has: || load::connected(18, 0),
        below: || load::connected(17, 0),
        healthy: || load::connected(40, 38),
    },
    Journals { kind: "look-ups", has: || look_ups(30, 15), below: || look_ups(30, 14), healthy: || look_ups(1, 0) },
    Journals { kind: "one-phase", has: || handshakes(26), below: || handshakes(24), healthy: || handshakes(1) },
    Journals { kind: "busy-machine", has: || busy(5), below: || busy(4), healthy: || busy(0) },
    Journals { kind: "stood-still", has: || stopped(10_000), below: || stopped(10_001), healthy: || steady(100) },
];

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
