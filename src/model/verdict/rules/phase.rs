//! One phase takes the time: look-ups, connecting, TLS, or bodies that share the bandwidth.
//!
//! Start at [`slow_phase`].

use crate::event::Offset;
use crate::event::outcome::Phase;
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::look_ups;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// A phase that takes a large part of the time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct PhaseFinding {
    /// The phase.
    phase: Phase,
    /// Its share of all service times.
    share: f64,
    /// Body bytes per second in all.
    bytes_per_second: f64,
}

/// One phase before or after the wait for the answer takes a large part of the time.
pub fn slow_phase(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Slow, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<PhaseFinding> {
    let [resolve, connect, tls, body] = figures.phase_shares()?;
    let body_rate = steady_bytes(figures);
    let phases = [
        (Phase::Resolve, resolve),
        (Phase::Connect, connect),
        (Phase::Tls, tls),
        (Phase::Body, if body_rate.is_some() { body } else { 0.0 }),
    ];
    let (phase, share) = phases.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let bytes_per_second = body_rate.unwrap_or_default();
    let is_queue = phase == Phase::Resolve && look_ups::queued_look_ups(figures).is_some();
    (share >= t::PHASE_SHARE && !is_queue).then_some(PhaseFinding { phase, share, bytes_per_second })
}

/// Body bytes per second, if the bodies are large and the rate hardly changes: then they share the bandwidth.
fn steady_bytes(figures: &RunFigures<'_>) -> Option<f64> {
    let (begin, end) = (figures.attempts.first()?.started, figures.attempts.iter().map(|one| one.ended).max()?);
    let all: u64 = figures.attempts.iter().map(|attempt| attempt.bytes).sum();
    let span = end.since(begin);
    let parts = t::BODY_PARTS;
    let length = span.0 / parts;
    let is_large = all as f64 >= t::BODY_BYTES * figures.attempts.len() as f64;
    if !is_large || length == 0 {
        return None;
    }
    // The bytes of an answer arrive evenly while its body is read.
    let mut sums = vec![0.0; usize::try_from(parts).ok()?];
    for attempt in figures.attempts.iter().filter(|attempt| attempt.bytes > 0) {
        let from = Offset(attempt.ended.0 - attempt.body.0.min(attempt.service().0));
        let took = attempt.ended.since(from).0.max(1) as f64;
        for (i, sum) in (0..parts).zip(&mut sums) {
            let (low, high) = (begin.0 + i * length, begin.0 + (i + 1) * length);
            let inside = attempt.ended.0.min(high).saturating_sub(from.0.max(low)) as f64;
            *sum += attempt.bytes as f64 * inside / took;
        }
    }
    // The first and the last part begin and end with idle time.
    let inner = &sums[1..sums.len() - 1];
    let (least, most) = inner.iter().fold((f64::MAX, 0.0_f64), |(least, most), sum| (least.min(*sum), most.max(*sum)));
    (least >= t::BODY_STEADY * most).then(|| all as f64 / span.as_secs_f64())
}

impl PhaseFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let number = format!("{} of service time", percent(self.share));
        let rate = format!("{}/s", units::bytes(rounded(self.bytes_per_second)));
        let brief = if self.phase == Phase::Body { "not more at once" } else { "keep connections alive" };
        let (take, takes) = (by_tense(model, "take", "took"), by_tense(model, "takes", "took"));
        let (place, remedy) = match self.phase {
            Phase::Resolve => (format!("name look-ups {take} it"), "use fewer names, or a resolver that is nearer"),
            Phase::Connect => (format!("opening connections {takes} it"), "keep connections alive at both ends"),
            Phase::Tls => (format!("TLS handshakes {take} it"), "keep connections alive at both ends"),
            Phase::FirstByte | Phase::Body | Phase::Job => (
                format!("reading bodies {takes} it, {rate} in all"),
                "smaller or compressed answers help, not more at once",
            ),
        };
        VerdictSentence::new(number, place.clone(), remedy.to_owned()).or_brief(place, brief)
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        Explanation {
            observed: format!(
                "{} took {} of all service times, with all slots in use",
                self.phase,
                percent(self.share)
            ),
            formula: format!("its time ÷ sum of service times, at least {}", percent(t::PHASE_SHARE)),
            refuted: "more at once that brings more answers, or more bytes, per second",
            causes: &["a narrow link", "large answers", "a slow resolver", "connections that are not kept"],
            press: Some(Press::InFlight),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive rate")]
fn rounded(value: f64) -> u64 {
    value.round() as u64
}
