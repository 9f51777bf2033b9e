//! The number of jobs: that of the rows, or the one of a flag, to which the rows are repeated or cut.
//!
//! Start at [`Sources::jobs`].

use crate::event::Fact;
use crate::event::reasons::WarningSource;
use crate::source::pool::schedule::sources::Sources;

/// A number of jobs to which the rows are repeated or cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct JobNumber {
    all: u64,
    /// How many are still to draw.
    left: u64,
}

impl JobNumber {
    pub(super) fn new(all: u64) -> Self {
        Self { all, left: all }
    }

    /// Counts a row that was drawn. Returns whether it is the last one.
    pub(super) fn is_last(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    /// The warning that the rows were too few, and cannot be read again.
    pub(super) fn shortfall(self) -> Option<Fact> {
        let Self { all, left } = self;
        let message = format!("the input has only {} of the {all} jobs that `-n` sets", all - left);
        (left > 0).then(|| Fact::Warned { about: WarningSource::Plan, message: message.into() })
    }
}

impl Sources {
    /// How many jobs there are, if that is known.
    pub fn jobs(&self) -> Option<u64> {
        let jobs = self.cursor.jobs();
        match self.number {
            None if self.has_pages() => None,
            Some(number) if (0..self.n()).any(|source| self.cursor.is_repeatable(source)) => Some(number.all),
            Some(number) => jobs.map(|jobs| jobs.min(number.all)),
            None => self.in_all_rounds(jobs),
        }
    }

    /// How many jobs an endpoint has, if that is known. `jobs` are those of its rows.
    pub(super) fn jobs_of(&self, jobs: Option<u64>) -> Option<u64> {
        match self.number {
            Some(_) if self.n() == 1 => jobs.and_then(|_| self.jobs()),
            Some(_) => None,
            None => self.in_all_rounds(jobs),
        }
    }

    fn in_all_rounds(&self, jobs: Option<u64>) -> Option<u64> {
        match &self.rounds {
            Some(rounds) => jobs?.checked_mul(u64::from(rounds.n()?.get())),
            None if self.repeats_until.is_some() => None,
            None => jobs,
        }
    }
}
