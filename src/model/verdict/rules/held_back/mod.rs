//! Held back as asked: cooldowns that servers asked for took a large part of the time.
//!
//! Start at [`held_back`].

pub mod long_wait;

use crate::event::Micros;
use crate::event::idle::IdleReason;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_or_upstream, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// Cooldowns that held the run back.
#[derive(Clone, Copy, Debug, PartialEq)]
struct HeldBackFinding {
    /// Index of the host, if there is only one.
    host: Option<usize>,
    /// Number of refusals.
    refused: u64,
    /// Idle slots × time ÷ slots: how long the run stood still for it.
    held: Micros,
    /// The length of the run.
    span: Micros,
    /// Answers that the host accepted per second meanwhile.
    per_second: Option<f64>,
}

/// Cooldowns took a large part of all slots × time.
pub fn held_back(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Limited, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<HeldBackFinding> {
    let model = figures.model;
    let slots = u64::from(model.limit?.max(1));
    let held = Micros(model.idle.get(IdleReason::Cooldown).0 / slots).min(figures.span);
    let host = model.only_host().map(|host| host.number);
    let is_much = held.0 as f64 >= t::HELD_SHARE * figures.span.0.max(1) as f64 && held >= t::TAIL_SPAN;
    // A few refusals in a long run are chance: then the headline names what held the run.
    let refused = model.totals.throttled;
    let is_pattern = refused as f64 >= t::REFUSED_OVERALL * model.totals.ended as f64;
    let per_second = host.and_then(|host| model.evidence.refusals.get(host)?.accepted_per_second());
    let finding = HeldBackFinding { host, refused, held, span: figures.span, per_second };
    (is_much && refused > 0 && is_pattern).then_some(finding)
}

impl HeldBackFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = host_or_upstream(model, self.host);
        let refusals = units::plural(self.refused, "refusal");
        let accepted =
            self.per_second.map(|rate| format!(", and accepted {}/s", units::significant(rate))).unwrap_or_default();
        VerdictSentence::new(
            format!("{} of {} held back", units::length(self.held), units::length(self.span)),
            format!("{name} asked for it, in {refusals}{accepted}"),
            format!("this {} as asked: fewer starts per second bring fewer refusals", by_tense(model, "is", "was")),
        )
        .or_brief(format!("{name} asked for it"), "as asked")
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        Explanation {
            observed: format!("{}, each with a wait that the server asked for", units::plural(self.refused, "refusal")),
            formula: format!(
                "idle slots × time in cooldown ÷ slots = {} of {} (at least {})",
                units::length(self.held),
                units::length(self.span),
                percent(t::HELD_SHARE)
            ),
            refuted: "idle slots for another reason",
            causes: &["a quota of starts per second", "a limit on concurrent requests", "a burst at the start"],
            press: Some(Press::Hosts),
        }
    }
}
