//! What ended right after the event loop had stood still, and how slow answers were without that.
//!
//! Start at [`Stalls::worst`].

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::{Micros, Offset};
use crate::model::histogram::Histogram;
use crate::model::verdict::thresholds::CONVOY_WITHIN;

/// One stall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// When it was over.
    pub at: Offset,
    /// For how long nothing moved.
    pub lasted: Micros,
    /// Where; foreign text.
    pub place: Option<Arc<str>>,
    /// Attempts that ended right after it.
    pub n: u64,
}

/// Every stall, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stalls {
    /// How many there were.
    pub n: u64,
    /// The one with most ends behind it.
    pub worst: Option<Stall>,
    /// Latencies less the time that stood still.
    pub without: Histogram,
    lately: VecDeque<Stall>,
}

impl Stalls {
    /// Stalls that an attempt in flight can have lain through.
    const KEPT: usize = 8;

    pub(super) fn stall(&mut self, at: Offset, lasted: Micros, place: Option<&Arc<str>>, so_far: &Histogram) {
        if self.n == 0 {
            self.without = so_far.clone();
        }
        self.n += 1;
        if self.lately.len() == Self::KEPT {
            self.lately.pop_front();
        }
        self.lately.push_back(Stall { at, lasted, place: place.cloned(), n: 0 });
    }

    pub(super) fn end(&mut self, at: Offset, started: Offset) {
        if self.n == 0 {
            return;
        }
        let stood = self.lately.iter().fold(Micros::ZERO, |sum, stall| {
            let from = Offset(stall.at.0.saturating_sub(stall.lasted.0)).max(started);
            sum + stall.at.min(at).since(from)
        });
        self.without.record(at.since(started) - stood);
        // Only who was in flight when it began to stand still has waited for it.
        let Some(last) = self.lately.back_mut() else { return };
        if last.at <= at && at.since(last.at) <= CONVOY_WITHIN && started < last.at {
            last.n += 1;
            if self.worst.as_ref().is_none_or(|worst| last.n > worst.n) {
                self.worst = Some(last.clone());
            }
        }
    }
}
