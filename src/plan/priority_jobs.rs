//! Jobs that are drawn before all others, because they took long in an earlier run.
//!
//! A job is known by its endpoint's name, its row and its target, so a row that says something else by
//! now is not taken for it. Nothing else of the plan is held for this: files are read once more, up to
//! the last row that is wanted. Start at [`Ahead::find`].

use std::cmp::{Ordering, Reverse};
use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::Micros;
use crate::plan::job::Job;
use crate::plan::rows::{Next, RowStream};

/// A job of an earlier run that took long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slow {
    /// The name of its endpoint.
    pub endpoint: Arc<str>,
    /// Its row within its endpoint's stream, from 0.
    pub row: u64,
    /// Method and masked URL.
    pub target: Arc<str>,
    /// For how long its attempts held a slot.
    pub took: Micros,
}

/// A job that is drawn before others. The one that took longest is the greatest.
#[derive(Debug)]
pub struct Early {
    /// For how long it held a slot in that earlier run.
    pub took: Micros,
    /// The job, as it is now.
    pub job: Box<Job>,
}

/// What became of the jobs that were to be put first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// How many the plan still has.
    pub jobs: u64,
    /// How many there were to be.
    pub of: u64,
}

/// What one source has of them.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// What is known of its rows, in rising order.
    pub(super) known: Vec<Slow>,
    /// Rows to be passed over when their turn comes, in rising order: their jobs are ahead.
    rows: VecDeque<u64>,
    /// Those jobs, until they are taken.
    pub(super) jobs: Vec<Early>,
}

impl Ahead {
    /// Looks up what is known in a source's rows, read from their beginning; `make` has a row made into a
    /// job, if it can be one and still is what it was.
    pub(super) fn find(
        &mut self,
        mut rows: RowStream,
        mut make: impl FnMut(&Slow, Next, &[String]) -> Option<Box<Job>>,
    ) {
        self.forget();
        let (mut values, mut at) = (Vec::new(), 0);
        for slow in &self.known {
            rows.skip(slow.row - at, &mut values);
            let next = rows.next(&mut values);
            at = slow.row + 1;
            if matches!(next, Next::End | Next::Pending) {
                break;
            }
            if let Some(job) = make(slow, next, &values) {
                self.rows.push_back(slow.row);
                self.jobs.push(Early { took: slow.took, job });
            }
        }
    }

    /// Puts nothing ahead, until it is looked up anew.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
        self.jobs.clear();
    }

    /// Whether the job of this row, whose turn has come, was drawn before.
    pub(super) fn passes(&mut self, row: u64) -> bool {
        let passes = self.rows.front() == Some(&row);
        if passes {
            self.rows.pop_front();
        }
        passes
    }

    /// How many rows will be passed over.
    pub(super) fn n(&self) -> u64 {
        self.rows.len() as u64
    }
}

impl PartialEq for Early {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Early {}

impl PartialOrd for Early {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Early {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.took, Reverse(self.job.place)).cmp(&(other.took, Reverse(other.job.place)))
    }
}
