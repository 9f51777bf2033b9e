//! The upstream became slower: since a moment, answers take at least twice as long.
//!
//! Start at [`became_slower`].

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::{AttemptFigures, RunFigures, median};
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
    // While the limit rises, attempts may take longer for that reason.
    let from = model.evidence.ramped.unwrap_or_default();
    let good: Vec<_> = figures.good().filter(|one| one.started >= from).copied().collect();
    let (first, last) = (good.first()?, good.last()?);
    let is_long = last.started.since(first.started) >= t::CHANGE_SPAN;
    if (good.len() as u64) < t::CHANGE_LEAST || !is_long || !is_undisturbed(model) || model.adaptive_has_acted() {
        return None;
    }
    let third = good.len() / 3;
    let of = |part: &[AttemptFigures]| median(part.iter().map(AttemptFigures::service)).unwrap_or_default();
    let is_slower = |before: Micros, after: Micros| after.0 as f64 >= t::CHANGE_FACTOR * before.0.max(1) as f64;
    if !is_slower(of(&good[..third]), of(&good[good.len() - third..])) {
        return None;
    }
    let split = best_split(&good)?;
    let (before, after) = good.split_at(split);
    let medians = (of(before), of(after));
    let since = after.first()?.started;
    let rates = (
        before.len() as f64 / since.since(first.started).as_secs_f64().max(1e-6),
        after.len() as f64 / last.ended.since(since).as_secs_f64().max(1e-6),
    );
    let enough = before.len().min(after.len()) >= t::CHANGE_SIDE;
    let finding = ChangeFinding { host: model.only_host().map(|host| host.number), since, medians, rates };
    (enough && is_slower(medians.0, medians.1) && has_same_endpoints(before, after)).then_some(finding)
}

/// The split that separates the logarithms of the service times best.
fn best_split(good: &[AttemptFigures]) -> Option<usize> {
    let logs: Vec<f64> = good.iter().map(|attempt| (attempt.service().0.max(1) as f64).ln()).collect();
    let (n, total) = (logs.len() as f64, logs.iter().sum::<f64>());
    let mut sum = 0.0;
    let mut best = None;
    for (i, log) in (1..logs.len()).zip(&logs) {
        sum += log;
        let k = i as f64;
        let between = k * (n - k) * (sum / k - (total - sum) / (n - k)).powi(2);
        if best.is_none_or(|(_, most)| between > most) {
            best = Some((i, between));
        }
    }
    best.map(|(i, _)| i)
}

/// Whether the endpoints have about the same shares before and after.
fn has_same_endpoints(before: &[AttemptFigures], after: &[AttemptFigures]) -> bool {
    let most = before.iter().chain(after).map(|attempt| attempt.endpoint).max().unwrap_or(0);
    let shares = |part: &[AttemptFigures]| {
        let mut shares = vec![0.0; most + 1];
        for attempt in part {
            shares[attempt.endpoint] += 1.0 / part.len() as f64;
        }
        shares
    };
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
                "the split that separates the times best; {after} ÷ {before} is at least {}",
                t::CHANGE_FACTOR
            ),
            refuted: "other endpoints, other requests or a changed limit since then",
            causes: &["other load on the upstream", "fewer of its workers", "caches that became cold"],
            press: Some(Press::HalveLimit),
        }
    }
}
