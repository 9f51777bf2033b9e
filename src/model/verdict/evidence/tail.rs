//! The end of a run: since when less than half is in flight, and what held on.
//!
//! Start at [`Tail::since`].

use std::sync::Arc;

use crate::event::idle::Idle;
use crate::event::{Micros, Offset};

/// How the run ran out, so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// Until when at least half of the most was in flight.
    pub since: Offset,
    /// Jobs that have begun since then: with any, work was left.
    pub begun: u64,
    /// Unused slots until then, as far as they were reported.
    pub idle: Idle,
    /// Attempts that have ended since then.
    pub n: u64,
    /// The longest of them, longest first: how long, and method and masked URL; foreign text.
    pub longest: Vec<(Micros, Arc<str>)>,
}

impl Tail {
    /// Attempts kept by name.
    const NAMED: usize = 2;

    pub(super) fn start(&mut self, is_new: bool) {
        self.begun += u64::from(is_new);
    }

    pub(super) fn end(
        &mut self,
        at: Offset,
        service: Micros,
        target: &Arc<str>,
        (left, peak): (u32, u32),
        idle: &Idle,
    ) {
        // The level held until this end.
        if (u64::from(left) + 1) * 2 >= u64::from(peak) {
            let longest = std::mem::take(&mut self.longest);
            *self = Self { since: at, idle: *idle, longest, ..Self::default() };
            self.longest.clear();
            return;
        }
        self.n += 1;
        let place = self.longest.partition_point(|(other, _)| *other >= service);
        if place < Self::NAMED {
            self.longest.insert(place, (service, Arc::clone(target)));
            self.longest.truncate(Self::NAMED);
        }
    }
}
