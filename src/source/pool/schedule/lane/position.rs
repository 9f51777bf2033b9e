//! Where a lane is in the schedule.
//!
//! Start at [`LanePosition`].

use crate::event::Offset;

/// The position of a lane in the rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TurnKey {
    /// How many attempts the lane had in flight.
    pub in_flight: u32,
    /// The number of its entry: the lower, the longer it has waited.
    pub entry: u64,
}

/// The position of a lane in the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LanePosition {
    /// It has no turn: the lane is full, quarantined, or has no work.
    None,
    /// In the rotation.
    Rotation(TurnKey),
    /// Among the lanes that open at a known moment.
    Timed(Offset),
}
