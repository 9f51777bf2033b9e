//! Jobs that timed out to the end, whether the run waited for them alone, and how long it would be had
//! they been started first.
//!
//! Start at [`TimeoutEvidence::makespan_with_timeouts_first`].

use std::sync::Arc;

use crate::event::idle::Idle;
use crate::event::outcome::{JobEnd, Outcome};
use crate::event::waits::WaitTimes;
use crate::event::{Micros, Offset};

/// What timed out, and the longest of all else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeoutEvidence {
    /// Jobs of which the last attempt timed out.
    pub n: u64,
    /// The longest of them, from its first attempt to its end.
    pub longest: Micros,
    /// The longest attempt that did not time out.
    pub other: Micros,
    /// When the last attempt ended that did not time out: from there on nothing else was waited for.
    pub alone: Offset,
    /// Attempts that have timed out since.
    pub late: u64,
    /// The latest of those, latest first: how long, and method and masked URL; foreign text.
    pub named: Vec<(Micros, Arc<str>)>,
    /// Unused slots until then, as far as they were reported.
    pub idle: Idle,
}

impl TimeoutEvidence {
    /// Attempts kept by name.
    const NAMED: usize = 2;

    pub(super) fn end(&mut self, at: Offset, (service, target): (Micros, &Arc<str>), outcome: &Outcome, idle: &Idle) {
        if !matches!(outcome, Outcome::TimedOut { .. }) {
            self.other = self.other.max(service);
            (self.alone, self.late, self.idle) = (at, 0, *idle);
            self.named.clear();
            return;
        }
        self.late += 1;
        // A job may have tried more than once.
        self.named.retain(|(_, other)| other != target);
        self.named.truncate(Self::NAMED - 1);
        self.named.insert(0, (service, Arc::clone(target)));
    }

    pub(super) fn settle(&mut self, end: &JobEnd, total: Micros, waited: &WaitTimes) {
        if matches!(end, JobEnd::Failed { last: Outcome::TimedOut { .. } }) {
            self.n += 1;
            // What it waited between its attempts it would wait again; what it waited for a slot it would not.
            let between = waited.backoff + waited.cooldown;
            self.longest = self.longest.max(total - waited.total() + between);
        }
    }

    /// How long the run would take at the most on so many slots with these started first, if all took
    /// as long as they did; `all` is the sum of all service times.
    ///
    /// Either one of these is the last to end, or something else is; that started when no slot was free,
    /// so the slots had been full until then.
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
    fn a_run_ends_with_what_timed_out_or_with_the_rest_behind_it() {
        let timeouts = TimeoutEvidence { n: 3, longest: Micros(500), other: Micros(40), ..TimeoutEvidence::default() };
        assert_eq!(timeouts.makespan_with_timeouts_first(10, Micros(1_600)), Micros(500));
        assert_eq!(timeouts.makespan_with_timeouts_first(10, Micros(8_000)), Micros(836));
        assert_eq!(
            timeouts.makespan_with_timeouts_first(2, Micros(1_600)),
            Micros(1_000),
            "three on two slots are two in a row"
        );
    }
}
