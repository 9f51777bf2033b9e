//! Time-outs take the slots.
//!
//! Start at [`timeouts_take_slots`].

use crate::event::Micros;
use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Time-outs that take a large part of the slot time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TimeoutFinding {
    /// Number of attempts that timed out.
    n: u64,
    /// Their share of all service times.
    share: f64,
    /// The longest of them.
    longest: Micros,
    /// The 99th percentile of all attempts, time-outs included.
    p99: Micros,
    /// The longest good answer.
    good: Option<Micros>,
    /// Index of their endpoint, if they have only one and there are others.
    endpoint: Option<usize>,
}

/// Time-outs take a large part of the slot time.
pub fn timeouts_take_slots(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Slow, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<TimeoutFinding> {
    let model = figures.model;
    let (n, longest) = model.timeouts()?;
    let share = model.evidence.timeouts.held.0 as f64 / model.evidence.service_times.sum.0.max(1) as f64;
    let endpoint = match model.endpoints.len() {
        0 | 1 => None,
        _ => only_endpoint(model),
    };
    let (p99, good) = (p99_with(model, n, longest), model.good_latency.max());
    let is_pattern = share >= t::TIMEOUT_SHARE && n >= t::TIMEOUT_LEAST;
    is_pattern.then_some(TimeoutFinding { n, share, longest, p99, good, endpoint })
}

/// The 99th percentile if time-outs counted, too. They are taken to be longer than all answers.
fn p99_with(model: &Model, n: u64, longest: Micros) -> Micros {
    let answers = model.latency.n();
    let rank = 0.99 * (answers + n) as f64 / answers.max(1) as f64;
    if rank > 1.0 { longest } else { model.latency.quantile(rank).unwrap_or(longest) }
}

/// The endpoint of all time-outs, if there is only one.
fn only_endpoint(model: &Model) -> Option<usize> {
    let groups = (0..model.incidents.n()).filter_map(|n| model.incidents.nth(n));
    let of = groups.filter(|(cause, _)| matches!(cause, Cause::TimedOut(_)));
    let mut endpoints = of.flat_map(|(_, group)| group.attempts.endpoints.keys().copied());
    let first = endpoints.next()?;
    endpoints.all(|endpoint| endpoint == first).then_some(first)
}

impl TimeoutFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = self.endpoint.and_then(|endpoint| model.endpoints.get(endpoint));
        let place = name.map(|endpoint| format!(" at endpoint `{}`", sanitize(&endpoint.name))).unwrap_or_default();
        let why = by_tense(model, "find out why they hang", "find out why they hung");
        let remedy = match self.good {
            Some(good) if good.0.saturating_mul(3) <= self.longest.0 => {
                format!(
                    "good answers took at most {}: a shorter `--timeout` frees the slots sooner",
                    units::length(good)
                )
            }
            Some(_) | None => why.to_owned(),
        };
        let brief = match self.good {
            Some(good) if good.0.saturating_mul(3) <= self.longest.0 => "shorten `--timeout`",
            Some(_) | None => why,
        };
        VerdictSentence::new(
            format!("{}: {} of slot time", units::plural(self.n, "time-out"), percent(self.share)),
            format!("{} each{place}, p99 with them {}", units::length(self.longest), units::length(self.p99)),
            remedy,
        )
        .or_number(format!("{}, {} of slots", units::plural(self.n, "time-out"), percent(self.share)))
        .or_brief(format!("{} each{place}", units::length(self.longest)), brief)
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        Explanation {
            observed: format!("{} of up to {}", units::plural(self.n, "time-out"), units::length(self.longest)),
            formula: format!(
                "their service times ÷ all service times = {} (at least {})",
                percent(self.share),
                percent(t::TIMEOUT_SHARE)
            ),
            refuted: "a machine of ours that stood still during them",
            causes: &["requests that hang", "a server that runs out of workers", "a lost packet"],
            press: Some(Press::Failures),
        }
    }
}
