//! Whether slots that are taken make a start later than the rate demands.
//!
//! Pure. Start at [`Schedule::is_busy`].

use crate::source::pool::schedule::clock::RunHold;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::lane::Lane;
use crate::source::pool::schedule::{MANY_LANES, Schedule};

impl Schedule {
    /// Whether every slot is taken, so that a start is late. A limit below that of the plan is no reason: the user, the
    /// ramp or a lack of resources has lowered it.
    pub(super) fn is_busy(&self, hold: RunHold) -> bool {
        let is_full = hold.is_full && self.gate.limit() >= self.planned_limit;
        self.gate.state() == GateState::Open && (is_full || self.hosts_are_busy)
    }

    /// Finds out why nothing starts although a slot is free and the pace allows it. Unless hosts have as much in flight as
    /// the plan allows them, no start is late.
    pub(super) fn find_busy_hosts(&mut self) {
        if !self.pace.is_set() {
            return;
        }
        let is_busy = |lane: &Lane| lane.has_work() && lane.is_at_its_limit();
        self.hosts_are_busy = self.lanes.n() <= MANY_LANES && self.lanes.iter().any(is_busy);
        if !self.hosts_are_busy {
            self.pace.forget_late();
        }
    }

    /// Only the pace holds the next start back.
    pub(super) fn hold_by_pace(&mut self) {
        if self.pace.is_behind() {
            self.pace.hold(self.n_free());
        }
    }

    /// How many more attempts the limits of the run and of its hosts allow.
    fn n_free(&self) -> u32 {
        let free = self.gate.limit().saturating_sub(self.gate.in_flight());
        if self.lanes.n() > MANY_LANES {
            return free;
        }
        let free_at = |lane: &Lane| lane.limit.map_or(free, |limit| limit.saturating_sub(lane.in_flight()));
        self.lanes.iter().filter(|lane| lane.has_work()).map(free_at).fold(0, u32::saturating_add).min(free)
    }
}
