//! Histograms of the latencies of the last ten seconds.
//!
//! Start at [`Recent`].

use crate::event::{Micros, Offset};
use crate::model::histogram::Histogram;

/// One histogram per second, for the last ten seconds and the current one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recent {
    ring: [(u64, Histogram); 11],
}

impl Recent {
    /// Adds one latency.
    pub(super) fn record(&mut self, at: Offset, latency: Micros) {
        let second = at.0 / 1_000_000;
        let (held, histogram) = &mut self.ring[Self::place(second)];
        if second < *held {
            // More than ten seconds late, for example from another machine with a slow network.
            return;
        }
        if *held != second {
            *held = second;
            histogram.clear();
        }
        histogram.record(latency);
    }

    /// The latencies of the last `seconds` (at most 10) before `now`.
    pub(super) fn last(&self, now: Offset, seconds: u64) -> Histogram {
        let this = now.0 / 1_000_000;
        let mut merged = Histogram::default();
        for (second, histogram) in &self.ring {
            if *second <= this && this - second <= seconds.min(10) {
                merged.merge(histogram);
            }
        }
        merged
    }

    fn place(second: u64) -> usize {
        (second % 11) as usize
    }
}
