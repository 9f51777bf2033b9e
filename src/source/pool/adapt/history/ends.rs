//! The last attempts that were accepted or refused.
//!
//! Start at [`EndLog::add`].

use std::collections::VecDeque;

use crate::source::pool::adapt::seconds::{self, Seconds};

/// The last ends of attempts, and how many there were in all.
#[derive(Debug, Default)]
pub struct EndLog {
    ends: VecDeque<EndEntry>,
    total: u64,
}

/// An attempt that the server accepted or refused.
#[derive(Clone, Copy, Debug)]
pub struct EndEntry {
    /// When it started.
    pub started: Seconds,
    /// When it ended.
    pub ended: Seconds,
    /// How many others were in flight when it started.
    pub others: u32,
    /// Whether it was accepted.
    pub is_accepted: bool,
}

impl EndLog {
    /// Adds an end, and forgets the oldest beyond `most`.
    pub fn add(&mut self, end: EndEntry, most: usize) {
        if self.ends.len() >= most {
            self.ends.pop_front();
        }
        self.total += 1;
        self.ends.push_back(end);
    }

    /// The ends that are known, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &EndEntry> {
        self.ends.iter()
    }

    /// How many of the last `n` ends there were, and how many of those were refused. The log is long from the
    /// first refusal on, so what it has forgotten before was accepted.
    pub fn refused_of_last(&self, n: usize) -> (usize, usize) {
        let refused = self.ends.iter().rev().take(n).filter(|end| !end.is_accepted).count();
        (n.min(usize::try_from(self.total).unwrap_or(n)), refused)
    }

    /// How many flights of refusals are among the last `n` ends. Refused attempts that started less than this time
    /// apart belong to the same flight: none of them could know of the other.
    pub fn refused_flights_of_last(&self, n: usize, apart: Seconds) -> usize {
        let refused = self.ends.iter().rev().take(n).filter(|end| !end.is_accepted);
        let count = |(flights, last): (usize, Seconds), end: &EndEntry| {
            if (last - end.started).abs() < apart { (flights, last) } else { (flights + 1, end.started) }
        };
        refused.fold((0, seconds::NEVER), count).0
    }
}
