//! How attempts ended and how long answers took, over the whole run.
//!
//! Both are counted in time bins of bounded memory. Start at [`RunHistory::ends_between`] and [`RunHistory::heat_between`].

pub mod problems;

use crate::event::outcome::{Outcome, OutcomeClass};
use crate::event::{Micros, Offset};
use crate::model::bins::{Bins, Merge};
use crate::model::history::problems::Problems;

/// Counts of ends and of latencies over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunHistory {
    ends: Bins<EndCounts, 512>,
    latencies: Bins<LatencyCounts, 256>,
    /// Refusals by host, and failures by cause.
    pub problems: Problems,
}

/// Attempts that ended within one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct EndCounts {
    good: u32,
    throttled: u32,
    failed: u32,
}

/// Answers within one bin, by latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LatencyCounts([u32; RunHistory::BANDS]);

/// Attempts that ended within a time range, by what they were for the user. A bin at its edge counts in part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ends {
    /// Expected answers.
    pub good: f64,
    /// Requests to slow down.
    pub throttled: f64,
    /// Unexpected answers, time-outs and broken attempts.
    pub failed: f64,
}

impl Ends {
    /// All of them.
    pub fn total(&self) -> f64 {
        self.good + self.throttled + self.failed
    }
}

impl RunHistory {
    /// Number of latency bands: two for each power of two.
    pub const BANDS: usize = 48;
    /// The upper bound of the first band is 96 µs; the last one begins at 13 minutes.
    const FIRST_POWER: u32 = 6;

    /// Counts the end of an attempt. A followed redirect or a cancelled attempt is neither good nor bad.
    pub(super) fn count(&mut self, at: Offset, outcome: &Outcome) {
        let counter: fn(&mut EndCounts) -> &mut u32 = match outcome.class() {
            OutcomeClass::Good => |bin| &mut bin.good,
            OutcomeClass::Refused => |bin| &mut bin.throttled,
            OutcomeClass::Failed => |bin| &mut bin.failed,
            OutcomeClass::Followed | OutcomeClass::Cancelled => return,
        };
        let counter = counter(self.ends.at(at.0));
        *counter = counter.saturating_add(1);
    }

    /// Counts the latency of an answer.
    pub(super) fn record(&mut self, at: Offset, latency: Micros) {
        let counter = &mut self.latencies.at(at.0).0[Self::band_of(latency)];
        *counter = counter.saturating_add(1);
    }

    /// The attempts that ended within `from..to`.
    pub fn ends_between(&self, from: Offset, to: Offset, now: Offset) -> Ends {
        self.ends.shares(from, to, now).fold(Ends::default(), |sum, (share, bin)| Ends {
            good: sum.good + share * f64::from(bin.good),
            throttled: sum.throttled + share * f64::from(bin.throttled),
            failed: sum.failed + share * f64::from(bin.failed),
        })
    }

    /// The shortest time range for which counts differ.
    pub fn resolution(&self) -> Micros {
        Micros(self.latencies.width())
    }

    /// Adds the answers within `from..to` to the counts of each band.
    pub fn heat_between(&self, from: Offset, to: Offset, now: Offset, bands: &mut [f64; Self::BANDS]) {
        for (share, bin) in self.latencies.shares(from, to, now) {
            for (sum, &n) in bands.iter_mut().zip(&bin.0) {
                *sum += share * f64::from(n);
            }
        }
    }

    /// The band of a latency.
    pub fn band_of(latency: Micros) -> usize {
        let power = latency.0.max(1).ilog2();
        let Some(octave) = power.checked_sub(Self::FIRST_POWER) else { return 0 };
        // The second half of an octave begins at 1.5 times its power of two.
        let half = latency.0 >> (power - 1) & 1;
        (octave as usize * 2 + usize::from(half == 1)).min(Self::BANDS - 1)
    }

    /// The lower bound of a band; that of the first one is zero.
    pub fn band_from(band: usize) -> Micros {
        if band == 0 {
            return Micros::ZERO;
        }
        let power = u64::from(Self::FIRST_POWER) + band as u64 / 2;
        Micros(if band.is_multiple_of(2) { 1 << power } else { 3 << (power - 1) })
    }
}

impl Merge for EndCounts {
    fn merge(&mut self, later: &Self) {
        self.good = self.good.saturating_add(later.good);
        self.throttled = self.throttled.saturating_add(later.throttled);
        self.failed = self.failed.saturating_add(later.failed);
    }
}

impl Merge for LatencyCounts {
    fn merge(&mut self, later: &Self) {
        for (sum, n) in self.0.iter_mut().zip(&later.0) {
            *sum = sum.saturating_add(*n);
        }
    }
}

impl Default for LatencyCounts {
    fn default() -> Self {
        Self([0; RunHistory::BANDS])
    }
}

#[cfg(test)]
mod tests {
    use super::RunHistory;
    use crate::event::{Micros, Offset};

    #[test]
    fn every_latency_is_in_the_band_that_contains_it() {
        for latency in [0, 1, 63, 64, 95, 96, 127, 128, 1_000, 142_000, 5_000_000, 900_000_000] {
            let band = RunHistory::band_of(Micros(latency));
            assert!(RunHistory::band_from(band).0 <= latency, "{latency}");
            assert!(band + 1 == RunHistory::BANDS || latency < RunHistory::band_from(band + 1).0, "{latency}");
        }
    }

    #[test]
    fn a_long_run_keeps_every_answer() {
        let mut history = RunHistory::default();
        for second in 0..10_000 {
            history.record(Offset(second * 1_000_000), Micros(100_000));
        }
        let mut bands = [0.0; RunHistory::BANDS];
        let end = Offset(10_000_000_000);
        history.heat_between(Offset(0), end, end, &mut bands);
        assert!((bands[RunHistory::band_of(Micros(100_000))] - 10_000.0).abs() < 1e-6);
    }
}
