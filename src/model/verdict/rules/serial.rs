//! Serial: each attempt starts only after the previous one has ended.

use crate::model::verdict::figures::{AttemptFigures, RunFigures};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, is_undisturbed};

/// Hardly ever more than one attempt in flight, and each starts as soon as the previous one ends.
pub fn serial(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
    let evidence = &model.evidence;
    let is_long = evidence.jobs >= t::SERIAL_LEAST && figures.span >= t::SERIAL_SPAN;
    // A limit of one is intended. If idle reasons are reported, they explain the idle slots.
    let may_be_more = model.limit.is_none_or(|limit| limit > 1) && model.idle.total().is_zero();
    let has_waited = !model.waits.total().is_zero();
    if !is_long || !may_be_more || has_waited || !is_undisturbed(model) || !is_one_at_a_time(figures) {
        return None;
    }
    let gap = evidence.gaps.quantile(0.5)?;
    if gap.0 as f64 > t::SERIAL_GAP * evidence.service_times.mean().0 as f64 {
        return None;
    }
    let mean = evidence.service_times.sum.0 as f64 / figures.span.0 as f64;
    Some(Finding::Serial { mean, gap })
}

/// Whether at most one attempt in forty overlaps another.
fn is_one_at_a_time(figures: &RunFigures<'_>) -> bool {
    let overlaps = |attempt: &&AttemptFigures| attempt.level > 1;
    let n = figures.attempts.iter().filter(overlaps).count();
    let peak = figures.model.level.peak();
    peak == 1 || peak == 2 && n > 0 && n * t::SERIAL_OVERLAPS <= figures.attempts.len()
}
