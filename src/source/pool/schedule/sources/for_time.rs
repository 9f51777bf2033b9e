//! A run for a time: its jobs are repeated until that is over, or until every host was given up.
//!
//! Start at [`Sources::is_for_time`].

use std::collections::VecDeque;

use crate::event::{Fact, Offset};
use crate::source::pool::schedule::sources::Sources;

impl Sources {
    /// Whether the jobs are repeated until a time is over, which is still ahead.
    pub fn is_for_time(&self) -> bool {
        self.repeats_until.is_some()
    }

    /// Draws no more jobs before their time is over: every host was given up.
    pub fn give_up(&mut self, facts: &mut VecDeque<Fact>) {
        let until = self.repeats_until;
        self.close(facts);
        (self.repeats_until, self.has_given_up) = (until, true);
    }

    /// Whether every job has settled before the time of the run was over, because every host was given up.
    pub fn has_given_up(&self) -> bool {
        self.has_given_up && self.is_for_time() && self.is_over()
    }

    /// When the jobs are no longer repeated.
    pub fn closes_at(&self) -> Option<Offset> {
        self.repeats_until
    }

    /// Draws no more jobs: the time of the run is over, or their number is reached.
    pub fn close(&mut self, facts: &mut VecDeque<Fact>) {
        (self.repeats_until, self.is_closed) = (None, true);
        for state in &mut self.states {
            self.left -= usize::from(std::mem::take(&mut state.has_more));
        }
        self.announce_if_drawn(facts);
    }
}
