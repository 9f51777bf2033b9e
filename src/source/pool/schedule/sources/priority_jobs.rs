//! Jobs that come before all others, whichever source they are of.
//!
//! Start at [`Sources::draw_ahead`].

use std::collections::VecDeque;

use crate::event::{Fact, JobId};
use crate::plan::job::Job;
use crate::plan::priority_jobs::PriorityJob;
use crate::source::pool::schedule::sources::{Head, Sources};

impl Sources {
    /// Puts the jobs of a source that come before all others among those of the others.
    pub(in crate::source::pool) fn bring_ahead(&mut self, source: usize) {
        let jobs = self.cursor.take_ahead(source);
        let has_any = !jobs.is_empty();
        self.states[source].open += jobs.len() as u64;
        self.ahead.extend(jobs);
        // Nobody has to come and ask for the others where there are none.
        if has_any && self.cursor.is_drawn(source) {
            self.states[source].has_more = false;
            self.left -= usize::from(self.is_in_last_round(source));
        }
    }

    /// Whose job is the next of those that come before all others.
    pub fn ahead(&self) -> Option<usize> {
        self.ahead.peek().map(|early| early.job.place.source as usize)
    }

    /// Draws the next job of those that come before all others; the next of its source waits from here on.
    pub fn draw_ahead(&mut self, now: Head, facts: &mut VecDeque<Fact>) -> Option<(Box<Job>, JobId, Head)> {
        let PriorityJob { job, .. } = self.ahead.pop()?;
        let head = std::mem::replace(&mut self.states[job.place.source as usize].head, now);
        self.drawn += 1;
        self.announce_up_to(job.endpoint.0 as usize, facts);
        self.tell_if_drawn(facts);
        Some((job, JobId(self.drawn), head))
    }
}
