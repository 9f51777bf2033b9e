//! Retries feed on themselves: jobs are retried often, and mostly fail again.

use crate::model::verdict::Finding;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::thresholds as t;

/// Jobs are retried often, and mostly fail again.
pub fn retries(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
    let (totals, jobs) = (&model.totals, model.evidence.jobs);
    let retries = model.evidence.judged_retries;
    let ratio = (jobs + retries) as f64 / jobs.max(1) as f64;
    let in_vain = retries.saturating_sub(totals.jobs_saved) as f64 / retries.max(1) as f64;
    let is_pattern = jobs >= t::RETRIES_LEAST && ratio >= t::RETRIES_RATIO && in_vain >= t::RETRIES_VAIN;
    (is_pattern && totals.jobs_failed > 0).then_some(Finding::Retries { ratio, retries, saved: totals.jobs_saved })
}
