//! Values over time in bounded memory: the attempts in flight, and the trend of latencies.
//!
//! Start at [`Level`] (a value that lasts until it changes) and [`Trend`] (single values).

use crate::event::{Micros, Offset};
use crate::model::bins::{Bins, Merge};

/// A level over time, which lasts until it is set again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Level {
    now: u32,
    since: Offset,
    peak: u32,
    area: u64,
    bins: Bins<LevelArea, 512>,
}

/// Level × microseconds within one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct LevelArea(u64);

impl Merge for LevelArea {
    fn merge(&mut self, later: &Self) {
        self.0 = self.0.saturating_add(later.0);
    }
}

impl Level {
    /// The level now.
    pub fn now(&self) -> u32 {
        self.now
    }

    /// The highest it has been.
    pub fn peak(&self) -> u32 {
        self.peak
    }

    /// Its mean from the run's start to `now`.
    pub fn mean(&self, now: Offset) -> f64 {
        let rest = u64::from(self.now).saturating_mul(now.since(self.since).0);
        ratio(self.area.saturating_add(rest), now.0.max(self.since.0))
    }

    /// Sets the level from `at` on. An earlier moment than the last one counts as the last one.
    pub fn set(&mut self, at: Offset, level: u32) {
        self.advance(at);
        self.now = level;
        self.peak = self.peak.max(level);
    }

    /// The mean level within `from..to`; `None` if that range is empty or in the future.
    pub fn mean_between(&self, from: Offset, to: Offset, now: Offset) -> Option<f64> {
        let to = to.min(now);
        if to <= from {
            return None;
        }
        let mut area = 0.0;
        // Each bin counts by its share inside the range.
        let binned_to = to.min(self.since);
        for (low, high, bin) in self.bins.between(from, binned_to) {
            let high = high.min(self.since.0);
            let inside = high.min(binned_to.0).saturating_sub(low.max(from.0));
            area += ratio(bin.0, high.saturating_sub(low)) * inside as f64;
        }
        // The time since the last change is not in a bin yet.
        let current_from = from.max(self.since);
        if to > current_from {
            area += f64::from(self.now) * to.since(current_from).0 as f64;
        }
        Some(area / to.since(from).0 as f64)
    }

    /// Adds the time since the last change to the bins, at the current level.
    fn advance(&mut self, to: Offset) {
        let mut from = self.since.0;
        while from < to.0 {
            // Neighbours may be merged to make room, so the width is known only afterwards.
            self.bins.at(from);
            let width = self.bins.width();
            let end = (from / width + 1).saturating_mul(width).min(to.0);
            let area = u64::from(self.now).saturating_mul(end - from);
            let bin = self.bins.at(from);
            bin.0 = bin.0.saturating_add(area);
            self.area = self.area.saturating_add(area);
            from = end;
        }
        self.since = self.since.max(to);
    }
}

/// The trend of single values: means over equal periods of the whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// The number of `bins[0]`: an endpoint with one late request does not store the empty bins before it.
    first: usize,
    bins: Vec<(u64, u32)>,
    width: u64,
}

impl Trend {
    const BINS: usize = 24;
    const FIRST_WIDTH: u64 = 250_000;

    /// Adds one value.
    pub fn record(&mut self, at: Offset, value: Micros) {
        while at.0 / self.width >= Self::BINS as u64 {
            self.merge_neighbours();
        }
        #[expect(clippy::cast_possible_truncation, reason = "below BINS by the loop above")]
        let i = (at.0 / self.width) as usize;
        let bin = self.bin(i);
        bin.0 = bin.0.saturating_add(value.0);
        bin.1 = bin.1.saturating_add(1);
    }

    fn merge_neighbours(&mut self) {
        let first = self.first / 2;
        let mut merged: Vec<(u64, u32)> = Vec::new();
        for (i, &(sum, n)) in self.bins.iter().enumerate() {
            match merged.get_mut(usize::midpoint(self.first, i) - first) {
                Some(bin) => *bin = (bin.0.saturating_add(sum), bin.1.saturating_add(n)),
                None => merged.push((sum, n)),
            }
        }
        (self.first, self.bins) = (first, merged);
        self.width *= 2;
    }

    /// The bin with this number; the stored range grows as needed.
    fn bin(&mut self, i: usize) -> &mut (u64, u32) {
        if self.bins.is_empty() {
            self.first = i;
        }
        if i < self.first {
            self.bins.splice(0..0, std::iter::repeat_n((0, 0), self.first - i));
            self.first = i;
        }
        let at = i - self.first;
        if at >= self.bins.len() {
            self.bins.reserve_exact(at + 1 - self.bins.len());
            self.bins.resize(at + 1, (0, 0));
        }
        &mut self.bins[at]
    }

    /// The length of one period.
    pub fn period(&self) -> Micros {
        Micros(self.width)
    }

    /// The mean of each period, oldest first; `None` without values.
    pub fn means(&self) -> impl ExactSizeIterator<Item = Option<Micros>> + '_ {
        (0..self.first + self.bins.len()).map(|i| {
            let &(sum, n) = self.bins.get(i.checked_sub(self.first)?)?;
            sum.checked_div(u64::from(n)).map(Micros)
        })
    }
}

impl Default for Trend {
    fn default() -> Self {
        Self { first: 0, bins: Vec::new(), width: Self::FIRST_WIDTH }
    }
}

/// `a ÷ b`, or zero if `b` is zero.
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Level, Trend};
    use crate::event::{Micros, Offset};

    #[test]
    fn the_mean_is_weighted_by_time() {
        let mut level = Level::default();
        level.set(Offset(0), 10);
        level.set(Offset(300_000), 0);
        assert!((level.mean(Offset(1_000_000)) - 3.0).abs() < 1e-9);
        assert_eq!(level.peak(), 10);
    }

    #[test]
    fn a_stretch_has_its_own_mean() {
        let mut level = Level::default();
        level.set(Offset(0), 4);
        level.set(Offset(1_000_000), 8);
        let mean = |from, to| level.mean_between(Offset(from), Offset(to), Offset(2_000_000));
        assert_eq!(mean(0, 1_000_000), Some(4.0));
        assert_eq!(mean(500_000, 1_500_000), Some(6.0));
        assert_eq!(mean(2_000_000, 3_000_000), None);
    }

    #[test]
    fn a_trend_of_a_day_keeps_its_room() {
        let mut trend = Trend::default();
        for second in 0..86_400 {
            trend.record(Offset(second * 1_000_000), Micros(second));
        }
        assert!(trend.means().len() <= Trend::BINS);
        let means: Vec<_> = trend.means().flatten().collect();
        assert!(means.is_sorted());
    }

    proptest! {
        #[test]
        fn merging_bins_keeps_the_mean(steps in prop::collection::vec((0..40_000_000_u64, 0..100_u32), 1..60)) {
            let mut level = Level::default();
            let (mut at, mut area, mut before) = (0, 0_u128, 0);
            for &(pause, next) in &steps {
                at += pause;
                area += u128::from(before) * u128::from(pause);
                before = next;
                level.set(Offset(at), next);
            }
            let exact = if at == 0 { 0.0 } else { area as f64 / at as f64 };
            prop_assert!((level.mean(Offset(at)) - exact).abs() < 1e-6);
        }
    }
}
