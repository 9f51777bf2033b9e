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

/// How far an attempt had come at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressSnapshot {
    /// What it was doing.
    pub phase: Phase,
    /// Body bytes received.
    pub bytes: u64,
    /// When the last chunk of the answer came, counted from the attempt's start.
    pub received: Option<Micros>,
}

impl Progress {
    /// Follows this attempt from now on.
    pub fn follow(&self, milestones: &Arc<Milestones>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(milestones));
    }

    /// Follows no attempt.
    pub fn clear(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How far the attempt has come, if there is one.
    pub fn snapshot(&self) -> Option<ProgressSnapshot> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let milestones = current.as_ref()?;
        let (bytes, received) = milestones.received();
        Some(ProgressSnapshot { phase: milestones.phase(), bytes, received })
    }
}
