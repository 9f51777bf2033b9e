//! Name look-ups queue on this machine: its resolver takes so long that they wait for one another.

use crate::event::Micros;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// Look-ups took a large part of the time, and mostly waited for others to end.
pub fn queued_look_ups(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let [share, ..] = figures.phase_shares()?;
    let model = figures.model;
    let evidence = &model.evidence;
    let (n, queued) = evidence.look_ups;
    let all = evidence.phases[0];
    if share < t::PHASE_SHARE || (queued.0 as f64) < t::LOOK_UPS_QUEUED * all.0.max(1) as f64 {
        return None;
    }
    let each = |sum: Micros| units::length(Micros(sum.0 / n.max(1)));
    let (waited, took) = (each(queued), each(all - queued));
    let (queue, take) = (by_tense(model, "queue", "queued"), by_tense(model, "take", "took"));
    let sentence = VerdictSentence::new(
        format!("{} of service time", percent(share)),
        format!("name look-ups {queue} on this machine, {waited} each; then they {take} {took}"),
        "a resolver that answers sooner (a local DNS cache), or fewer new hosts at once".to_owned(),
    )
    .or_brief(format!("look-ups {queue} here"), "use a local DNS cache");
    let explanation = Explanation {
        observed: format!(
            "{}, {} of their time before a thread began with them",
            units::plural(n, "look-up"),
            percent(queued.0 as f64 / all.0.max(1) as f64)
        ),
        formula: format!(
            "look-ups ÷ all service times (at least {}); waiting ÷ look-ups (at least {})",
            percent(t::PHASE_SHARE),
            percent(t::LOOK_UPS_QUEUED)
        ),
        refuted: "the same waiting with addresses instead of names (`--resolve`)",
        causes: &["many hosts at the start", "a slow or distant resolver"],
        press: Some(Press::HalveLimit),
    };
    Some((Gravity::Limited, sentence, explanation))
}
