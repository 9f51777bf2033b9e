//! The evidence that a host's refusals are an answer to one job alone.
//!
//! Pure. A limiter refuses now this job, now that one, and accepts the same job once it has capacity. So each further
//! refusal of a job counts by what the host did with the others meanwhile: the more it accepted, the less likely is it that
//! a limiter picked this job again. Start at [`OwnEvidence::refuse`].

use crate::event::{Micros, Offset};

/// From so many bits of evidence on it is plain: a limiter would do that to one job of 128.
const PLAIN: f64 = 7.0;

/// Points from which on it is likely.
const LIKELY: u32 = 3;

/// After so many more refusals, the refusal is the job's answer.
const FINAL_AFTER: u32 = 5;

/// The evidence that a host's refusals are an answer to one job alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnEvidence {
    bits: f64,
    points: u32,
    /// Refusals, and those after which others were accepted.
    n: u32,
    n_overtaken: u32,
    /// What the host had accepted and refused when the attempts started that were refused first and last. What was in
    /// flight then counts as accepted before.
    first: Option<HostCounts>,
    last: Option<HostCounts>,
    /// Refusals since the evidence is plain, and when it became so.
    refused_alone: u32,
    since: Offset,
}

/// How many attempts a host has accepted and refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostCounts {
    /// Accepted attempts.
    pub accepted: u64,
    /// Refused attempts, without those of jobs that are refused alone.
    pub refused: u64,
}

/// A refusal of a job, and what its host did with other jobs.
#[derive(Clone, Copy, Debug)]
pub struct RefusedAttempt {
    /// When it ended.
    pub at: Offset,
    /// What the host had accepted and refused when the attempt started.
    pub before: HostCounts,
    /// How many others were in flight then.
    pub others: u32,
    /// What the host has accepted and refused until now, without this one.
    pub counts: HostCounts,
    /// Whether it has accepted an attempt since it last refused another job.
    pub is_open: bool,
    /// For how long it refused every job at most, until now.
    pub longest_closed: Micros,
}

impl OwnEvidence {
    /// Counts a refusal. Returns how much evidence it adds.
    pub fn refuse(&mut self, refused: &RefusedAttempt) -> f64 {
        let was_plain = self.is_plain();
        let bits = self.last.map_or(0.0, |last| self.compare(last, refused));
        self.bits = self.bits.max(bits * f64::from(self.n_overtaken));
        let HostCounts { accepted, refused: before } = refused.before;
        let last = HostCounts { accepted: accepted + u64::from(refused.others), refused: before };
        self.first.get_or_insert(last);
        (self.last, self.n) = (Some(last), self.n + 1);
        if !was_plain {
            self.since = refused.at;
        } else if refused.is_open {
            self.refused_alone += 1;
        }
        bits
    }

    /// Counts a further refusal as evidence, if an attempt was accepted that started later than the one that was refused
    /// before. Returns how unlikely it is, in bits, by what the host did with the others since the first refusal.
    fn compare(&mut self, last: HostCounts, refused: &RefusedAttempt) -> f64 {
        if refused.counts.accepted <= last.accepted {
            return 0.0;
        }
        // A limit on requests at once does not refuse one that is alone.
        self.points += if refused.others == 0 { 3 } else { 2 };
        self.n_overtaken += 1;
        let first = self.first.unwrap_or(last);
        let accepted = refused.counts.accepted.saturating_sub(first.accepted) as f64;
        let others = refused.counts.refused.saturating_sub(first.refused + u64::from(self.n)) as f64;
        ((accepted + others + 2.0) / (others + 1.0)).log2()
    }

    /// Whether it is likely that only this job is refused: it waits by itself, and its host need not wait. That costs
    /// the job nothing.
    pub fn is_likely(&self) -> bool {
        self.points >= LIKELY
    }

    /// Whether it is plain that only this job is refused.
    pub fn is_plain(&self) -> bool {
        self.bits >= PLAIN
    }

    /// Whether the refusal is the job's own answer: it was repeated often enough, and for longer than the host has ever
    /// refused every job.
    pub fn is_final(&self, refused: &RefusedAttempt) -> bool {
        self.refused_alone >= FINAL_AFTER && refused.at.since(self.since).0 >= 2 * refused.longest_closed.0
    }
}

#[cfg(test)]
mod tests {
    use super::{HostCounts, OwnEvidence, RefusedAttempt};
    use crate::event::{Micros, Offset};

    /// A refusal, when the host has accepted and refused so many others.
    fn refusal(second: u64, accepted: u64, refused: u64) -> RefusedAttempt {
        let counts = HostCounts { accepted, refused };
        RefusedAttempt {
            at: Offset(second * 1_000_000),
            before: counts,
            others: 0,
            counts,
            is_open: true,
            longest_closed: Micros::ZERO,
        }
    }

    /// After how many refusals the evidence is plain, if so many others are accepted and refused between two of them.
    fn plain_after(accepted: u64, refused: u64) -> Option<u64> {
        let mut own = OwnEvidence::default();
        (1..100).find(|n| {
            own.refuse(&refusal(*n, n * accepted, n * (refused + 1)));
            own.is_plain()
        })
    }

    #[test]
    fn the_more_others_are_accepted_meanwhile_the_sooner_is_it_plain() {
        assert_eq!([plain_after(1_000, 0), plain_after(30, 0), plain_after(30, 3)], [Some(2), Some(3), Some(4)]);
        assert_eq!(plain_after(10, 10), Some(8), "half of them are refused");
    }

    #[test]
    fn a_host_that_refuses_nearly_everything_gives_no_evidence() {
        assert!(plain_after(1, 20).is_none_or(|n| n > 60));
        assert_eq!(plain_after(0, 0), None);
    }

    #[test]
    fn it_is_the_answer_after_five_more_and_twice_the_longest_time_that_the_host_was_closed() {
        for (longest, last) in [(0, 2 + 5), (10, 2 + 20)] {
            let mut own = OwnEvidence::default();
            own.refuse(&refusal(1, 0, 0));
            let found = (2..100).find(|&n| {
                let refused = RefusedAttempt { longest_closed: Micros(longest * 1_000_000), ..refusal(n, 1_000, 0) };
                own.refuse(&refused);
                own.is_final(&refused)
            });
            assert_eq!(found, Some(last), "{longest}");
        }
    }

    #[test]
    fn refusals_while_others_are_refused_too_do_not_make_it_the_answer() {
        let mut own = OwnEvidence::default();
        own.refuse(&refusal(1, 0, 0));
        for n in 2..100 {
            let refused = RefusedAttempt { is_open: false, ..refusal(n, 1_000, 0) };
            own.refuse(&refused);
            assert!(!own.is_final(&refused));
        }
    }
}
