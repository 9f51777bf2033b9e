//! Serial: each attempt starts only after the previous one has ended.

use crate::event::Micros;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::{AttemptFigures, RunFigures};
use crate::model::verdict::rules::watched;
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
    if model.is_watched() {
        return Some(serial_program(figures, gap, service));
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

/// A watched program sends one request after the other. That is a mistake only if it meant to send many at once: whether
/// requests depend on each other cannot be known from outside.
fn serial_program(figures: &RunFigures<'_>, gap: Micros, service: Micros) -> Conclusion {
    let program = &figures.model.evidence.program;
    let took = units::length(figures.span);
    let longest = units::length(figures.attempts.iter().map(AttemptFigures::service).max().unwrap_or(service));
    let wide = program.widest.as_ref().filter(|(width, _)| *width >= t::GATHER_WIDE && program.loop_started.is_some());
    let requests = units::plural(figures.model.evidence.jobs, "request");
    let (gravity, sentence) = if let Some((width, code)) = wide {
        let number = format!("1 in flight while {} were gathered", units::count((*width).into()));
        let place = format!("{}: {requests} took {took}, the longest of them {longest}", watched::shown(code));
        let sentence = VerdictSentence::new(number, place, "find what makes each wait for the one before".to_owned())
            .or_brief(watched::brief(code), "find what each waits for")
            .at(Some(code.clone()));
        (Gravity::Slow, sentence)
    } else {
        let has_loop = program.loop_started.is_some();
        let how = if has_loop { "one task awaits each request before the next" } else { "the program is synchronous" };
        let number = format!("{requests} one after the other, in {took}");
        let remedy = format!("if they are independent, all at once would take about {longest}");
        let lines = &program.request_lines;
        let code = lines.worst().filter(|line| line.n * 2 > lines.n).and_then(|line| line.code.clone());
        let place = code.as_ref().map_or_else(|| how.to_owned(), |code| format!("{}: {how}", watched::shown(code)));
        let mut sentence =
            VerdictSentence::new(number, place, remedy).or_remedy("fine if they depend").at(code.clone());
        if let Some(code) = &code {
            sentence = sentence.or_brief(watched::brief(code), "fine if they depend");
        }
        (Gravity::Note, sentence)
    };
    let explanation = Explanation {
        observed: format!("median gap {}, mean service {}", units::length(gap), units::length(service)),
        formula: format!(
            "hardly ever more than 1 in flight; a mistake if at least {} were gathered",
            units::count(t::GATHER_WIDE.into())
        ),
        refuted: "requests that need the answer of the one before",
        causes: &["an await in a loop", "a synchronous client", "a lock or a pool of one"],
        press: None,
    };
    (gravity, sentence, explanation)
}

/// Whether at most one attempt in forty overlaps another.
fn is_one_at_a_time(figures: &RunFigures<'_>) -> bool {
    let overlaps = |attempt: &&AttemptFigures| attempt.level > 1;
    let n = figures.attempts.iter().filter(overlaps).count();
    let peak = figures.model.level.peak();
    peak == 1 || peak == 2 && n > 0 && n * t::SERIAL_OVERLAPS <= figures.attempts.len()
}
