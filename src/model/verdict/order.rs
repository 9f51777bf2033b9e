//! Findings on the order of attempts: serial, in waves, or with a long tail.
//!
//! Start at [`serial`].

use crate::event::Micros;
use crate::event::idle::{Idle, IdleReason};
use crate::model::verdict::evidence::waves::Wave;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, Remedy, WhatIf, is_undisturbed, span, usable_limit};
use crate::model::{Model, Stage};

/// Never more than one attempt in flight, and each starts as soon as the previous one ends.
pub(super) fn serial(model: &Model) -> Option<Finding> {
    let evidence = &model.evidence;
    let span = span(model);
    let is_long = evidence.jobs >= t::SERIAL_LEAST && span >= t::SERIAL_SPAN;
    // A limit of one is intended. If idle reasons are reported, they explain the idle slots.
    let may_be_more = model.limit.is_none_or(|limit| limit > 1) && model.idle.total().is_zero();
    let has_waited = !model.waits.total().is_zero();
    if !is_long || model.level.peak() != 1 || !may_be_more || has_waited || !is_undisturbed(model) {
        return None;
    }
    let gap = evidence.gaps.quantile(0.5)?;
    if gap.0 as f64 > t::SERIAL_GAP * evidence.service_times.mean().0 as f64 {
        return None;
    }
    let at_once = usable_limit(model, model.limit.unwrap_or(t::USUAL_LIMIT));
    let what_if = WhatIf { was: span, would: evidence.service_times.makespan(at_once), at_once };
    let mean = evidence.service_times.sum.0 as f64 / span.0 as f64;
    (at_once > 1).then_some(Finding::Serial { mean, gap, what_if })
}

/// Attempts start in batches, and each batch waits for its slowest attempt.
pub(super) fn waves(model: &Model) -> Option<Finding> {
    let size = model.level.peak();
    if size < t::CROWD || !is_undisturbed(model) || model.totals.throttled > 0 || has_idle_reason(model) {
        return None;
    }
    let all = || model.evidence.waves.all();
    let is_wave = |wave: &&Wave| {
        let (front, length) = (wave.front.since(wave.began), wave.ended.since(wave.began));
        front.0 as f64 <= t::WAVE_FRONT * length.0 as f64 && wave.n as f64 >= t::WAVE_SIZE * f64::from(size)
    };
    let n = all().filter(is_wave).count() as u64;
    let covered: u64 = all().filter(is_wave).map(|wave| wave.n).sum();
    let total: u64 = all().map(|wave| wave.n).sum();
    if n < t::WAVES_LEAST || (covered as f64) < t::WAVES_COVER * total as f64 {
        return None;
    }
    // Pauses between the waves are not caused by slow attempts.
    let was = all().fold(Micros::ZERO, |sum, wave| sum + wave.ended.since(wave.began));
    let service = all().fold(Micros::ZERO, |sum, wave| sum + wave.service);
    let longest = all().map(|wave| wave.longest).max()?;
    // With a sliding window, at worst one slot still runs the longest attempt when the others are done.
    let slots = u64::from(size);
    let would = Micros(service.0 / slots) + (longest - Micros(longest.0 / slots));
    let idle = 1.0 - service.0 as f64 / (was.0.max(1) as f64 * f64::from(size));
    let is_worth_it = would.0 as f64 <= t::GAIN * was.0 as f64;
    is_worth_it.then_some(Finding::Waves { n, size, idle, what_if: WhatIf { was, would, at_once: size } })
}

/// A few attempts are still in flight when all others are done.
pub(super) fn stragglers(model: &Model) -> Option<Finding> {
    let (evidence, peak) = (&model.evidence, model.level.peak());
    let (tail, span) = (&evidence.tail, span(model));
    let is_over = matches!(model.stage, Stage::Ended(crate::event::reasons::RunEnd::Finished));
    // Each wave has its own tail; changed limits and refusals also explain a tail.
    let is_shape = is_over && is_undisturbed(model) && model.totals.throttled == 0 && waves(model).is_none();
    if !is_shape || peak < t::CROWD || evidence.service_times.n < t::TAIL_ROUNDS * u64::from(peak) {
        return None;
    }
    let lasted = evidence.last.since(tail.since);
    let is_few =
        tail.begun == 0 && tail.n > 0 && is_long(lasted, span) && has_run_out(model, &tail.idle, &[IdleReason::NoWork]);
    late(model, span, peak).or_else(|| {
        is_few.then(|| Finding::Stragglers {
            tail: lasted,
            span,
            n: tail.n,
            // The run can never be shorter than its longest attempt.
            remedy: match tail.longest.first() {
                Some((longest, _)) if is_gain(*longest, span) => {
                    Remedy::OrderOrTimeout { is_detectable: is_far(model, *longest) }
                }
                Some(_) | None => Remedy::Timeout,
            },
            longest: tail.longest.clone(),
        })
    })
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

/// Whether a reported reason other than a lack of jobs explains idle slots.
fn has_idle_reason(model: &Model) -> bool {
    model.idle.total() > model.idle.get(IdleReason::NoWork)
}
