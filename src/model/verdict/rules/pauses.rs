//! The upstream pauses: nothing ends for a while, and then all that waited ends at once.
//!
//! Start at [`upstream_pauses`].

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::{AttemptFigures, Fate, RunFigures, median};
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_or_upstream};
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
    if model.evidence.stalls.n > 0 || figures.attempts.len() < t::PAUSE_ATTEMPTS {
        return None;
    }
    let usual = median(figures.good().map(AttemptFigures::service))?;
    let mut by_end: Vec<_> = figures.attempts.iter().collect();
    by_end.sort_by_key(|attempt| attempt.ended);
    let first_end = by_end.first()?.ended;
    let peak = model.level.peak();
    let mut pauses: Vec<(Offset, Micros)> = Vec::new();
    for (i, pair) in by_end.windows(2).enumerate() {
        let (from, to) = (pair[0].ended, pair[1].ended);
        let lasted = to.since(from);
        if lasted < t::PAUSE_LEAST || from <= first_end {
            continue;
        }
        // Where attempts take long anyway, a long time without an end is no pause.
        let before = by_end[(i + 1).saturating_sub(t::PAUSE_BEFORE)..=i].iter();
        let before = median(before.map(|attempt| attempt.service())).unwrap_or_default();
        // What started later can not have waited for so long.
        let half = Offset(from.0 + lasted.0 / 2);
        let waiting: Vec<_> = by_end[i + 1..].iter().filter(|attempt| attempt.started <= half).collect();
        let together = waiting.iter().filter(|attempt| attempt.ended.since(to) <= t::PAUSE_TOGETHER).count();
        let is_crowd = waiting.len() as u64 * 2 >= u64::from(peak) && waiting.len() >= t::PAUSE_CROWD;
        let is_together = together as f64 >= t::PAUSE_SHARE * waiting.len() as f64;
        let is_clean = waiting.iter().all(|attempt| attempt.fate != Fate::TimedOut);
        let is_unusual = lasted.0 >= before.0.saturating_mul(t::PAUSE_MEDIANS);
        if is_crowd && is_together && is_clean && is_unusual {
            pauses.push((to, lasted));
        }
    }
    let n = pauses.len() as u64;
    let lasted = Micros(pauses.iter().map(|(_, lasted)| lasted.0).sum::<u64>() / n.max(1));
    let last = pauses.last()?.0;
    let host = model.only_host().map(|host| host.number);
    (n >= t::PAUSES).then_some(PauseFinding { host, n, last, lasted, usual })
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
                "a pause is at least {} × the median of {}, and {}",
                t::PAUSE_MEDIANS,
                units::length(self.usual),
                units::length(t::PAUSE_LEAST)
            ),
            refuted: "a machine of ours that stood still at the same time",
            causes: &["garbage collection", "a lock or a slow disk", "batches with a timer"],
            press: None,
        }
    }
}
