//! Held back as asked: cooldowns that servers asked for took a large part of the time.
//!
//! Start at [`held_back`].

pub mod long_wait;

use crate::event::Micros;
use crate::event::idle::IdleReason;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::host_sentences::host_name;
use crate::model::verdict::sentences::{VerdictSentence, percent};
use crate::model::verdict::thresholds as t;
use crate::text::units;

/// Cooldowns that held the run back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldBackFinding {
    /// Index of the host, if there is only one.
    pub host: Option<usize>,
    /// Number of refusals.
    pub refused: u64,
    /// Idle slots × time ÷ slots: how long the run stood still for it.
    pub held: Micros,
    /// The length of the run.
    pub span: Micros,
}

/// Cooldowns took a large part of all slots × time.
pub fn held_back(figures: &RunFigures<'_>) -> Option<HeldBackFinding> {
    let model = figures.model;
    let slots = u64::from(model.limit?.max(1));
    let held = Micros(model.idle.get(IdleReason::Cooldown).0 / slots).min(figures.span);
    let host = model.only_host().map(|host| host.number);
    let is_much = held.0 as f64 >= t::HELD_SHARE * figures.span.0.max(1) as f64 && held >= t::TAIL_SPAN;
    (is_much && model.totals.throttled > 0).then_some(HeldBackFinding {
        host,
        refused: model.totals.throttled,
        held,
        span: figures.span,
    })
}

impl HeldBackFinding {
    /// The finding as a sentence.
    pub fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = self.host.map_or_else(|| "the upstream".to_owned(), |host| host_name(model, host));
        let refusals = units::plural(self.refused, "refusal");
        VerdictSentence::new(
            format!("{} of {} held back", units::length(self.held), units::length(self.span)),
            format!("{name} asked for it, in {refusals}"),
            "this is as asked: fewer starts per second bring fewer refusals".to_owned(),
        )
        .or_brief(format!("{name} asked for it"), "as asked".to_owned())
    }

    /// How it was found.
    pub fn explanation(&self) -> Explanation {
        Explanation {
            observed: format!("{}, each with a wait that the server asked for", units::plural(self.refused, "refusal")),
            formula: format!(
                "idle slots × time in cooldown ÷ slots = {} of {} (at least {})",
                units::length(self.held),
                units::length(self.span),
                percent(t::HELD_SHARE)
            ),
            refuted: "idle slots for another reason",
            press: Some(Press::Hosts),
        }
    }
}
