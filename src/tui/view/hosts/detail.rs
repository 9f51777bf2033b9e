//! What is known of the selected host, and which events are its own.

use crate::event::ChangedBy;
use crate::model::Model;
use crate::model::event_log::LogEntry;
use crate::model::host::HostStats;
use crate::text::units;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::facts::LabelledFact;

/// The selected host in full.
pub(super) fn details(scene: &ViewScene<'_>, host: &HostStats) -> Vec<LabelledFact> {
    let model = scene.model;
    let limit = match (host.effective_limit(), host.limit_changed) {
        (Some(limit), None) => format!("{} in flight, as the plan says", units::count(limit.into())),
        (Some(limit), Some((by, at))) => {
            let who = match by {
                ChangedBy::Operator => "turned by hand",
                ChangedBy::Adaptive => "found by itself",
                ChangedBy::Machine => "this machine has no room for more",
            };
            format!("{} in flight, {who} at {}", units::count(limit.into()), units::clock(at))
        }
        (None, _) => match model.limit {
            Some(limit) => format!("none of its own: the run's {} holds", units::count(limit.into())),
            None => "none that is known".to_owned(),
        },
    };
    let mut details = vec![LabelledFact::sentence("limit", limit)];
    if let Some(gap) = host.gap() {
        let pace = units::significant(1e6 / gap.0 as f64);
        details.push(LabelledFact::sentence("pace", format!("one start each {}, {pace} a second", units::length(gap))));
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

/// Whether an event happened there.
pub(super) fn is_of(item: &LogEntry, model: &Model, row: usize, host: &HostStats) -> bool {
    let about = item.event.subject();
    let endpoint = about.endpoint.and_then(|i| model.endpoints.get(i));
    about.host == Some(&host.name) || endpoint.is_some_and(|endpoint| endpoint.host == Some(row))
}
