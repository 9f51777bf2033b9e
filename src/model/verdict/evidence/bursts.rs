//! The span of a host's attempts with most failures and hardly any good answer, found as the attempts end.
//!
//! Start at [`FailureBursts::worst`].

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::model::verdict::thresholds::BURST_GOOD;

/// The failures of each host, in memory bounded by the hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureBursts(Vec<HostFailures>);

/// The failures of one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostFailures {
    /// All failures.
    pub failed: u64,
    /// Good answers before the first failure of the worst span.
    pub good_before: u64,
    /// Good answers in all.
    pub good: u64,
    /// The worst span, if there was a failure.
    pub worst: Option<FailureSpan>,
    current: Option<FailureSpan>,
}

/// A span of attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureSpan {
    /// When the first and the last failure ended.
    pub span: (Offset, Offset),
    /// Failures.
    pub failed: u64,
    /// Good answers.
    pub good: u64,
    /// The cause of most failures, if one has a majority.
    pub cause: Cause,
    /// Good answers of the host before it.
    good_before: u64,
    /// Failures, less what the good answers count.
    sum: i64,
    /// How many failures the cause is ahead of all others.
    votes: u64,
}

impl FailureBursts {
    /// Number of hosts with evidence of their own. A run with more hosts has few requests for each.
    const KEPT: usize = 1_024;

    /// The failures of a host.
    pub fn worst(&self, host: usize) -> Option<&HostFailures> {
        self.0.get(host)
    }

    /// Records the end of an attempt: an answer that counts, or a failure with its cause.
    pub(super) fn record(&mut self, at: Offset, host: usize, failure: Option<Cause>) {
        if host >= Self::KEPT {
            return;
        }
        if self.0.len() <= host {
            self.0.resize_with(host + 1, HostFailures::default);
        }
        self.0[host].record(at, failure);
    }
}

impl HostFailures {
    /// The largest sum of a row, where a good answer costs as much as many failures are worth.
    fn record(&mut self, at: Offset, failure: Option<Cause>) {
        let Some(cause) = failure else {
            self.good += 1;
            if let Some(current) = &mut self.current {
                (current.sum, current.good) = (current.sum - BURST_GOOD, current.good + 1);
                if current.sum <= 0 {
                    self.current = None;
                }
            }
            return;
        };
        self.failed += 1;
        let good_before = self.good;
        let current = self.current.get_or_insert(FailureSpan {
            span: (at, at),
            failed: 0,
            good: 0,
            cause,
            good_before,
            sum: 0,
            votes: 0,
        });
        (current.span.1, current.failed, current.sum) = (at, current.failed + 1, current.sum + 1);
        // The vote of the majority: a cause that most failures share comes out ahead.
        match (current.cause == cause, current.votes) {
            (true, _) => current.votes += 1,
            (false, 0) => (current.cause, current.votes) = (cause, 1),
            (false, _) => current.votes -= 1,
        }
        if self.worst.is_none_or(|worst| current.sum > worst.sum) {
            self.worst = Some(*current);
            self.good_before = current.good_before;
        }
    }

    /// Whether good answers came after the worst span.
    pub fn is_over(&self) -> bool {
        self.worst.is_some_and(|worst| self.good > worst.good_before + worst.good)
    }
}

#[cfg(test)]
mod tests {
    use super::HostFailures;
    use crate::event::Offset;
    use crate::event::cause::Cause;

    #[test]
    fn the_worst_span_is_found_as_attempts_end() {
        let mut host = HostFailures::default();
        for at in 0..10_000 {
            let is_bad = (4_000..4_600).contains(&at) && at % 100 != 0 || at == 9_000;
            let status = if at % 3 == 0 { 500 } else { 503 };
            host.record(Offset(at), is_bad.then_some(Cause::Status(status)));
        }
        let worst = host.worst.unwrap();
        assert_eq!((worst.span, worst.cause), ((Offset(4_001), Offset(4_599)), Cause::Status(503)));
        assert_eq!((worst.failed, worst.good, host.failed, host.good_before), (594, 5, 595, 4_001));
        assert!(host.is_over());
    }
}
