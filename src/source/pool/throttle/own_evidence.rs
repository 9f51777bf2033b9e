//! The evidence that a host's refusals are an answer to one job alone.
//!
//! Pure. A limiter refuses now this job, now that one, and accepts the same job once it has capacity. So each further
//! refusal of a job counts by what the host did with the others meanwhile: the more it accepted, the less likely is it that
//! a limiter picked this job again. Start at [`OwnEvidence::refuse`].

/// From so many bits of evidence on it is plain: a limiter would do that to one job of 128.
const PLAIN: f64 = 7.0;

/// And so many more for each try that this has cost the job: the last one makes the refusal final.
const PER_TRY: f64 = 3.0;

/// Taken from the evidence of each refusal, since few others may have been judged meanwhile.
const FEW: f64 = 0.5;

/// Points from which on it is likely.
const LIKELY: u32 = 3;

/// The evidence that a host's refusals are an answer to one job alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnEvidence {
    bits: f64,
    points: u32,
    /// Refusals.
    n: u32,
    /// What the host had accepted and refused when the attempts started that were refused first and last. What was in
    /// flight then counts as accepted before.
    first: Option<HostCounts>,
    last: Option<HostCounts>,
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
    /// What the host had accepted and refused when the attempt started.
    pub before: HostCounts,
    /// How many others were in flight then.
    pub others: u32,
    /// What the host has accepted and refused until now, without this one.
    pub counts: HostCounts,
}

impl OwnEvidence {
    /// Counts a refusal. Returns how much evidence it adds.
    pub fn refuse(&mut self, refused: &RefusedAttempt) -> f64 {
        let bits = self.last.map_or(0.0, |last| self.compare(last, refused));
        self.bits += bits;
        let HostCounts { accepted, refused: before } = refused.before;
        let last = HostCounts { accepted: accepted + u64::from(refused.others), refused: before };
        self.first.get_or_insert(last);
        (self.last, self.n) = (Some(last), self.n + 1);
        bits
    }

    /// Counts a further refusal as evidence, if an attempt was accepted that started later than the one that was refused
    /// before. Returns how unlikely it is, in bits, by what the host did with the others since the first refusal, and
    /// since the one before: a limit may have come down meanwhile.
    fn compare(&mut self, last: HostCounts, refused: &RefusedAttempt) -> f64 {
        if refused.counts.accepted <= last.accepted {
            return 0.0;
        }
        // A limit on requests at once does not refuse one that is alone.
        self.points += if refused.others == 0 { 3 } else { 2 };
        let since = |before: HostCounts, own: u32| {
            let accepted = refused.counts.accepted.saturating_sub(before.accepted) as f64;
            let others = refused.counts.refused.saturating_sub(before.refused + u64::from(own)) as f64;
            ((accepted + others + 2.0) / (others + 1.0)).log2()
        };
        let lately = since(last, 1) - FEW;
        self.first.map_or(lately, |first| lately.min(since(first, self.n))).max(0.0)
    }

    /// Whether it is likely that only this job is refused: it waits by itself, and its host need not wait. That costs
    /// the job nothing.
    pub fn is_likely(&self) -> bool {
        self.points >= LIKELY
    }

    /// Whether it is plain that only this job is refused, after it has lost so many tries to that.
    pub fn is_plain(&self, tries: u32) -> bool {
        self.bits >= PLAIN + PER_TRY * f64::from(tries)
    }
}

#[cfg(test)]
mod tests {
    use super::{HostCounts, OwnEvidence, RefusedAttempt};

    /// A refusal, when the host has accepted and refused so many others.
    fn refusal(accepted: u64, refused: u64) -> RefusedAttempt {
        let counts = HostCounts { accepted, refused };
        RefusedAttempt { before: counts, others: 0, counts }
    }

    /// After how many refusals the evidence is plain, if so many others are accepted and refused between two of them.
    fn plain_after(accepted: u64, refused: u64) -> Option<u64> {
        let mut own = OwnEvidence::default();
        (1..100).find(|n| {
            own.refuse(&refusal(n * accepted, n * (refused + 1)));
            own.is_plain(0)
        })
    }

    #[test]
    fn the_more_others_are_accepted_meanwhile_the_sooner_is_it_plain() {
        assert_eq!([plain_after(1_000, 0), plain_after(30, 0), plain_after(30, 3)], [Some(2), Some(3), Some(4)]);
        assert_eq!(plain_after(10, 10), Some(15), "half of them are refused");
    }

    #[test]
    fn a_host_that_refuses_nearly_everything_gives_no_evidence() {
        assert!(plain_after(1, 20).is_none_or(|n| n > 60));
        assert_eq!(plain_after(0, 0), None);
    }
}
