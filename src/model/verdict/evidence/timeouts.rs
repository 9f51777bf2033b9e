//! Jobs that timed out at their last try, and an estimate of the run's length if they had started first.
//!
//! Start at [`TimeoutEvidence::makespan_with_timeouts_first`].

use std::sync::Arc;

use crate::event::idle::Idle;
use crate::event::outcome::{JobEnd, Outcome};
use crate::event::waits::WaitTimes;
use crate::event::{Micros, Offset};

/// Time-outs of a run, and the longest attempt that did not time out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeoutEvidence {
    /// Number of jobs whose last attempt timed out.
    pub n: u64,
    /// The longest time that such a job took, from its first attempt to its end.
    pub longest: Micros,
    /// Sum of the service times of all attempts that timed out.
    pub held: Micros,
    /// The longest attempt that did not time out.
    pub other: Micros,
    /// When the last other attempt ended. After that, the run only waited for time-outs.
    pub alone: Offset,
    /// Number of time-outs since then.
    pub late: u64,
    /// The last of these, latest first: service time, and method and masked URL; foreign text.
    pub named: Vec<(Micros, Arc<str>)>,
    /// Reported idle time of slots until then.
    pub idle: Idle,
}

impl TimeoutEvidence {
    /// Number of attempts kept by name.
    const NAMED: usize = 2;

    pub(super) fn end(&mut self, at: Offset, (service, target): (Micros, &Arc<str>), outcome: &Outcome, idle: &Idle) {
        if !matches!(outcome, Outcome::TimedOut { .. }) {
            self.other = self.other.max(service);
            (self.alone, self.late, self.idle) = (at, 0, *idle);
            self.named.clear();
            return;
        }
        self.late += 1;
        self.held += service;
        // A job may time out more than once.
        self.named.retain(|(_, other)| other != target);
        self.named.truncate(Self::NAMED - 1);
        self.named.insert(0, (service, Arc::clone(target)));
    }

    pub(super) fn settle(&mut self, end: &JobEnd, total: Micros, waited: &WaitTimes) {
        if matches!(end, JobEnd::Failed { last: Outcome::TimedOut { .. } }) {
            self.n += 1;
            // Started first, the job would still wait between its attempts, but not for a slot.
            let between = waited.backoff + waited.cooldown;
            self.longest = self.longest.max(total - waited.total() + between);
        }
    }

    /// An upper estimate of the run's length on this many slots if the jobs that time out start first; `all` is
    /// the sum of all service times.
    ///
    /// Either a time-out ends last, or another attempt does. In the second case all slots were busy until that
    /// attempt started.
    pub fn makespan_with_timeouts_first(&self, slots: u32, all: Micros) -> Micros {
        let slots = u64::from(slots.max(1));
        let theirs = Micros(self.longest.0.saturating_mul(self.n.div_ceil(slots)));
        theirs.max(Micros(all.0.saturating_add((slots - 1).saturating_mul(self.other.0)) / slots))
    }
}

#[cfg(test)]
mod tests {
    use super::TimeoutEvidence;
    use crate::event::Micros;

    #[test]
    fn the_estimate_is_the_longest_time_out_or_the_time_for_all_others() {
        let timeouts = TimeoutEvidence { n: 3, longest: Micros(500), other: Micros(40), ..TimeoutEvidence::default() };
        assert_eq!(timeouts.makespan_with_timeouts_first(10, Micros(1_600)), Micros(500));
        assert_eq!(timeouts.makespan_with_timeouts_first(10, Micros(8_000)), Micros(836));
        assert_eq!(
            timeouts.makespan_with_timeouts_first(2, Micros(1_600)),
            Micros(1_000),
            "three on two slots: one slot runs two of them"
        );
    }
}
