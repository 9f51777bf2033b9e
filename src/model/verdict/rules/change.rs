//! The upstream became slower: since a moment, answers take at least twice as long.
//!
//! Start at [`became_slower`].

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::evidence::trend::TrendSpan;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, host_or_upstream};
use crate::model::verdict::{Conclusion, Gravity};
use crate::model::verdict::{is_undisturbed, thresholds as t};
use crate::text::units;

/// Answers that have become slower.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ChangeFinding {
    /// Index of the host, if there is only one.
    host: Option<usize>,
    /// Since when.
    since: Offset,
    /// The median before and since then.
    medians: (Micros, Micros),
    /// Answers per second before and since then.
    rates: (f64, f64),
}

/// Answers take at least twice as long since a moment of the run.
pub fn became_slower(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Slow, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<ChangeFinding> {
    let model = figures.model;
    if model.good_latency.n() < t::CHANGE_LEAST || !is_undisturbed(model) || model.adaptive_has_acted() {
        return None;
    }
    let spans: Vec<_> = model.evidence.trend.spans().collect();
    let (before, after) = spans.split_at(clear_split(&spans)?);
    let (before, after) = (TrendSpan::sum(before.iter().copied()), TrendSpan::sum(after.iter().copied()));
    let all = before.took.n() + after.took.n();
    let (first, since) = (before.started?, after.started?);
    let is_enough = |part: &TrendSpan, from: Offset| {
        let least = t::CHANGE_PART * all.max(t::CHANGE_LEAST) as f64;
        part.took.n() as f64 >= least && part.last_start.since(from) >= t::CHANGE_PART_LASTS
    };
    let is_long = after.last_start.since(first) >= t::CHANGE_SPAN;
    if !is_long || !is_enough(&before, first) || !is_enough(&after, since) || !has_same_endpoints(&before, &after) {
        return None;
    }
    let medians = (before.took.quantile(0.5)?, after.took.quantile(0.5)?);
    let rate =
        |part: &TrendSpan, from: Offset, to: Offset| part.took.n() as f64 / to.since(from).as_secs_f64().max(1e-6);
    let rates = (rate(&before, first, since), rate(&after, since, after.ended));
    let is_slower = medians.1.0 as f64 >= t::CHANGE_FACTOR * medians.0.0.max(1) as f64;
    let host = model.only_host().map(|host| host.number);
    is_slower.then_some(ChangeFinding { host, since, medians, rates })
}

/// The split that separates the logarithms of the service times best, if chance can hardly separate them so well.
fn clear_split(spans: &[&TrendSpan]) -> Option<usize> {
    let mut parts = Vec::with_capacity(spans.len());
    let (mut n, mut total, mut squares) = (0.0, 0.0, 0.0);
    for span in spans {
        let mut sum = 0.0;
        for (took, count) in span.took.buckets() {
            let (count, log) = (count as f64, (took.0.max(1) as f64).ln());
            (n, sum, squares) = (n + count, sum + count * log, squares + count * log * log);
        }
        total += sum;
        parts.push((span.took.n() as f64, sum));
    }
    let (mut k, mut sum) = (0.0, 0.0);
    let mut best = None;
    for (i, part) in (1..spans.len()).zip(&parts) {
        (k, sum) = (k + part.0, sum + part.1);
        let between = k * (n - k) / n * (sum / k - (total - sum) / (n - k)).powi(2);
        if best.is_none_or(|(_, most)| between > most) {
            best = Some((i, between));
        }
    }
    let (i, between) = best?;
    let within = (squares - total * total / n - between).max(0.0);
    // Student's t, squared.
    (between * (n - 2.0) >= t::CHANGE_CLEAR * t::CHANGE_CLEAR * within).then_some(i)
}

/// Whether the endpoints have about the same shares before and after.
fn has_same_endpoints(before: &TrendSpan, after: &TrendSpan) -> bool {
    let shares = |part: &TrendSpan| part.endpoints.map(|n| n as f64 / part.took.n().max(1) as f64);
    let differ: f64 = shares(before).iter().zip(shares(after)).map(|(a, b)| (a - b).abs()).sum();
    differ <= t::CHANGE_MIX
}

impl ChangeFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = host_or_upstream(model, self.host);
        let (before, after) = self.medians;
        let at = units::clock_seconds(self.since);
        VerdictSentence::new(
            format!("{} instead of {} since {at}", units::length(after), units::length(before)),
            format!(
                "{name} became slower, {} instead of {}/s",
                units::significant(self.rates.1),
                units::significant(self.rates.0)
            ),
            format!("look there for what happened at {at}"),
        )
        .or_brief(format!("{name} became slower"), &format!("what happened at {at}?"))
        .or_number(format!("{}, was {}", units::length(after), units::length(before)))
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        let (before, after) = (units::length(self.medians.0), units::length(self.medians.1));
        Explanation {
            observed: format!("the median was {before} until {}, and {after} since", units::clock_seconds(self.since)),
            formula: format!(
                "the split that separates the times best, more clearly than chance does (t at least {}); {after} ÷ {before} \
                 is at least {}",
                t::CHANGE_CLEAR,
                t::CHANGE_FACTOR
            ),
            refuted: "other endpoints, other requests or a changed limit since then",
            causes: &["other load on the upstream", "fewer of its workers", "caches that became cold"],
            press: Some(Press::HalveLimit),
        }
    }
}
