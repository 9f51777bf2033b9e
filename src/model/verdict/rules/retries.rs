//! Retries feed on themselves: jobs are retried often, and mostly fail again.

use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// Jobs are retried often, and mostly fail again.
pub fn retries(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let (totals, jobs) = (&model.totals, model.evidence.jobs);
    let retries = model.evidence.judged_retries;
    let ratio = (jobs + retries) as f64 / jobs.max(1) as f64;
    let saved = totals.jobs_saved + totals.jobs_waited;
    let vain = retries.saturating_sub(saved);
    let is_pattern = jobs >= t::RETRIES_LEAST
        && ratio >= t::RETRIES_RATIO
        && vain as f64 >= t::RETRIES_VAIN * retries.max(1) as f64
        && totals.jobs_failed > 0;
    let saved_no_job = format!("{} of {} retries saved no job", units::count(vain), units::count(retries));
    let sentence = VerdictSentence::new(
        format!("{ratio:.1} tries per job"),
        saved_no_job,
        "use fewer tries and a longer backoff: each retry adds load to a failing upstream".to_owned(),
    )
    .or_remedy("use fewer tries");
    let explanation = Explanation {
        observed: format!("{} retries, {} saved by them", units::count(retries), units::plural(saved, "job")),
        formula: "(jobs + retries) ÷ jobs, and retries that saved no job ÷ retries".to_owned(),
        refuted: "jobs that are done at a late try",
        causes: &["an upstream that breaks under load", "retries of requests that can never succeed"],
        press: Some(Press::Failures),
    };
    is_pattern.then_some((Gravity::Slow, sentence, explanation))
}
