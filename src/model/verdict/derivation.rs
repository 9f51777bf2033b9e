//! The derivation of each finding, in plain words.
//!
//! Start at [`derivation`].

use crate::event::Micros;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::sentences::{length, percent};
use crate::model::verdict::{Finding, OutageFinding, Remedy, WhatIf, thresholds as t};
use crate::text::units;

/// How a finding was found.
pub fn derivation(finding: &Finding, model: &Model) -> Explanation {
    match finding {
        Finding::Burst(finding) => finding.explanation(),
        Finding::LimitedUpstream(finding) => finding.explanation(),
        Finding::HeldBack(finding) => finding.explanation(),
        Finding::LongWait(finding) => finding.explanation(),
        Finding::Failures(finding) => finding.explanation(),
        Finding::Timeouts(finding) => finding.explanation(),
        Finding::Queue(finding) => finding.explanation(),
        Finding::Experiment(finding) => finding.explanation(),
        Finding::Change(finding) => finding.explanation(),
        Finding::Pauses(finding) => finding.explanation(),
        Finding::SlowPlace(finding) => finding.explanation(),
        Finding::SlowPhase(finding) => finding.explanation(),
        Finding::OwnMachine { failed, .. } => explained(
            format!("{} for lack of local resources", units::plural(*failed, "failure")),
            "the limit was cut, or attempts failed, for lack of local resources",
            "the same failures with fewer in flight",
            Some(Press::HalveLimit),
        ),
        Finding::Outage(outage) => outage_explanation(outage, model),
        Finding::Forbidden { n, before, .. } => explained(
            format!("{} good answers, then {} with 403", units::count(*before), units::count(*n)),
            "(1 − share of 403 after the first) ^ good answers before it, at most 0.001",
            "the same addresses refused when they are sent alone",
            Some(Press::Failures),
        ),
        Finding::UnknownName(unknown) => explained(
            format!("{} of {}", units::count(unknown.n), units::plural(model.totals.settled(), "settled job")),
            "jobs that failed because a name was not found ÷ all settled jobs, at least 0.05",
            "another machine that finds the name",
            Some(Press::Failures),
        ),
        Finding::Retries { retries, saved, .. } => explained(
            format!("{} retries, {} saved by them", units::count(*retries), units::plural(*saved, "job")),
            "(jobs + retries) ÷ jobs, and retries that saved no job ÷ retries",
            "jobs that are done at a late try",
            Some(Press::Failures),
        ),
        Finding::Convoy { p95, .. } => convoy_explanation(*p95, model),
        Finding::Serial { gap, .. } => serial_explanation(*gap, model),
        Finding::Waves { what_if, .. } => waves_explanation(what_if),
        Finding::Stragglers { remedy, span, .. } => straggler_explanation(*remedy, *span, model),
        Finding::Churn { share, .. } => explained(
            format!("{}, reported from {} on", percent(*share), percent(t::CHURN_SHARE)),
            "(answers on new connections − peak in flight) ÷ (answers − peak in flight)",
            "the same figures when the connections are kept",
            None,
        ),
    }
}

fn explained(observed: String, formula: &str, refuted: &'static str, press: Option<Press>) -> Explanation {
    Explanation { observed, formula: formula.to_owned(), refuted, press }
}

fn outage_explanation(outage: &OutageFinding, model: &Model) -> Explanation {
    explained(
        format!(
            "{}, {} in all; {} failed",
            units::plural(outage.n, "outage"),
            units::length(outage.lasted),
            units::plural(model.totals.jobs_failed, "job")
        ),
        "the time from the first attempt that found it down to the first answer",
        "another machine that reaches the host at the same time",
        Some(Press::Hosts),
    )
}

fn convoy_explanation((measured, without): (Micros, Micros), model: &Model) -> Explanation {
    explained(
        format!(
            "p95 {} measured, {} without the stall; {} in all",
            units::length(measured),
            units::length(without),
            units::plural(model.evidence.stalls.n, "stall")
        ),
        "answers within 20 ms after the stall, to attempts that started before it",
        "the same latencies without stalls",
        None,
    )
}

fn serial_explanation(gap: Micros, model: &Model) -> Explanation {
    let service = model.evidence.service_times.mean();
    let n = units::count(model.evidence.service_times.n);
    explained(
        format!("median gap {}, mean service {}, {n} attempts", units::length(gap), units::length(service)),
        "hardly ever more than 1 in flight, and median gap ÷ mean service time",
        "jobs that need the answer of the one before",
        None,
    )
}

fn waves_explanation(what_if: &WhatIf) -> Explanation {
    let WhatIf { was, would, at_once } = what_if;
    explained(
        format!("{} measured, {} estimated with {at_once} at once", units::length(*was), units::length(*would)),
        "periods between two moments with nothing in flight, whose attempts start together",
        "jobs that need the answers of a whole wave",
        None,
    )
}

fn straggler_explanation(remedy: Remedy, span: Micros, model: &Model) -> Explanation {
    let refuted = "the same tail when these start first";
    let Remedy::Order { would } = remedy else {
        let figures = [0.5, 0.95].map(|q| length(model.latency.quantile(q)));
        return explained(
            format!("p50 {}, p95 {}", figures[0], figures[1]),
            "time with less than half of the peak in flight at the end ÷ wall time, and the small chance that jobs as \
             slow all start so late",
            refuted,
            Some(Press::InFlight),
        );
    };
    let timeouts = &model.evidence.timeouts;
    explained(
        format!(
            "{} measured, at most {} estimated; {} timed out after up to {}, all others took up to {}",
            units::length(span),
            units::length(would),
            units::plural(timeouts.n, "job"),
            units::length(timeouts.longest),
            units::length(timeouts.other)
        ),
        "the longest time-out, or (sum of service times + (peak − 1) × longest other) ÷ peak",
        refuted,
        Some(Press::InFlight),
    )
}
