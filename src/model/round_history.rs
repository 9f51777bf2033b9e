//! The last rounds of an endpoint in a liveness check, and how many were good since the start.
//!
//! Start at [`RoundHistory::last`].

/// How a round of an endpoint went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundMark {
    /// Every job of it that has settled ended well.
    Good,
    /// A job of it failed.
    Failed,
    /// No job of it has settled.
    Open,
}

/// The rounds of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundHistory {
    /// One bit for each of the last rounds, the current one lowest: a job has settled.
    settled: u64,
    /// The same: a job has failed.
    failed: u64,
    /// How many rounds have begun.
    n: u64,
    /// Rounds before the current one in which a job has settled, and those of them in which one failed.
    before: (u64, u64),
}

impl RoundHistory {
    /// How many rounds are kept.
    pub const KEPT: u16 = 64;

    /// Begins a round.
    pub(super) fn begin(&mut self) {
        if self.n > 0 {
            self.before = self.counts();
        }
        self.n += 1;
        self.settled <<= 1;
        self.failed <<= 1;
    }

    /// Counts a job that ended well or badly. Without rounds, nothing is counted.
    pub(super) fn settle(&mut self, is_good: bool) {
        if self.n > 0 {
            self.settled |= 1;
            self.failed |= u64::from(!is_good);
        }
    }

    /// The last rounds, oldest first, as many as fit in `most`.
    pub fn last(&self, most: u16) -> impl Iterator<Item = RoundMark> + use<> {
        let shown = self.n.min(u64::from(most.min(Self::KEPT)));
        let (settled, failed) = (self.settled, self.failed);
        (0..shown).rev().map(move |back| match (settled >> back & 1, failed >> back & 1) {
            (0, _) => RoundMark::Open,
            (_, 0) => RoundMark::Good,
            _ => RoundMark::Failed,
        })
    }

    /// The good rounds, and all rounds in which a job has settled.
    pub fn good_of(&self) -> (u64, u64) {
        let (settled, failed) = self.counts();
        (settled - failed, settled)
    }

    fn counts(&self) -> (u64, u64) {
        (self.before.0 + (self.settled & 1), self.before.1 + (self.failed & 1))
    }
}

#[cfg(test)]
mod tests {
    use super::{RoundHistory, RoundMark};

    #[test]
    fn one_failed_job_makes_a_failed_round_and_a_round_counts_once() {
        let mut rounds = RoundHistory::default();
        rounds.settle(false);
        assert_eq!(rounds.good_of(), (0, 0), "no round has begun");
        for jobs in [&[true, true][..], &[true, false], &[]] {
            rounds.begin();
            for good in jobs {
                rounds.settle(*good);
            }
        }
        let marks: Vec<_> = rounds.last(9).collect();
        assert_eq!(marks, [RoundMark::Good, RoundMark::Failed, RoundMark::Open]);
        assert_eq!(rounds.last(2).collect::<Vec<_>>(), [RoundMark::Failed, RoundMark::Open]);
        assert_eq!(rounds.good_of(), (1, 2));
    }

    #[test]
    fn the_count_goes_on_after_the_last_kept_round() {
        let mut rounds = RoundHistory::default();
        for n in 0..200 {
            rounds.begin();
            rounds.settle(n % 10 != 0);
        }
        assert_eq!(rounds.good_of(), (180, 200));
        assert_eq!(rounds.last(u16::MAX).count(), 64);
    }
}
