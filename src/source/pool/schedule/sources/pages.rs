//! Sources whose rows have pages: their number of jobs is unknown until the last page has ended.
//!
//! Start at [`Sources::follow`].

use std::collections::VecDeque;

use crate::event::{Fact, JobId};
use crate::source::pool::schedule::sources::Sources;
use crate::source::pool::schedule::sources::number::JobNumber;

impl Sources {
    /// Counts one more job of a source: the next page of a row. It is none once the jobs are drawn that a flag asks for.
    pub fn follow(&mut self, source: usize, facts: &mut VecDeque<Fact>) -> Option<JobId> {
        if self.is_closed {
            return None;
        }
        let id = self.next_id(source);
        if self.number.as_mut().is_some_and(JobNumber::is_last) {
            self.close(facts);
        }
        Some(id)
    }

    /// Whether a row is open that may have more pages.
    pub fn has_open_pages(&self) -> bool {
        self.states.iter().enumerate().any(|(source, state)| state.open > 0 && self.cursor.has_pages(source))
    }

    /// Whether a source has pages, whose number is unknown.
    pub(super) fn has_pages(&self) -> bool {
        (0..self.n()).any(|source| self.cursor.has_pages(source))
    }
}
