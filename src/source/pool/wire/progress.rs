//! How far a worker's attempt has come, for whoever looks from outside.
//!
//! Start at [`Progress::seen`].

use std::sync::{Arc, Mutex, PoisonError};

use crate::event::Micros;
use crate::event::outcome::Phase;
use crate::source::pool::wire::milestones::Milestones;

/// How far a worker's attempt has come.
#[derive(Debug, Default)]
pub struct Progress {
    current: Mutex<Option<Arc<Milestones>>>,
}

/// What was seen of an attempt at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it is doing.
    pub phase: Phase,
    /// Body bytes so far.
    pub bytes: u64,
    /// When the last piece of the answer came, after the attempt's start.
    pub received: Option<Micros>,
}

impl Progress {
    /// From here on this attempt is the worker's.
    pub fn watch(&self, mark: &Arc<Milestones>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(mark));
    }

    /// The worker has none.
    pub fn clear(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How far the attempt has come, if it has begun.
    pub fn seen(&self) -> Option<Seen> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = current.as_ref()?;
        let (bytes, received) = mark.got();
        Some(Seen { phase: mark.phase(), bytes, received })
    }
}
