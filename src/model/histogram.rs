//! A compact histogram of latencies: each of 10,000 endpoints may have one.
//!
//! Log-linear, like `HdrHistogram`: each power of two has 32 buckets, so a quantile is within 1.6 % of the recorded
//! value. Only the range of buckets in use is stored, and full counters stay full. Start at [`Histogram::record`]
//! and [`Histogram::quantile`].

use crate::event::Micros;

/// Buckets per power of two. Below this value, each microsecond has its own bucket.
const SUB: u64 = 32;
const SUB_BITS: u32 = SUB.trailing_zeros();

/// Counts of latencies by bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Bucket number of `counts[0]`.
    first: usize,
    counts: Vec<u32>,
    n: u64,
    sum: u64,
    min: u64,
    max: u64,
}

impl Histogram {
    /// Adds one latency.
    pub fn record(&mut self, latency: Micros) {
        self.record_times(latency, 1);
    }

    /// Adds the same latency `n` times.
    pub fn record_times(&mut self, latency: Micros, n: u64) {
        if n == 0 {
            return;
        }
        let value = latency.0;
        let slot = self.slot(bucket_of(value));
        *slot = slot.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
        self.min = if self.n == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.n = self.n.saturating_add(n);
        self.sum = self.sum.saturating_add(value.saturating_mul(n));
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        for (i, &count) in other.counts.iter().enumerate() {
            if count > 0 {
                let slot = self.slot(other.first + i);
                *slot = slot.saturating_add(count);
            }
        }
        self.min = if self.n == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.n += other.n;
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// The values that are not in `part`, which must be a part of this.
    #[must_use]
    pub fn without(&self, part: &Self) -> Self {
        let mut rest = Self::default();
        for (i, &count) in self.counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let taken = (self.first + i).checked_sub(part.first).and_then(|i| part.counts.get(i)).copied().unwrap_or(0);
            let (low, high) = bounds_of(self.first + i);
            rest.record_times(Micros(low.midpoint(high - 1)), u64::from(count.saturating_sub(taken)));
        }
        rest
    }

    /// Removes all values, and keeps the allocated memory.
    pub fn clear(&mut self) {
        self.counts.clear();
        *self = Self { counts: std::mem::take(&mut self.counts), ..Self::default() };
    }

    /// Number of values.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The largest value, exactly.
    pub fn max(&self) -> Option<Micros> {
        (self.n > 0).then_some(Micros(self.max))
    }

    /// The smallest value, exactly.
    pub fn min(&self) -> Option<Micros> {
        (self.n > 0).then_some(Micros(self.min))
    }

    /// The mean of all values, exactly.
    pub fn mean(&self) -> Option<Micros> {
        (self.n > 0).then(|| Micros(self.sum / self.n))
    }

    /// The value that a share `q` of all values does not exceed, by nearest rank.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank between 1 and n")]
    pub fn quantile(&self, q: f64) -> Option<Micros> {
        let rank = ((q * self.n as f64).ceil() as u64).clamp(1, self.n.max(1));
        let mut counted = 0;
        for (i, &count) in self.counts.iter().enumerate() {
            counted += u64::from(count);
            if counted >= rank {
                let (low, high) = bounds_of(self.first + i);
                return Some(Micros(low.midpoint(high - 1).clamp(self.min, self.max)));
            }
        }
        // A full counter no longer counts every value: the rank can lie beyond the last bucket.
        self.max()
    }

    /// The number of values in `low..high`. A bucket belongs to the range that contains its middle.
    pub fn count_between(&self, low: Micros, high: Micros) -> u64 {
        self.buckets().filter(|&(middle, _)| low <= middle && middle < high).map(|(_, count)| count).sum()
    }

    /// The middle and the count of every non-empty bucket, in rising order.
    pub fn buckets(&self) -> impl Iterator<Item = (Micros, u64)> + '_ {
        self.counts.iter().enumerate().filter(|&(_, &count)| count > 0).map(|(i, &count)| {
            let (low, high) = bounds_of(self.first + i);
            (Micros(low.midpoint(high - 1)), u64::from(count))
        })
    }

    /// The bounds and the count of every non-empty bucket, in rising order.
    pub fn spans(&self) -> impl Iterator<Item = (Micros, Micros, u64)> + '_ {
        self.counts.iter().enumerate().filter(|&(_, &count)| count > 0).map(|(i, &count)| {
            let (low, high) = bounds_of(self.first + i);
            (Micros(low), Micros(high), u64::from(count))
        })
    }

    /// The width of the bucket that holds this value. A narrower range says nothing more.
    pub fn resolution(value: Micros) -> Micros {
        let (low, high) = bounds_of(bucket_of(value.0));
        Micros(high - low)
    }

    /// The counter of a bucket; the stored range grows as needed.
    fn slot(&mut self, bucket: usize) -> &mut u32 {
        if self.counts.is_empty() {
            self.first = bucket;
        }
        if bucket < self.first {
            let missing = self.first - bucket;
            self.counts.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = bucket;
        }
        let i = bucket - self.first;
        if i >= self.counts.len() {
            self.counts.resize(i + 1, 0);
        }
        &mut self.counts[i]
    }
}

/// The number of the bucket that holds `value`.
#[expect(clippy::cast_possible_truncation, reason = "at most 64 × 32 buckets")]
fn bucket_of(value: u64) -> usize {
    if value < SUB {
        return value as usize;
    }
    let shift = value.ilog2() - SUB_BITS;
    let within = (value >> shift) - SUB;
    (u64::from(shift + 1) * SUB + within) as usize
}

/// The lower bound of the bucket, and the lower bound of the next one.
fn bounds_of(bucket: usize) -> (u64, u64) {
    let bucket = bucket as u64;
    if bucket < SUB {
        return (bucket, bucket + 1);
    }
    let shift = bucket / SUB - 1;
    let low = (SUB + bucket % SUB) << shift;
    (low, low.saturating_add(1 << shift))
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers")]
mod tests {
    use proptest::prelude::*;

    use super::{Histogram, bounds_of, bucket_of};
    use crate::event::Micros;

    fn histogram_of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for &value in values {
            histogram.record(Micros(value));
        }
        histogram
    }

    #[test]
    fn an_empty_histogram_has_no_figures() {
        let empty = Histogram::default();
        assert_eq!((empty.quantile(0.5), empty.max(), empty.mean()), (None, None, None));
    }

    #[test]
    fn one_value_is_every_quantile() {
        let one = histogram_of(&[142_000]);
        assert_eq!((one.quantile(0.0), one.quantile(1.0)), (Some(Micros(142_000)), Some(Micros(142_000))));
    }

    #[test]
    fn a_full_counter_stays_full() {
        let mut histogram = histogram_of(&[5]);
        for _ in 0..33 {
            histogram.merge(&histogram.clone());
        }
        histogram.record(Micros(5));
        assert_eq!(histogram.n(), (1 << 33) + 1);
        assert_eq!(histogram.count_between(Micros(5), Micros(6)), u64::from(u32::MAX));
        assert_eq!(histogram.quantile(1.0), Some(Micros(5)));
    }

    #[test]
    fn a_cleared_histogram_equals_a_new_one() {
        let mut histogram = histogram_of(&[5, 9_000_000]);
        histogram.clear();
        histogram.record(Micros(7));
        assert_eq!(histogram, histogram_of(&[7]));
    }

    proptest! {
        #[test]
        fn every_value_lies_in_its_bucket(value in 0..=u64::MAX >> 1) {
            let (low, high) = bounds_of(bucket_of(value));
            prop_assert!(low <= value && value < high);
            prop_assert!(high - low <= 1.max(low / 32));
        }

        #[test]
        fn a_quantile_is_within_two_percent_of_the_sorted_value(mut values in prop::collection::vec(1..50_000_000_u64, 1..300), q in 0.0..=1.0_f64) {
            let got = histogram_of(&values).quantile(q).unwrap().0 as f64;
            values.sort_unstable();
            let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1] as f64;
            prop_assert!((got - exact).abs() <= exact * 0.017 + 1.0, "{got} for {exact}");
        }

        #[test]
        fn what_was_merged_can_be_taken_away(a in prop::collection::vec(1..9_000_000_u64, 1..50), b in prop::collection::vec(1..9_000_000_u64, 0..50)) {
            let mut merged = histogram_of(&a);
            merged.merge(&histogram_of(&b));
            let rest = merged.without(&histogram_of(&b));
            let (rest, exact) = (rest.quantile(0.5).unwrap().0 as f64, histogram_of(&a).quantile(0.5).unwrap().0 as f64);
            prop_assert!((rest - exact).abs() <= exact * 0.034 + 1.0, "{rest} {exact}");
            prop_assert_eq!(merged.without(&merged).n(), 0);
        }

        #[test]
        fn merging_is_recording_both(a in prop::collection::vec(1..9_000_000_u64, 0..50), b in prop::collection::vec(1..9_000_000_u64, 0..50)) {
            let mut merged = histogram_of(&a);
            merged.merge(&histogram_of(&b));
            let both = histogram_of(&[a, b].concat());
            prop_assert_eq!(merged.quantile(0.9), both.quantile(0.9));
            prop_assert_eq!((merged.n(), merged.min(), merged.max()), (both.n(), both.min(), both.max()));
        }
    }
}
