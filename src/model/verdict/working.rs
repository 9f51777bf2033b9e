//! The details of a verdict: what was seen, the formula, what would refute it, usual causes, and the use of the slots.
//!
//! Start at [`working`].

use crate::event::Offset;
use crate::event::waits::WaitReason;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::headline::headline;
use crate::model::verdict::sentence::{VerdictSentence, percent, slot_count};
use crate::model::verdict::{Finding, findings, span};
use crate::text::units;

/// A label and its text; an empty label continues the line above. Foreign text is sanitized.
pub type LabelledLine = (&'static str, String);

/// All details as lines; `recording` is the displayed path of the run's recording.
pub fn working(model: &Model, recording: Option<&str>, now: Offset) -> Vec<LabelledLine> {
    let found = findings(model, recording);
    let mut lines = Vec::new();
    match found.first() {
        Some(Finding { sentence, explanation, .. }) => {
            let VerdictSentence { number, place, remedy, .. } = sentence.clone();
            lines.extend([("verdict", number), ("place", place), ("remedy", remedy)]);
            let Explanation { observed, formula, refuted, causes, .. } = explanation;
            let how =
                [("observed", observed.clone()), ("formula", formula.clone()), ("refuted by", (*refuted).to_owned())];
            lines.extend(how);
            let mut label = "causes";
            for cause in *causes {
                lines.push((std::mem::take(&mut label), (*cause).to_owned()));
            }
            lines.retain(|(label, text)| *label != "remedy" || !text.is_empty());
        }
        None => lines.extend([
            ("verdict", headline(model, now).to_string()),
            ("findings", "none: no rule is met, so nothing is promised".to_owned()),
        ]),
    }
    lines.push(("", String::new()));
    lines.extend(slot_use(model));
    let mut label = "also";
    for finding in found.iter().skip(1) {
        lines.push((std::mem::take(&mut label), finding.sentence.to_string()));
    }
    if let Some(text) = stops_text(model) {
        lines.push(("stopped", text));
    }
    if model.evidence.stalls.n > 0 && model.totals.timed_out > 0 {
        let n = units::plural(model.totals.timed_out, "time-out");
        lines.push(("suspect", format!("{n}: the event loop was blocked, so the upstream may not be the cause")));
    }
    lines
}

/// How often and for how long inflight was stopped, if it was.
pub fn stops_text(model: &Model) -> Option<String> {
    let totals = &model.totals;
    let times = match totals.stops {
        0 => return None,
        1 => "once".to_owned(),
        n => format!("{} times", units::count(n)),
    };
    let left_out = match totals.across_stops {
        0 => String::new(),
        n => format!(", nor {} in flight meanwhile", units::plural(n, "answer")),
    };
    let length = units::length(totals.stopped);
    Some(format!("{times}, for {length}: no time-out and no figure includes it{left_out}"))
}

/// The action of the screen that helps with the most important finding, if one does.
pub fn helpful_action(model: &Model) -> Option<Press> {
    let press = findings(model, None).first()?.explanation.press?;
    match press {
        // After the end no limit can change, and nothing is in flight.
        Press::HalveLimit | Press::DoubleLimit | Press::Adapt | Press::InFlight if model.ended.is_some() => None,
        _ => Some(press),
    }
}

/// Effective concurrency against the limit, and the reasons for idle slots and waiting.
fn slot_use(model: &Model) -> Vec<LabelledLine> {
    let (span, service) = (span(model), model.evidence.service_times.sum);
    // If a source only reports a level, its mean is all that is known.
    let has_attempts = !span.is_zero() && !service.is_zero();
    let mean = if has_attempts { service.0 as f64 / span.0 as f64 } else { model.effective_concurrency(model.last) };
    // The mean belongs to all limits of the run, not to the present one.
    let slots = model.mean_slots(model.last);
    let of = slots.map(|slots| format!(" of {}, {}", slot_count(slots), percent(mean / slots.max(1.0))));
    let in_flight =
        format!("{}{} on average, {} at most", units::significant(mean), of.unwrap_or_default(), model.level.peak());
    let mut lines = vec![("in flight", in_flight)];
    if has_attempts {
        let (service, span) = (units::length(service), units::length(span));
        lines.push(("", format!("L = sum of service times ÷ wall time = {service} ÷ {span}")));
    }
    let shares = model.idle_shares(model.last);
    let reasons: Vec<String> = shares
        .iter()
        .filter(|(_, share)| *share >= 0.005)
        .map(|(why, share)| format!("{} {}", model.idle_label(*why), percent(*share)))
        .collect();
    if !reasons.is_empty() {
        lines.push(("idle", reasons.join(", ")));
    }
    let waits = model.waits;
    if !waits.is_none() {
        let of = |why: WaitReason| Some((why, waits.get(why))).filter(|(_, waited)| !waited.is_zero());
        let reasons: Vec<String> = WaitReason::ALL
            .into_iter()
            .filter_map(of)
            .map(|(why, waited)| format!("{} {}", why.label(), units::length(waited)))
            .collect();
        lines.push(("waited", reasons.join(", ")));
    }
    lines
}
