//! An event loop that is blocked for a notable part of the time.

use crate::event::Micros;
use crate::event::program::CodeLine;
use crate::model::verdict::evidence::program::LineCount;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::watched::{brief, is_javascript, shown};
use crate::model::verdict::sentence::{VerdictSentence, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// The event loop was blocked while something was ready to run.
pub fn loop_stalled(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let blocks = &model.evidence.program.blocks;
    let started = model.evidence.program.loop_started.unwrap_or_default();
    let time = model.ended.unwrap_or(model.last).since(started);
    if blocks.lasted < t::STALL_LEAST || (blocks.lasted.0 as f64) < t::STALL_SHARE * time.0 as f64 {
        return None;
    }
    let lines = blocks.lines.worst_first();
    let sampled = lines.iter().fold(Micros::ZERO, |sum, line| sum + line.lasted);
    let worst = lines.first().copied();
    let code = worst.and_then(|line| line.code.as_ref());
    let how = worst.and_then(what_it_did);
    let share = worst.map(|line| line.lasted.0 as f64 / sampled.0.max(1) as f64);
    let part = share.filter(|share| *share < t::STALL_NEARLY_ALL).map(|share| format!("{} at ", percent(share)));
    let place = code.map_or_else(
        || "by callbacks too short to be seen by a sample".to_owned(),
        |code| {
            let how = how.map(|how| format!(", {how}")).unwrap_or_default();
            format!("{}{}{how}", part.unwrap_or_default(), shown(code))
        },
    );
    let is_javascript = is_javascript(figures, code);
    let (remedy, short) = if is_javascript { javascript_remedy(code, how) } else { remedy(code, how) };
    let (lasted, longest) = (units::length(blocks.lasted), units::length(blocks.longest));
    let sentence = VerdictSentence::new(
        format!("loop stalled for {lasted} in {}, longest {longest}", units::plural(blocks.n, "block")),
        place,
        remedy.to_owned(),
    )
    .or_number(format!("loop stalled {lasted}"))
    .or_brief(code.map_or_else(|| "many callbacks".to_owned(), brief), short)
    .at(code.cloned());
    let others: Vec<String> = lines
        .iter()
        .take(3)
        .filter_map(|line| Some(format!("{} {}", units::length(line.lasted), brief(line.code.as_ref()?))))
        .collect();
    let explanation = Explanation {
        observed: format!(
            "{lasted} of {} in {}; samples: {}{}",
            units::length(time),
            units::plural(blocks.n, "block"),
            if others.is_empty() { "none".to_owned() } else { others.join(", ") },
            if blocks.ready == 0 {
                String::new()
            } else {
                format!("; up to {} ready meanwhile", units::plural(blocks.ready.into(), "callback"))
            },
        ),
        formula: format!(
            "{} over 5 ms while others were ready or a request was in flight: at least {} and {} of the time",
            if is_javascript { "turns of the loop" } else { "callbacks" },
            units::length(t::STALL_LEAST),
            percent(t::STALL_SHARE)
        ),
        refuted: "a loop that had nothing else to do",
        causes: if is_javascript {
            &["a `…Sync` call between requests", "parsing or computing in a callback"]
        } else {
            &["`time.sleep` or file and network access in a coroutine", "parsing or computing in a coroutine"]
        },
        press: None,
    };
    Some((Gravity::Slow, sentence, explanation))
}

/// Whether the line mostly computed or mostly waited.
fn what_it_did(line: &LineCount) -> Option<&'static str> {
    let computed = line.computed?.0 as f64 / line.lasted.0.max(1) as f64;
    Some(if computed > t::STALL_COMPUTES { "computing" } else { "blocked" })
}

/// What helps, whole and in a few words.
fn remedy(code: Option<&CodeLine>, how: Option<&str>) -> (&'static str, &'static str) {
    if code.is_some_and(|code| code.text.contains("time.sleep(")) {
        ("use `await asyncio.sleep(…)`", "use `asyncio.sleep`")
    } else if how == Some("computing") {
        ("move it to a process pool, or split it", "move or split it")
    } else {
        ("await it, or move it to `asyncio.to_thread(…)`", "await it, or use a thread")
    }
}

/// The same for JavaScript.
fn javascript_remedy(code: Option<&CodeLine>, how: Option<&str>) -> (&'static str, &'static str) {
    if code.is_some_and(|code| code.text.contains("Sync(")) {
        ("use the form of it without `Sync`, and await that", "await the form without `Sync`")
    } else if how == Some("computing") {
        ("move it to a worker thread, or split it", "move or split it")
    } else {
        ("use its asynchronous form, or a worker thread", "use its asynchronous form")
    }
}
