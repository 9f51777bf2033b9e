//! The check of all rows of a plan: what a run would draw, without sending it.
//!
//! It reads files and pipes to their end, and keeps only the first bad rows. Computed rows are checked up to a bound.
//! Start at [`check_rows`].

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

use crate::plan::Plan;
use crate::plan::cursor::{Cursor, Draw};
use crate::plan::defaults::MAX_FOUND_ENDPOINTS;
use crate::plan::error::PlanError;
use crate::plan::job::Job;
use crate::plan::rows::Rows;
use crate::text::diagnostics::Mistake;
use crate::text::units;

/// How many bad rows are kept for the user.
const MAX_REPORTED: usize = 19;
/// How many rows of one `each` are checked. Its values repeat, so mistakes in them show early.
const MAX_COMPUTED: u64 = 100_000;

/// The result of reading all rows.
#[derive(Clone, Debug, Default)]
pub struct CheckedRows {
    /// The rows that were read. Rows that are left out because they repeat others do not count.
    pub n_rows: u64,
    /// The rows that make no job.
    pub n_bad: u64,
    /// What is wrong with the first of them, with file and line.
    pub bad: Vec<String>,
    /// What else the user should know about the rows.
    pub notes: Vec<String>,
    /// How many different hosts the jobs have; `None` if there are too many to remember.
    pub n_hosts: Option<usize>,
    /// The number of jobs of each source in the plan; `None` if not all of its rows were read.
    pub by_source: Vec<Option<u64>>,
    /// The names of all endpoints, and how many of the rows that were read are theirs.
    pub by_endpoint: Vec<(Arc<str>, u64)>,
}

/// The hosts of all jobs.
struct FoundHosts {
    known: HashSet<String>,
    /// Rows often have the host of the row before.
    last: String,
    is_full: bool,
}

/// Reads all rows of a plan. The cursor has drawn nothing yet, and is at its end afterwards.
pub fn check_rows(plan: &Plan, cursor: &mut Cursor) -> CheckedRows {
    let mut checked = CheckedRows::default();
    let mut hosts = FoundHosts { known: HashSet::new(), last: String::new(), is_full: false };
    let mut n_by_endpoint: Vec<u64> = Vec::new();
    let reader = thread::current();
    cursor.set_waker(Arc::new(move || reader.unpark()));
    for (i, source) in plan.sources.iter().enumerate() {
        if source.rows.blocks_on_open() {
            let name = source.rows.name();
            checked.notes.push(format!("{name} is a pipe, so its rows were not checked"));
            checked.by_source.push(None);
            continue;
        }
        let most = match &*source.rows {
            // All are the same.
            Rows::Repeat(_) => 1,
            Rows::Each(_) => MAX_COMPUTED,
            Rows::File { .. } | Rows::Stream { .. } => u64::MAX,
        };
        let mut count = |endpoint: usize, checked: &mut CheckedRows| {
            n_by_endpoint.resize(n_by_endpoint.len().max(endpoint + 1), 0);
            n_by_endpoint[endpoint] += 1;
            checked.n_rows += 1;
        };
        let mut n_read = 0;
        for priority in cursor.take_priority_jobs(i) {
            hosts.add(&priority.job);
            count(priority.job.endpoint.0 as usize, &mut checked);
            n_read += 1;
        }
        while n_read < most {
            match cursor.draw(i) {
                Draw::Row(Ok(job)) => {
                    hosts.add(&job);
                    count(job.endpoint.0 as usize, &mut checked);
                }
                Draw::Row(Err(bad)) => {
                    count(bad.endpoint.0 as usize, &mut checked);
                    checked.n_bad += 1;
                    if checked.bad.len() < MAX_REPORTED {
                        checked.bad.push(bad.why);
                    }
                }
                // A wake-up that came before is not lost: parking returns at once.
                Draw::Pending => {
                    thread::park();
                    continue;
                }
                Draw::End => break,
            }
            n_read += 1;
        }
        let n_jobs = cursor.jobs_of(i);
        checked.notes.extend(cursor.take_notes(i));
        if let (Rows::Each(_), Some(n_jobs)) = (&*source.rows, n_jobs.filter(|n_jobs| *n_jobs > n_read)) {
            let (read, all) = (units::count(n_read), units::count(n_jobs));
            checked.notes.push(format!("only the first {read} of {all} combinations of `each` were checked"));
        }
        checked.by_source.push(Some(n_jobs.unwrap_or(n_read)));
    }
    checked.n_hosts = (!hosts.is_full).then_some(hosts.known.len());
    let names = cursor.endpoints().iter().map(|endpoint| Arc::clone(&endpoint.name));
    checked.by_endpoint = names.zip(n_by_endpoint.into_iter().chain(std::iter::repeat(0))).collect();
    checked
}

impl CheckedRows {
    /// The bad rows as mistakes of the plan, if there are any.
    pub fn mistakes(&self, file: &str) -> Option<PlanError> {
        if self.n_bad == 0 {
            return None;
        }
        let (verb, rows) = (if self.n_bad == 1 { "is" } else { "are" }, units::plural(self.n_rows, "row"));
        let (n_bad, n_more) = (units::count(self.n_bad), self.n_bad - self.bad.len() as u64);
        let help = match n_more {
            0 => "a run counts a bad row as a failed job".to_owned(),
            _ => format!("a run counts a bad row as a failed job; the first {} are listed", self.bad.len()),
        };
        let summary = Mistake::in_file(file, format!("{n_bad} of {rows} {verb} bad")).with_help(help);
        let bad = self.bad.iter().map(|why| Mistake::in_file(file, why.clone()));
        Some(PlanError::new([summary].into_iter().chain(bad).collect()))
    }
}

impl FoundHosts {
    fn add(&mut self, job: &Job) {
        let key = job.url.host_key();
        if self.is_full || *key == self.last {
            return;
        }
        self.last = key.into_owned();
        if self.known.len() >= MAX_FOUND_ENDPOINTS {
            self.is_full = !self.known.contains(&self.last);
        } else {
            self.known.insert(self.last.clone());
        }
    }
}
