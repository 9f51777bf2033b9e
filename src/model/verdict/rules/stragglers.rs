//! Stragglers: a few attempts are still in flight when all others are done, and not by chance.
//!
//! Start at [`stragglers`].

use std::sync::Arc;

use crate::event::Micros;
use crate::event::idle::{Idle, IdleReason};
use crate::event::reasons::RunEnd;
use crate::model::verdict::evidence::service_times::ServiceTimes;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::waves;
use crate::model::verdict::sentence::{VerdictSentence, length};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity, is_undisturbed};
use crate::model::{Model, Stage};
use crate::text::sanitize::sanitize;
use crate::text::{shell, units};

/// The end of a run that waited for a few attempts.
struct LateEnd<'f> {
    /// How long.
    tail: Micros,
    /// Number of these attempts.
    n: u64,
    /// The longest of them: service time, and method and masked URL; foreign text.
    longest: &'f [(Micros, Arc<str>)],
    remedy: Remedy,
}

/// What would shorten the end of a run.
#[derive(Clone, Copy)]
enum Remedy {
    /// Start the jobs that time out first: the end of the run only waited for them. With the estimated length.
    Order(Micros),
    /// Start these jobs first.
    First {
        /// Whether `--order slow-first` would recognize these jobs as slow.
        is_detectable: bool,
        /// Whether they timed out, so that a shorter time-out helps, too.
        is_timeout: bool,
    },
    /// Use a shorter time-out: these jobs timed out, and started early enough.
    Timeout,
}

/// A few attempts are still in flight when all others are done.
pub fn stragglers(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let peak = model.level.peak();
    let is_over = matches!(model.stage, Stage::Ended(RunEnd::Finished));
    // Each wave has its own tail; changed limits and refusals also explain a tail.
    let is_shape = is_over && is_undisturbed(model) && model.totals.throttled == 0 && waves::waves(figures).is_none();
    if !is_shape || peak < t::CROWD {
        return None;
    }
    let end = late_timeouts(model, figures.span, peak).or_else(|| slow_tail(figures))?;
    // Among few attempts some are slow by chance, but none times out by chance.
    if !end.is_timeout() && model.evidence.service_times.n < t::TAIL_ROUNDS * u64::from(peak) {
        return None;
    }
    let name = |(took, target): &(Micros, Arc<str>)| format!("{} ({})", sanitize(target), units::length(*took));
    let longest = end.longest.iter().map(name).collect::<Vec<_>>().join(", ");
    let (what, brief_what) = (end.what(), end.brief_what());
    let sentence = VerdictSentence::new(
        format!("last {} of {}", units::length(end.tail), units::length(figures.span)),
        format!("waiting for {what} {longest}"),
        remedy_text(end.remedy, figures.recording, figures.model.is_watched()),
    )
    .or_brief(format!("waiting for {brief_what}"), &brief_remedy(end.remedy));
    Some((Gravity::Slow, sentence, explanation(end.remedy, figures.span, model)))
}

/// The end of the run only waits for time-outs, which could have started earlier.
fn late_timeouts(model: &Model, span: Micros, slots: u32) -> Option<LateEnd<'_>> {
    let timeouts = &model.evidence.timeouts;
    let tail = model.evidence.last.since(timeouts.alone);
    let would = timeouts.makespan_with_timeouts_first(slots, model.evidence.service_times.sum);
    let is_late = timeouts.late > 0 && timeouts.n > 0 && is_gain(would, span) && is_far(model, timeouts.longest);
    // A job in backoff is one of those that time out.
    let has_run_out = has_run_out(model, &timeouts.idle, &[IdleReason::NoWork, IdleReason::Backoff]);
    let end = LateEnd { tail, n: timeouts.late, longest: &timeouts.named, remedy: Remedy::Order(would) };
    (is_late && is_long(tail, span) && has_run_out).then_some(end)
}

/// The end of the run waits for attempts that timed out, or that are slow and all started late. `None` if chance is
/// enough: then the slow ones are scattered over the run.
fn slow_tail<'m>(figures: &RunFigures<'m>) -> Option<LateEnd<'m>> {
    let model = figures.model;
    let (evidence, tail) = (&model.evidence, &model.evidence.tail);
    let lasted = evidence.last.since(tail.since);
    let has_run_out = has_run_out(model, &tail.idle, &[IdleReason::NoWork]);
    if tail.begun > 0 || tail.n == 0 || !is_long(lasted, figures.span) || !has_run_out {
        return None;
    }
    let longest = tail.longest.first()?.0;
    let slow: Vec<_> = evidence.service_times.slowest.iter().filter(|slow| slow.service.0 * 2 >= longest.0).collect();
    if slow.len() == ServiceTimes::SLOWEST {
        return None;
    }
    let in_tail = || slow.iter().filter(|slow| slow.started + slow.service > tail.since);
    let n = in_tail().count() as u64;
    let is_timeout = in_tail().all(|slow| slow.is_timeout);
    let first = slow.iter().min_by_key(|slow| slow.number)?;
    // The chance that as many attempts all start so late.
    let (all, late) = (model.totals.started, model.totals.started.saturating_sub(first.number));
    let chance =
        (0..slow.len() as u64).fold(1.0, |chance, i| chance * late.saturating_sub(i) as f64 / (all - i) as f64);
    let is_order = chance <= t::TAIL_CHANCE;
    // A time-out is no service time that chance makes long: it only matters when it started.
    let started = first.started.since(evidence.first.unwrap_or_default());
    let is_late = is_order || is_timeout && started.0 as f64 >= t::TAIL_SHARE * figures.span.0 as f64;
    let remedy =
        if is_late { Remedy::First { is_detectable: is_far(model, longest), is_timeout } } else { Remedy::Timeout };
    (is_timeout || is_late).then_some(LateEnd { tail: lasted, n, longest: &tail.longest, remedy })
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

impl LateEnd<'_> {
    /// Whether all of them timed out.
    fn is_timeout(&self) -> bool {
        matches!(self.remedy, Remedy::Order(_) | Remedy::Timeout | Remedy::First { is_timeout: true, .. })
    }

    fn what(&self) -> String {
        match (self.remedy, self.n) {
            (Remedy::Order(_), 1) => "1 late time-out:".to_owned(),
            (Remedy::Order(_), n) => format!("{}, the latest", units::plural(n, "time-out")),
            (Remedy::First { .. }, n) => format!("{}:", units::plural(n, "attempt")),
            (Remedy::Timeout, n) => format!("{}:", units::plural(n, "time-out")),
        }
    }

    fn brief_what(&self) -> String {
        let what = if matches!(self.remedy, Remedy::First { .. }) { "attempt" } else { "time-out" };
        units::plural(self.n, what)
    }
}

/// How to shorten the end of the run; for a run of a plan, with the flags to use.
fn remedy_text(remedy: Remedy, recording: Option<&str>, is_watched: bool) -> String {
    match remedy {
        // The order is the program's own.
        Remedy::Order(would) if is_watched => format!("about {} with these first", units::length(would)),
        Remedy::First { is_timeout: false, .. } if is_watched => "start these first".to_owned(),
        Remedy::Order(would) => format!("about {} with these first: {}", units::length(would), slow_first(recording)),
        Remedy::First { is_detectable, is_timeout } => {
            let how = if is_detectable { format!(": {}", slow_first(recording)) } else { String::new() };
            let or = if is_timeout { ", or give them a shorter time-out" } else { "" };
            format!("start these first{how}{or}")
        }
        Remedy::Timeout => "use a shorter time-out: they started early enough".to_owned(),
    }
}

/// The remedy in a few words.
fn brief_remedy(remedy: Remedy) -> String {
    match remedy {
        Remedy::Order(would) => format!("{} if first", units::length(would)),
        Remedy::First { .. } => "start these first".to_owned(),
        Remedy::Timeout => "use a shorter time-out".to_owned(),
    }
}

/// The flags that start the slow jobs of a recording first.
fn slow_first(recording: Option<&str>) -> String {
    let first = if recording.is_some() { "" } else { "record it with `--events last.jsonl`, then " };
    let from = shell::word(&sanitize(recording.unwrap_or("last.jsonl")));
    format!("{first}`--order slow-first --from {from}`")
}

fn explanation(remedy: Remedy, span: Micros, model: &Model) -> Explanation {
    let timeouts = &model.evidence.timeouts;
    let (observed, formula) = match remedy {
        Remedy::Order(would) => (
            format!(
                "{} measured, at most {} estimated; {} timed out after up to {}, all others took up to {}",
                units::length(span),
                units::length(would),
                units::plural(timeouts.n, "job"),
                units::length(timeouts.longest),
                units::length(timeouts.other)
            ),
            "the longest time-out, or (sum of service times + (peak − 1) × longest other) ÷ peak",
        ),
        Remedy::First { .. } | Remedy::Timeout => (
            format!("p50 {}, p95 {}", length(model.latency.quantile(0.5)), length(model.latency.quantile(0.95))),
            "time with less than half of the peak in flight at the end ÷ wall time, and the small chance that jobs as \
             slow all start so late",
        ),
    };
    Explanation {
        observed,
        formula: formula.to_owned(),
        refuted: "the same tail when these start first",
        causes: &["the slowest jobs started last", "a time-out far above the usual latency"],
        press: Some(Press::InFlight),
    }
}
