//! The check of all rows of a plan: what a run would draw, without sending it.
//!
//! It reads files and pipes to their end, and keeps only the first bad rows. Computed rows are checked up to a bound.
//! Start at [`check_rows`].

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

use crate::event::EndpointId;
use crate::plan::Plan;
use crate::plan::cursor::{BadRow, Cursor, Draw};
use crate::plan::defaults::MAX_FOUND_ENDPOINTS;
use crate::plan::error::PlanError;
use crate::plan::job::Job;
use crate::plan::rows::Rows;
use crate::plan::source::Source;
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
    /// The number of jobs of each source in the plan; `None` if not all of its rows were read. A number of jobs that
    /// several sources share is not applied.
    pub by_source: Vec<Option<u64>>,
    /// The names of all endpoints, and how many jobs they have; `None` if they share a number of jobs.
    pub by_endpoint: Vec<(Arc<str>, Option<u64>)>,
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
    let reader = thread::current();
    cursor.set_waker(Arc::new(move || reader.unpark()));
    let hosts = FoundHosts { known: HashSet::new(), last: String::new(), is_full: false };
    // Several sources share the number of a flag as their turns come, which is not known before the run.
    let number = plan.limits.jobs.filter(|_| plan.sources.len() == 1);
    let mut check = RowCheck { cursor, checked: CheckedRows::default(), hosts, number, n_by_endpoint: Vec::new() };
    for (i, source) in plan.sources.iter().enumerate() {
        check.read_source(i, source);
    }
    let RowCheck { mut checked, hosts, n_by_endpoint, .. } = check;
    checked.n_hosts = (!hosts.is_full).then_some(hosts.known.len());
    let is_shared = plan.limits.jobs.is_some() && number.is_none();
    let n_jobs = n_by_endpoint.into_iter().chain(std::iter::repeat(0)).map(|n_jobs| (!is_shared).then_some(n_jobs));
    let names = cursor.endpoints().iter().map(|endpoint| Arc::clone(&endpoint.name));
    checked.by_endpoint = names.zip(n_jobs).collect();
    checked
}

/// The state while rows are read.
struct RowCheck<'c> {
    cursor: &'c mut Cursor,
    checked: CheckedRows,
    hosts: FoundHosts,
    /// The number of jobs to which the rows of the only source are repeated or cut.
    number: Option<u64>,
    n_by_endpoint: Vec<u64>,
}

impl RowCheck<'_> {
    /// Reads the rows of a source.
    fn read_source(&mut self, i: usize, source: &Source) {
        if source.rows.blocks_on_open() {
            let name = source.rows.name();
            self.checked.notes.push(format!("{name} is a pipe, so its rows were not checked"));
            self.checked.by_source.push(None);
            return;
        }
        let most = match &*source.rows {
            // All are the same.
            Rows::Repeat(_) => 1,
            Rows::Each(_) => MAX_COMPUTED,
            Rows::File { .. } | Rows::Stream { .. } => u64::MAX,
        };
        let number = self.number.unwrap_or(u64::MAX);
        let mut n_read = 0;
        for priority in self.cursor.take_priority_jobs(i) {
            self.hosts.add(&priority.job);
            self.count(priority.job.endpoint, n_read < number);
            n_read += 1;
        }
        while n_read < most
            && let Some(drawn) = self.draw(i)
        {
            match drawn {
                Ok(job) => {
                    self.hosts.add(&job);
                    self.count(job.endpoint, n_read < number);
                }
                Err(bad) => {
                    self.count(bad.endpoint, n_read < number);
                    self.checked.n_bad += 1;
                    if self.checked.bad.len() < MAX_REPORTED {
                        self.checked.bad.push(bad.why);
                    }
                }
            }
            n_read += 1;
        }
        let n_rows = self.cursor.jobs_of(i);
        self.checked.notes.extend(self.cursor.take_notes(i));
        if let (Rows::Each(_), Some(n_rows)) = (&*source.rows, n_rows.filter(|n_rows| *n_rows > n_read)) {
            let (read, all) = (units::count(n_read), units::count(n_rows));
            self.checked.notes.push(format!("only the first {read} of {all} combinations of `each` were checked"));
        }
        let n_jobs = self.apply_number(i, n_rows.unwrap_or(n_read), n_read);
        self.checked.by_source.push(Some(n_jobs));
    }

    /// Counts a row, and the job that it makes unless the number of jobs cuts it off.
    fn count(&mut self, endpoint: EndpointId, is_job: bool) {
        let endpoint = endpoint.0 as usize;
        self.n_by_endpoint.resize(self.n_by_endpoint.len().max(endpoint + 1), 0);
        self.n_by_endpoint[endpoint] += u64::from(is_job);
        self.checked.n_rows += 1;
    }

    /// Draws the next row, and waits for it.
    fn draw(&mut self, i: usize) -> Option<Result<Box<Job>, BadRow>> {
        loop {
            match self.cursor.draw(i) {
                Draw::Row(drawn) => return Some(drawn),
                // A wake-up that came before is not lost: parking returns at once.
                Draw::Pending => thread::park(),
                Draw::End => return None,
            }
        }
    }

    /// Repeats the counted rows up to the number of jobs, if there is one. Returns how many jobs there are.
    fn apply_number(&mut self, i: usize, n_rows: u64, n_read: u64) -> u64 {
        let Some(number) = self.number else { return n_rows };
        if number <= n_rows || n_read == 0 || !self.cursor.is_repeatable(i) {
            return number.min(n_rows);
        }
        if let Some(endpoint) = self.cursor.endpoint_of(i) {
            self.n_by_endpoint[endpoint.0 as usize] = number;
            return number;
        }
        for n_jobs in &mut self.n_by_endpoint {
            *n_jobs *= number / n_rows;
        }
        self.cursor.rewind(i);
        let n_checked = self.checked.n_rows;
        for _ in 0..number % n_rows {
            let Some(drawn) = self.draw(i) else { break };
            self.count(drawn.map_or_else(|bad| bad.endpoint, |job| job.endpoint), true);
        }
        self.checked.n_rows = n_checked;
        self.cursor.take_notes(i);
        number
    }
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
