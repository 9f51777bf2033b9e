//! The upstream pauses: nothing ends for a while, and then all that waited ends at once.
//!
//! Start at [`upstream_pauses`].

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_or_upstream, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// Pauses of the upstream.
#[derive(Clone, Copy, Debug, PartialEq)]
struct PauseFinding {
    /// Index of the host, if there is only one.
    host: Option<usize>,
    /// Number of pauses.
    n: u64,
    /// When the last one ended.
    last: Offset,
    /// Their mean length.
    lasted: Micros,
    /// The median time of an answer.
    usual: Micros,
}

/// Nothing ended several times, although attempts were in flight.
pub fn upstream_pauses(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Slow, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<PauseFinding> {
    let model = figures.model;
    let usual = model.good_latency.quantile(0.5)?;
    let now = Some(model.last).filter(|_| model.ended.is_none());
    let (n, sum, last) = model.evidence.pauses.all(now);
    let is_notable = n >= t::PAUSES && sum.0 as f64 >= t::PAUSE_COST * figures.span.0 as f64;
    let is_judged = model.evidence.stalls.n == 0 && model.totals.ended >= t::PAUSE_ATTEMPTS;
    let host = model.only_host().map(|host| host.number);
    (is_notable && is_judged).then(|| PauseFinding { host, n, last, lasted: Micros(sum.0 / n), usual })
}

impl PauseFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = host_or_upstream(model, self.host);
        let (answers, stops) =
            (by_tense(model, "answers", "answered"), by_tense(model, "stops, then answers", "stopped, then answered"));
        VerdictSentence::new(
            format!("{} pauses of about {}", units::count(self.n), units::length(self.lasted)),
            format!("{name} {answers} nothing, then all at once; the last until {}", units::clock_seconds(self.last)),
            "look there for garbage collection, locks or batches".to_owned(),
        )
        .or_brief(format!("{name} {stops} all"), "look there")
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        Explanation {
            observed: format!(
                "{} times nothing ended for about {}, although at least half of the slots were in use; then they ended within {}",
                self.n,
                units::length(self.lasted),
                units::length(t::PAUSE_TOGETHER)
            ),
            formula: format!(
                "a pause is at least {} × the median of {}, and {}; all of them are at least {} of the run",
                t::PAUSE_MEDIANS,
                units::length(self.usual),
                units::length(t::PAUSE_LEAST),
                percent(t::PAUSE_COST)
            ),
            refuted: "timers of this machine that were late at the same time",
            causes: &["garbage collection", "a lock or a slow disk", "batches with a timer"],
            press: None,
        }
    }
}
