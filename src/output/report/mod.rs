//! The report: one JSON document with every settled job, in plan order.
//!
//! ```json
//! {"inflight":"report","schema":1,"name":"morning report",
//!  "started":"2026-11-20T14:03:27.000Z","finished":"2026-11-20T14:04:37.400Z","ended":"finished",
//!  "jobs":{"ok":118,"failed":2,"cancelled":0,"not_started":0},"results":[
//! {"endpoint":"orders","request":"GET https://shop.internal/orders/1","ok":true,"status":200,"tries":1,"total_ms":142.3,"waited_ms":0.0,"data":{"sum":3}},
//! {"endpoint":"users","request":"GET https://shop.internal/users","ok":false,"status":503,"tries":3,"total_ms":2210.4,"waited_ms":1630.1,
//!  "error":{"kind":"status","status":503,"cause":"503 Service Unavailable"},"data":"try later"}
//! ]}
//! ```
//! Every result is one line. `total_ms` counts from when the job was the next one of its endpoint; `waited_ms` is
//! the part of it that was not in flight. A batch in rounds has one result per job and round.
//! * `data` is the answer's body: JSON (white space dropped), text, or `{"base64": …}`; `null` if it was empty.
//!   An unexpected answer is cut at 4 KiB, and then has `"cut": true`. Without an answer there is no `data`.
//!   `file` is the name of the saved body, if bodies are saved.
//! * `error` is present where `ok` is false: `kind` from a closed list (`status`, `throttled`, …), `phase` of a
//!   time-out, `status`, `cause` for people, and `detail` from the system.
//! * `jobs.not_started` counts jobs that were never drawn from the plan; `null` if that is unknown.
//!
//! An older report is replaced only by a complete one. Start at [`Report::begin`].

pub mod entry;
pub mod portable_json;
pub mod spool;
pub mod target;

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use serde::Serialize;

use crate::event::outcome::JobEnd;
use crate::event::reasons::RunEnd;
use crate::job_result::{Answer, JobResult};
use crate::output::atomic_file;
use crate::output::report::entry::ReportEntry;
use crate::output::report::spool::Spool;
use crate::output::report::target::ReportTarget;
use crate::text::{io_error, safe_json};

/// The schema of the document. Within one number, fields are only added.
pub const SCHEMA: u32 = 1;

/// A report that is being collected.
#[derive(Debug)]
pub struct Report {
    target: ReportTarget,
    spool: Spool,
    name: String,
    started: SystemTime,
    counts: Counts,
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

/// The number of jobs by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Jobs with an expected answer.
    pub ok: u64,
    /// Jobs without an expected answer.
    pub failed: u64,
    /// Cancelled jobs.
    pub cancelled: u64,
}

impl Counts {
    /// Jobs in all.
    pub fn settled(self) -> u64 {
        self.ok + self.failed + self.cancelled
    }
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
    pub fn begin(path: &Path, name: &str, started: SystemTime) -> io::Result<Self> {
        let target = ReportTarget::open(path)?;
        let spool = match &target {
            ReportTarget::File(path) => Spool::create_in(atomic_file::folder_of(path))?,
            ReportTarget::Stream(_) => Spool::create_anywhere()?,
        };
        Ok(Self::with_parts(target, spool, name, started))
    }

    /// A report with an open target and spool.
    pub(super) fn with_parts(target: ReportTarget, spool: Spool, name: &str, started: SystemTime) -> Self {
        Self { target, spool, name: name.to_owned(), started, counts: Counts::default() }
    }

    /// Adds a settled job, whose body may have been saved as `file`.
    pub fn add(&mut self, result: &JobResult, file: Option<&str>) -> io::Result<()> {
        match large_body(result)? {
            None => self.spool.push(result.place, &ReportEntry::new(result, file))?,
            Some(loaded) => self.spool.push(result.place, &ReportEntry::new(&loaded, file))?,
        }
        let count = match result.end {
            JobEnd::Done => &mut self.counts.ok,
            JobEnd::Failed { .. } => &mut self.counts.failed,
            JobEnd::Cancelled => &mut self.counts.cancelled,
        };
        *count += 1;
        Ok(())
    }

    /// Writes the complete document.
    pub fn finish(self, finish: &Finish) -> io::Result<Counts> {
        let counts = self.counts;
        let header = DocumentHead {
            inflight: "report",
            schema: SCHEMA,
            name: &self.name,
            started: humantime::format_rfc3339_millis(self.started).to_string(),
            finished: humantime::format_rfc3339_millis(finish.finished).to_string(),
            ended: finish.how,
            jobs: Jobs {
                ok: counts.ok,
                failed: counts.failed,
                cancelled: counts.cancelled,
                not_started: finish.not_started,
            },
        };
        let spool = self.spool;
        match self.target {
            ReportTarget::File(path) => atomic_file::write_durably(&path, |to| document(to, &header, spool))?,
            ReportTarget::Stream(file) => {
                let mut to = BufWriter::new(file);
                document(&mut to, &header, spool)?;
                to.flush()?;
            }
        }
        Ok(counts)
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
fn document(to: &mut impl Write, header: &DocumentHead<'_>, spool: Spool) -> io::Result<()> {
    let header = safe_json::text(header)?;
    to.write_all(header.strip_suffix('}').unwrap_or(&header).as_bytes())?;
    to.write_all(b",\"results\":[\n")?;
    spool.copy_sorted(to)?;
    to.write_all(b"\n]}\n")
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::ErrorKind;
    use std::time::SystemTime;

    use super::{Finish, Report};
    use crate::event::outcome::JobEnd;
    use crate::event::reasons::RunEnd;
    use crate::event::{JobId, Micros};
    use crate::job_result::{Answer, JobResult};
    use crate::output::report::spool::Spool;
    use crate::output::report::target::ReportTarget;
    use crate::plan::job::Place;

    const FINISH: Finish =
        Finish { finished: SystemTime::UNIX_EPOCH, how: Some(RunEnd::Finished), not_started: Some(0) };

    fn result(row: u64, body: &str) -> JobResult {
        JobResult {
            place: Place { source: 0, row },
            job: JobId(row + 1),
            endpoint: "e".into(),
            target: "GET http://a.b/".into(),
            end: JobEnd::Done,
            tries: 1,
            total: Micros(1_000),
            waited: Micros::ZERO,
            answer: Some(Answer {
                status: 200,
                content_type: None,
                bytes: body.len() as u64,
                body: body.to_owned().into(),
                file: None,
                is_encoded: false,
            }),
        }
    }

    #[test]
    fn the_document_is_one_header_line_and_one_line_for_each_result() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let mut report = Report::begin(&path, "n", SystemTime::UNIX_EPOCH).unwrap();
        report.add(&result(1, "[2]"), None).unwrap();
        report.add(&result(0, "[1]"), Some("1-000001-e.json")).unwrap();
        assert_eq!(report.finish(&FINISH).unwrap().ok, 2);
        assert_eq!(
            fs::read_to_string(path).unwrap(),
            "{\"inflight\":\"report\",\"schema\":1,\"name\":\"n\",\"started\":\"1970-01-01T00:00:00.000Z\",\
             \"finished\":\"1970-01-01T00:00:00.000Z\",\"ended\":\"finished\",\
             \"jobs\":{\"ok\":2,\"failed\":0,\"cancelled\":0,\"not_started\":0},\"results\":[\n\
             {\"endpoint\":\"e\",\"request\":\"GET http://a.b/\",\"ok\":true,\"status\":200,\"tries\":1,\
             \"total_ms\":1.0,\"waited_ms\":0.0,\"file\":\"1-000001-e.json\",\"data\":[1]},\n\
             {\"endpoint\":\"e\",\"request\":\"GET http://a.b/\",\"ok\":true,\"status\":200,\"tries\":1,\
             \"total_ms\":1.0,\"waited_ms\":0.0,\"data\":[2]}\n]}\n"
        );
    }

    #[test]
    fn an_empty_run_has_an_empty_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        Report::begin(&path, "n", SystemTime::UNIX_EPOCH).unwrap().finish(&FINISH).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        assert_eq!(document["results"], serde_json::json!([]));
    }

    #[test]
    fn a_folder_or_a_missing_folder_is_refused_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let begin =
            |name: &str| Report::begin(&folder.path().join(name), "n", SystemTime::UNIX_EPOCH).unwrap_err().kind();
        assert_eq!(begin(""), ErrorKind::IsADirectory);
        assert_eq!(begin("missing/x.json"), ErrorKind::NotFound);
        fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(begin("file/x.json"), ErrorKind::NotADirectory);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.json"), folder.path().join("latest.json"));
        fs::write(&real, "older").unwrap();
        std::os::unix::fs::symlink("real.json", &link).unwrap();
        Report::begin(&link, "n", SystemTime::UNIX_EPOCH).unwrap().finish(&FINISH).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("\"results\""));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_fills_up_during_the_run_is_an_error_and_leaves_the_older_report() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        fs::write(&path, "older").unwrap();
        let full = Spool::on(File::options().write(true).open("/dev/full").unwrap());
        let mut report = Report::with_parts(ReportTarget::File(path.clone()), full, "n", SystemTime::UNIX_EPOCH);
        let body = "x".repeat(10_000);
        let refused = (0..10).find_map(|row| report.add(&result(row, &body), None).err());
        assert_eq!(refused.unwrap().kind(), ErrorKind::StorageFull);
        drop(report);
        assert_eq!(fs::read_to_string(&path).unwrap(), "older");
    }
}
