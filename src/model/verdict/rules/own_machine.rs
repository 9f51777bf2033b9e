//! This machine as a suspect: it lacks resources, it was busy, or it stood still.
//!
//! What it does to the figures is no fault of the upstream. Start at [`lacks_resources`].

use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// The limit was cut because of this machine, or attempts failed for lack of local resources.
pub fn lacks_resources(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let machine = &model.evidence.machine;
    let failed = units::plural(machine.failed, "attempt");
    let (number, brief, place, remedy) = match machine.cut {
        Some((from, to)) => (
            format!("limit cut from {from} to {to}"),
            format!("limit cut to {to}"),
            by_tense(
                model,
                "this machine cannot open more connections",
                "this machine could not open more connections",
            ),
            "allow more open files (`ulimit -n`), or lower the limit",
        ),
        None => (
            format!("{failed} failed here"),
            format!("{} failed here", units::count(machine.failed)),
            "this machine ran out of descriptors, ports or memory",
            "lower the limit, or allow more open files (`ulimit -n`)",
        ),
    };
    let sentence = VerdictSentence::new(number, place.to_owned(), remedy.to_owned())
        .or_number(brief)
        .or_brief("out of descriptors".to_owned(), "raise `ulimit -n`");
    let explanation = Explanation {
        observed: format!("{failed} failed for lack of local resources"),
        formula: "the limit was cut, or attempts failed, for lack of local resources".to_owned(),
        refuted: "the same failures with fewer in flight",
        causes: &["a low limit for open files", "ports still held by closed connections"],
        press: Some(Press::HalveLimit),
    };
    (machine.cut.is_some() || machine.failed >= t::LOCAL_LEAST).then_some((Gravity::Limited, sentence, explanation))
}

/// Time-outs or failures fell into times in which this machine stood still or was busy.
pub fn caused_failures(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let machine = &figures.model.evidence.machine;
    let worst = machine.late.worst;
    // A timer that is late by a tenth of a second may be all that a short time-out waited for.
    let late = if worst >= t::LATE_SUSPECT { machine.late.timeouts } else { 0 };
    let n = late + machine.broken_by_stops;
    let (why, brief) = if let Some((lasted, at)) = machine.longest_stop.filter(|_| machine.broken_by_stops > 0) {
        let (lasted, at) = (units::length(lasted), units::clock_seconds(at));
        (format!("this machine stood still for {lasted} at {at}"), format!("a stop of {lasted}"))
    } else {
        let worst = units::length(worst);
        (format!("this machine was busy, its timers up to {worst} late"), format!("timers {worst} late"))
    };
    let sentence = VerdictSentence::new(
        format!("{} may be ours", units::plural(n, "failure")),
        why,
        "give it more time or fewer attempts before the upstream is blamed".to_owned(),
    )
    .or_brief(brief, "use a lower `-c` here");
    let explanation = Explanation {
        observed: format!("{late} time-outs while timers were late, {} failures across stops", machine.broken_by_stops),
        formula: format!("late by {} or more, at least {} of them", units::length(t::LATE_SUSPECT), t::SUSPECTS_LEAST),
        refuted: "the same failures on an idle machine",
        causes: BUSY_CAUSES,
        press: Some(Press::HalveLimit),
    };
    (n >= t::SUSPECTS_LEAST).then_some((Gravity::Limited, sentence, explanation))
}

/// Timers were late for a large part of the run, by a notable part of an answer's time.
pub fn was_busy(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let late = &model.evidence.machine.late;
    let usual = model.good_latency.quantile(0.5)?;
    let share = late.lasted.0 as f64 / model.last.0.max(1) as f64;
    let is_much = late.mean() >= t::LATE_LEAST && late.mean().0 as f64 >= t::LATE_SHARE * usual.0 as f64;
    let (mean, worst) = (units::length(late.mean()), units::length(late.worst));
    let (from, to) = (units::clock_seconds(late.span.0), units::clock_seconds(late.span.1));
    let sentence = VerdictSentence::new(
        format!("Timers {mean} late here"),
        format!(
            "this machine was busy from {from} to {to}, so latencies {} partly its own",
            by_tense(model, "are", "were")
        ),
        "measure on an idle machine, or with fewer in flight".to_owned(),
    )
    .or_number(format!("Timers {mean} late"))
    .or_brief("this machine was busy".to_owned(), "measure on an idle one");
    let explanation = Explanation {
        observed: format!(
            "timers of 50 ms fired {mean} late on average, and {worst} at most; median answer {}",
            units::length(usual)
        ),
        formula: format!(
            "mean lateness of at least {} and {:.0} % of the median, for {:.0} % of the run (at least {:.0} %)",
            units::length(t::LATE_LEAST),
            t::LATE_SHARE * 100.0,
            share.min(1.0) * 100.0,
            t::LATE_TIME * 100.0
        ),
        refuted: "the same latencies on an idle machine",
        causes: BUSY_CAUSES,
        press: None,
    };
    let is_long = share >= t::LATE_TIME && late.lasted >= t::LATE_LASTS;
    (is_long && is_much).then_some((Gravity::Limited, sentence, explanation))
}

const BUSY_CAUSES: &[&str] = &["other programs", "a container with little processor time", "a machine that sleeps"];

/// This machine stood still for a while. Nothing is wrong, but the clock of the run differs from that on the wall.
pub fn stood_still(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let (longest, at) = model.evidence.machine.longest_stop?;
    let (n, sum) = (model.totals.stops, units::length(model.totals.stopped));
    let (longest, at) = (units::length(longest), units::clock_seconds(at));
    let (number, brief) = if n == 1 {
        (format!("Stood still for {longest} at {at}"), format!("Stood still {longest} at {at}"))
    } else {
        (format!("Stood still {} times, for {sum}", units::count(n)), format!("{} stops, {sum}", units::count(n)))
    };
    let left_out = match model.totals.across_stops {
        0 => String::new(),
        n => format!(", nor {} in flight meanwhile", units::plural(n, "answer")),
    };
    let sentence = VerdictSentence::new(
        number,
        format!("this machine; no time-out and no figure includes it{left_out}"),
        String::new(),
    )
    .or_number(brief)
    .or_brief("this machine".to_owned(), "no figure includes it");
    let explanation = Explanation {
        observed: format!("{}, {sum} in all, the longest of {longest} at {at}", units::plural(n, "stop")),
        formula: "no task of this process ran for half a second or more".to_owned(),
        refuted: "a clock that was set",
        causes: &["Ctrl-Z or SIGSTOP", "a closed lid", "a machine that gives the process no time"],
        press: None,
    };
    is_recent_or_over(model).then_some((Gravity::Note, sentence, explanation))
}

/// While a run goes on, a stop is news for a while only. It stays a mark on the time axis.
fn is_recent_or_over(model: &Model) -> bool {
    let last = model.evidence.machine.last_stop;
    model.ended.is_some() || model.last.since(last) <= t::STOP_NEWS
}
