//! The details of the selected host, and its events.
//!
//! Start at [`details`].

use crate::event::reasons::ChangedBy;
use crate::model::Model;
use crate::model::event_log::LogEntry;
use crate::model::host::HostStats;
use crate::text::units;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::facts::LabelledFact;

/// The facts about a host.
pub(super) fn details(scene: &ViewScene<'_>, host: &HostStats) -> Vec<LabelledFact> {
    let model = scene.model;
    let limit = match (host.effective_limit(), host.limit_changed) {
        (Some(limit), None) => format!("{} in flight, set by the plan", units::count(limit.into())),
        (Some(limit), Some((by, at))) => {
            let source = match by {
                ChangedBy::Operator => "set by the user",
                ChangedBy::Adaptive => "found by adaptive limits",
                ChangedBy::Machine => "lowered because this machine is out of resources",
            };
            format!("{} in flight, {source} at {}", units::count(limit.into()), units::clock(at))
        }
        (None, _) => match model.limit {
            Some(limit) => format!("none of its own; the run's limit of {} applies", units::count(limit.into())),
            None => "unknown".to_owned(),
        },
    };
    let mut details = vec![LabelledFact::sentence("limit", limit)];
    if let Some(gap) = host.gap() {
        let pace = units::significant(1e6 / gap.0 as f64);
        details
            .push(LabelledFact::sentence("pace", format!("one start every {}, {pace} per second", units::length(gap))));
    }
    if let Some(why) = &host.why {
        details.push(LabelledFact::sentence("learned", why.to_string()));
    }
    details.push(LabelledFact::sentence(
        "answers",
        format!(
            "{} of {} answered, {} throttled, {} failed",
            units::count(host.answered),
            units::plural(host.started, "attempt"),
            units::count(host.throttled),
            units::count(host.failed)
        ),
    ));
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

/// Whether an event happened at this host.
pub(super) fn is_at_host(item: &LogEntry, model: &Model, row: usize, host: &HostStats) -> bool {
    let about = item.event.subject();
    let endpoint = about.endpoint.and_then(|i| model.endpoints.get(i));
    about.host == Some(&host.name) || endpoint.is_some_and(|endpoint| endpoint.host == Some(row))
}
