//! The details of the selected host, and its events.
//!
//! Start at [`details`].

use crate::event::adaptive::AdaptiveMode;
use crate::event::reasons::ChangedBy;
use crate::model::Model;
use crate::model::event_log::LogEntry;
use crate::model::host::HostStats;
use crate::model::host::adapted::{AdaptedLimit, pace_text, quota_text};
use crate::model::host::offer::PlanOffer;
use crate::model::outage::{cut_wait_text, wait_cut_text};
use crate::text::units;
use crate::tui::action::Action;
use crate::tui::rows::hosts::next_try_text;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::facts::LabelledFact;

/// The facts about a host, the most useful first.
pub(super) fn details(scene: &ViewScene<'_>, host: &HostStats) -> Vec<LabelledFact> {
    let model = scene.model;
    let mut details = Vec::new();
    details.extend(outage(scene, host));
    if let Some(given_up) = &host.given_up {
        let text = format!("since {}: {}", units::clock_seconds(given_up.since), given_up.why);
        details.push(LabelledFact::sentence("given up", text));
    } else if let Some(given_up) = &host.last_given_up {
        let text = format!("at {}, but back since: {}", units::clock_seconds(given_up.since), given_up.why);
        details.push(LabelledFact::sentence("given up", text));
    }
    details.push(LabelledFact::sentence("limit", limit(host, model)));
    if let Some(pace) = host.adapted.and_then(|adapted| pace(&adapted)) {
        details.push(LabelledFact::sentence("pace", pace));
    }
    if let Some(why) = &host.why {
        details.push(LabelledFact::sentence("why", why.to_string()));
    }
    if let Some(wait) = host.cut_wait(scene.now) {
        details.push(LabelledFact::sentence("waits", cut_wait_text(wait)));
    } else if let Some((asked, waits)) = host.wait_cut.filter(|_| host.last_given_up.is_none()) {
        details.push(LabelledFact::sentence("waited", wait_cut_text(asked, waits)));
    }
    if let Some(offer) = PlanOffer::for_host(host) {
        let copies = scene.keymap.key(Action::Copy).map(|key| format!("   {key} copies it")).unwrap_or_default();
        let meaning = offer.meaning.map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        let text = format!("{} {}{meaning}{copies}", offer.table, offer.setting);
        details.push(LabelledFact::sentence("setting", text));
    }
    for known in &host.recognized {
        let text = format!("{} counts as a refusal: {}; `throttled = [429]` turns it off", known.status, known.why);
        details.push(LabelledFact::sentence("refusals", text));
    }
    details.push(LabelledFact::sentence("answers", answers(host)));
    if let (Some(p50), Some(p95)) = (host.latency.quantile(0.5), host.latency.quantile(0.95)) {
        details
            .push(LabelledFact::sentence("latency", format!("p50 {}, p95 {}", units::length(p50), units::length(p95))));
    }
    let shares = model.idle_shares(scene.now);
    let unused: Vec<String> = shares
        .iter()
        .filter(|(_, share)| *share >= 0.005)
        .map(|(why, share)| format!("{} {:.0} %", why.label(), share * 100.0))
        .collect();
    if !unused.is_empty() {
        details.push(LabelledFact::sentence("unused", format!("slots of the whole run: {}", unused.join(", "))));
    }
    details
}

/// The outage of a host, with the jobs that wait for it, or its earlier outages.
fn outage(scene: &ViewScene<'_>, host: &HostStats) -> Option<LabelledFact> {
    let model = scene.model;
    if let Some(outage) = host.outage.as_ref().filter(|_| model.ended.is_none()) {
        let waits = match model.waiting_jobs(host) {
            0 => String::new(),
            1 => "; 1 job waits".to_owned(),
            jobs => format!("; {} wait", units::plural(jobs, "job")),
        };
        let since = units::clock_seconds(outage.since);
        let next = next_try_text(outage.next_try, scene.now);
        let text = format!("since {since}, {next}: {}{waits}", outage.why);
        return Some(LabelledFact::sentence("down", text));
    }
    let past = &host.past_outages;
    let (n, lasted) = host.outages(model.ended.unwrap_or(scene.now));
    (n > 0).then(|| {
        let times = if n == 1 { "once".to_owned() } else { format!("{} times", units::count(n)) };
        let why = past.why.as_ref().or(host.outage.as_ref().map(|outage| &outage.why));
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        LabelledFact::sentence("down", format!("{times}, for {} in all{why}", units::length(lasted)))
    })
}

/// The limit of a host, and when it changes.
fn limit(host: &HostStats, model: &Model) -> String {
    let adapts = match model.adaptive {
        AdaptiveMode::WhenRefused if host.adapted.is_none() && model.ended.is_none() => ", until the host refuses",
        AdaptiveMode::Off | AdaptiveMode::WhenRefused | AdaptiveMode::On => "",
    };
    match (host.effective_limit(), host.limit_changed) {
        (Some(limit), None) => format!("{} in flight, set by the plan{adapts}", units::count(limit.into())),
        (Some(limit), Some((by, at))) => {
            let source = match by {
                ChangedBy::Operator => "set by the user",
                ChangedBy::Adaptive => "found by adaptive limits",
                ChangedBy::Ramp => "raised by the ramp",
                ChangedBy::Machine => "lowered because this machine is out of resources",
            };
            format!("{} in flight, {source} at {}{adapts}", units::count(limit.into()), units::clock(at))
        }
        (None, _) => match model.limit {
            Some(limit) => {
                format!("none of its own; the run's limit of {} applies{adapts}", units::count(limit.into()))
            }
            None => "unknown".to_owned(),
        },
    }
}

/// The quota and the pace that the adaptive controller allows.
fn pace(adapted: &AdaptedLimit) -> Option<String> {
    let gap = adapted.gap().map(|gap| format!("one start every {}, {}", units::length(gap), pace_text(gap)));
    match (adapted.window.map(quota_text), gap) {
        (Some(quota), Some(gap)) => Some(format!("{quota}, {gap}")),
        (quota, gap) => quota.or(gap),
    }
}

fn answers(host: &HostStats) -> String {
    format!(
        "{} of {} answered, {} throttled, {} failed",
        units::count(host.answered),
        units::plural(host.started, "attempt"),
        units::count(host.throttled),
        units::count(host.failed)
    )
}

/// Whether an event happened at this host.
pub(super) fn is_at_host(item: &LogEntry, model: &Model, row: usize, host: &HostStats) -> bool {
    let about = item.event.subject();
    let endpoint = about.endpoint.and_then(|i| model.endpoints.get(i));
    about.host == Some(&host.name) || endpoint.is_some_and(|endpoint| endpoint.host == Some(row))
}
