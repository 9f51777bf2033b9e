//! Findings as sentences: first the number, then the place, then the remedy.
//!
//! Screen, plain lines and summary take their sentences from here. Foreign text in them is sanitized. Start at
//! [`sentence_of`].

use std::fmt;
use std::sync::Arc;

use crate::event::Micros;
use crate::event::waits::WaitReason;
use crate::model::Model;
use crate::model::host::adapted::learned_text;
use crate::model::host::offer::PlanOffer;
use crate::model::verdict::host_sentences::{forbidden_sentence, host_name, outage_sentence, unknown_name_sentence};
use crate::model::verdict::{Finding, LimitSetting, Remedy, WhatIf, thresholds};
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
    /// What the user can change.
    pub remedy: String,
    /// A shorter remedy, for narrow screens.
    pub brief: Option<String>,
}

impl fmt::Display for VerdictSentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.number, self.place, self.remedy)
    }
}

/// The finding as a sentence; `recording` is the displayed path of the run's recording.
pub fn sentence_of(finding: &Finding, model: &Model, recording: Option<&str>) -> VerdictSentence {
    let (number, place, remedy) = match finding {
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
        Finding::LimitedUpstream { host, refused, of, in_flight, least, per_second, waiting } => (
            format!("{} of {} refused", units::count(*refused), units::count(*of)),
            format!("{}{}", host_name(model, *host), refusal_details(*in_flight, *per_second, *waiting)),
            refusal_remedy(model, *host, *least, *per_second),
        ),
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
        Finding::OneHost { host, share, service: (there, elsewhere), waited } => (
            format!("{} of the slots", percent(*share)),
            format!(
                "{} uses them, {} per attempt against {} elsewhere",
                host_name(model, *host),
                units::length(*there),
                units::length(*elsewhere)
            ),
            format!("give it its own limit: others waited up to {}", units::length(*waited)),
        ),
        Finding::Serial { mean, what_if, .. } => {
            let of = model.limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
            (
                format!("in flight {mean:.1}{of} on average"),
                "each attempt starts after the previous one ends".to_owned(),
                format!("if they are independent, {}", gain(what_if)),
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
        Finding::LimitedByUs { why, host, share, setting, what_if } => (
            format!("{} of all waiting", percent(*share)),
            setting_text(model, *why, *host, *setting),
            format!("{}, if answers stay as fast", gain(what_if)),
        ),
        Finding::Churn { host, share, connecting } => (
            format!("{} on new connections", percent(*share)),
            format!("{}, {} each to connect", host_name(model, *host), units::length(*connecting)),
            "share one client, and keep connections alive at both ends".to_owned(),
        ),
    };
    VerdictSentence { number, place, remedy, brief: brief_remedy(finding, model) }
}

/// When the host first refused, the share of waiting that this caused, and the rate that it accepted.
fn refusal_details(in_flight: Option<u32>, per_second: Option<f64>, waiting: f64) -> String {
    let first = in_flight.map(|n| format!(", first with {n} in flight")).unwrap_or_default();
    let accepted = per_second.map(|n| format!("; accepted {}/s", units::significant(n))).unwrap_or_default();
    let waits = if waiting >= thresholds::WAIT_SHARE {
        format!(", {} of all waiting", percent(waiting))
    } else {
        String::new()
    };
    format!("{first}{waits}{accepted}")
}

/// What the host takes as a setting, or else a lower limit or rate at which it would not refuse.
fn refusal_remedy(model: &Model, host: usize, least: Option<u32>, per_second: Option<f64>) -> String {
    let host = model.hosts.get(host);
    if let Some(PlanOffer { table, setting, meaning }) = host.and_then(PlanOffer::for_host) {
        let meaning = meaning.map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        return format!("it takes `{table} {setting}`{meaning}");
    }
    if model.adaptive.is_active() {
        let adapted = host.and_then(|host| host.adapted);
        let pace = adapted.and_then(|adapted| adapted.pace());
        let limit = adapted.map(|adapted| format!("{} at once", units::count(adapted.limit.into())));
        return match pace.or(limit) {
            Some(takes) => format!("adapted to {takes}"),
            None => "the limit is adapting".to_owned(),
        };
    }
    // If the host refuses with very few in flight, the rate matters and not their number.
    let fewer = match (least, per_second) {
        (Some(least), _) if least > thresholds::REFUSED_FEW => format!("send at most {} at once", least - 1),
        (_, Some(pace)) if pace >= 1.0 => format!("use `--rate {:.0}/s`", pace.floor()),
        _ => "send fewer at once".to_owned(),
    };
    format!("{fewer}, or use `--adaptive when-refused`")
}

/// The attempts that the end of the run waited for.
fn straggler_list(remedy: Remedy, n: u64, longest: &[(Micros, Arc<str>)]) -> String {
    let what = match (remedy, n) {
        (Remedy::Order { .. }, 1) => "1 late time-out:".to_owned(),
        (Remedy::Order { .. }, n) => format!("{}, the latest", units::plural(n, "time-out")),
        (Remedy::OrderOrTimeout { .. } | Remedy::Timeout, n) => format!("{}:", units::plural(n, "attempt")),
    };
    let name = |(took, target): &(Micros, Arc<str>)| format!("{} ({})", sanitize(target), units::length(*took));
    format!("waiting for {what} {}", longest.iter().map(name).collect::<Vec<_>>().join(", "))
}

/// How to shorten the end of the run, with the flags to use.
fn straggler_remedy(remedy: Remedy, recording: Option<&str>) -> String {
    match (remedy, recording) {
        (Remedy::Order { would }, recording) => {
            let first = if recording.is_some() { "" } else { "record it with `--events last.jsonl`, then " };
            let from = shell::word(&sanitize(recording.unwrap_or("last.jsonl")));
            format!("about {} with these first: {first}`--order slow-first --from {from}`", units::length(would))
        }
        (Remedy::OrderOrTimeout { is_detectable: true }, _) => {
            "start these first (`--order slow-first`), or give them a shorter time-out".to_owned()
        }
        (Remedy::OrderOrTimeout { is_detectable: false }, _) => {
            "start these first, or give them a shorter time-out".to_owned()
        }
        (Remedy::Timeout, _) => "use a shorter time-out: they started early enough".to_owned(),
    }
}

/// The remedy in a few words, for narrow screens.
fn brief_remedy(finding: &Finding, model: &Model) -> Option<String> {
    match finding {
        Finding::Serial { what_if, .. } | Finding::Waves { what_if, .. } => {
            Some(format!("about {} if independent", units::length(what_if.would)))
        }
        Finding::LimitedByUs { what_if, .. } => {
            Some(format!("about {} with {} at once", units::length(what_if.would), what_if.at_once))
        }
        Finding::Stragglers { remedy: Remedy::Order { would }, .. } => {
            Some(format!("about {} with `--order slow-first`", units::length(*would)))
        }
        Finding::OneHost { .. } => Some("give it its own limit".to_owned()),
        Finding::LimitedUpstream { host, .. } => {
            let takes = model.hosts.get(*host).and_then(|host| host.learned)?;
            Some(format!("it takes {}", learned_text(takes)))
        }
        Finding::Forbidden { .. } => Some("try `throttled = [429, 503, 403]`".to_owned()),
        Finding::OwnMachine { .. }
        | Finding::Outage(_)
        | Finding::UnknownName(_)
        | Finding::Retries { .. }
        | Finding::Convoy { .. }
        | Finding::Stragglers { .. }
        | Finding::Churn { .. } => None,
    }
}

/// The sentence of the most important finding, if there is one.
pub fn main_sentence(model: &Model, recording: Option<&str>) -> Option<String> {
    crate::model::verdict::findings(model).first().map(|finding| sentence_of(finding, model, recording).to_string())
}

/// The setting that limits the run, with its value.
fn setting_text(model: &Model, why: WaitReason, host: Option<usize>, setting: LimitSetting) -> String {
    let whose = host.map_or_else(|| "the run".to_owned(), |host| host_name(model, host));
    match (why, setting) {
        (_, LimitSetting::Limit(limit)) => format!("the limit of {limit} for {whose}"),
        (WaitReason::Gap, LimitSetting::StartGap(gap)) => {
            format!("the gap at {whose}, starts {} apart", units::length(gap))
        }
        (_, LimitSetting::StartGap(gap)) => format!("the rate of {whose}, starts {} apart", units::length(gap)),
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
