//! How much memory is held while a run goes on.
//!
//! Start at [`Held::see`].

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use crate::ALLOCATOR;

/// What was held from one job to another.
#[derive(Clone)]
pub struct Held {
    jobs: Range<u64>,
    bytes: Arc<Mutex<Bytes>>,
}

/// Keeps no list of what it sees: that would be counted too.
#[derive(Clone, Copy)]
struct Bytes {
    most: usize,
    /// The least in the first half, and in the second: then next to nothing is on its way.
    early: usize,
    late: usize,
}

impl Held {
    /// Looks from when so many have settled until so many have.
    pub fn over(jobs: Range<u64>) -> Self {
        Self { jobs, bytes: Arc::new(Mutex::new(Bytes { most: 0, early: usize::MAX, late: usize::MAX })) }
    }

    /// So many have settled by now.
    pub fn see(&self, settled: u64) {
        let stats = ALLOCATOR.stats();
        let held = stats.bytes_allocated - stats.bytes_deallocated;
        let mut bytes = self.bytes.lock().unwrap();
        bytes.most = bytes.most.max(held);
        if self.jobs.contains(&settled) {
            let is_early = settled < self.jobs.start.midpoint(self.jobs.end);
            let least = if is_early { &mut bytes.early } else { &mut bytes.late };
            *least = held.min(*least);
        }
    }

    /// The most that was held.
    pub fn most(&self) -> usize {
        self.bytes.lock().unwrap().most
    }

    /// How much more was held in the second half than in the first.
    pub fn growth(&self) -> usize {
        let Bytes { early, late, .. } = *self.bytes.lock().unwrap();
        assert!(early < usize::MAX && late < usize::MAX, "both halves were looked at");
        late.saturating_sub(early)
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bytes { most, early, late } = *self.bytes.lock().unwrap();
        write!(f, "{most} bytes were held at most, at least {early} in the first half and {late} in the second")
    }
}
