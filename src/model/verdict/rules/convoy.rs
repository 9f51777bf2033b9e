//! The event loop was blocked: several attempts ended together, just after it was free again.

use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Several attempts ended together, just after the event loop was blocked.
pub fn convoy(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    if model.is_watched() {
        // A probe names the line that blocks the loop: see `loop_stalled`.
        return None;
    }
    let stalls = &model.evidence.stalls;
    let worst = stalls.worst.as_ref().filter(|stall| stall.n >= t::CONVOY_LEAST)?;
    let (n, lasted) = (worst.n, units::length(worst.lasted));
    let (p95, without) = (model.latency.quantile(0.95)?, stalls.without.quantile(0.95)?);
    let (p95, without) = (units::length(p95), units::length(without));
    let place = worst.place.as_ref().map(|place| format!(" at {}", sanitize(place))).unwrap_or_default();
    let sentence = VerdictSentence::new(
        format!("p95 {p95}, {without} without the stall"),
        format!("{n} attempts ended together after the event loop was blocked for {lasted}{place}"),
        "move blocking work off the event loop".to_owned(),
    )
    .or_number(format!("p95 {p95}, not {without}"))
    .or_brief(format!("{n} waited for the loop"), "move work off it");
    let explanation = Explanation {
        observed: format!(
            "p95 {p95} measured, {without} without the stall; {} in all",
            units::plural(stalls.n, "stall")
        ),
        formula: "answers within 20 ms after the stall, to attempts that started before it".to_owned(),
        refuted: "the same latencies without stalls",
        causes: &["blocking work in async code", "a long loop without an await", "a lock held across a call"],
        press: None,
    };
    Some((Gravity::Slow, sentence, explanation))
}
