//! Findings as sentences: first the number, then the place, then the remedy.
//!
//! Screen, plain lines and summary take their sentences from here. Foreign text in them is sanitized. Start at
//! [`sentence_of`].

use std::fmt;
use std::sync::Arc;

use crate::event::Micros;
use crate::model::Model;
use crate::model::verdict::host_sentences::{forbidden_sentence, host_name, outage_sentence, unknown_name_sentence};
use crate::model::verdict::{Finding, Remedy, WhatIf};
use crate::text::sanitize::sanitize;
use crate::text::shell;
use crate::text::units;

/// A sentence in three parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictSentence {
    /// The figure that supports the finding.
    pub number: String,
    /// What the figure applies to.
    pub place: String,
    /// What the user can change; empty if nothing needs to be changed.
    pub remedy: String,
    /// A shorter place and a shorter remedy, for narrow screens.
    pub brief: Option<(String, String)>,
}

impl VerdictSentence {
    /// A sentence of three parts.
    pub fn new(number: String, place: String, remedy: String) -> Self {
        Self { number, place, remedy, brief: None }
    }

    /// The sentence with a shorter place and a shorter remedy, for narrow screens.
    #[must_use]
    pub fn or_brief(self, place: String, remedy: String) -> Self {
        Self { brief: Some((place, remedy)), ..self }
    }
}

impl fmt::Display for VerdictSentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, place, remedy, .. } = self;
        let remedy_mark = if remedy.is_empty() { "" } else { "; " };
        write!(f, "{number}: {place}{remedy_mark}{remedy}")
    }
}

/// The most important finding as a sentence, if there is one.
pub fn finding_sentence(model: &Model, recording: Option<&str>) -> Option<VerdictSentence> {
    crate::model::verdict::findings(model).first().map(|finding| sentence_of(finding, model, recording))
}

/// The text of the most important finding, if there is one.
pub fn finding_text(model: &Model) -> Option<String> {
    finding_sentence(model, None).map(|sentence| sentence.to_string())
}

/// The finding as a sentence; `recording` is the displayed path of the run's recording.
pub fn sentence_of(finding: &Finding, model: &Model, recording: Option<&str>) -> VerdictSentence {
    let (number, place, remedy) = match finding {
        Finding::Burst(finding) => return finding.sentence(model),
        Finding::LimitedUpstream(finding) => return finding.sentence(model),
        Finding::HeldBack(finding) => return finding.sentence(model),
        Finding::LongWait(finding) => return finding.sentence(model),
        Finding::Failures(finding) => return finding.sentence(model),
        Finding::Timeouts(finding) => return finding.sentence(model),
        Finding::Queue(finding) => return finding.sentence(model),
        Finding::Experiment(finding) => return finding.sentence(model),
        Finding::Change(finding) => return finding.sentence(model),
        Finding::Pauses(finding) => return finding.sentence(model),
        Finding::SlowPlace(finding) => return finding.sentence(model),
        Finding::SlowPhase(finding) => return finding.sentence(model),
        Finding::OwnMachine { cut: Some((from, to)), .. } => (
            format!("limit cut from {from} to {to}"),
            "this machine cannot open more connections".to_owned(),
            "allow more open files (`ulimit -n`), or lower the limit".to_owned(),
        ),
        Finding::OwnMachine { cut: None, failed } => (
            format!("{} failed here", units::plural(*failed, "attempt")),
            "this machine ran out of descriptors, ports or memory".to_owned(),
            "lower the limit, or allow more open files (`ulimit -n`)".to_owned(),
        ),
        Finding::Outage(outage) => outage_sentence(outage, model),
        Finding::Forbidden { host, n, before } => forbidden_sentence(model, *host, (*n, *before)),
        Finding::UnknownName(unknown) => unknown_name_sentence(unknown),
        Finding::Retries { ratio, retries, saved } => (
            format!("{ratio:.1} tries per job"),
            format!(
                "{} of {} retries saved no job",
                units::count(retries.saturating_sub(*saved)),
                units::count(*retries)
            ),
            "use fewer tries and a longer backoff: each retry adds load to a failing upstream".to_owned(),
        ),
        Finding::Convoy { n, lasted, place, p95: (measured, without) } => (
            format!("p95 {}, {} without the stall", units::length(*measured), units::length(*without)),
            format!(
                "{n} attempts ended together after the event loop was blocked for {}{}",
                units::length(*lasted),
                place.as_ref().map(|place| format!(" at {}", sanitize(place))).unwrap_or_default()
            ),
            "move blocking work off the event loop".to_owned(),
        ),
        Finding::Serial { mean, .. } => {
            let of = model.limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
            (
                format!("in flight {mean:.1}{of} on average"),
                "each attempt starts after the previous one ends".to_owned(),
                "if they are independent, start several at once".to_owned(),
            )
        }
        Finding::Waves { n, size, idle, what_if } => (
            format!("{n} waves of {size}, slots {} idle", percent(*idle)),
            "each wave waits for its slowest attempt".to_owned(),
            format!("start one whenever one ends: {}", gain(what_if)),
        ),
        Finding::Stragglers { tail, span, n, longest, remedy } => (
            format!("last {} of {}", units::length(*tail), units::length(*span)),
            straggler_list(*remedy, *n, longest),
            straggler_remedy(*remedy, recording),
        ),
        Finding::Churn { host, share, connecting } => (
            format!("{} on new connections", percent(*share)),
            format!("{}, {} each to connect", host_name(model, *host), units::length(*connecting)),
            "share one client, and keep connections alive at both ends".to_owned(),
        ),
    };
    let brief = brief_of(finding, model, &place);
    VerdictSentence { number, place, remedy, brief }
}

/// The attempts that the end of the run waited for.
fn straggler_list(remedy: Remedy, n: u64, longest: &[(Micros, Arc<str>)]) -> String {
    let what = match (remedy, n) {
        (Remedy::Order { .. }, 1) => "1 late time-out:".to_owned(),
        (Remedy::Order { .. }, n) => format!("{}, the latest", units::plural(n, "time-out")),
        (Remedy::First { .. }, n) => format!("{}:", units::plural(n, "attempt")),
        (Remedy::Timeout, n) => format!("{}:", units::plural(n, "time-out")),
    };
    let name = |(took, target): &(Micros, Arc<str>)| format!("{} ({})", sanitize(target), units::length(*took));
    format!("waiting for {what} {}", longest.iter().map(name).collect::<Vec<_>>().join(", "))
}

/// How to shorten the end of the run, with the flags to use.
fn straggler_remedy(remedy: Remedy, recording: Option<&str>) -> String {
    match (remedy, recording) {
        (Remedy::Order { would }, recording) => {
            format!("about {} with these first: {}", units::length(would), slow_first(recording))
        }
        (Remedy::First { is_detectable, is_timeout }, recording) => {
            let how = if is_detectable { format!(": {}", slow_first(recording)) } else { String::new() };
            let or = if is_timeout { ", or give them a shorter time-out" } else { "" };
            format!("start these first{how}{or}")
        }
        (Remedy::Timeout, _) => "use a shorter time-out: they started early enough".to_owned(),
    }
}

/// The flags that start the slow jobs of a recording first.
fn slow_first(recording: Option<&str>) -> String {
    let first = if recording.is_some() { "" } else { "record it with `--events last.jsonl`, then " };
    let from = shell::word(&sanitize(recording.unwrap_or("last.jsonl")));
    format!("{first}`--order slow-first --from {from}`")
}

/// The place and the remedy in a few words, for narrow screens.
fn brief_of(finding: &Finding, model: &Model, place: &str) -> Option<(String, String)> {
    let with_place = |remedy: &str| Some((place.to_owned(), remedy.to_owned()));
    match finding {
        Finding::Serial { .. } => Some(("one after the other".to_owned(), "start several at once".to_owned())),
        Finding::Waves { what_if, .. } => {
            Some(("each waits for its slowest".to_owned(), format!("about {} without", units::length(what_if.would))))
        }
        Finding::Stragglers { remedy: Remedy::Order { would }, .. } => {
            with_place(&format!("about {} with `--order slow-first`", units::length(*would)))
        }
        Finding::Stragglers { remedy: Remedy::First { .. }, .. } => with_place("start these first"),
        Finding::Stragglers { remedy: Remedy::Timeout, .. } => with_place("use a shorter time-out"),
        Finding::Forbidden { .. } => with_place("try `throttled = [429, 503, 403]`"),
        Finding::Churn { host, connecting, .. } => {
            let place = format!("{}, {} each", host_name(model, *host), units::length(*connecting));
            Some((place, "keep connections alive".to_owned()))
        }
        Finding::Retries { .. } => with_place("use fewer tries"),
        Finding::OwnMachine { .. } => with_place("raise `ulimit -n`"),
        Finding::Convoy { n, .. } => {
            Some((format!("{n} attempts waited for the loop"), "move blocking work off it".to_owned()))
        }
        Finding::UnknownName(_) => with_place("check the name"),
        Finding::Outage(_)
        | Finding::Burst(_)
        | Finding::LimitedUpstream(_)
        | Finding::HeldBack(_)
        | Finding::LongWait(_)
        | Finding::Failures(_)
        | Finding::Timeouts(_)
        | Finding::Queue(_)
        | Finding::Experiment(_)
        | Finding::Change(_)
        | Finding::Pauses(_)
        | Finding::SlowPlace(_)
        | Finding::SlowPhase(_) => None,
    }
}

/// `about 1.6 s instead of 12.4 s with 32 at once`
fn gain(what_if: &WhatIf) -> String {
    let (would, was) = (units::length(what_if.would), units::length(what_if.was));
    format!("about {would} instead of {was} with {} at once", what_if.at_once)
}

/// A share as a whole percentage.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share.clamp(0.0, 1.0) * 100.0)
}

/// A length of time, or a dash if there is none.
pub(super) fn length(length: Option<Micros>) -> String {
    length.map_or_else(|| units::NOTHING.to_owned(), units::length)
}
