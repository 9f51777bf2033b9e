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
use crate::plan::request::Made;
use crate::plan::rows::{Row, RowStream};

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

/// A row whose job is drawn before all others, as the request that it makes now.
pub(super) struct PriorityRow {
    /// For how long its job held a slot in the earlier run.
    pub(super) took: Micros,
    /// Its row, from 0.
    pub(super) row: u64,
    /// Its request.
    pub(super) request: Made,
}

/// What one source has of them.
#[derive(Debug, Default)]
pub(super) struct PriorityRows {
    /// Slow jobs of the earlier run, by rising row.
    pub(super) known: Vec<Slow>,
    /// Rows to skip when their turn comes, in rising order: their jobs were drawn before.
    rows: VecDeque<u64>,
}

impl PriorityRows {
    /// Looks up the known slow jobs in a source's rows, read from their beginning. `make` returns the request
    /// of a row that still makes the job it made then.
    pub(super) fn find(
        &mut self,
        mut rows: RowStream,
        mut make: impl FnMut(&Slow, Row, &[String]) -> Option<Made>,
    ) -> Vec<PriorityRow> {
        self.forget();
        let (mut found, mut values, mut at) = (Vec::new(), Vec::new(), 0);
        for slow in &self.known {
            rows.skip(slow.row - at, &mut values);
            let Some(row) = rows.next(&mut values) else { break };
            at = slow.row + 1;
            if let Some(request) = make(slow, row, &values) {
                self.rows.push_back(slow.row);
                found.push(PriorityRow { took: slow.took, row: slow.row, request });
            }
        }
        found
    }

    /// Skips no row, until the known jobs are looked up again.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
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
