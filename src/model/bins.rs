//! A row of equal time bins that covers the whole run in bounded memory.
//!
//! When the row is full, neighbours are merged and every bin becomes twice as wide. A run of a day therefore takes no
//! more memory than a run of a second. Start at [`Bins::at`].

use crate::event::Offset;

/// What a bin holds: it can take in the one after it.
pub(super) trait Merge: Default {
    /// Adds the content of the bin that follows.
    fn merge(&mut self, later: &Self);
}

impl Merge for u32 {
    fn merge(&mut self, later: &Self) {
        *self = self.saturating_add(*later);
    }
}

/// At most `MOST` bins of equal width, the first one from the run's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bins<B, const MOST: usize> {
    bins: Vec<B>,
    width: u64,
}

impl<B: Merge, const MOST: usize> Bins<B, MOST> {
    /// Width of the first bins.
    const FIRST_WIDTH: u64 = 20_000;

    /// The width of a bin, in microseconds.
    pub(super) fn width(&self) -> u64 {
        self.width
    }

    /// The bin of a moment; neighbours are merged until it fits.
    pub(super) fn at(&mut self, at: u64) -> &mut B {
        while at / self.width >= MOST as u64 {
            self.merge_neighbours();
        }
        #[expect(clippy::cast_possible_truncation, reason = "below MOST by the loop above")]
        let i = (at / self.width) as usize;
        if i >= self.bins.len() {
            self.bins.resize_with(i + 1, B::default);
        }
        &mut self.bins[i]
    }

    fn merge_neighbours(&mut self) {
        let half = self.bins.len().div_ceil(2);
        for i in 0..half {
            let mut merged = std::mem::take(&mut self.bins[2 * i]);
            if let Some(later) = self.bins.get(2 * i + 1) {
                merged.merge(later);
            }
            self.bins[i] = merged;
        }
        self.bins.truncate(half);
        self.width *= 2;
    }

    /// The bins that overlap `from..to`, each with its own bounds.
    pub(super) fn between(&self, from: Offset, to: Offset) -> impl Iterator<Item = (u64, u64, &B)> {
        let index = |at: u64| usize::try_from(at / self.width).unwrap_or(usize::MAX);
        let end = if to > from { index(to.0 - 1).saturating_add(1) } else { 0 };
        let bins = self.bins.iter().enumerate().take(end).skip(index(from.0));
        bins.map(|(i, bin)| (i as u64 * self.width, (i as u64 + 1).saturating_mul(self.width), bin))
    }

    /// The bins that overlap `from..to` and have begun by `now`, each with the share of its time within them.
    pub(super) fn shares(&self, from: Offset, to: Offset, now: Offset) -> impl Iterator<Item = (f64, &B)> {
        self.between(from, to).map(move |(low, high, bin)| {
            // The current bin is only filled up to now.
            let high = high.min(now.0.saturating_add(1)).max(low + 1);
            let inside = high.min(to.0).saturating_sub(low.max(from.0));
            (inside as f64 / (high - low) as f64, bin)
        })
    }
}

impl<B, const MOST: usize> Default for Bins<B, MOST>
where
    B: Merge,
{
    fn default() -> Self {
        Self { bins: Vec::new(), width: Self::FIRST_WIDTH }
    }
}

#[cfg(test)]
mod tests {
    use super::Bins;
    use crate::event::Offset;

    #[test]
    fn a_day_takes_no_more_room_than_a_second_and_loses_nothing() {
        let mut bins: Bins<u32, 64> = Bins::default();
        for second in 0..86_400 {
            *bins.at(second * 1_000_000) += 1;
        }
        assert!(bins.bins.len() <= 64);
        assert_eq!(bins.bins.iter().sum::<u32>(), 86_400);
    }

    #[test]
    fn a_bin_counts_by_its_share_inside_the_range() {
        let mut bins: Bins<u32, 64> = Bins::default();
        *bins.at(0) += 10;
        *bins.at(20_000) += 4;
        let sum = |from, to, now| {
            let shares = bins.shares(Offset(from), Offset(to), Offset(now));
            shares.map(|(share, &n)| share * f64::from(n)).sum::<f64>()
        };
        assert!((sum(0, 40_000, 40_000) - 14.0).abs() < 1e-9);
        assert!((sum(10_000, 30_000, 40_000) - 7.0).abs() < 1e-9);
        // Half of the second bin has passed.
        assert!((sum(20_000, 40_000, 29_999) - 4.0).abs() < 1e-9);
        assert!(sum(40_000, 90_000, 90_000).abs() < 1e-9);
    }
}
