//! A synchronous client in a thread that runs an event loop.

use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::watched::{brief, shown};
use crate::model::verdict::sentence::{VerdictSentence, by_tense};
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The event loop waits for each answer, because the client is synchronous. This needs no timing to be certain.
pub fn loop_waits(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let waited = &model.evidence.program.waited;
    let worst = waited.worst()?;
    let client = sanitize(&worst.name);
    let (place, short) = worst.code.as_ref().map_or_else(
        || ("in the event loop".to_owned(), "in the event loop".to_owned()),
        |code| (shown(code), brief(code)),
    );
    let requests = units::plural(waited.n, "synchronous request");
    let sentence = VerdictSentence::new(
        format!("{requests} in the event loop"),
        format!("{place} {}", by_tense(model, "blocks it with each", "blocked it with each")),
        format!("use an async client instead of `{client}`, or `await asyncio.to_thread(…)`"),
    )
    .or_number(format!("{} block the loop", units::count(waited.n)))
    .or_brief(short, "use an async client")
    .at(worst.code.clone());
    let widest = model.evidence.program.widest.as_ref().map_or(0, |(width, _)| *width);
    let explanation = Explanation {
        observed: format!(
            "{requests}, {} in flight at most, {} gathered at most",
            model.level.peak(),
            units::count(widest.into())
        ),
        formula: "requests that `http.client` sent in a thread whose event loop was running".to_owned(),
        refuted: "nothing: the loop cannot run while its thread waits for an answer",
        causes: &["a synchronous client in a coroutine", "a synchronous helper or SDK called from a coroutine"],
        press: None,
    };
    Some((Gravity::Slow, sentence, explanation))
}
