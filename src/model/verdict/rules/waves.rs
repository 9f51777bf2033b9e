//! Waves: attempts start in batches, and each batch waits for its slowest attempt.

use crate::event::Micros;
use crate::event::idle::IdleReason;
use crate::model::Model;
use crate::model::verdict::evidence::waves::Wave;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, WhatIf, is_undisturbed};

/// Attempts start in batches, and each batch waits for its slowest attempt.
pub fn waves(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
    let size = model.level.peak();
    if size < t::CROWD || !is_undisturbed(model) || model.totals.throttled > 0 || has_idle_reason(model) {
        return None;
    }
    let all = || model.evidence.waves.all();
    let is_wave = |wave: &&Wave| {
        let (front, length) = (wave.front.since(wave.began), wave.ended.since(wave.began));
        front.0 as f64 <= t::WAVE_FRONT * length.0 as f64 && wave.n as f64 >= t::WAVE_SIZE * f64::from(size)
    };
    let n = all().filter(is_wave).count() as u64;
    let covered: u64 = all().filter(is_wave).map(|wave| wave.n).sum();
    let total: u64 = all().map(|wave| wave.n).sum();
    if n < t::WAVES_LEAST || (covered as f64) < t::WAVES_COVER * total as f64 {
        return None;
    }
    // Pauses between the waves are not caused by slow attempts.
    let was = all().fold(Micros::ZERO, |sum, wave| sum + wave.ended.since(wave.began));
    let service = all().fold(Micros::ZERO, |sum, wave| sum + wave.service);
    let longest = all().map(|wave| wave.longest).max()?;
    // With a sliding window, at worst one slot still runs the longest attempt when the others are done.
    let slots = u64::from(size);
    let would = Micros(service.0 / slots) + (longest - Micros(longest.0 / slots));
    let idle = 1.0 - service.0 as f64 / (was.0.max(1) as f64 * f64::from(size));
    let wall = all().last()?.ended.since(all().next()?.began);
    // Bursts with pauses between them are paced: then a sliding window would hardly shorten the wall time.
    let is_unpaced = was.0 as f64 >= t::GAIN * wall.0 as f64;
    let is_worth_it = would.0 as f64 <= t::GAIN * was.0 as f64;
    let finding = Finding::Waves { n, size, idle, what_if: WhatIf { was, would, at_once: size } };
    (is_worth_it && is_unpaced).then_some(finding)
}

/// Whether a reported reason other than a lack of jobs explains idle slots.
fn has_idle_reason(model: &Model) -> bool {
    model.idle.total() > model.idle.get(IdleReason::NoWork)
}
