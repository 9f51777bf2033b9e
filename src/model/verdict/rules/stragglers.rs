//! Stragglers: a few attempts are still in flight when all others are done, and not by chance.
//!
//! Start at [`stragglers`].

use crate::event::idle::{Idle, IdleReason};
use crate::event::reasons::RunEnd;
use crate::event::{Micros, Offset};
use crate::model::verdict::figures::{AttemptFigures, Fate, RunFigures};
use crate::model::verdict::rules::waves;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, Remedy, is_undisturbed};
use crate::model::{Model, Stage};

/// A few attempts are still in flight when all others are done.
pub fn stragglers(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
    let (evidence, peak) = (&model.evidence, model.level.peak());
    let (tail, span) = (&evidence.tail, figures.span);
    let is_over = matches!(model.stage, Stage::Ended(RunEnd::Finished));
    // Each wave has its own tail; changed limits and refusals also explain a tail.
    let is_shape = is_over && is_undisturbed(model) && model.totals.throttled == 0 && waves::waves(figures).is_none();
    if !is_shape || peak < t::CROWD || evidence.service_times.n < t::TAIL_ROUNDS * u64::from(peak) {
        return None;
    }
    let lasted = evidence.last.since(tail.since);
    let is_few =
        tail.begun == 0 && tail.n > 0 && is_long(lasted, span) && has_run_out(model, &tail.idle, &[IdleReason::NoWork]);
    late(model, span, peak).or_else(|| {
        let cause = cause_of_tail(figures, tail.since).filter(|_| is_few)?;
        Some(Finding::Stragglers {
            tail: lasted,
            span,
            n: cause.n,
            remedy: if cause.is_late {
                Remedy::First { is_detectable: is_far(model, cause.longest), is_timeout: cause.is_timeout }
            } else {
                Remedy::Timeout
            },
            longest: tail.longest.clone(),
        })
    })
}

/// What made the tail.
struct TailCause {
    /// Number of attempts in the tail that took far longer than the median.
    n: u64,
    longest: Micros,
    /// Whether those that are as slow all started late.
    is_late: bool,
    is_timeout: bool,
}

/// Why the tail is long: its attempts timed out, or those that are as slow all started late. `None` if chance is
/// enough: then the slow ones are scattered over the run.
fn cause_of_tail(figures: &RunFigures<'_>, since: Offset) -> Option<TailCause> {
    let in_tail = || figures.attempts.iter().filter(|attempt| attempt.ended > since);
    let longest = in_tail().map(AttemptFigures::service).max()?;
    let is_slow = |attempt: &&AttemptFigures| attempt.service().0 * 2 >= longest.0;
    let n = in_tail().filter(is_slow).count() as u64;
    let is_timeout = in_tail().filter(is_slow).all(|attempt| attempt.fate == Fate::TimedOut);
    let first = figures.attempts.iter().position(|attempt| is_slow(&attempt))?;
    let slow = figures.attempts.iter().filter(is_slow).count();
    let (all, late) = (figures.attempts.len(), figures.attempts.len() - first);
    let chance = (0..slow).fold(1.0, |chance, i| chance * (late - i) as f64 / (all - i) as f64);
    let is_order = figures.is_whole && chance <= t::TAIL_CHANCE;
    // A time-out is no service time that chance makes long: it only matters when it started.
    let started = figures.attempts[first].started.since(figures.model.evidence.first.unwrap_or_default());
    let is_late = is_order || is_timeout && started.0 as f64 >= t::TAIL_SHARE * figures.span.0 as f64;
    (is_timeout || is_late).then_some(TailCause { n, longest, is_late, is_timeout })
}

/// The end of the run only waits for time-outs, which could have started earlier.
fn late(model: &Model, span: Micros, slots: u32) -> Option<Finding> {
    let timeouts = &model.evidence.timeouts;
    let tail = model.evidence.last.since(timeouts.alone);
    let would = timeouts.makespan_with_timeouts_first(slots, model.evidence.service_times.sum);
    let is_late = timeouts.late > 0 && timeouts.n > 0 && is_gain(would, span) && is_far(model, timeouts.longest);
    // A job in backoff is one of those that time out.
    let has_run_out = has_run_out(model, &timeouts.idle, &[IdleReason::NoWork, IdleReason::Backoff]);
    (is_late && is_long(tail, span) && has_run_out).then(|| Finding::Stragglers {
        tail,
        span,
        n: timeouts.late,
        longest: timeouts.named.clone(),
        remedy: Remedy::Order { would },
    })
}

/// Whether a job took so long that `--order slow-first` would start it first.
fn is_far(model: &Model, took: Micros) -> bool {
    let usual = model.latency.quantile(0.5);
    usual.is_some_and(|usual| took >= t::FAR_LEAST.max(Micros(usual.0.saturating_mul(t::FAR))))
}

/// Whether the tail is long enough to report.
fn is_long(tail: Micros, span: Micros) -> bool {
    tail >= t::TAIL_SPAN && tail.0 as f64 >= t::TAIL_SHARE * span.0 as f64
}

/// Whether the estimated length is a sufficient gain.
fn is_gain(would: Micros, span: Micros) -> bool {
    would.0 as f64 <= t::GAIN * span.0 as f64
}

/// Whether slots since then were mostly idle for these reasons. Other reasons point to a cause other than the order.
fn has_run_out(model: &Model, until_then: &Idle, whys: &[IdleReason]) -> bool {
    let idle = |why| model.idle.get(why) - until_then.get(why);
    let all = IdleReason::ALL.into_iter().fold(Micros::ZERO, |sum, why| sum + idle(why));
    let run_out = whys.iter().fold(Micros::ZERO, |sum, why| sum + idle(*why));
    run_out.0.saturating_mul(2) >= all.0
}
