//! The rounds of a liveness check: the clock of the run, and the last rounds of an endpoint.
//!
//! Start at [`RoundHistory::last`] and [`RoundClock::next`].

use crate::event::{Micros, Offset};

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

/// The rounds of the whole run: which one is under way, and when the next one is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundClock {
    /// The time from the start of a round to the next one; `None` until it is known.
    pub every: Option<Micros>,
    /// The number of rounds, if it is limited.
    pub of: Option<u32>,
    /// The current round, from 1; 0 before the first.
    pub n: u32,
    /// When it was due.
    due: Offset,
}

impl RoundClock {
    /// Begins a round of an endpoint. The first endpoint of a round sets the clock, because the others follow it.
    pub(super) fn begin(&mut self, round: u32, due: Offset) {
        if round <= self.n {
            return;
        }
        // An older recording does not say how long a round is.
        if self.every.is_none() && self.n > 0 && round == self.n + 1 {
            self.every = Some(due.since(self.due));
        }
        (self.n, self.due) = (round, due);
    }

    /// When the next round is due, if there is one.
    pub fn next(&self) -> Option<Offset> {
        let has_next = self.n > 0 && self.of.is_none_or(|of| self.n < of);
        self.every.filter(|_| has_next).map(|every| self.due + every)
    }
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
    use super::{RoundClock, RoundHistory, RoundMark};
    use crate::event::{Micros, Offset};

    #[test]
    fn the_next_round_is_due_one_interval_after_the_first_endpoint_of_this_one() {
        let mut clock = RoundClock::default();
        clock.begin(1, Offset(5));
        clock.begin(1, Offset(9));
        assert_eq!(clock.next(), None, "the length of a round is not known yet");
        clock.begin(2, Offset(105));
        assert_eq!((clock.every, clock.next()), (Some(Micros(100)), Some(Offset(205))));
        clock.of = Some(2);
        assert_eq!(clock.next(), None, "it is the last one");
    }

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
