//! One host or endpoint takes most of the slot time, because it is far slower than the others.
//!
//! Start at [`slow_place`].

use std::collections::BTreeMap;

use crate::event::Micros;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::{AttemptFigures, RunFigures, median};
use crate::model::verdict::host_sentences::host_name;
use crate::model::verdict::sentences::{VerdictSentence, percent};
use crate::model::verdict::thresholds as t;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// A host or an endpoint that takes most of the slot time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaceFinding {
    /// What takes the time.
    pub place: SlowTarget,
    /// Its share of the slot time in use.
    pub share: f64,
    /// Number of its attempts.
    pub n: u64,
    /// Its median, and the median of the others.
    pub medians: (Micros, Micros),
    /// The longest time that an attempt elsewhere waited for a slot.
    pub waited: Micros,
}

/// A host or an endpoint, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlowTarget {
    /// A host.
    Host(usize),
    /// An endpoint.
    Endpoint(usize),
}

/// One host or endpoint takes most of the slot time.
pub fn slow_place(figures: &RunFigures<'_>) -> Option<PlaceFinding> {
    if figures.model.is_polled || figures.model.level.peak() < 2 {
        return None;
    }
    by(figures, |attempt| attempt.host)
        .map(|(host, finding)| PlaceFinding { place: SlowTarget::Host(host), ..finding })
        .or_else(|| {
            by(figures, |attempt| attempt.endpoint)
                .map(|(endpoint, finding)| PlaceFinding { place: SlowTarget::Endpoint(endpoint), ..finding })
        })
}

fn by(figures: &RunFigures<'_>, key: impl Fn(&AttemptFigures) -> usize) -> Option<(usize, PlaceFinding)> {
    let mut sums: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    for attempt in &figures.attempts {
        let sum = sums.entry(key(attempt)).or_default();
        *sum = (sum.0 + attempt.service().0, sum.1 + 1);
    }
    let (&slow, &(service, n)) = sums.iter().max_by_key(|(_, (service, _))| *service)?;
    let share = service as f64 / figures.service().0.max(1) as f64;
    let others = figures.attempts.len() as u64 - n;
    if sums.len() < 2 || share < t::PLACE_SHARE || n < t::PLACE_LEAST || others < t::PLACE_OTHERS {
        return None;
    }
    let part = |is_there: bool| {
        figures.good().filter(|one| (key(one) == slow) == is_there).map(AttemptFigures::service).collect::<Vec<_>>()
    };
    let medians = (median(part(true))?, median(part(false))?);
    let waited = figures.model.hosts.all().map(|host| host.usage.longest_wait).max().unwrap_or_default();
    let finding = PlaceFinding { place: SlowTarget::Host(slow), share, n, medians, waited };
    (medians.0.0 as f64 >= t::PLACE_SLOWER * medians.1.0 as f64).then_some((slow, finding))
}

impl PlaceFinding {
    /// The finding as a sentence.
    pub fn sentence(&self, model: &Model) -> VerdictSentence {
        let (name, remedy) = match self.place {
            SlowTarget::Host(host) => (host_name(model, host), "give it its own limit, and the others end sooner"),
            SlowTarget::Endpoint(endpoint) => {
                let name = model.endpoints.get(endpoint).map_or("", |endpoint| &*endpoint.name);
                (format!("endpoint `{}`", sanitize(name)), "the others end sooner if it starts last or runs apart")
            }
        };
        let (there, elsewhere) = (units::length(self.medians.0), units::length(self.medians.1));
        VerdictSentence::new(
            format!("{} of slot time", percent(self.share)),
            format!("{name} takes it, {there} against {elsewhere} elsewhere"),
            remedy.to_owned(),
        )
        .or_brief(format!("{name}: {there}, others {elsewhere}"), "run it apart".to_owned())
    }

    /// How it was found.
    pub fn explanation(&self) -> Explanation {
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
            press: Some(Press::Hosts),
        }
    }
}
