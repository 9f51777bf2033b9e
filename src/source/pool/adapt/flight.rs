//! Refusals that belong together: those of attempts that started before the first of them was known.
//!
//! Start at [`Flight::add`].

use crate::source::pool::adapt::seconds::Seconds;

/// The latest refusals that belong together.
#[derive(Debug)]
pub struct Flight {
    /// Refusals of attempts that started up to here belong to this flight.
    pub until: Seconds,
    /// When the first refused attempt started.
    pub first: Seconds,
    /// When the last refused attempt started.
    pub last: Seconds,
    /// How many were refused.
    pub refused: u32,
    /// Flights in a row without an accepted attempt that started after the last one.
    pub streak: u32,
}

impl Default for Flight {
    fn default() -> Self {
        Self { until: -1.0, first: 0.0, last: -1.0, refused: 0, streak: 0 }
    }
}

impl Flight {
    /// Adds a refusal. Returns whether it is the first of a new flight.
    pub fn add(&mut self, started: Seconds, now: Seconds) -> bool {
        self.last = self.last.max(started);
        if started <= self.until {
            self.refused += 1;
            self.first = self.first.min(started);
            return false;
        }
        *self = Self { until: now, first: started, last: self.last, refused: 1, streak: self.streak + 1 };
        true
    }

    /// Notes an accepted attempt.
    pub fn note_accepted(&mut self, started: Seconds) {
        if started > self.last {
            self.streak = 0;
        }
    }
}
