//! The tail of a run: the time at its end with less than half of the peak in flight.
//!
//! Start at [`Tail::since`].

use std::sync::Arc;

use crate::event::idle::Idle;
use crate::event::{Micros, Offset};

/// The tail of a run, so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// When it began: the last time with at least half of the peak in flight.
    pub since: Offset,
    /// Jobs that have started since then. If there are any, work was left.
    pub begun: u64,
    /// Reported idle time of slots until then.
    pub idle: Idle,
    /// Number of attempts that have ended since then.
    pub n: u64,
    /// The longest of these, longest first: service time, and method and masked URL; foreign text.
    pub longest: Vec<(Micros, Arc<str>)>,
}

impl Tail {
    /// Number of attempts kept by name.
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
        // The level before this end counts.
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
