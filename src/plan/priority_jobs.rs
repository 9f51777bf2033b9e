//! Priority jobs: those that took longest in an earlier run, which are drawn first.
//!
//! A job is identified by endpoint, row and target, so a row that has changed is no longer a priority.
//! Files are read once more for this, up to the last priority row. Start at [`PriorityRows::find`].

use std::cmp::{Ordering, Reverse};
use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::Micros;
use crate::plan::job::Job;
use crate::plan::request::BuiltRequest;
use crate::plan::rows::stream::{Row, RowStream};

/// A job of an earlier run that took long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowJob {
    /// The name of its endpoint.
    pub endpoint: Arc<str>,
    /// Its row within its endpoint's stream, from 0.
    pub row: u64,
    /// Method and masked URL.
    pub target: Arc<str>,
    /// The time that its attempts held a slot.
    pub took: Micros,
}

/// A job that is drawn first. The one that took longest is the greatest.
#[derive(Debug)]
pub struct PriorityJob {
    /// The time that it held a slot in the earlier run.
    pub took: Micros,
    /// The job, as it is now.
    pub job: Box<Job>,
}

/// The number of priority jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriorityCount {
    /// Those that the plan still has.
    pub jobs: u64,
    /// Those that were requested.
    pub of: u64,
}

/// A row whose job is drawn before all others, as the request that it makes now.
pub(super) struct PriorityRow {
    /// For how long its job held a slot in the earlier run.
    pub(super) took: Micros,
    /// Its row, from 0.
    pub(super) row: u64,
    /// Its request.
    pub(super) request: BuiltRequest,
}

/// What one source has of them.
#[derive(Debug, Default)]
pub(super) struct PriorityRows {
    /// Slow jobs of the earlier run, by rising row.
    pub(super) known: Vec<SlowJob>,
    /// Rows to skip when their turn comes, in rising order: their jobs were drawn before.
    rows: VecDeque<u64>,
}

impl PriorityRows {
    /// Looks up the known slow jobs in a source's rows, read from their beginning. `make` returns the request
    /// of a row that still makes the job it made then.
    pub(super) fn find(
        &mut self,
        mut rows: RowStream,
        mut make: impl FnMut(&SlowJob, Row, &[String]) -> Option<BuiltRequest>,
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

    /// Whether the next row is skipped because its job was drawn first.
    pub(super) fn passes(&mut self, row: u64) -> bool {
        let passes = self.rows.front() == Some(&row);
        if passes {
            self.rows.pop_front();
        }
        passes
    }

    /// The number of rows that will be skipped.
    pub(super) fn n(&self) -> u64 {
        self.rows.len() as u64
    }
}

impl PartialEq for PriorityJob {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for PriorityJob {}

impl PartialOrd for PriorityJob {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PriorityJob {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.took, Reverse(self.job.place)).cmp(&(other.took, Reverse(other.job.place)))
    }
}
