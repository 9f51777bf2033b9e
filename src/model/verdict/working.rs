//! The details of a verdict: formula, figures, usual causes, and the use of the slots.
//!
//! Start at [`working`].

use crate::event::waits::WaitReason;
use crate::model::Model;
use crate::model::verdict::sentences::{length, percent, sentence_of};
use crate::model::verdict::{Finding, OutageFinding, Remedy, findings, span, thresholds as t};
use crate::text::units;

/// A label and its text; an empty label continues the line above. Foreign text is sanitized.
pub type LabelledLine = (&'static str, String);

/// All details as lines; `recording` is the displayed path of the run's recording.
pub fn working(model: &Model, recording: Option<&str>) -> Vec<LabelledLine> {
    let found = findings(model);
    let mut lines = Vec::new();
    match found.first() {
        Some(finding) => {
            let sentence = sentence_of(finding, model, recording);
            lines.extend([("verdict", sentence.number), ("place", sentence.place), ("remedy", sentence.remedy)]);
            lines.push(("formula", formula(finding).to_owned()));
            lines.extend(figures(finding, model));
            let mut label = "causes";
            for cause in causes(finding) {
                lines.push((std::mem::take(&mut label), (*cause).to_owned()));
            }
        }
        None => lines.push(("verdict", "nothing unusual".to_owned())),
    }
    lines.push(("", String::new()));
    lines.extend(slot_use(model));
    let mut label = "also";
    for finding in found.iter().skip(1) {
        lines.push((std::mem::take(&mut label), sentence_of(finding, model, recording).to_string()));
    }
    if let Some(text) = stops_text(model) {
        lines.push(("stopped", text));
    }
    if model.evidence.stalls.n > 0 && model.totals.timed_out > 0 {
        let n = units::plural(model.totals.timed_out, "time-out");
        lines.push(("suspect", format!("{n}: the event loop was blocked, so the upstream may not be the cause")));
    }
    lines
}

/// How often and for how long inflight was stopped, if it was.
pub fn stops_text(model: &Model) -> Option<String> {
    let totals = &model.totals;
    let times = match totals.stops {
        0 => return None,
        1 => "once".to_owned(),
        n => format!("{} times", units::count(n)),
    };
    let left_out = match totals.across_stops {
        0 => String::new(),
        n => format!(", nor {} in flight meanwhile", units::plural(n, "answer")),
    };
    let length = units::length(totals.stopped);
    Some(format!("{times}, for {length}: no time-out and no figure includes it{left_out}"))
}

/// Effective concurrency against the limit, and the reasons for idle slots and waiting.
fn slot_use(model: &Model) -> Vec<LabelledLine> {
    let (span, service) = (span(model), model.evidence.service_times.sum);
    // If a source only reports a level, its mean is all that is known.
    let has_attempts = !span.is_zero() && !service.is_zero();
    let mean = if has_attempts { service.0 as f64 / span.0 as f64 } else { model.effective_concurrency(model.last) };
    let of = model.limit.map(|limit| format!(" of {limit}, {}", percent(mean / f64::from(limit.max(1)))));
    let in_flight =
        format!("{}{} on average, {} at most", units::significant(mean), of.unwrap_or_default(), model.level.peak());
    let mut lines = vec![("in flight", in_flight)];
    if has_attempts {
        let (service, span) = (units::length(service), units::length(span));
        lines.push(("", format!("L = sum of service times ÷ wall time = {service} ÷ {span}")));
    }
    let shares = model.idle_shares(model.last);
    let reasons: Vec<String> = shares
        .iter()
        .filter(|(_, share)| *share >= 0.005)
        .map(|(why, share)| format!("{} {}", why.label(), percent(*share)))
        .collect();
    if !reasons.is_empty() {
        lines.push(("idle", reasons.join(", ")));
    }
    let waits = model.waits;
    if !waits.is_none() {
        let of = |why: WaitReason| Some((why, waits.get(why))).filter(|(_, waited)| !waited.is_zero());
        let reasons: Vec<String> = WaitReason::ALL
            .into_iter()
            .filter_map(of)
            .map(|(why, waited)| format!("{} {}", why.label(), units::length(waited)))
            .collect();
        lines.push(("waited", reasons.join(", ")));
    }
    lines
}

/// How the finding is computed.
fn formula(finding: &Finding) -> &'static str {
    match finding {
        Finding::OwnMachine { .. } => "the limit was cut, or attempts failed, for lack of local resources",
        Finding::Outage(_) => "the time from the first attempt that found it down to the first answer",
        Finding::Forbidden { .. } => "(1 − share of 403 after the first) ^ good answers before it, at most 0.001",
        Finding::UnknownName(_) => "jobs that failed because a name was not found ÷ all settled jobs, at least 0.05",
        Finding::LimitedUpstream { .. } => "refused ÷ answers within 10 s, or cooldown and backoff ÷ all waiting",
        Finding::Retries { .. } => "(jobs + retries) ÷ jobs, and retries that saved no job ÷ retries",
        Finding::Convoy { .. } => "answers within 20 ms after the stall, to attempts that started before it",
        Finding::OneHost { .. } => "its service times ÷ (wall time × limit), and its mean ÷ the others' median",
        Finding::Serial { .. } => "most in flight = 1, and median gap ÷ mean service time",
        Finding::Waves { .. } => "periods between two moments with nothing in flight, whose attempts start together",
        Finding::Stragglers { remedy: Remedy::Order { .. }, .. } => {
            "the longest time-out, or (sum of service times + (peak − 1) × longest other) ÷ peak"
        }
        Finding::Stragglers { .. } => "time with less than half of the peak in flight at the end ÷ wall time",
        Finding::LimitedByUs { .. } => "its waiting ÷ all waiting, and sum of service times ÷ slots",
        Finding::Churn { .. } => "(answers on new connections − peak in flight) ÷ (answers − peak in flight)",
    }
}

/// Further figures, in addition to those of the sentence.
fn figures(finding: &Finding, model: &Model) -> Vec<LabelledLine> {
    let text = match finding {
        Finding::Serial { gap, .. } => {
            let service = model.evidence.service_times.mean();
            let n = units::count(model.evidence.service_times.n);
            format!("median gap {}, mean service {}, {n} attempts", units::length(*gap), units::length(service))
        }
        Finding::Outage(OutageFinding { lasted, n, .. }) => format!(
            "{}, {} in all; {} failed",
            units::plural(*n, "outage"),
            units::length(*lasted),
            units::plural(model.totals.jobs_failed, "job")
        ),
        Finding::Forbidden { n, before, .. } => {
            format!("{} good answers, then {} with 403", units::count(*before), units::count(*n))
        }
        Finding::UnknownName(unknown) => {
            format!("{} of {}", units::count(unknown.n), units::plural(model.totals.settled(), "settled job"))
        }
        Finding::LimitedUpstream { per_second, waiting, .. } => {
            let pace = per_second.map_or_else(|| units::NOTHING.to_owned(), units::significant);
            format!("accepted {pace}/s while it refused; cooldown and backoff were {} of waiting", percent(*waiting))
        }
        Finding::OneHost { share, service: (there, elsewhere), .. } => format!(
            "{} of the slots, mean {} there, median {} elsewhere",
            percent(*share),
            units::length(*there),
            units::length(*elsewhere)
        ),
        Finding::Convoy { p95: (measured, without), .. } => format!(
            "p95 {} measured, {} without the stall; {} in all",
            units::length(*measured),
            units::length(*without),
            units::plural(model.evidence.stalls.n, "stall")
        ),
        Finding::Waves { what_if, .. } | Finding::LimitedByUs { what_if, .. } => {
            format!(
                "{} measured, {} estimated with {} at once",
                units::length(what_if.was),
                units::length(what_if.would),
                what_if.at_once
            )
        }
        Finding::Stragglers { remedy: Remedy::Order { would }, span, .. } => {
            let timeouts = &model.evidence.timeouts;
            format!(
                "{} measured, at most {} estimated; {} timed out after up to {}, all others took up to {}",
                units::length(*span),
                units::length(*would),
                units::plural(timeouts.n, "job"),
                units::length(timeouts.longest),
                units::length(timeouts.other)
            )
        }
        Finding::Stragglers { .. } => {
            format!("p50 {}, p95 {}", length(model.latency.quantile(0.5)), length(model.latency.quantile(0.95)))
        }
        Finding::Churn { share, .. } => format!("{}, reported from {} on", percent(*share), percent(t::CHURN_SHARE)),
        Finding::OwnMachine { failed, .. } => {
            format!("{} for lack of local resources", units::plural(*failed, "failure"))
        }
        Finding::Retries { retries, saved, .. } => {
            format!("{} retries, {} saved by them", units::count(*retries), units::plural(*saved, "job"))
        }
    };
    vec![("figures", text)]
}

/// The usual causes of a finding.
fn causes(finding: &Finding) -> &'static [&'static str] {
    match finding {
        Finding::OwnMachine { .. } => &["a low limit for open files", "ports still held by closed connections"],
        Finding::Outage(_) => &["a restart", "a network that is down", "an upstream that breaks under load"],
        Finding::Forbidden { .. } => {
            &["a limiter that answers 403", "a permission that expired", "requests that are forbidden"]
        }
        Finding::UnknownName(_) => &["a misspelt name", "a VPN that is not connected", "a DNS server that is down"],
        Finding::LimitedUpstream { .. } => {
            &["a quota of starts per second", "a limit on concurrent requests", "a burst at the start"]
        }
        Finding::Retries { .. } => {
            &["an upstream that breaks under load", "retries of requests that can never succeed"]
        }
        Finding::Convoy { .. } => {
            &["blocking work in async code", "a long loop without an await", "a lock held across a call"]
        }
        Finding::OneHost { .. } => &["no limit per host", "an upstream that hangs with a long time-out"],
        Finding::Serial { .. } => &["an await in a loop", "a lock held across a call", "a pool of one connection"],
        Finding::Waves { .. } => &["a join on fixed batches", "a barrier between pages"],
        Finding::Stragglers { .. } => &["the slowest jobs started last", "a time-out far above the usual latency"],
        Finding::LimitedByUs { .. } => &["a limit, gap or rate stricter than the upstream requires"],
        Finding::Churn { .. } => &[
            "a new client for each request",
            "an upstream that closes after each answer",
            "bodies that are not read to the end",
        ],
    }
}
