//! Histograms of the latencies of the last second, the last ten and the last minute.
//!
//! Start at [`RecentLatencies`].

use crate::event::{Micros, Offset};
use crate::model::histogram::Histogram;

/// Three rings of histograms: the longer the time, the coarser its bins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentLatencies {
    rings: [HistogramRing; 3],
}

/// Histograms of the last bins of equal width.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HistogramRing {
    /// The width of a bin, in microseconds.
    width: u64,
    bins: Vec<RecentBin>,
}

/// The latencies of one bin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct RecentBin {
    /// The number of the bin since the run's start.
    number: u64,
    good: Histogram,
    others: Histogram,
}

impl RecentLatencies {
    /// Adds one latency, of a good answer or of another one.
    pub fn record(&mut self, at: Offset, latency: Micros, is_good: bool) {
        for ring in &mut self.rings {
            ring.record(at, latency, is_good);
        }
    }

    /// The latencies of the last `seconds` (at most 60) before `now`: of good answers, or else of all.
    pub fn last(&self, now: Offset, seconds: u64) -> Histogram {
        let reaches = |ring: &&HistogramRing| seconds * 1_000_000 <= ring.width * (ring.bins.len() as u64 - 1);
        let ring = self.rings.iter().find(reaches).unwrap_or(&self.rings[2]);
        let (this, n) = (now.0 / ring.width, seconds * 1_000_000 / ring.width);
        let bins = || ring.bins.iter().filter(|bin| bin.number <= this && this - bin.number <= n);
        let mut merged = Histogram::default();
        bins().for_each(|bin| merged.merge(&bin.good));
        if merged.n() == 0 {
            bins().for_each(|bin| merged.merge(&bin.others));
        }
        merged
    }
}

impl HistogramRing {
    fn new(width: u64, reach: u64) -> Self {
        // One more bin than the time needs: the current one is not full.
        let n = reach / width + 1;
        Self { width, bins: (0..n).map(|_| RecentBin::default()).collect() }
    }

    fn record(&mut self, at: Offset, latency: Micros, is_good: bool) {
        let number = at.0 / self.width;
        #[expect(clippy::cast_possible_truncation, reason = "below the number of bins")]
        let i = (number % self.bins.len() as u64) as usize;
        let bin = &mut self.bins[i];
        if number < bin.number {
            // Late by more than the ring, for example from another machine with a slow network.
            return;
        }
        if bin.number != number {
            bin.number = number;
            bin.good.clear();
            bin.others.clear();
        }
        if is_good { &mut bin.good } else { &mut bin.others }.record(latency);
    }
}

impl Default for RecentLatencies {
    fn default() -> Self {
        Self {
            rings: [
                HistogramRing::new(250_000, 1_000_000),
                HistogramRing::new(1_000_000, 10_000_000),
                HistogramRing::new(5_000_000, 60_000_000),
            ],
        }
    }
}
