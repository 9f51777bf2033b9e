//! One host or endpoint takes most of the slot time, because it is far slower than the others.
//!
//! Start at [`slow_host`].

use crate::event::Micros;
use crate::model::Model;
use crate::model::histogram::Histogram;
use crate::model::host::HostStats;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_name, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// A host or an endpoint that takes most of the slot time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct PlaceFinding {
    /// What takes the time.
    place: SlowTarget,
    /// Its share of the slot time in use.
    share: f64,
    /// Number of its attempts.
    n: u64,
    /// Its median, and the median of the others.
    medians: (Micros, Micros),
}

/// A host or an endpoint, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SlowTarget {
    /// A host.
    Host(usize),
    /// An endpoint.
    Endpoint(usize),
}

/// One host takes most of the slot time.
pub fn slow_host(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = by_host(figures)?;
    Some((Gravity::Slow, found.sentence(figures.model), found.explanation()))
}

/// One endpoint takes most of the slot time, and its host does not.
pub fn slow_endpoint(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    // There may be ten thousand endpoints, so the one in question is known beforehand.
    let (busiest, _) = model.evidence.busiest_endpoint;
    let endpoint = model.endpoints.get(busiest)?;
    let used = [(SlowTarget::Endpoint(busiest), endpoint.used, &endpoint.latency)];
    let found = by_host(figures).is_none().then(|| slowest(figures, used.into_iter()))??;
    Some((Gravity::Slow, found.sentence(model), found.explanation()))
}

fn by_host(figures: &RunFigures<'_>) -> Option<PlaceFinding> {
    let used = |host: &HostStats| (host.usage.ended, host.usage.service);
    let hosts = figures.model.hosts.kept();
    slowest(figures, hosts.map(|host| (SlowTarget::Host(host.number), used(host), &host.latency)))
}

/// The place that takes most of the slot time, if it is far slower than the others: its attempts and the sum of their
/// service times, and the latencies of its answers.
fn slowest<'m>(
    figures: &RunFigures<'_>,
    places: impl Iterator<Item = (SlowTarget, (u64, Micros), &'m Histogram)>,
) -> Option<PlaceFinding> {
    let model = figures.model;
    if model.is_polled || model.level.peak() < 2 {
        return None;
    }
    let (place, (n, service), latency) = places.max_by_key(|(_, (_, service), _)| *service)?;
    let all = &model.evidence.service_times;
    let share = service.0 as f64 / all.sum.0.max(1) as f64;
    let others = all.n.saturating_sub(n);
    if share < t::PLACE_SHARE || n < t::PLACE_LEAST || others < t::PLACE_OTHERS {
        return None;
    }
    let medians = (latency.quantile(0.5)?, model.latency.without(latency).quantile(0.5)?);
    let is_slower = medians.0.0 as f64 >= t::PLACE_SLOWER * medians.1.0 as f64;
    is_slower.then_some(PlaceFinding { place, share, n, medians })
}

/// What may help with a slow host.
fn host_remedy(model: &Model, host: usize) -> String {
    let own = model.hosts.get(host).and_then(|host| host.limit);
    match own.filter(|own| model.limit.is_none_or(|limit| *own < limit)) {
        Some(limit) => format!("its own limit of {limit} decides when the run ends; raise it if the host has room"),
        None => "it decides when the run ends: find out why it is slow".to_owned(),
    }
}

impl PlaceFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let (name, remedy) = match self.place {
            // The others do not wait for it: free slots go to the host with the fewest in flight.
            SlowTarget::Host(host) => (host_name(model, host), host_remedy(model, host)),
            SlowTarget::Endpoint(endpoint) => {
                let name = model.endpoints.get(endpoint).map_or("", |endpoint| &*endpoint.name);
                let remedy = "run it apart, and the others end sooner".to_owned();
                (format!("endpoint `{}`", sanitize(name)), remedy)
            }
        };
        let brief = match self.place {
            SlowTarget::Host(_) => "find out why",
            SlowTarget::Endpoint(_) => "run it apart",
        };
        let (there, elsewhere) = (units::length(self.medians.0), units::length(self.medians.1));
        VerdictSentence::new(
            format!("{} of slot time", percent(self.share)),
            format!("{name} {} it, {there} against {elsewhere} elsewhere", by_tense(model, "takes", "took")),
            remedy,
        )
        .or_brief(format!("{name}: {there}, others {elsewhere}"), brief)
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        Explanation {
            observed: format!(
                "{} attempts there took {} of the slot time in use",
                units::count(self.n),
                percent(self.share)
            ),
            formula: format!(
                "its service times ÷ all service times (at least {}); median {} ÷ {} elsewhere (at least {})",
                percent(t::PLACE_SHARE),
                units::length(self.medians.0),
                units::length(self.medians.1),
                t::PLACE_SLOWER
            ),
            refuted: "a share that stays as large when it has fewer slots",
            causes: &["an upstream that hangs", "expensive requests", "a lock behind one endpoint"],
            press: Some(Press::Hosts),
        }
    }
}
