//! Stalls of the event loop: the attempts that ended just after, and latencies without the stalls.
//!
//! Start at [`Stalls::worst`].

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::{Micros, Offset};
use crate::model::histogram::Histogram;
use crate::model::verdict::thresholds::CONVOY_WITHIN;

/// A period in which the event loop was blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// When it ended.
    pub at: Offset,
    /// How long it lasted.
    pub lasted: Micros,
    /// What blocked the loop; foreign text.
    pub place: Option<Arc<str>>,
    /// Number of attempts that ended just after it.
    pub n: u64,
}

/// All stalls of a run, in bounded memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stalls {
    /// How many there were.
    pub n: u64,
    /// The stall after which most attempts ended.
    pub worst: Option<Stall>,
    /// Latencies without the time of the stalls.
    pub without: Histogram,
    recent: VecDeque<Stall>,
}

impl Stalls {
    /// Number of recent stalls that are subtracted from the latency of an attempt.
    const KEPT: usize = 8;

    pub(super) fn stall(&mut self, at: Offset, lasted: Micros, place: Option<&Arc<str>>, so_far: &Histogram) {
        if self.n == 0 {
            self.without = so_far.clone();
        }
        self.n += 1;
        if self.recent.len() == Self::KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(Stall { at, lasted, place: place.cloned(), n: 0 });
    }

    pub(super) fn end(&mut self, at: Offset, started: Offset) {
        if self.n == 0 {
            return;
        }
        let stalled = self.recent.iter().fold(Micros::ZERO, |sum, stall| {
            let from = Offset(stall.at.0.saturating_sub(stall.lasted.0)).max(started);
            sum + stall.at.min(at).since(from)
        });
        self.without.record(at.since(started) - stalled);
        // An attempt that started after the stall was not delayed by it.
        let Some(last) = self.recent.back_mut() else { return };
        if last.at <= at && at.since(last.at) <= CONVOY_WITHIN && started < last.at {
            last.n += 1;
            if self.worst.as_ref().is_none_or(|worst| last.n > worst.n) {
                self.worst = Some(last.clone());
            }
        }
    }
}
