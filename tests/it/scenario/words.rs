//! The words of a step in the notation, as facts and their parts.
//!
//! Start at [`outcome`].

use inflight::event::due_time::{DueTime, MissedStarts};
use inflight::event::idle::{Idle, IdleReason};
use inflight::event::outcome::{Outcome, Phase, PhaseTimes, Reason};
use inflight::event::reasons::ChangedBy;
use inflight::event::run_times::RunTimes;
use inflight::event::waits::WaitTimes;
use inflight::event::{Fact, Micros, Offset, Scope};

pub fn outcome(verb: &str, status: Option<&str>, asked: Option<&str>) -> Outcome {
    let status = status.map(number::<u16>);
    match verb {
        "answer" => {
            let status = status.unwrap_or(200);
            Outcome::Answered { status, bytes: 100, expected: status < 400 }
        }
        "refuse" => Outcome::Throttled { status: status.unwrap_or(429), retry_after: asked.map(micros) },
        "unknown" => Outcome::Failed { reason: Reason::Dns, detail: None, expected: None },
        "short" => Outcome::Failed { reason: Reason::Local, detail: None, expected: None },
        "timeout" => Outcome::TimedOut { phase: Phase::FirstByte },
        "break" => Outcome::Failed { reason: Reason::Reset, detail: None, expected: None },
        "hop" => Outcome::Redirected { status: status.unwrap_or(302) },
        _ => Outcome::Cancelled,
    }
}

/// The phases that the words of an end name.
pub fn phases<'w>(words: &[&str], named: impl Fn(&str) -> Option<&'w str>) -> PhaseTimes {
    let named = |phase| named(phase).map(micros);
    let [connect, resolve, tls, body] = ["connect", "resolve", "tls", "body"].map(named);
    let resolve_queued = named("queued");
    let first_byte = (connect.is_some() || words.contains(&"reused")).then_some(Micros(1));
    PhaseTimes { connect, resolve, resolve_queued, tls, body, first_byte, ..PhaseTimes::default() }
}

/// What this machine did: a stop, a stall of the event loop, or late timers.
pub fn machine_fact(verb: &str, words: &[&str]) -> Fact {
    let lengths: Vec<Micros> = words.iter().map(|word| micros(word)).collect();
    match verb {
        "stopped" => Fact::Stopped { lasted: lengths[0] },
        "stall" => Fact::Stalled { lasted: lengths[0], place: None, details: Box::default() },
        _ => Fact::TimersLate { observed: Micros(1_000_000), mean: lengths[0], worst: lengths[1] },
    }
}

/// `cooldown 3s` as idle slots × time so far.
pub fn slots_idle<'w>(named: impl Fn(&str) -> Option<&'w str>) -> Fact {
    let mut idle = Idle::default();
    for (word, why) in [("cooldown", IdleReason::Cooldown), ("work", IdleReason::NoWork), ("gap", IdleReason::Gap)] {
        *idle.sum(why) = named(word).map(micros).unwrap_or_default();
    }
    Fact::SlotsIdle { idle }
}

pub fn number<N: std::str::FromStr>(text: &str) -> N {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

pub fn micros(text: &str) -> Micros {
    let length = humantime::parse_duration(text).unwrap_or_else(|_| panic!("`{text}` is not a duration"));
    Micros::from(length)
}

pub fn moment(text: &str) -> Offset {
    Offset(micros(text).0)
}

/// The start of a run, with what its words name.
pub fn run_started<'w>(named: impl Fn(&str) -> Option<&'w str>) -> Fact {
    let (limit, jobs, gap) = (named("limit").map(number), named("jobs").map(number), named("gap").map(micros));
    let times = gap.is_some().then(|| RunTimes { gap, ..RunTimes::default() });
    Fact::RunStarted { name: "scenario".into(), limit, jobs, insecure: false, times }
}

/// A change of the run's limit, by the user or by another.
pub fn limit_changed(limit: &str, by: Option<&str>) -> Fact {
    let by = match by {
        Some("machine") => ChangedBy::Machine,
        Some("ramp") => ChangedBy::Ramp,
        _ => ChangedBy::Operator,
    };
    Fact::LimitChanged { scope: Scope::Run, limit: number(limit), by }
}

/// The due time that the words of a `start` name: `due 5ms missed 3 first 2ms`.
pub fn due<'w>(named: impl Fn(&str) -> Option<&'w str>) -> Option<DueTime> {
    let first = named("first").map(moment);
    let missed = named("missed").zip(first).map(|(n, first)| MissedStarts { n: number(n), first });
    Some(DueTime { at: moment(named("due")?), missed })
}

/// The wait times that the words of a `start` name.
pub fn wait_times<'w>(named: impl Fn(&str) -> Option<&'w str>) -> WaitTimes {
    let waited = |why| named(why).map_or(Micros::ZERO, micros);
    WaitTimes {
        slot: waited("slot"),
        host_limit: waited("host"),
        gap: waited("gap"),
        rate: waited("rate"),
        cooldown: waited("cooldown"),
        outage: waited("outage"),
        backoff: waited("backoff"),
        paused: Micros::ZERO,
    }
}
