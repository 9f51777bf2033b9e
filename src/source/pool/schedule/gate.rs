//! The gate that keeps the attempts in flight within the run's limit.
//!
//! Pure. Lowering the limit never ends a running attempt: the gate admits no more until enough have ended. Start at [`Gate::admits`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The run's slots.
#[derive(Debug)]
pub struct Gate {
    limit: u32,
    in_flight: u32,
    state: GateState,
    /// Free slots below `first_unused`, lowest first.
    free: BinaryHeap<Reverse<u32>>,
    /// The lowest slot that was never used.
    first_unused: u32,
}

/// Whether the gate admits attempts at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateState {
    /// It admits as many as the limit allows.
    Open,
    /// It admits none until it is opened.
    Paused,
    /// It admits none until the run is reopened.
    Closed,
}

impl Gate {
    /// A gate that admits `limit` at once.
    pub fn new(limit: u32) -> Self {
        Self { limit, in_flight: 0, state: GateState::Open, free: BinaryHeap::new(), first_unused: 0 }
    }

    /// Whether one more may start.
    pub fn admits(&self) -> bool {
        self.state == GateState::Open && self.in_flight < self.limit
    }

    /// Takes the lowest free slot. Ask [`Self::admits`] first.
    pub fn take(&mut self) -> u32 {
        debug_assert!(self.admits(), "nothing starts above the limit");
        self.in_flight += 1;
        self.free.pop().map_or_else(
            || {
                self.first_unused += 1;
                self.first_unused - 1
            },
            |Reverse(slot)| slot,
        )
    }

    /// Gives a slot back.
    pub fn give_back(&mut self, slot: u32) {
        self.in_flight -= 1;
        self.free.push(Reverse(slot));
    }

    /// Sets how many may be in flight.
    pub fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
    }

    /// How many may be in flight.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// How many are in flight.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether it is open, paused or closed.
    pub fn state(&self) -> GateState {
        self.state
    }

    /// Opens a closed gate: the run continues after its end.
    pub fn reopen(&mut self) {
        self.state = GateState::Open;
    }

    /// Opens or pauses the gate; a closed one stays closed. Returns whether that changed anything.
    pub fn set_state(&mut self, state: GateState) -> bool {
        let changes = self.state != GateState::Closed && self.state != state;
        if changes {
            self.state = state;
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Gate, GateState};

    #[derive(Clone, Debug)]
    enum GateStep {
        Start,
        End(usize),
        Limit(u32),
        Open(bool),
    }

    fn step() -> impl Strategy<Value = GateStep> {
        prop_oneof![
            4 => Just(GateStep::Start),
            3 => any::<usize>().prop_map(GateStep::End),
            1 => (1..20_u32).prop_map(GateStep::Limit),
            1 => any::<bool>().prop_map(GateStep::Open),
        ]
    }

    proptest! {
        #[test]
        fn nothing_starts_above_the_limit_or_while_paused(steps in prop::collection::vec(step(), 1..400)) {
            let (mut gate, mut held) = (Gate::new(3), Vec::new());
            for step in steps {
                match step {
                    GateStep::Start if gate.admits() => {
                        prop_assert!(gate.in_flight() < gate.limit());
                        prop_assert_eq!(gate.state(), GateState::Open);
                        let slot = gate.take();
                        prop_assert!(!held.contains(&slot), "a slot is held once");
                        held.push(slot);
                    }
                    GateStep::Start => {}
                    GateStep::End(i) => if !held.is_empty() {
                        let slot = held.swap_remove(i % held.len());
                        gate.give_back(slot);
                    },
                    GateStep::Limit(limit) => gate.set_limit(limit),
                    GateStep::Open(open) => { gate.set_state(if open { GateState::Open } else { GateState::Paused }); }
                }
                prop_assert_eq!(gate.in_flight() as usize, held.len());
            }
        }
    }

    #[test]
    fn a_closed_gate_stays_closed() {
        let mut gate = Gate::new(1);
        assert!(gate.set_state(GateState::Closed));
        assert!(!gate.set_state(GateState::Open));
        assert!(!gate.admits());
    }
}
