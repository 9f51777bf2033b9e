//! The change of a median, with an interval that says how much of it may be chance.
//!
//! The bootstrap draws 2,000 resamples of the answers of both runs (Efron, "Bootstrap methods: another look at the
//! jackknife", 1979). Start at [`change_of_median`].

use fastrand::Rng;

use crate::model::histogram::Histogram;

/// Resamples of a median.
const RESAMPLES: usize = 2_000;
/// With fewer answers in one of the runs, nothing is concluded.
const FEWEST: u64 = 8;

/// The change of a median between its bounds, with 95 % confidence: 0.1 is a tenth slower. `None` if one of the runs has
/// too few answers.
pub(super) fn change_of_median(before: &Histogram, after: &Histogram, rng: &mut Rng) -> Option<(f64, f64, f64)> {
    if before.n() < FEWEST || after.n() < FEWEST {
        return None;
    }
    let (before, after) = (Resampled::from_histogram(before), Resampled::from_histogram(after));
    let mut changes: Vec<f64> = (0..RESAMPLES).map(|_| after.median(rng) / before.median(rng) - 1.0).collect();
    changes.sort_by(f64::total_cmp);
    let at = |share: usize| changes[RESAMPLES * share / 1000];
    Some((at(25), after.value_at(0.5) / before.value_at(0.5) - 1.0, at(975)))
}

/// The answers of an endpoint, to draw medians of resamples from.
struct Resampled {
    /// Upper rank and bounds of each bucket.
    buckets: Vec<(f64, f64, f64)>,
    n: f64,
}

impl Resampled {
    fn from_histogram(histogram: &Histogram) -> Self {
        let mut rank = 0.0;
        let buckets = histogram.spans().map(|(low, high, n)| {
            rank += n as f64;
            (rank, low.0 as f64, high.0 as f64)
        });
        Self { buckets: buckets.collect(), n: histogram.n() as f64 }
    }

    /// The median of a resample of the same size. Its place among the sorted answers has a beta distribution with both
    /// parameters (n + 1) ÷ 2, which is normal for all practical purposes.
    fn median(&self, rng: &mut Rng) -> f64 {
        let normal = (-2.0 * rng.f64().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos();
        self.value_at(0.5 + normal * 0.5 / (self.n + 2.0).sqrt())
    }

    /// The value at this share of the sorted answers. Within a bucket, answers are spread evenly.
    fn value_at(&self, share: f64) -> f64 {
        let rank = share.clamp(0.0, 1.0) * self.n;
        let i = self.buckets.partition_point(|(upper, ..)| *upper < rank).min(self.buckets.len() - 1);
        let lower = i.checked_sub(1).map_or(0.0, |before| self.buckets[before].0);
        let (upper, low, high) = self.buckets[i];
        let within = (rank - lower) / (upper - lower).max(1.0);
        (low + within * (high - low)).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::change_of_median;
    use crate::event::Micros;
    use crate::model::histogram::Histogram;

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of microseconds")]
    fn lognormal(median: f64, n: u64, rng: &mut Rng) -> Histogram {
        let mut histogram = Histogram::default();
        for _ in 0..n {
            let normal = (-2.0 * rng.f64().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos();
            histogram.record(Micros((median * (0.5 * normal).exp()) as u64));
        }
        histogram
    }

    #[test]
    fn equal_runs_differ_by_chance_only() {
        let mut rng = Rng::with_seed(7);
        let differs = |_| {
            let (a, b) = (lognormal(50_000.0, 100, &mut rng), lognormal(50_000.0, 100, &mut rng));
            let (low, _, high) = change_of_median(&a, &b, &mut Rng::with_seed(1)).expect("enough answers");
            low > 0.0 || high < 0.0
        };
        let n = (0..400).map(differs).filter(|differs| *differs).count();
        // A 95 % interval misses the truth in one of twenty cases.
        assert!((5..=45).contains(&n), "{n} of 400");
    }

    #[test]
    fn a_change_is_found_with_its_size() {
        let mut rng = Rng::with_seed(8);
        let (a, b) = (lognormal(50_000.0, 400, &mut rng), lognormal(75_000.0, 400, &mut rng));
        let (low, change, high) = change_of_median(&a, &b, &mut Rng::with_seed(1)).expect("enough answers");
        assert!(low > 0.2 && (0.35..0.65).contains(&change) && high < 0.8, "{low} {change} {high}");
        assert!(change_of_median(&a, &lognormal(1.0, 7, &mut rng), &mut rng).is_none());
    }
}
