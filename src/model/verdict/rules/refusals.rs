//! The upstream limits the run: a host refuses part of the load, or refused it for a while.
//!
//! Start at [`host_refuses`].

use crate::event::cause::Cause;
use crate::event::idle::IdleReason;
use crate::event::waits::WaitReason;
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::host::HostStats;
use crate::model::host::adapted::learned_text;
use crate::model::host::offer::PlanOffer;
use crate::model::verdict::evidence::refusals::Refusals;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::{AttemptFigures, Fate, RunFigures};
use crate::model::verdict::levels::refused_above;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_name, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// A host that refuses part of the load.
#[derive(Clone, Copy, Debug, PartialEq)]
struct RefusalFinding {
    /// Index of the host.
    host: usize,
    /// Its refusals.
    refused: u64,
    /// Its answers and refusals together.
    of: u64,
    /// The most in flight without refusals, if more in flight bring them.
    at_once: Option<u32>,
    /// Answers that it accepted per second while it refused others.
    per_second: Option<f64>,
    /// Cooldown and backoff as a share of all waiting.
    waiting: f64,
    /// When the first and the last refusal came.
    span: (Offset, Offset),
    /// For how long it has accepted everything, if that is long enough to say so.
    clean: Option<Micros>,
    /// The status of the last refusal that is kept.
    status: Option<u16>,
}

/// The run goes on and a host refuses requests, or most waiting is due to cooldowns and backoff.
pub fn host_refuses(figures: &RunFigures<'_>) -> Option<Conclusion> {
    limited_by_upstream(figures, true)
}

/// The same, but the run is over or the host has accepted everything for a while.
pub fn host_refused(figures: &RunFigures<'_>) -> Option<Conclusion> {
    limited_by_upstream(figures, false)
}

fn limited_by_upstream(figures: &RunFigures<'_>, holds: bool) -> Option<Conclusion> {
    let found = find(figures)?;
    let holds_now = figures.model.ended.is_none() && found.clean.is_none();
    if holds_now != holds {
        return None;
    }
    let gravity = if found.clean.is_some() { Gravity::Slow } else { Gravity::Limited };
    Some((gravity, found.sentence(figures.model), found.explanation(figures.model)))
}

fn find(figures: &RunFigures<'_>) -> Option<RefusalFinding> {
    let model = figures.model;
    let now = model.ended.unwrap_or(model.last);
    let waits = &model.waits;
    let held = waits.get(WaitReason::Cooldown) + waits.get(WaitReason::Backoff);
    let waiting = held.0 as f64 / waits.total().0.max(1) as f64;
    let is_heavy = waits.total().0 as f64 >= t::WAIT_WEIGHT * figures.span.0 as f64;
    let is_waiting = waiting >= t::WAIT_SHARE && is_heavy && !model.adaptive_has_acted();
    let found = model.hosts.kept().filter_map(|host| {
        let refusals = model.evidence.refusals.get(host.number)?;
        let (refused, of) = (host.throttled, host.throttled + host.answered);
        // Single refusals are normal under an adaptive limit: it needs them to find its level.
        let is_refusing = refusals.is_storm || refusals.is_hard && refused as f64 >= t::REFUSED_OVERALL * of as f64;
        let is_held = is_waiting && refused >= t::REFUSED_LEAST && refused as f64 >= t::REFUSED_WAITING * of as f64;
        let is_learned = refused > 0 && host.learned.is_some();
        (is_refusing || is_held || is_learned).then_some((host, refused, of, refusals))
    });
    // A host that refuses now is more urgent than one that did.
    let (host, refused, of, refusals) =
        found.max_by_key(|(host, refused, _, refusals)| (clean_since(host, refusals, now).is_none(), *refused))?;
    let clean = clean_since(host, refusals, now).map(|since| now.since(since));
    let host = host.number;
    let is_refused = |one: &AttemptFigures| one.host == host && one.fate == Fate::Refused;
    let at_once = refused_above(figures, is_refused);
    let last = figures.attempts.iter().rev().find(|one| is_refused(one)).and_then(|one| one.cause);
    let status = if let Some(Cause::Throttled(status)) = last { Some(status) } else { None };
    Some(RefusalFinding {
        host,
        refused,
        of,
        at_once,
        per_second: refusals.accepted_per_second(),
        waiting,
        span: (refusals.first.map_or(now, |(at, _)| at), refusals.last),
        clean,
        status,
    })
}

/// Since when a host accepts everything. If it was adapted to, that may be why it does.
fn clean_since(host: &HostStats, refusals: &Refusals, now: Offset) -> Option<Offset> {
    let before = refusals.accepted_per_second().unwrap_or_default();
    let is_faster = refusals.accepted_since(now) >= t::CLEAN_FASTER * before;
    refusals.clean_since(now).filter(|_| host.adapted.is_none() || is_faster && host.learned.is_none())
}

impl RefusalFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        // Where there is one host only, its name says nothing.
        let name = model.only_host().is_none().then(|| host_name(model, self.host));
        let counts = format!("{} of {} refused", units::count(self.refused), units::count(self.of));
        let (from, to) = (units::clock_seconds(self.span.0), units::clock_seconds(self.span.1));
        if let Some(clean) = self.clean {
            let clean = units::length(clean);
            let with = self.status.map(|status| format!(" with {status}")).unwrap_or_default();
            let asked = model.hosts.get(self.host).and_then(|host| host.wait_asked);
            let asked = asked.map(|(_, wait)| format!(", at last with a wait of {}", units::length(wait)));
            return VerdictSentence::new(
                format!("Clean for {clean} after {}", units::plural(self.refused, "refusal")),
                format!(
                    "{} refused{with} from {from} to {to}{}",
                    name.as_deref().unwrap_or("it"),
                    asked.unwrap_or_default()
                ),
                match (model.ended.is_some(), self.is_paced(model)) {
                    (false, false) => "it accepts everything now",
                    (false, true) => "it accepts everything now, and the adapted pace is what holds",
                    (true, false) => "it accepted everything after that",
                    (true, true) => "it accepted everything after that, and the adapted pace was what held",
                }
                .to_owned(),
            )
            .or_number(format!("Clean for {clean}"))
            .or_brief(
                format!("{} refused until {to}", name.as_deref().unwrap_or("it")),
                by_tense(model, "all is accepted now", "it accepted all after that"),
            );
        }
        let accepted = self.per_second.map(|n| format!("{}/s", units::significant(n)));
        let remedy = self.remedy(model);
        let takes = model.hosts.get(self.host).and_then(|host| host.learned);
        let brief = match (takes, self.at_once, self.per_second) {
            (Some(takes), ..) => format!("it takes {}", learned_text(takes)),
            (None, Some(at_once), _) => format!("send at most {at_once} at once"),
            (None, None, Some(pace)) if pace >= 1.0 => format!("use `--rate {:.0}/s`", pace.floor()),
            (None, None, _) => "`--adaptive when-refused`".to_owned(),
        };
        let when = if model.ended.is_some() { format!("from {from} to {to}") } else { format!("since {from}") };
        let (place, brief_place) = match (name, accepted) {
            (Some(name), Some(accepted)) => {
                (format!("{name} {when}, accepted {accepted}"), format!("{name}, accepted {accepted}"))
            }
            (Some(name), None) => (format!("{name} {when}"), name),
            (None, Some(accepted)) => (format!("{accepted} accepted {when}"), format!("{accepted} accepted")),
            (None, None) => (when.clone(), when),
        };
        VerdictSentence::new(counts, place, remedy).or_brief(brief_place, &brief)
    }

    /// Whether the pace that was adapted to the refusals holds the run back.
    fn is_paced(&self, model: &Model) -> bool {
        let paced = model.idle_shares(model.last).into_iter().find(|(why, _)| *why == IdleReason::Gap);
        let is_adapted = model.hosts.get(self.host).is_some_and(|host| host.adapted.is_some());
        is_adapted && paced.is_some_and(|(_, share)| share >= t::PACED_SHARE)
    }

    /// What the host takes as a setting, or else a lower limit or rate at which it would not refuse.
    fn remedy(&self, model: &Model) -> String {
        let host = model.hosts.get(self.host);
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
                None => by_tense(model, "the limit is adapting", "the limit was adapting").to_owned(),
            };
        }
        let fewer = match (self.at_once, self.per_second) {
            (Some(at_once), _) if model.is_watched() => {
                return format!("send at most {at_once} at once; `--steer {at_once}` tries it");
            }
            _ if model.is_watched() => return "send fewer at once; `--steer` tries it".to_owned(),
            (Some(at_once), _) => format!("send at most {at_once} at once"),
            (None, Some(pace)) if pace >= 1.0 => format!("use `--rate {:.0}/s`", pace.floor()),
            (None, _) => "send fewer at once".to_owned(),
        };
        format!("{fewer}, or `--adaptive when-refused`")
    }

    /// How it was found.
    fn explanation(&self, model: &Model) -> Explanation {
        let accepted = self.per_second.map(|pace| format!("; it accepted {}/s meanwhile", units::significant(pace)));
        let learned = model.hosts.get(self.host).and_then(|host| host.learned);
        // What probes have confirmed outweighs what the levels suggest.
        let levels = match (learned, self.at_once) {
            (Some(learned), _) => format!("; probes confirmed that it takes {}", learned_text(learned)),
            (None, Some(at_once)) => format!("; with more than {at_once} in flight hardly any was accepted"),
            (None, None) if accepted.is_some() => {
                "; no number in flight separates them, so that the rate counts".to_owned()
            }
            (None, None) => String::new(),
        };
        Explanation {
            observed: format!(
                "refusals from {} to {}{}{levels}",
                units::clock(self.span.0),
                units::clock(self.span.1),
                accepted.unwrap_or_default()
            ),
            formula: format!(
                "refused ÷ answers within {} s, at least {}; cooldown and backoff were {} of all waiting",
                t::REFUSED_WITHIN,
                percent(t::REFUSED_SHARE),
                percent(self.waiting)
            ),
            refuted: "the same refusals with fewer in flight and fewer per second",
            causes: &["a quota of starts per second", "a limit on concurrent requests", "a burst at the start"],
            press: (!model.is_watched()).then_some(Press::Adapt),
        }
    }
}
