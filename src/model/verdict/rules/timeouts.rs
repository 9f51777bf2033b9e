//! Time-outs take the slots.
//!
//! Start at [`timeouts_take_slots`].

use crate::event::Micros;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::{AttemptFigures, Fate, RunFigures};
use crate::model::verdict::sentences::{VerdictSentence, percent};
use crate::model::verdict::thresholds as t;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Time-outs that take a large part of the slot time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeoutFinding {
    /// Number of attempts that timed out.
    pub n: u64,
    /// Their share of all service times.
    pub share: f64,
    /// The longest of them.
    pub longest: Micros,
    /// The 99th percentile of all attempts, time-outs included.
    pub p99: Micros,
    /// The longest good answer.
    pub good: Option<Micros>,
    /// Index of their endpoint, if they have only one and there are others.
    pub endpoint: Option<usize>,
}

/// Time-outs take a large part of the slot time.
pub fn timeouts_take_slots(figures: &RunFigures<'_>) -> Option<TimeoutFinding> {
    let of = || figures.attempts.iter().filter(|attempt| attempt.fate == Fate::TimedOut);
    let n = of().count() as u64;
    let held = of().fold(Micros::ZERO, |sum, attempt| sum + attempt.service());
    let share = held.0 as f64 / figures.service().0.max(1) as f64;
    let longest = of().map(AttemptFigures::service).max()?;
    let mut all: Vec<_> = figures.attempts.iter().map(AttemptFigures::service).collect();
    all.sort_unstable();
    let p99 = *all.get((all.len() * 99).div_ceil(100).max(1) - 1)?;
    let first = of().next()?.endpoint;
    let is_one = of().all(|attempt| attempt.endpoint == first) && figures.model.endpoints.len() > 1;
    let good = figures.good().map(AttemptFigures::service).max();
    let is_pattern = share >= t::TIMEOUT_SHARE && n >= t::TIMEOUT_LEAST;
    let n = n.max(if figures.is_whole { 0 } else { figures.model.totals.timed_out });
    is_pattern.then_some(TimeoutFinding { n, share, longest, p99, good, endpoint: is_one.then_some(first) })
}

impl TimeoutFinding {
    /// The finding as a sentence.
    pub fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = self.endpoint.and_then(|endpoint| model.endpoints.get(endpoint));
        let place = name.map(|endpoint| format!(" at endpoint `{}`", sanitize(&endpoint.name))).unwrap_or_default();
        let remedy = match self.good {
            Some(good) if good.0.saturating_mul(3) <= self.longest.0 => {
                format!(
                    "good answers took at most {}: a shorter `--timeout` frees the slots sooner",
                    units::length(good)
                )
            }
            Some(_) | None => "find out why they hang".to_owned(),
        };
        let brief = match self.good {
            Some(good) if good.0.saturating_mul(3) <= self.longest.0 => "shorten `--timeout`",
            Some(_) | None => "find out why they hang",
        };
        VerdictSentence::new(
            format!("{}: {} of slot time", units::plural(self.n, "time-out"), percent(self.share)),
            format!("{} each{place}, p99 with them {}", units::length(self.longest), units::length(self.p99)),
            remedy,
        )
        .or_brief(format!("{} each{place}", units::length(self.longest)), brief.to_owned())
    }

    /// How it was found.
    pub fn explanation(&self) -> Explanation {
        Explanation {
            observed: format!("{} of up to {}", units::plural(self.n, "time-out"), units::length(self.longest)),
            formula: format!(
                "their service times ÷ all service times = {} (at least {})",
                percent(self.share),
                percent(t::TIMEOUT_SHARE)
            ),
            refuted: "a machine of ours that stood still during them",
            press: Some(Press::Failures),
        }
    }
}
