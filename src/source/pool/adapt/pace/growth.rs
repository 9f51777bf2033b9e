//! The growth of a pace: the search for the rate that a host accepts, and the slow creep after it is found.
//!
//! Start at [`Pace::accepted`].

use crate::source::pool::adapt::pace::Pace;
use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::tuning::{
    CATCH_UP_STEPS, CREEP, CREEP_ATTEMPTS, CREEP_HOLD, CREEP_QUIET, DOUBLING_TIME, FAST_RATE, FOUND_RATIO,
    LOST_ATTEMPTS, LOST_PAUSE, LOST_STEP, MAX_CREEP, MAX_SEARCH_GROWTH, MAX_SURE_GROWTH, MIN_SEARCH_GROWTH,
    MIN_SEARCH_TIME, REGAINED_SHARE, SEARCH_ATTEMPTS, SLOW_RATE, SURE_STEPS, WAITED_SEARCH_GROWTH,
};

impl Pace {
    /// Raises the rate, if enough was accepted at this one. Returns whether it did.
    pub fn accepted(&mut self, now: Seconds, wait: Seconds) -> bool {
        self.quiet += 1;
        let (lasted, quiet, before) = (now - self.since, f64::from(self.quiet), self.rate);
        if self.is_found {
            let is_due = match self.lost {
                Some((_, pause)) => {
                    // The step before was not refused: the rate comes back.
                    let pause = if self.proved.is_some() { LOST_PAUSE } else { pause };
                    lasted >= pause.max(5.0 * wait) && self.quiet >= LOST_ATTEMPTS
                }
                None => lasted >= self.hold.max(5.0 * wait) && quiet >= CREEP_ATTEMPTS * self.hold.min(4.0),
            };
            if !is_due {
                return false;
            }
            self.creep(lasted);
        } else {
            if lasted < MIN_SEARCH_TIME.max(SEARCH_ATTEMPTS / self.rate).max(self.memory / 4.0) || self.quiet < 3 {
                return false;
            }
            self.search(lasted, wait);
        }
        (self.quiet, self.since, self.fallen) = (0, now, None);
        (self.rate - before).abs() > f64::EPSILON
    }

    /// A rate that is not used proves nothing.
    fn is_used(&self, lasted: Seconds, share: f64) -> bool {
        f64::from(self.quiet) >= share * self.rate * lasted - 1.0
    }

    fn creep(&mut self, lasted: Seconds) {
        if !self.is_used(lasted, 0.8) {
            return;
        }
        if let Some((lost, _)) = self.lost.filter(|(lost, _)| self.rate < lost * REGAINED_SHARE) {
            // After a step that was not refused, the next one is larger.
            let step = if self.proved.replace(self.rate).is_some() { 2.0 * LOST_STEP } else { LOST_STEP };
            self.set((self.rate * (1.0 + step)).min(lost));
            return;
        }
        self.lost = None;
        self.proved = Some(self.rate);
        let doublings = i32::try_from(self.stretches.saturating_sub(CREEP_QUIET)).unwrap_or(i32::MAX);
        self.set(self.rate * (1.0 + (CREEP * 2_f64.powi(doublings)).min(MAX_CREEP)));
        self.stretches += 1;
        if self.stretches > CREEP_QUIET {
            self.hold = CREEP_HOLD;
        }
    }

    fn search(&mut self, lasted: Seconds, wait: Seconds) {
        if !self.is_used(lasted, 0.7) {
            return;
        }
        self.proved = Some(self.rate);
        self.steps = self.steps.saturating_add(1);
        match self.refused {
            Some(refused) if refused / self.rate < FOUND_RATIO => self.is_found = true,
            Some(refused) => self.set(self.rate * (1.0 + self.growth()).min((refused / self.rate).sqrt())),
            // Each refusal costs a stated wait: fewer and longer steps.
            None if wait > 0.0 => self.set(self.rate * (1.0 + WAITED_SEARCH_GROWTH)),
            None => self.set(self.rate * (1.0 + self.growth()).max(self.catch_up(lasted))),
        }
    }

    /// The step of a search: the error of the first measurement.
    fn growth(&self) -> f64 {
        let usual = (1.0 / f64::from(self.sample)).clamp(MIN_SEARCH_GROWTH, MAX_SEARCH_GROWTH);
        // After several steps the first measurement was wrong.
        let doublings = if self.rate < FAST_RATE { 0 } else { (self.steps - SURE_STEPS).max(0) };
        (usual * 2_f64.powi(doublings)).min(MAX_SURE_GROWTH)
    }

    /// The step of a search that has begun far too low: its time is bounded.
    fn catch_up(&self, lasted: Seconds) -> f64 {
        if self.steps < CATCH_UP_STEPS || self.rate >= SLOW_RATE {
            1.0
        } else {
            (lasted / DOUBLING_TIME).min(1.0).exp2()
        }
    }
}
