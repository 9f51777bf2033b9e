//! Waves: periods of activity between two moments with nothing in flight.
//!
//! Start at [`Waves::all`].

use std::collections::VecDeque;

use crate::event::{Micros, Offset};

/// One wave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wave {
    /// When its first attempt started.
    pub began: Offset,
    /// When its last attempt started.
    pub front: Offset,
    /// When its last attempt ended.
    pub ended: Offset,
    /// Number of attempts.
    pub n: u64,
}

/// The last waves of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waves {
    finished: VecDeque<Wave>,
    current: Wave,
    /// Number of finished waves, and the sum of their lengths.
    totals: (u64, Micros),
}

impl Waves {
    /// Number of waves kept.
    const KEPT: usize = 64;

    /// Counts `n` starts while `before` are in flight.
    pub(super) fn start(&mut self, at: Offset, before: u32, n: u64) {
        if before == 0 {
            self.current = Wave { began: at, ..Wave::default() };
        }
        self.current.front = at;
        self.current.n += n;
    }

    /// Counts ends after which so many are left in flight.
    pub(super) fn end(&mut self, at: Offset, left: u32) {
        self.current.ended = at;
        if left == 0 {
            self.totals = (self.totals.0 + 1, self.totals.1 + at.since(self.current.began));
            if self.finished.len() == Self::KEPT {
                self.finished.pop_front();
            }
            self.finished.push_back(self.current);
        }
    }

    /// The number of all finished waves, and the sum of their lengths.
    pub fn totals(&self) -> (u64, Micros) {
        self.totals
    }

    /// The finished waves that are kept, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Wave> {
        self.finished.iter()
    }
}
