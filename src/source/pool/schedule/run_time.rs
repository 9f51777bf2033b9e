//! The clock of a run, which stops while the run is over and continues with it.
//!
//! Start at [`RunTime::now`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::event::{Micros, Offset};

/// The clock of a run. Clones show the same time.
#[derive(Clone, Debug)]
pub struct RunTime {
    start: Instant,
    /// For how many microseconds it was stopped.
    stopped: Arc<AtomicU64>,
}

impl RunTime {
    /// The clock of a run that starts now.
    pub fn begin() -> Self {
        Self::since(Instant::now())
    }

    /// The clock of a run that started then.
    pub fn since(start: Instant) -> Self {
        Self { start, stopped: Arc::default() }
    }

    /// When it started.
    pub fn start(&self) -> Instant {
        self.start
    }

    /// Time since the start, without the time for which it was stopped.
    pub fn now(&self) -> Offset {
        self.at(Instant::now())
    }

    /// The time of the run at a moment of the machine's clock.
    pub fn at(&self, now: Instant) -> Offset {
        let elapsed = Micros::from(now.saturating_duration_since(self.start)).0;
        Offset(elapsed.saturating_sub(self.stopped.load(Ordering::Acquire)))
    }

    /// Takes away the time for which the run was over.
    pub fn skip(&self, length: Micros) {
        self.stopped.fetch_add(length.0, Ordering::AcqRel);
    }
}
