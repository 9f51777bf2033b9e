//! What time it is in a run. It stands still while the run is over, and goes on with it.
//!
//! Start at [`RunTime::now`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::event::{Micros, Offset};

/// The clock of a run, which many may look at.
#[derive(Clone, Debug)]
pub struct RunTime {
    start: Instant,
    /// Microseconds for which it has stood still.
    stood: Arc<AtomicU64>,
}

impl RunTime {
    /// The clock of a run that starts now.
    pub fn begin() -> Self {
        Self::since(Instant::now())
    }

    /// The clock of a run that started then.
    pub fn since(start: Instant) -> Self {
        Self { start, stood: Arc::default() }
    }

    /// When it started.
    pub fn start(&self) -> Instant {
        self.start
    }

    /// Time since the start, without that for which it stood.
    pub fn now(&self) -> Offset {
        self.at(Instant::now())
    }

    /// The time of the run at a moment of the machine's clock.
    pub fn at(&self, now: Instant) -> Offset {
        let elapsed = Micros::from(now.saturating_duration_since(self.start)).0;
        Offset(elapsed.saturating_sub(self.stood.load(Ordering::Acquire)))
    }

    /// It has stood still for so long.
    pub fn stand(&self, length: Micros) {
        self.stood.fetch_add(length.0, Ordering::AcqRel);
    }
}
