//! Runs that are built for the journals of one finding.

use crate::model::verdict::Case;

/// `n` jobs on four slots, 100 ms each.
pub fn steady(n: u64) -> Case {
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

pub fn short(n: u64) -> Case {
    some(n, "short")
}

pub fn unknown(n: u64) -> Case {
    some(n, "unknown")
}

/// `n` time-outs while the latest timer was late by so many milliseconds.
pub fn late_time_outs(n: u64, worst: u64) -> Case {
    let mut case = some(n, "timeout");
    for second in 1..4 {
        case.step(1_000 * second, &format!("late 2ms {worst}ms"));
    }
    case
}

/// A host that is down for so many milliseconds.
pub fn down(ms: u64) -> Case {
    let mut case = steady(200);
    case.step(500, "down a 600ms");
    case.step(500 + ms, "up a");
    case
}

/// A host that asked for a wait of so many milliseconds, of which the first second is over.
pub fn cooled(ms: u64) -> Case {
    let mut case = steady(100);
    case.job("a#900", "", (2_600, 2_601), &format!("refuse 429 asked {ms}ms"));
    case.step(2_601, &format!("cool a {}ms", 2_601 + ms));
    case.step(3_600, "idle work 1ms");
    case
}

/// Good answers, and then answers with status 403.
pub fn forbidden(good: u64, bad: u64) -> Case {
    let mut case = Case::new("limit 4");
    for i in 0..good + bad {
        let end = if i < good { "answer 200" } else { "answer 403" };
        case.job(&format!("a#{i}"), "", (i * 50, i * 50 + 40), end);
    }
    case
}

/// Cooldowns that took so many milliseconds of five seconds.
pub fn held(ms: u64) -> Case {
    let mut case = steady(200);
    for i in 0..3 {
        case.job(&format!("a#{}", 900 + i), "", (20 + i * 1_500, 21 + i * 1_500), "refuse 429");
    }
    case.step(5_000, &format!("idle cooldown {}ms", 4 * ms));
    case
}

/// Two endpoints of a host with two slots each; an attempt at one of them takes `slow` ms, and 20 ms at the other.
pub fn two_endpoints(slow: u64) -> Case {
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

/// A busy run with new hosts, whose look-ups take `ms` of the 100 ms of each attempt, and wait for so many of these.
pub fn look_ups(ms: u64, queued: u64) -> Case {
    let mut case = Case::new("limit 4");
    for i in 0..60 {
        let from = i / 4 * 100 + i % 4;
        let end = format!(
            "answer 200 resolve {ms}ms queued {queued}ms {}",
            if i % 2 == 0 { "reused" } else { "connect 0ms" }
        );
        case.job(&format!("a#{i}"), "", (from, from + 97), &end);
    }
    case
}

/// A busy run whose TLS handshakes take so many of the 100 ms of each attempt, on connections that are half kept.
pub fn handshakes(ms: u64) -> Case {
    let mut case = Case::new("limit 4");
    for i in 0..60 {
        let from = i / 4 * 100 + i % 4;
        let end = format!("answer 200 tls {}ms {}", ms, if i % 2 == 0 { "reused" } else { "connect 0ms" });
        case.job(&format!("a#{i}"), "", (from, from + 97), &end);
    }
    case
}

/// Ten seconds, in `n` of which timers were late.
pub fn busy(n: u64) -> Case {
    let mut case = steady(400);
    for second in 1..=n {
        case.step(1_000 * second, "late 15ms 60ms");
    }
    case.step(10_000, "idle work 1ms");
    case
}

/// A stop so many milliseconds before the last event of a run that goes on.
pub fn stopped(ms: u64) -> Case {
    let mut case = steady(800);
    case.step(5_000, "stopped 2s");
    case.step(5_000 + ms, "idle work 1ms");
    case.0.retain(|(at, _)| *at <= 5_000 + ms);
    case
}

/// A watched program that runs for 2.5 s and does one thing apart from its requests.
pub fn program(fact: &str) -> Case {
    let mut case = Case::new("");
    case.step(0, "program joined");
    case.step(0, "program loop");
    case.step(1_000, &format!("program {fact}"));
    case.step(2_500, "idle work 1ms");
    case
}

/// A watched program with 40 requests of 100 ms, four at once, each of which waited so many milliseconds before.
pub fn pooled(waited: u64, fact: &str) -> Case {
    let mut case = Case::new("");
    case.step(0, "program joined");
    case.step(0, "program loop");
    if !fact.is_empty() {
        case.step(1, &format!("program {fact}"));
    }
    for i in 0..40 {
        let from = i / 4 * 100 + i % 4;
        case.good(&format!("a#{i}"), &format!("slot {waited}ms"), (from, from + 98));
    }
    case
}
