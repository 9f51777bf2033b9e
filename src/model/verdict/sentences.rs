//! Findings as sentences: the number first, then the place, then the remedy.
//!
//! Screen, plain lines and summary take their sentences from here. What is foreign has been made safe.
//! Start at [`sentence_of`].

use std::fmt;
use std::sync::Arc;

use crate::event::Micros;
use crate::event::waits::WaitReason;
use crate::model::Model;
use crate::model::verdict::{Finding, LimitSetting, Remedy, WhatIf, thresholds};
use crate::text::sanitize::sanitize;
use crate::text::shell;
use crate::text::units;

/// One sentence in its three parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictSentence {
    /// The number that makes it a claim.
    pub number: String,
    /// Where it lies.
    pub place: String,
    /// What would change it.
    pub remedy: String,
    /// The same in a few words, where there are fewer.
    pub brief: Option<String>,
}

impl fmt::Display for VerdictSentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.number, self.place, self.remedy)
    }
}

/// The finding as a sentence; `recording` is where the run is recorded, as it may be shown.
pub fn sentence_of(finding: &Finding, model: &Model, recording: Option<&str>) -> VerdictSentence {
    let (number, place, remedy) = match finding {
        Finding::OwnMachine { cut: Some((from, to)), .. } => (
            format!("limit cut from {from} to {to}"),
            "this machine has no room for more connections".to_owned(),
            "allow more open files (`ulimit -n`), or a lower limit".to_owned(),
        ),
        Finding::OwnMachine { cut: None, failed } => (
            format!("{} failed here", units::plural(*failed, "attempt")),
            "this machine ran out of descriptors, ports or memory".to_owned(),
            "a lower limit, or more open files (`ulimit -n`)".to_owned(),
        ),
        Finding::LimitedUpstream { host, refused, of, in_flight, least, per_second, waiting } => {
            let number = format!("{} of {} refused", units::count(*refused), units::count(*of));
            let first = in_flight.map(|n| format!(", first with {n} in flight")).unwrap_or_default();
            let pace = per_second.map(|n| format!("; took {} a second", units::significant(n))).unwrap_or_default();
            let waits = if *waiting >= thresholds::WAIT_SHARE {
                format!(", {} of all waiting", percent(*waiting))
            } else {
                String::new()
            };
            // Where it refuses even a few, they come too fast rather than too many.
            let fewer = match (*least, *per_second) {
                (Some(least), _) if least > thresholds::REFUSED_FEW => format!("at most {} at once", least - 1),
                (_, Some(pace)) if pace >= 1.0 => format!("`--rate {:.0}/s`", pace.floor()),
                _ => "fewer at once".to_owned(),
            };
            let remedy = if model.is_adaptive {
                "the adaptive limit is finding it".to_owned()
            } else {
                format!("{fewer}, or `--adaptive`")
            };
            (number, format!("{}{first}{waits}{pace}", place(model, *host)), remedy)
        }
        Finding::Retries { ratio, retries, saved } => (
            format!("{ratio:.1} tries a job"),
            format!(
                "{} of {} retries saved no job",
                units::count(retries.saturating_sub(*saved)),
                units::count(*retries)
            ),
            "fewer tries and a longer backoff: each retry is more load for what fails".to_owned(),
        ),
        Finding::Convoy { n, lasted, place, p95: (measured, without) } => {
            let place = place.as_ref().map(|place| format!(" at {}", sanitize(place))).unwrap_or_default();
            (
                format!("p95 {}, {} without the stall", units::length(*measured), units::length(*without)),
                format!(
                    "{n} attempts ended together after the event loop stood still for {}{place}",
                    units::length(*lasted)
                ),
                "move what blocks off the event loop".to_owned(),
            )
        }
        Finding::OneHost { host, share, service: (there, elsewhere), waited } => (
            format!("{} of the slots", percent(*share)),
            format!(
                "{} holds them, {} each against {}",
                place(model, *host),
                units::length(*there),
                units::length(*elsewhere)
            ),
            format!("a limit of its own for it: others waited up to {}", units::length(*waited)),
        ),
        Finding::Serial { mean, what_if, .. } => {
            let of = model.limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
            (
                format!("in flight {mean:.1}{of} on average"),
                "every start waits for the previous end".to_owned(),
                format!("if these are independent, {}", gain(what_if)),
            )
        }
        Finding::Waves { n, size, idle, what_if } => (
            format!("{n} waves of {size}, slots {} idle", percent(*idle)),
            "each waits for its slowest".to_owned(),
            format!("if these are independent, {}, each as one ends", gain(what_if)),
        ),
        Finding::Stragglers { tail, span, n, longest, remedy } => (
            format!("last {} of {}", units::length(*tail), units::length(*span)),
            held_on(*remedy, *n, longest),
            remedy_text(*remedy, recording),
        ),
        Finding::LimitedByUs { why, host, share, setting, what_if } => (
            format!("{} of all waiting", percent(*share)),
            dial_in_words(model, *why, *host, *setting),
            format!("{}, if answers stay as fast", gain(what_if)),
        ),
        Finding::Churn { host, share, connecting } => (
            format!("{} on new connections", percent(*share)),
            format!("{}, {} each to connect", place(model, *host), units::length(*connecting)),
            "one client for all, and connections kept open at either end".to_owned(),
        ),
    };
    VerdictSentence { number, place, remedy, brief: brief(finding) }
}

/// What held on at the end of the run.
fn held_on(remedy: Remedy, n: u64, longest: &[(Micros, Arc<str>)]) -> String {
    let what = match (remedy, n) {
        (Remedy::Order { .. }, 1) => "1 late time-out:".to_owned(),
        (Remedy::Order { .. }, n) => format!("{}, the latest", units::plural(n, "time-out")),
        (Remedy::Either { .. } | Remedy::AttemptTimeout, n) => format!("{}:", units::plural(n, "attempt")),
    };
    let name = |(took, target): &(Micros, Arc<str>)| format!("{} ({})", sanitize(target), units::length(*took));
    format!("only {what} {}", longest.iter().map(name).collect::<Vec<_>>().join(", "))
}

/// What would make the end of the run shorter, and the words that do it.
fn remedy_text(remedy: Remedy, recording: Option<&str>) -> String {
    match (remedy, recording) {
        (Remedy::Order { would }, recording) => {
            let first = if recording.is_some() { "" } else { "record it with `--events last.jsonl`, then " };
            let from = shell::word(&sanitize(recording.unwrap_or("last.jsonl")));
            format!("about {} with these first: {first}`--order slow-first --from {from}`", units::length(would))
        }
        (Remedy::Either { is_found: true }, _) => {
            "start these first (`--order slow-first`), or give them a shorter time-out".to_owned()
        }
        (Remedy::Either { is_found: false }, _) => "start these first, or give them a shorter time-out".to_owned(),
        (Remedy::AttemptTimeout, _) => "a shorter time-out: they began early enough".to_owned(),
    }
}

/// The remedy where there is little room.
fn brief(finding: &Finding) -> Option<String> {
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
        Finding::OneHost { .. } => Some("give it a limit of its own".to_owned()),
        Finding::OwnMachine { .. }
        | Finding::LimitedUpstream { .. }
        | Finding::Retries { .. }
        | Finding::Convoy { .. }
        | Finding::Stragglers { .. }
        | Finding::Churn { .. } => None,
    }
}

/// The sentence, where there is one.
pub fn main_sentence(model: &Model, recording: Option<&str>) -> Option<String> {
    crate::model::verdict::findings(model).first().map(|finding| sentence_of(finding, model, recording).to_string())
}

/// Which setting it is that holds.
fn dial_in_words(model: &Model, why: WaitReason, host: Option<usize>, setting: LimitSetting) -> String {
    let whose = host.map_or_else(|| "the run".to_owned(), |host| place(model, host));
    match (why, setting) {
        (_, LimitSetting::Limit(limit)) => format!("the limit of {limit} for {whose}"),
        (WaitReason::Gap, LimitSetting::Apart(apart)) => {
            format!("the gap at {whose}, starts {} apart", units::length(apart))
        }
        (_, LimitSetting::Apart(apart)) => format!("the rate of {whose}, starts {} apart", units::length(apart)),
    }
}

/// `about 1.6 s instead of 12.4 s with 32 at once`
fn gain(what_if: &WhatIf) -> String {
    let (would, was) = (units::length(what_if.would), units::length(what_if.was));
    format!("about {would} instead of {was} with {} at once", what_if.at_once)
}

/// A host's name without what nearly all have.
fn place(model: &Model, host: usize) -> String {
    let name = model.hosts.get(host).map_or("the upstream", |host| &*host.name);
    let rest = name.strip_prefix("https://").map(|rest| rest.strip_suffix(":443").unwrap_or(rest));
    sanitize(rest.or_else(|| name.strip_prefix("http://")).unwrap_or(name)).into_owned()
}

/// A share in whole percent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share.clamp(0.0, 1.0) * 100.0)
}

/// A length, or a dash of none.
pub(super) fn length(length: Option<Micros>) -> String {
    length.map_or_else(|| units::NOTHING.to_owned(), units::length)
}
