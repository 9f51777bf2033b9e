//! The details of a verdict: what was seen, the formula, what would refute it, usual causes, and the use of the slots.
//!
//! Start at [`working`].

use crate::event::Offset;
use crate::event::waits::WaitReason;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::headline::headline;
use crate::model::verdict::sentences::{length, percent, sentence_of};
use crate::model::verdict::{Finding, OutageFinding, Remedy, findings, span, thresholds as t};
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
            let Explanation { observed, formula, refuted, .. } = explanation(finding, model);
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
    if model.evidence.stalls.n > 0 && model.totals.timed_out > 0 {
        let n = units::plural(model.totals.timed_out, "time-out");
        lines.push(("suspect", format!("{n}: the event loop was blocked, so the upstream may not be the cause")));
    }
    lines
}

/// The action of the screen that helps with the most important finding, if one does.
pub fn helpful_action(model: &Model) -> Option<Press> {
    findings(model).first().and_then(|finding| explanation(finding, model).press)
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

/// How the finding was found.
fn explanation(finding: &Finding, model: &Model) -> Explanation {
    match finding {
        Finding::Burst(finding) => return finding.explanation(),
        Finding::LimitedUpstream(finding) => return finding.explanation(),
        Finding::HeldBack(finding) => return finding.explanation(),
        Finding::Failures(finding) => return finding.explanation(),
        Finding::Timeouts(finding) => return finding.explanation(),
        Finding::Queue(finding) => return finding.explanation(),
        Finding::Experiment(finding) => return finding.explanation(),
        Finding::Change(finding) => return finding.explanation(),
        Finding::Pauses(finding) => return finding.explanation(),
        Finding::SlowPlace(finding) => return finding.explanation(),
        Finding::SlowPhase(finding) => return finding.explanation(),
        Finding::OwnMachine { .. }
        | Finding::Outage(_)
        | Finding::Forbidden { .. }
        | Finding::UnknownName(_)
        | Finding::Retries { .. }
        | Finding::Convoy { .. }
        | Finding::Serial { .. }
        | Finding::Waves { .. }
        | Finding::Stragglers { .. }
        | Finding::Churn { .. } => {}
    }
    let (refuted, press) = refutation(finding);
    Explanation { observed: observation(finding, model), formula: formula(finding).to_owned(), refuted, press }
}

/// What would refute a finding, and the action that helps.
fn refutation(finding: &Finding) -> (&'static str, Option<Press>) {
    match finding {
        Finding::OwnMachine { .. } => ("the same failures with fewer in flight", Some(Press::HalveLimit)),
        Finding::Outage(_) => ("another machine that reaches the host at the same time", Some(Press::Hosts)),
        Finding::Forbidden { .. } => ("the same addresses refused when they are sent alone", Some(Press::Failures)),
        Finding::UnknownName(_) => ("another machine that finds the name", Some(Press::Failures)),
        Finding::Retries { .. } => ("jobs that are done at a late try", Some(Press::Failures)),
        Finding::Convoy { .. } => ("the same latencies without stalls", None),
        Finding::Serial { .. } => ("jobs that need the answer of the one before", None),
        Finding::Waves { .. } => ("jobs that need the answers of a whole wave", None),
        Finding::Stragglers { .. } => ("the same tail when these start first", Some(Press::InFlight)),
        _ => ("the same figures when the connections are kept", None),
    }
}

/// How the finding is computed.
fn formula(finding: &Finding) -> &'static str {
    match finding {
        Finding::OwnMachine { .. } => "the limit was cut, or attempts failed, for lack of local resources",
        Finding::Outage(_) => "the time from the first attempt that found it down to the first answer",
        Finding::Forbidden { .. } => "(1 − share of 403 after the first) ^ good answers before it, at most 0.001",
        Finding::UnknownName(_) => "jobs that failed because a name was not found ÷ all settled jobs, at least 0.05",
        Finding::Retries { .. } => "(jobs + retries) ÷ jobs, and retries that saved no job ÷ retries",
        Finding::Convoy { .. } => "answers within 20 ms after the stall, to attempts that started before it",
        Finding::Serial { .. } => "hardly ever more than 1 in flight, and median gap ÷ mean service time",
        Finding::Waves { .. } => "periods between two moments with nothing in flight, whose attempts start together",
        Finding::Stragglers { remedy: Remedy::Order { .. }, .. } => {
            "the longest time-out, or (sum of service times + (peak − 1) × longest other) ÷ peak"
        }
        Finding::Stragglers { .. } => {
            "time with less than half of the peak in flight at the end ÷ wall time; the chance that jobs as slow all \
             start so late is small"
        }
        _ => "(answers on new connections − peak in flight) ÷ (answers − peak in flight)",
    }
}

/// What was seen, in addition to the figures of the sentence.
fn observation(finding: &Finding, model: &Model) -> String {
    match finding {
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
        Finding::Convoy { p95: (measured, without), .. } => format!(
            "p95 {} measured, {} without the stall; {} in all",
            units::length(*measured),
            units::length(*without),
            units::plural(model.evidence.stalls.n, "stall")
        ),
        Finding::Waves { what_if, .. } => {
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
        _ => String::new(),
    }
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
