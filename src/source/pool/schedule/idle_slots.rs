//! Sums up the time of unused slots by reason.
//!
//! Pure. Every step of the pool is counted, so the sums are exact. The reason is found when a worker finds nothing
//! to do. Start at [`IdleSlots::count`].

use crate::event::idle::{Idle, IdleReason};
use crate::event::{Micros, Offset};
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::{MANY_LANES, Schedule};

/// With many lanes, how long the reason for an unused slot holds, for each lane.
const IDLE_WHY_FOR: Micros = Micros(10);

/// Unused slots by reason, so far.
#[derive(Debug, Default)]
pub struct IdleSlots {
    sums: Idle,
    reported: Idle,
    reported_at: Offset,
    since: Offset,
    unused: u32,
    why: IdleReason,
}

impl IdleSlots {
    /// How often the sums are reported while they grow.
    const REPORT_EVERY: Micros = Micros(1_000_000);

    /// Adds the time since the last step, and sets the number and reason from now on. Without `why`, the last reason
    /// stays.
    pub fn count(&mut self, now: Offset, unused: u32, why: Option<IdleReason>) {
        let length = now.since(self.since).0.saturating_mul(u64::from(self.unused));
        *self.sums.sum(self.why) += Micros(length);
        self.since = self.since.max(now);
        self.unused = unused;
        self.why = why.unwrap_or(self.why);
    }

    /// The sums, if they have grown and a report is due.
    pub fn take_report(&mut self, now: Offset) -> Option<Idle> {
        if now.since(self.reported_at) < Self::REPORT_EVERY {
            return None;
        }
        self.take_last_report(now)
    }

    /// The sums, if they have grown since the last report.
    pub fn take_last_report(&mut self, now: Offset) -> Option<Idle> {
        self.reported_at = now;
        (self.sums != self.reported).then(|| {
            self.reported = self.sums;
            self.sums
        })
    }
}

impl Schedule {
    /// Why a slot is unused now. It visits every lane while any has work. With many lanes, that would take longer than
    /// all other work of the run, so the last answer holds for a time in proportion to their number.
    pub fn idle_why(&mut self) -> IdleReason {
        match self.gate.state() {
            GateState::Paused => return IdleReason::Paused,
            GateState::Closed => return IdleReason::Draining,
            GateState::Open => {}
        }
        let n_lanes = self.lanes.n();
        let (why, at) = self.idle_why;
        if n_lanes > MANY_LANES && self.now.since(at) < Micros(IDLE_WHY_FOR.0 * n_lanes as u64) {
            return why;
        }
        let why = self.find_idle_why();
        self.idle_why = (why, self.now);
        why
    }

    fn find_idle_why(&self) -> IdleReason {
        let is_paced = self.pace.opens_at() > self.now;
        if is_paced && self.has_turns() {
            return IdleReason::Rate;
        }
        // At the end of a run every worker gets here, and there may be a hundred thousand lanes.
        let may_have_work = self.parked > 0 || !self.sources.is_drawn();
        let with_work = || self.lanes.iter().filter(|lane| may_have_work && lane.has_work());
        let held = with_work().filter_map(|lane| lane.held_by(self.now));
        // The reason that the user can change comes first.
        match held.min_by_key(|why| *why as u8) {
            Some(why) => why,
            None if is_paced && with_work().next().is_some() => IdleReason::Rate,
            None if !self.delayed.is_empty() => IdleReason::Backoff,
            None if !self.awaiting_input.is_empty() => IdleReason::Input,
            None if self.sources.next_round().is_some() => IdleReason::Round,
            None if self.sources.has_open_pages() => IdleReason::Pages,
            None => IdleReason::NoWork,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IdleSlots;
    use crate::event::idle::IdleReason;
    use crate::event::{Micros, Offset};

    #[test]
    fn unused_slots_count_for_the_reason_that_held() {
        let mut idle_slots = IdleSlots::default();
        idle_slots.count(Offset(0), 4, Some(IdleReason::Rate));
        idle_slots.count(Offset(1_000), 0, None);
        idle_slots.count(Offset(9_000), 2, Some(IdleReason::Cooldown));
        idle_slots.count(Offset(10_000), 2, Some(IdleReason::NoWork));
        let sums = idle_slots.take_last_report(Offset(10_000)).unwrap();
        assert_eq!((sums.rate, sums.cooldown, sums.total()), (Micros(4_000), Micros(2_000), Micros(6_000)));
        assert_eq!(idle_slots.take_last_report(Offset(10_000)), None);
    }

    #[test]
    fn sums_are_reported_once_a_second_at_most() {
        let mut idle_slots = IdleSlots::default();
        idle_slots.count(Offset(0), 1, Some(IdleReason::Gap));
        idle_slots.count(Offset(900_000), 1, None);
        assert_eq!(idle_slots.take_report(Offset(900_000)), None);
        idle_slots.count(Offset(1_000_000), 1, None);
        assert!(idle_slots.take_report(Offset(1_000_000)).is_some());
    }
}
