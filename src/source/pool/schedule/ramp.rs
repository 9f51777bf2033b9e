//! The ramp of the limit at the start of a run: it rises linearly from 1 to its value.
//!
//! Pure. A ramp does not move while the run is paused. Start at [`Schedule::begin_ramp`].

use crate::event::reasons::ChangedBy;
use crate::event::{Fact, Micros, Offset, Scope};
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::gate::GateState;

/// The most steps of a limit, so that a recording has few facts of a ramp.
const MAX_STEPS: u32 = 50;

/// The ramp of a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct LimitRamp {
    begun: Offset,
    length: Micros,
    target: u32,
    /// Steps taken so far.
    step: u32,
}

impl LimitRamp {
    /// A ramp that begins now with a limit of 1. A target of 1 needs none.
    fn new(begun: Offset, length: Micros, target: u32) -> Option<Self> {
        (target > 1 && !length.is_zero()).then_some(Self { begun, length, target, step: 0 })
    }

    fn n_steps(self) -> u32 {
        (self.target - 1).min(MAX_STEPS)
    }

    fn is_over(self) -> bool {
        self.step == self.n_steps()
    }

    /// When the next step is due.
    fn due(self) -> Offset {
        let passed = u128::from(self.length.0) * u128::from(self.step + 1) / u128::from(self.n_steps());
        self.begun + Micros(u64::try_from(passed).unwrap_or(u64::MAX))
    }

    /// Takes every step that is due. Returns the limit after them.
    fn climb(&mut self, now: Offset) -> u32 {
        while !self.is_over() && self.due() <= now {
            self.step += 1;
        }
        let risen = u64::from(self.target - 1) * u64::from(self.step) / u64::from(self.n_steps());
        1 + u32::try_from(risen).unwrap_or(self.target - 1)
    }
}

impl Schedule {
    /// Begins the ramp of the limit, if the plan sets one and no rate. Call it before anything starts.
    pub fn begin_ramp(&mut self) {
        self.planned_limit = self.gate.limit();
        let length = self.ramp_length.take();
        self.ramp = length.and_then(|length| LimitRamp::new(self.now, length, self.gate.limit()));
        if self.ramp.is_some() {
            self.set_ramp_limit(1);
        }
    }

    /// Ends the ramp, because the user has set a limit. What was late before is not late by the new limit.
    pub(super) fn end_ramp(&mut self) {
        self.ramp = None;
        self.pace.forget_late();
    }

    /// When the ramp raises the limit next.
    pub(super) fn ramp_due(&self) -> Option<Offset> {
        self.ramp.filter(|_| self.gate.state() == GateState::Open).map(LimitRamp::due)
    }

    /// Raises the limit to where the ramp is at this moment.
    pub(super) fn climb_ramp(&mut self, now: Offset) {
        let Some(mut ramp) = self.ramp else { return };
        let limit = ramp.climb(now);
        self.ramp = Some(ramp).filter(|ramp| !ramp.is_over());
        // A shortage of this machine has lowered the limit, and raises it by itself.
        if !self.shortage.raise_usual(limit) {
            self.set_ramp_limit(limit);
        }
    }

    /// Moves the ramp back, for a time in which the run was paused.
    pub(super) fn postpone_ramp(&mut self, by: Micros) {
        if let Some(ramp) = &mut self.ramp {
            ramp.begun = ramp.begun + by;
        }
        self.pace.postpone_ramp(by);
    }

    /// The upper bound for hosts without a limit of their own. A ramp does not lower it: the run's limit does.
    pub(super) fn host_cap(&self) -> u32 {
        self.ramp.map_or(self.gate.limit(), |ramp| ramp.target)
    }

    fn set_ramp_limit(&mut self, limit: u32) {
        self.gate.set_limit(limit);
        self.announcements.push_back(Fact::LimitChanged { scope: Scope::Run, limit, by: ChangedBy::Ramp });
    }
}

#[cfg(test)]
mod tests {
    use super::LimitRamp;
    use crate::event::{Micros, Offset};

    const SECOND: u64 = 1_000_000;

    #[test]
    fn a_small_limit_rises_by_one_each_step_and_a_large_one_in_fifty_steps() {
        for (target, n) in [(2, 1), (21, 20), (51, 50), (1_000, 50), (1_000_000, 50)] {
            let mut ramp = LimitRamp::new(Offset::ZERO, Micros(10 * SECOND), target).unwrap();
            let mut limits = Vec::new();
            while !ramp.is_over() {
                let due = ramp.due();
                limits.push(ramp.climb(due));
                assert!(due <= Offset(10 * SECOND), "{due:?}");
            }
            assert_eq!((limits.len(), *limits.last().unwrap()), (n, target));
            assert!(limits.windows(2).all(|pair| pair[0] < pair[1]), "{limits:?}");
        }
        assert!(LimitRamp::new(Offset::ZERO, Micros(SECOND), 1).is_none());
    }

    #[test]
    fn steps_that_are_due_together_are_one_step() {
        let mut ramp = LimitRamp::new(Offset::ZERO, Micros(10 * SECOND), 11).unwrap();
        assert_eq!(ramp.climb(Offset(4_500_000)), 5);
        assert_eq!(ramp.due(), Offset(5 * SECOND));
        assert_eq!(ramp.climb(Offset(60 * SECOND)), 11);
    }
}
