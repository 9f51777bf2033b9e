//! Priority jobs: those that start before all others, of every source.
//!
//! Start at [`Sources::draw_priority`].

use std::collections::VecDeque;

use crate::event::{Fact, JobId};
use crate::plan::job::Job;
use crate::plan::priority_jobs::PriorityJob;
use crate::source::pool::schedule::sources::{QueueHead, Sources};

impl Sources {
    /// Queues the priority jobs of a source with those of the others.
    pub(in crate::source::pool) fn enqueue_priority(&mut self, source: usize) {
        let jobs = self.cursor.take_priority_jobs(source);
        let has_any = !jobs.is_empty();
        self.states[source].open += jobs.len() as u64;
        self.priority.extend(jobs);
        // A source with only priority jobs needs no turn.
        if has_any && self.cursor.is_drawn(source) {
            self.states[source].has_more = false;
            self.left -= usize::from(self.is_in_last_round(source));
        }
    }

    /// The source of the next priority job.
    pub fn next_priority(&self) -> Option<usize> {
        self.priority.peek().map(|next| next.job.place.source as usize)
    }

    /// Draws the next priority job. The next job of its source waits from now on.
    pub fn draw_priority(
        &mut self,
        now: QueueHead,
        facts: &mut VecDeque<Fact>,
    ) -> Option<(Box<Job>, JobId, QueueHead)> {
        let PriorityJob { job, .. } = self.priority.pop()?;
        let head = std::mem::replace(&mut self.states[job.place.source as usize].head, now);
        self.drawn += 1;
        self.announce(facts);
        self.announce_if_drawn(facts);
        Some((job, JobId(self.drawn), head))
    }
}
