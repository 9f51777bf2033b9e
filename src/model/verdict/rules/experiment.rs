//! An experiment by the operator: the rate and the latency before and after a changed limit.
//!
//! Start at [`limit_was_changed`].

use crate::event::{Micros, Offset};
use crate::model::verdict::evidence::LimitChange;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::{AttemptFigures, RunFigures, median};
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::model::{Model, Stage};
use crate::text::units;

/// What a changed limit changed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ExperimentFinding {
    /// When the limit changed.
    at: Offset,
    /// The limit before and after.
    limits: (u32, u32),
    /// Answers per second before and after.
    rates: (f64, f64),
    /// The median before and after.
    medians: (Micros, Micros),
    /// The time left at the present rate, and at the rate before.
    left: Option<(Micros, Micros)>,
}

/// The last changed limit with enough answers on either side.
pub fn limit_was_changed(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Slow, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<ExperimentFinding> {
    let model = figures.model;
    let changes = &model.evidence.limit_changes;
    let first = model.evidence.first.unwrap_or_default();
    if model.totals.throttled > 0 || model.adaptive_has_acted() {
        return None;
    }
    changes.iter().enumerate().rev().find_map(|(i, change)| {
        let from = i.checked_sub(1).map_or(first, |before| changes[before].at);
        let to = changes.get(i + 1).map_or(model.last, |next| next.at);
        experiment(figures, change, from, to)
    })
}

fn experiment(figures: &RunFigures<'_>, change: &LimitChange, from: Offset, to: Offset) -> Option<ExperimentFinding> {
    let model = figures.model;
    let LimitChange { at, from: before, to: after } = *change;
    // Only the last attempts are kept, and a span must hold all of its own.
    let from = from.max(figures.all_since());
    let length = at.since(from).min(to.since(at)).min(t::EXPERIMENT_SPAN);
    // What was in flight at the change belongs to the limit before.
    let settled =
        median(figures.good().filter(|one| one.started < at && one.ended >= at).map(|one| one.ended.since(at)));
    let after_from = at + settled.unwrap_or_default().min(Micros(length.0 / 4));
    let ends = |low: Offset, high: Offset| {
        figures
            .good()
            .filter(move |one| low <= one.ended && one.ended < high)
            .map(AttemptFigures::service)
            .collect::<Vec<_>>()
    };
    let earlier = Offset(at.0 - length.0.min(at.0));
    let later = at + length;
    let (one, two) = (ends(earlier, at), ends(after_from, later));
    let is_full = |low: Offset, high: Offset, limit: u32| {
        let mean = model.level.mean_between(low, high, model.last);
        mean.is_some_and(|mean| mean >= t::FULL * f64::from(limit))
    };
    let has_enough = one.len().min(two.len()) as u64 >= t::EXPERIMENT_LEAST;
    if !has_enough || !is_full(earlier, at, before) || !is_full(after_from, later, after) {
        return None;
    }
    let rate = |n: usize, span: Micros| n as f64 / span.as_secs_f64().max(1e-6);
    let rates = (rate(one.len(), at.since(earlier)), rate(two.len(), later.since(after_from)));
    let jobs = model.jobs.map(|jobs| jobs.saturating_sub(model.totals.settled()));
    let is_now = model.limit == Some(after) && model.stage == Stage::Running;
    let left = jobs.filter(|jobs| *jobs > 0 && is_now).map(|jobs| (length_of(jobs, rates.1), length_of(jobs, rates.0)));
    Some(ExperimentFinding { at, limits: (before, after), rates, medians: (median(one)?, median(two)?), left })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of microseconds")]
fn length_of(jobs: u64, rate: f64) -> Micros {
    Micros((jobs as f64 / rate.max(1e-6) * 1e6) as u64)
}

impl ExperimentFinding {
    /// The limit with which as many or more answers came per second; the lower one if they are as fast.
    fn better(&self) -> u32 {
        let (low, high) = (self.limits.0.min(self.limits.1), self.limits.0.max(self.limits.1));
        if self.gain() >= t::EXPERIMENT_GAIN { high } else { low }
    }

    /// The rate with the higher limit ÷ the rate with the lower one.
    fn gain(&self) -> f64 {
        let gain = self.rates.1 / self.rates.0.max(1e-9);
        if self.limits.1 > self.limits.0 { gain } else { 1.0 / gain.max(1e-9) }
    }

    /// The finding as a sentence.
    fn sentence(&self, _model: &Model) -> VerdictSentence {
        let (before, after) = self.limits;
        let at = units::clock_seconds(self.at);
        let rate = units::significant;
        let better = self.better();
        let remedy = match (better == after, self.left) {
            (true, _) if self.gain() < t::EXPERIMENT_GAIN => format!("{better} is as fast: keep it"),
            (true, _) => format!("{better} is faster: keep it"),
            (false, Some((now, then))) if self.gain() >= t::EXPERIMENT_GAIN => {
                format!("done in about {} instead of {} with {better}", units::length(then), units::length(now))
            }
            (false, _) if self.gain() < t::EXPERIMENT_GAIN => format!("{better} was as fast: go back to it"),
            (false, _) => format!("{better} was faster: go back to it"),
        };
        let (one, two) = self.medians;
        VerdictSentence::new(
            format!("{before} → {after} at {at}: {} → {}/s", rate(self.rates.0), rate(self.rates.1)),
            format!("the median went from {} to {}", units::length(one), units::length(two)),
            remedy.clone(),
        )
        .or_number(format!("{before} → {after}: {} → {}/s", rate(self.rates.0), rate(self.rates.1)))
        .or_brief(format!("{} → {}", units::length(one), units::length(two)), &remedy)
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        let (before, after) = self.limits;
        Explanation {
            observed: format!(
                "the limit went from {before} to {after} at {}, and was full before and after",
                units::clock(self.at)
            ),
            formula: format!(
                "answers per second in equal spans: {} and {}; a gain of {} is one",
                units::significant(self.rates.0),
                units::significant(self.rates.1),
                t::EXPERIMENT_GAIN
            ),
            refuted: "other requests, or an upstream that changed at the same time",
            causes: &["the limit that was changed"],
            press: Some(if self.better() < after { Press::HalveLimit } else { Press::DoubleLimit }),
        }
    }
}
