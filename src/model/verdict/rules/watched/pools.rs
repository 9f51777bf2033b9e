//! Pools that are smaller than the crowd: of connections, and of threads.

use crate::model::timeline::Bar;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// Most requests waited longer for a connection of the client's pool than for the server.
pub fn connections(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    // What waits at the gate of `--steer` waits for no pool.
    if !model.is_watched() || model.evidence.program.is_steered {
        return None;
    }
    let ended = || model.timeline.bars().filter_map(|bar| Some((bar, bar.end.as_ref()?)));
    let all = ended().count();
    let waited = |bar: &Bar, end: crate::event::Offset| bar.waited.slot > end.since(bar.started);
    let n = ended().filter(|(bar, end)| waited(bar, end.at)).count();
    let peak = model.level.peak();
    let is_full = figures.service().0 as f64 >= t::FULL * figures.span.0 as f64 * f64::from(peak);
    if (n as u64) < t::POOL_LEAST || (n as f64) < t::POOL_SHARE * all as f64 || !is_full {
        return None;
    }
    let sentence = VerdictSentence::new(
        format!("{n} of {all} requests waited longer for a connection than for the server"),
        format!("the pool of the client {} {peak} through at once", by_tense(model, "lets", "let")),
        "raise its limit, if the server takes more".to_owned(),
    )
    .or_number(format!("{n} of {all} queued"))
    .or_brief(format!("the pool {} {peak} through", by_tense(model, "lets", "let")), "raise its limit");
    let explanation = Explanation {
        observed: format!("{} waited in all", units::length(model.waits.slot)),
        formula:
            "time in the queue of the pool against the time from then to the last byte, with all connections in use"
                .to_owned(),
        refuted: "a pool that is meant to be the limit",
        causes: &["a connector or client with a low limit", "answers that are not read to their end"],
        press: None,
    };
    Some((Gravity::Slow, sentence, explanation))
}

/// Every thread of the pool of `asyncio.to_thread` sent requests, and they were busy most of the time.
pub fn threads(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let threads = model.evidence.program.threads?;
    let share = figures.service().0 as f64 / (figures.span.0.max(1) as f64 * f64::from(threads));
    if model.level.peak() != threads || share < t::THREADS_BUSY {
        return None;
    }
    let sentence = VerdictSentence::new(
        format!("{threads} threads {} all requests", by_tense(model, "carry", "carried")),
        format!("all of them busy {} of the time, no more in the pool of `asyncio.to_thread`", percent(share)),
        "an async client has no such limit; or give the loop a larger executor".to_owned(),
    )
    .or_number(format!("{threads} threads, no more"))
    .or_brief("the pool of `to_thread`".to_owned(), "use an async client");
    let explanation = Explanation {
        observed: format!("{threads} in flight at most, from as many threads next to an event loop"),
        formula: "the default executor has min(32, processors + 4) threads".to_owned(),
        refuted: "an executor of the same size that was chosen on purpose",
        causes: &["`asyncio.to_thread` or `run_in_executor(None, …)` for many requests"],
        press: None,
    };
    Some((Gravity::Note, sentence, explanation))
}
