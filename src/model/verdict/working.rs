//! The details of a verdict: what was seen, the formula, what would refute it, usual causes, and the use of the slots.
//!
//! Start at [`working`].

use crate::event::Offset;
use crate::event::waits::WaitReason;
use crate::model::Model;
use crate::model::verdict::derivation::derivation;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::headline::headline;
use crate::model::verdict::sentences::{percent, sentence_of};
use crate::model::verdict::{Finding, findings, span};
use crate::text::units;

/// A label and its text; an empty label continues the line above. Foreign text is sanitized.
pub type LabelledLine = (&'static str, String);

/// All details as lines; `recording` is the displayed path of the run's recording.
pub fn working(model: &Model, recording: Option<&str>, now: Offset) -> Vec<LabelledLine> {
    let found = findings(model);
    let mut lines = Vec::new();
    match found.first() {
        Some(finding) => {
            let sentence = sentence_of(finding, model, recording);
            lines.extend([("verdict", sentence.number), ("place", sentence.place), ("remedy", sentence.remedy)]);
            let Explanation { observed, formula, refuted, .. } = derivation(finding, model);
            lines.extend([("observed", observed), ("formula", formula), ("refuted by", refuted.to_owned())]);
            let mut label = "causes";
            for cause in causes(finding) {
                lines.push((std::mem::take(&mut label), (*cause).to_owned()));
            }
        }
        None => lines.extend([
            ("verdict", headline(model, now).to_string()),
            ("findings", "none: no rule is met, so nothing is promised".to_owned()),
        ]),
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

/// The action of the screen that helps with the most important finding, if one does.
pub fn helpful_action(model: &Model) -> Option<Press> {
    findings(model).first().and_then(|finding| derivation(finding, model).press)
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

/// The usual causes of a finding.
fn causes(finding: &Finding) -> &'static [&'static str] {
    match finding {
        Finding::OwnMachine { .. } => &["a low limit for open files", "ports still held by closed connections"],
        Finding::Outage(_) => &["a restart", "a network that is down", "an upstream that breaks under load"],
        Finding::Forbidden { .. } => {
            &["a limiter that answers 403", "a permission that expired", "requests that are forbidden"]
        }
        Finding::UnknownName(_) => &["a misspelt name", "a VPN that is not connected", "a DNS server that is down"],
        Finding::LimitedUpstream(_) | Finding::HeldBack(_) => {
            &["a quota of starts per second", "a limit on concurrent requests", "a burst at the start"]
        }
        Finding::LongWait(_) => &["a quota for an hour or a day", "a block of this client"],
        Finding::Burst(_) => &["a restart", "a deployment", "an upstream that breaks under load"],
        Finding::Failures(_) => &["a wrong address or credential", "a change of the server", "a broken upstream"],
        Finding::Timeouts(_) => &["requests that hang", "a server that runs out of workers", "a lost packet"],
        Finding::Queue(_) => &["a pool of workers or connections", "one thread or one lock", "a single processor"],
        Finding::Experiment(_) => &["the limit that was changed"],
        Finding::Change(_) => &["other load on the upstream", "fewer of its workers", "caches that became cold"],
        Finding::Pauses(_) => &["garbage collection", "a lock or a slow disk", "batches with a timer"],
        Finding::SlowPlace(_) => &["an upstream that hangs", "expensive requests", "a lock behind one endpoint"],
        Finding::SlowPhase(_) => {
            &["a narrow link", "large answers", "a slow resolver", "connections that are not kept"]
        }
        Finding::Retries { .. } => {
            &["an upstream that breaks under load", "retries of requests that can never succeed"]
        }
        Finding::Convoy { .. } => {
            &["blocking work in async code", "a long loop without an await", "a lock held across a call"]
        }
        Finding::Serial { .. } => &["an await in a loop", "a lock held across a call", "a pool of one connection"],
        Finding::Waves { .. } => &["a join on fixed batches", "a barrier between pages"],
        Finding::Stragglers { .. } => &["the slowest jobs started last", "a time-out far above the usual latency"],
        Finding::Churn { .. } => &[
            "a new client for each request",
            "an upstream that closes after each answer",
            "bodies that are not read to the end",
        ],
    }
}
