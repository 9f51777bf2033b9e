//! The report: every settled job with its data, in plan order.
//!
//! ```json
//! {"inflight":"report","schema":2,"name":"morning report",
//!  "started":"2026-11-20T14:03:27.000Z","finished":"2026-11-20T14:04:37.400Z","ended":"finished",
//!  "jobs":{"ok":118,"failed":2,"cancelled":0,"not_started":0},"results":[
//! {"endpoint":"orders","request":"GET https://shop.internal/orders/1","ok":true,"status":200,"tries":1,"total_ms":142.3,"waited_ms":0.0,"extract":{"total":3},"encoding":"json","data":{"sum":3}},
//! {"endpoint":"users","request":"GET https://shop.internal/users","ok":false,"status":503,"tries":3,"total_ms":2210.4,"waited_ms":1630.1,
//!  "error":{"kind":"status","status":503,"cause":"503 Service Unavailable"},"encoding":"text","data":"try later"}
//! ]}
//! ```
//! Every result is one line. `request` is the request as asked, `final_url` the URL after redirects. `row` counts from 1,
//! and `with` has the row's values. `started` is the start of the first attempt, `bytes` what was received. `total_ms` counts from when the job was the next one of its endpoint; `waited_ms` is
//! the part of it that was not in flight. A batch in rounds has one result per job and round.
//! * `data` is the answer's body, and `encoding` what it is: `json` (white space dropped), `text` or `base64`; `null`
//!   if it was empty. An unexpected answer is cut at 4 KiB, and then has `"cut": true`. Without an answer there is no
//!   `data`. `file` is the name of the saved body, if bodies are saved.
//! * `extract` has the values that the plan takes out of a good answer; `null` where there is none.
//! * `error` is present where `ok` is false: `kind` from a closed list (`status`, `throttled`, …), `phase` of a
//!   time-out, `status`, `cause` for people, and `detail` from the system.
//! * `resent` is true where a job was in flight when an earlier part of the run stopped, so that a server may have answered
//!   it twice.
//! * `jobs.not_started` counts jobs that were never drawn from the plan; `null` if that is unknown.
//!
//! JSON Lines have the results alone; tables have a line for each, without data. The ending of the file decides.
//! Up to schema 1, binary `data` was `{"base64": …}`, without `encoding`.
//!
//! An older report is replaced only by a complete one. Start at [`Report::begin`].

pub mod counts;
pub mod csv;
pub mod entry;
mod format;
mod markdown;
mod page;
pub mod portable_json;
pub mod spool;
pub mod target;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;

use crate::event::outcome::JobEnd;
use crate::event::reasons::RunEnd;
use crate::job_result::{Answer, JobResult};
use crate::output::atomic_file;
use crate::output::report::counts::{Counts, ResultEnding};
use crate::output::report::entry::ReportEntry;
use crate::output::report::format::ReportFormat;
use crate::output::report::spool::Spool;
use crate::output::report::target::ReportTarget;
use crate::plan::cursor::left_out::PlaceSet;
use crate::plan::extract::Extractions;
use crate::plan::job::Place;
use crate::text::{io_error, safe_json, units};

/// The schema of the document. Within one number, fields are only added.
pub const SCHEMA: u32 = 2;

/// A report that is being collected.
#[derive(Debug)]
pub struct Report {
    /// Where it goes; nothing if results are only kept for a later run.
    target: Option<ReportTarget>,
    spool: Spool,
    heading: ReportHeading,
    counts: Counts,
    format: ReportFormat,
    earlier: Option<EarlierResults>,
}

/// What an earlier part of the run left.
#[derive(Debug)]
pub struct EarlierResults {
    /// Wall clock at its start.
    pub started: SystemTime,
    /// The results that are in the report, also those that may be replaced.
    pub counts: Counts,
    /// The results of jobs that are sent again.
    pub replaced: HashMap<Place, ResultEnding>,
    /// The jobs that were in flight when it stopped.
    pub in_flight: PlaceSet,
    /// The number of all jobs, if it is known.
    pub jobs: Option<u64>,
}

/// Where results are kept for a later run.
#[derive(Debug)]
pub struct ResultStore {
    /// The path of the file.
    pub path: PathBuf,
    /// The file.
    pub spool: Spool,
    /// What is in it already.
    pub earlier: Option<EarlierResults>,
}

/// Facts about a report that are known before the run.
#[derive(Clone, Debug)]
pub struct ReportHeading {
    /// The name of the run.
    pub name: String,
    /// Wall clock at its start.
    pub started: SystemTime,
    /// What is taken out of the answers of each source.
    pub extract: Vec<Extractions>,
}

/// Facts that are known only at the end of a run.
#[derive(Clone, Copy, Debug)]
pub struct Finish {
    /// Wall clock at the end.
    pub finished: SystemTime,
    /// Why the run ended; `None` if it was interrupted.
    pub how: Option<RunEnd>,
    /// Jobs that were never drawn from the plan, if known.
    pub not_started: Option<u64>,
}

/// The document up to its results.
#[derive(Serialize)]
struct DocumentHead<'a> {
    inflight: &'static str,
    schema: u32,
    name: &'a str,
    started: String,
    finished: String,
    ended: Option<RunEnd>,
    jobs: Jobs,
}

#[derive(Serialize)]
struct Jobs {
    ok: u64,
    failed: u64,
    cancelled: u64,
    not_started: Option<u64>,
}

impl Report {
    /// Starts a report. Fails now if it could not be written later.
    pub fn begin(path: &Path, heading: ReportHeading) -> io::Result<Self> {
        let target = ReportTarget::open(path)?;
        let spool = match &target {
            ReportTarget::File(path) => Spool::create_in(atomic_file::folder_of(path))?,
            ReportTarget::Stream(_) | ReportTarget::Stdout => Spool::create_anywhere()?,
        };
        Ok(Self { format: ReportFormat::of_file(path), ..Self::with_parts(target, spool, heading) })
    }

    /// Starts a report whose results are also kept for a later run; without a path, they are only kept.
    pub fn begin_kept(path: Option<&Path>, store: ResultStore, heading: ReportHeading) -> io::Result<Self> {
        let target = path.map(ReportTarget::open).transpose()?;
        let format = path.map_or(ReportFormat::Csv, ReportFormat::of_file);
        let ResultStore { spool, earlier, path: _ } = store;
        let counts = earlier.as_ref().map_or_else(Counts::default, |earlier| earlier.counts);
        Ok(Self { target, spool, heading, counts, format, earlier })
    }

    /// A report with an open target and spool.
    pub(super) fn with_parts(target: ReportTarget, spool: Spool, heading: ReportHeading) -> Self {
        let (target, counts) = (Some(target), Counts::default());
        Self { target, spool, heading, counts, format: ReportFormat::Json, earlier: None }
    }

    /// Adds a settled job, whose body may have been saved as `file`.
    pub fn add(&mut self, result: &JobResult, file: Option<&str>) -> io::Result<()> {
        let extract = self.heading.extract.get(result.place.source as usize).map_or(&[][..], |all| all);
        let reads_body = self.format.has_data() || !extract.is_empty();
        let loaded = if reads_body { large_body(result)? } else { None };
        let mut entry = ReportEntry::new(loaded.as_ref().unwrap_or(result), file, self.heading.started, extract);
        if !self.format.has_data() {
            entry.drop_data();
        }
        if let Some(earlier) = &mut self.earlier {
            entry.resent = earlier.in_flight.contains(result.place);
            if let Some(replaced) = earlier.replaced.remove(&result.place) {
                *self.counts.number_of(replaced) -= 1;
            }
        }
        self.spool.push(result.place, &entry)?;
        *self.counts.number_of(match result.end {
            JobEnd::Done => ResultEnding::Ok,
            JobEnd::Failed { .. } => ResultEnding::Failed,
            JobEnd::Cancelled => ResultEnding::Cancelled,
        }) += 1;
        Ok(())
    }

    /// Whether results are only kept for a later run.
    pub fn is_only_kept(&self) -> bool {
        self.target.is_none()
    }

    /// Hands the results to the system, if they are kept for a later run.
    pub fn flush(&mut self) -> io::Result<()> {
        self.spool.flush()
    }

    /// Writes the complete document.
    pub fn finish(self, finish: &Finish) -> io::Result<Counts> {
        let Self { target, spool, heading, counts, format, earlier } = self;
        let Some(target) = target else { return Ok(counts) };
        let started = earlier.as_ref().map_or(heading.started, |earlier| earlier.started);
        let not_started = match &earlier {
            None => finish.not_started,
            Some(earlier) => earlier.jobs.map(|jobs| jobs.saturating_sub(counts.settled())),
        };
        let head = DocumentHead {
            inflight: "report",
            schema: SCHEMA,
            name: &heading.name,
            started: humantime::format_rfc3339_millis(started).to_string(),
            finished: humantime::format_rfc3339_millis(finish.finished).to_string(),
            ended: finish.how,
            jobs: Jobs { ok: counts.ok, failed: counts.failed, cancelled: counts.cancelled, not_started },
        };
        let columns = heading.columns();
        target.write(|to: &mut dyn Write| match format {
            ReportFormat::Json => document(to, &head, spool),
            ReportFormat::JsonLines => json_lines(to, spool),
            ReportFormat::Csv => csv::write(to, &columns, spool),
            ReportFormat::Markdown => markdown::write(to, &head, &columns, spool),
            ReportFormat::Page => page::write(to, &head, &columns, spool),
        })?;
        Ok(counts)
    }
}

impl ReportHeading {
    /// A heading without columns of its own.
    pub fn new(name: &str, started: SystemTime) -> Self {
        Self { name: name.to_owned(), started, extract: Vec::new() }
    }

    /// The names of all columns that are taken out of answers, in the order of the plan.
    fn columns(&self) -> Vec<Arc<str>> {
        let mut known = BTreeSet::new();
        let names = self.extract.iter().flat_map(|all| all.iter()).map(|column| &column.name);
        names.filter(|name| known.insert(Arc::clone(name))).cloned().collect()
    }
}

impl DocumentHead<'_> {
    /// What became of the jobs, and when.
    fn sentence(&self) -> String {
        let Jobs { ok, failed, cancelled, not_started } = self.jobs;
        let rest = [(failed, "failed"), (cancelled, "cancelled"), (not_started.unwrap_or(0), "not started")];
        let rest = rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {} {what}", units::count(*n)));
        let jobs = format!("{} ok{}", units::plural(ok, "job"), rest.collect::<String>());
        format!("{jobs}; started {}, finished {}", self.started, self.finished)
    }
}

/// The result with its whole body in memory, if that is in a file and the report contains it.
fn large_body(result: &JobResult) -> io::Result<Option<JobResult>> {
    let Some(answer) = result.answer.as_ref().filter(|_| result.end == JobEnd::Done) else { return Ok(None) };
    match answer.file.as_deref() {
        None => Ok(None),
        Some(Ok(file)) => {
            let answer = Answer { body: file.read()?.into(), ..answer.clone() };
            Ok(Some(JobResult { answer: Some(answer), ..result.clone() }))
        }
        Some(Err(error)) => Err(io_error::copy_of(error)),
    }
}

/// Writes the head, which is only complete at the end of the run, and then the results.
fn document(to: &mut dyn Write, header: &DocumentHead<'_>, spool: Spool) -> io::Result<()> {
    let header = safe_json::text(header)?;
    to.write_all(header.strip_suffix('}').unwrap_or(&header).as_bytes())?;
    to.write_all(b",\"results\":[\n")?;
    spool.copy_sorted(to, b",\n")?;
    to.write_all(b"\n]}\n")
}

/// Writes the results alone.
fn json_lines(to: &mut dyn Write, spool: Spool) -> io::Result<()> {
    let is_empty = spool.is_empty();
    spool.copy_sorted(to, b"\n")?;
    if is_empty { Ok(()) } else { to.write_all(b"\n") }
}
