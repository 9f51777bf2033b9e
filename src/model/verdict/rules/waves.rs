//! Waves: attempts start in batches, and each batch waits for its slowest attempt.

use crate::event::idle::IdleReason;
use crate::model::Model;
use crate::model::verdict::evidence::waves::Wave;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity, is_undisturbed};
use crate::text::units;

/// Attempts start in batches, and each batch waits for its slowest attempt.
pub fn waves(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let size = model.level.peak();
    if size < t::CROWD || !is_undisturbed(model) || model.totals.throttled > 0 || has_idle_reason(model) {
        return None;
    }
    let all = || model.evidence.waves.all();
    let n = all().filter(|wave| is_wave(wave, size)).count() as u64;
    let covered: u64 = all().filter(|wave| is_wave(wave, size)).map(|wave| wave.n).sum();
    let total: u64 = all().map(|wave| wave.n).sum();
    if n < t::WAVES_LEAST || (covered as f64) < t::WAVES_COVER * total as f64 {
        return None;
    }
    // Pauses between the waves are not caused by slow attempts.
    let (n_all, was) = model.evidence.waves.totals();
    // Only the last waves are kept; those before them are taken to be alike.
    let n = if n_all > all().count() as u64 { n_all * n / all().count() as u64 } else { n };
    let would = figures.makespan(size);
    let service = model.evidence.service_times.sum;
    let idle = 1.0 - service.0 as f64 / (was.0.max(1) as f64 * f64::from(size));
    let wall = model.evidence.span();
    // Bursts with pauses between them are paced: then a sliding window would hardly shorten the wall time.
    let is_unpaced = was.0 as f64 >= t::GAIN * wall.0 as f64;
    let is_worth_it = would.0 as f64 <= t::GAIN * was.0 as f64;
    let (was, would) = (units::length(was), units::length(would));
    let waits = by_tense(model, "waits", "waited");
    let sentence = VerdictSentence::new(
        format!("{n} waves of {size}, slots {} idle", percent(idle)),
        format!("each wave {waits} for its slowest attempt"),
        format!("start one whenever one ends: about {would} instead of {was} with {size} at once"),
    )
    .or_number(format!("{} idle in {n} waves", percent(idle)))
    .or_brief(format!("{waits} for the slowest"), &format!("about {would} without"));
    let explanation = Explanation {
        observed: format!("{was} measured, {would} estimated with {size} at once"),
        formula: "periods between two moments with nothing in flight, whose attempts start together".to_owned(),
        refuted: "jobs that need the answers of a whole wave",
        causes: &["a join on fixed batches", "a barrier between pages"],
        press: None,
    };
    (is_worth_it && is_unpaced).then_some((Gravity::Slow, sentence, explanation))
}

/// Whether the attempts of a period start together, and are about as many as the peak.
pub(in crate::model::verdict) fn is_wave(wave: &Wave, peak: u32) -> bool {
    let (front, length) = (wave.front.since(wave.began), wave.ended.since(wave.began));
    front.0 as f64 <= t::WAVE_FRONT * length.0 as f64 && wave.n as f64 >= t::WAVE_SIZE * f64::from(peak)
}

/// Whether a reported reason other than a lack of jobs explains idle slots.
fn has_idle_reason(model: &Model) -> bool {
    model.idle.total() > model.idle.get(IdleReason::NoWork)
}
