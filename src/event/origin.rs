//! The machine that reported an event.

use serde::{Deserialize, Serialize};

/// The machine that reported an event; 0 is this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(pub u16);

impl Origin {
    /// This machine.
    pub const HERE: Self = Self(0);

    /// Whether it is this machine.
    pub fn is_here(&self) -> bool {
        *self == Self::HERE
    }
}
