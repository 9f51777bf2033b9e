//! Stretches that begin with nothing in flight and end with nothing in flight.
//!
//! Start at [`Waves::all`].

use std::collections::VecDeque;

use crate::event::{Micros, Offset};

/// One of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wave {
    /// When its first attempt started.
    pub began: Offset,
    /// When its last attempt started.
    pub front: Offset,
    /// When its last attempt ended.
    pub ended: Offset,
    /// Attempts in it.
    pub n: u64,
    /// What they took together.
    pub service: Micros,
    /// The longest of them.
    pub longest: Micros,
}

/// The last of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waves {
    over: VecDeque<Wave>,
    now: Wave,
}

impl Waves {
    /// Waves kept.
    const KEPT: usize = 64;

    pub(super) fn start(&mut self, at: Offset, before: u32) {
        if before == 0 {
            self.now = Wave { began: at, ..Wave::default() };
        }
        self.now.front = at;
        self.now.n += 1;
    }

    pub(super) fn end(&mut self, at: Offset, service: Micros, left: u32) {
        self.now.service += service;
        self.now.longest = self.now.longest.max(service);
        self.now.ended = at;
        if left == 0 {
            if self.over.len() == Self::KEPT {
                self.over.pop_front();
            }
            self.over.push_back(self.now);
        }
    }

    /// Those that are over and kept, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Wave> {
        self.over.iter()
    }
}
