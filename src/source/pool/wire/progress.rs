//! The progress of a worker's attempt, readable from other threads.
//!
//! Start at [`Progress::snapshot`].

use std::sync::{Arc, Mutex, PoisonError};

use crate::event::Micros;
use crate::event::outcome::Phase;
use crate::source::pool::wire::milestones::Milestones;

/// The progress of a worker's attempt.
#[derive(Debug, Default)]
pub struct Progress {
    current: Mutex<Option<Arc<Milestones>>>,
}

/// The progress of an attempt at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressSnapshot {
    /// The current phase.
    pub phase: Phase,
    /// The number of body bytes received.
    pub bytes: u64,
    /// The time of the last chunk, after the start of the attempt.
    pub received: Option<Micros>,
}

impl Progress {
    /// Reports this attempt from now on.
    pub fn follow(&self, milestones: &Arc<Milestones>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(milestones));
    }

    /// Reports no attempt.
    pub fn clear(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Returns the progress of the current attempt, if any.
    pub fn snapshot(&self) -> Option<ProgressSnapshot> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let milestones = current.as_ref()?;
        let (bytes, received) = milestones.received();
        Some(ProgressSnapshot { phase: milestones.phase(), bytes, received })
    }
}
