//! Serial: each attempt starts only after the previous one has ended.

use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::{AttemptFigures, RunFigures};
use crate::model::verdict::sentence::{VerdictSentence, by_tense};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity, is_undisturbed};
use crate::text::units;

/// Hardly ever more than one attempt in flight, and each starts as soon as the previous one ends.
pub fn serial(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let evidence = &model.evidence;
    let is_long = evidence.jobs >= t::SERIAL_LEAST && figures.span >= t::SERIAL_SPAN;
    // A limit of one is intended. If idle reasons are reported, they explain the idle slots.
    let may_be_more = model.limit.is_none_or(|limit| limit > 1) && model.idle.total().is_zero();
    let has_waited = !model.waits.total().is_zero();
    if !is_long || !may_be_more || has_waited || !is_undisturbed(model) || !is_one_at_a_time(figures) {
        return None;
    }
    let (gap, service) = (evidence.gaps.quantile(0.5)?, evidence.service_times.mean());
    if gap.0 as f64 > t::SERIAL_GAP * service.0 as f64 {
        return None;
    }
    let mean = evidence.service_times.sum.0 as f64 / figures.span.0 as f64;
    let of = model.limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
    let sentence = VerdictSentence::new(
        format!("in flight {mean:.1}{of} on average"),
        by_tense(
            model,
            "each attempt starts after the previous one ends",
            "each attempt started after the previous one ended",
        )
        .to_owned(),
        "if they are independent, start several at once".to_owned(),
    )
    .or_number(format!("in flight {mean:.1}{of}"))
    .or_brief("one after the other".to_owned(), "start several at once");
    let explanation = Explanation {
        observed: format!(
            "median gap {}, mean service {}, {} attempts",
            units::length(gap),
            units::length(service),
            units::count(evidence.service_times.n)
        ),
        formula: "hardly ever more than 1 in flight, and median gap ÷ mean service time".to_owned(),
        refuted: "jobs that need the answer of the one before",
        causes: &["an await in a loop", "a lock held across a call", "a pool of one connection"],
        press: None,
    };
    Some((Gravity::Slow, sentence, explanation))
}

/// Whether at most one attempt in forty overlaps another.
fn is_one_at_a_time(figures: &RunFigures<'_>) -> bool {
    let overlaps = |attempt: &&AttemptFigures| attempt.level > 1;
    let n = figures.attempts.iter().filter(overlaps).count();
    let peak = figures.model.level.peak();
    peak == 1 || peak == 2 && n > 0 && n * t::SERIAL_OVERLAPS <= figures.attempts.len()
}
