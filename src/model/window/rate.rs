//! The recent rate of an event, per second.
//!
//! Events are counted in a ring of quarter seconds. Start at [`Rate::per_second`].

use crate::event::{Micros, Offset};

const BIN: u64 = 250_000;
const BINS: usize = 256;

/// Counts of the last minute, in quarter seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    bins: Vec<u32>,
    /// Number of the newest bin, counted from the run's start.
    newest: u64,
}

impl Rate {
    /// Counts one event.
    pub fn count(&mut self, at: Offset) {
        let bin = at.0 / BIN;
        if bin > self.newest {
            let skipped = (bin - self.newest).min(BINS as u64);
            for i in 0..skipped {
                let at = self.place(bin - i);
                self.bins[at] = 0;
            }
            self.newest = bin;
        }
        if self.newest - bin < BINS as u64 {
            let at = self.place(bin);
            self.bins[at] = self.bins[at].saturating_add(1);
        }
    }

    /// Events per second over the last `seconds` before `now`, or over the whole run if it is shorter.
    pub fn per_second(&self, now: Offset, seconds: u64) -> f64 {
        let span = Self::span(now, seconds);
        if span.is_zero() { 0.0 } else { self.counted(now, seconds) as f64 / span.as_secs_f64() }
    }

    /// Events within [`Rate::span`].
    pub fn counted(&self, now: Offset, seconds: u64) -> u64 {
        (Self::first(now, seconds)..=now.0 / BIN).map(|bin| u64::from(self.at(bin))).sum()
    }

    /// The time that the last `seconds` cover: whole bins, and the current one as far as it has passed.
    pub fn span(now: Offset, seconds: u64) -> Micros {
        Micros(now.0.saturating_sub(Self::first(now, seconds) * BIN))
    }

    /// The first bin of the last `seconds`.
    fn first(now: Offset, seconds: u64) -> u64 {
        (now.0 / BIN).saturating_sub((seconds * 1_000_000 / BIN).min(BINS as u64 - 1))
    }

    /// Counts per second of the last `n` whole seconds before `now`, oldest first.
    pub fn seconds(&self, now: Offset, n: usize) -> Vec<u32> {
        const PER_SECOND: u64 = 1_000_000 / BIN;
        let this = now.0 / 1_000_000;
        let n = (n as u64).min(this).min(BINS as u64 / PER_SECOND - 1);
        (this - n..this)
            .map(|second| (0..PER_SECOND).map(|quarter| self.at(second * PER_SECOND + quarter)).sum())
            .collect()
    }

    fn at(&self, bin: u64) -> u32 {
        if bin <= self.newest && self.newest - bin < BINS as u64 { self.bins[self.place(bin)] } else { 0 }
    }

    #[expect(clippy::cast_possible_truncation, reason = "below BINS")]
    #[expect(clippy::unused_self, reason = "belongs to the ring")]
    fn place(&self, bin: u64) -> usize {
        (bin % BINS as u64) as usize
    }
}

impl Default for Rate {
    fn default() -> Self {
        Self { bins: vec![0; BINS], newest: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;
    use crate::event::Offset;

    fn every(step: u64, until: u64) -> Rate {
        let mut rate = Rate::default();
        for i in 0..until / step {
            rate.count(Offset(i * step));
        }
        rate
    }

    #[test]
    fn a_steady_beat_has_its_rate() {
        let rate = every(10_000, 20_000_000);
        assert!((rate.per_second(Offset(20_000_000), 5) - 100.0).abs() < 1.0);
    }

    #[test]
    fn old_events_do_not_count() {
        let rate = every(10_000, 1_000_000);
        assert!(rate.per_second(Offset(200_000_000), 10) < 1e-9);
    }

    #[test]
    fn seconds_are_whole_and_oldest_first() {
        let mut rate = every(100_000, 3_000_000);
        rate.count(Offset(3_000_000));
        assert_eq!(rate.seconds(Offset(3_500_000), 8), [10, 10, 10]);
    }
}
