//! The results of a run in a file next to its recording, so that a later run can go on where it stopped.
//!
//! The first line is a head; each other line is `[source,row,entry]`. A line that was cut by a kill is dropped. The file
//! is locked, so that no two runs write to it. Start at [`create`] and [`open`].

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::journal::synced_file::SyncedFile;
use crate::output::report::counts::ResultEnding;
use crate::output::report::format::ReportFormat;
use crate::output::report::spool::{Slot, Spool};
use crate::plan::job::Place;
use crate::plan::resume::comparison::RequestMark;
use crate::plan::resume::identity::PlanIdentity;
use crate::text::safe_json;

/// The schema of the file.
const SCHEMA: u32 = 1;

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResultsHead {
    /// The type of the file.
    inflight: String,
    schema: u32,
    /// Wall clock at the start of the first run, in RFC 3339.
    started: String,
    /// Whether entries have columns, which needs a report.
    has_columns: bool,
    /// Whether entries have the bodies of answers.
    has_data: bool,
    /// What the plan requests.
    pub plan: PlanIdentity,
}

/// A file of results.
#[derive(Debug)]
pub struct KeptResults {
    /// Its first line.
    pub head: ResultsHead,
    /// The last result of each job, in plan order.
    pub results: Vec<KeptResult>,
    file: File,
    end: u64,
}

/// A result in the file.
#[derive(Clone, Copy, Debug)]
pub struct KeptResult {
    /// The job's place in the plan.
    pub place: Place,
    /// Its request.
    pub mark: RequestMark,
    /// How it ended.
    pub ending: ResultEnding,
    /// Whether it failed with the cause that was asked for.
    pub has_cause: bool,
    /// The position of its line in the file.
    pub offset: u64,
    length: u64,
}

/// Why a file of results cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeptResultsError {
    /// It cannot be read.
    #[error("cannot read it")]
    Io(#[from] io::Error),
    /// It is no such file, or of a later version.
    #[error("it has no results of a run, or a later version of inflight wrote it")]
    Unknown,
    /// A run writes to it.
    #[error("a run is still writing to it")]
    InUse,
}

/// The parts of an entry that are needed to go on.
#[derive(Deserialize)]
struct EntryFacts<'a> {
    request: Option<String>,
    #[serde(borrow)]
    with: Option<&'a RawValue>,
    ok: bool,
    error: Option<EntryCause>,
}

#[derive(Deserialize)]
struct EntryCause {
    kind: String,
    cause: Option<String>,
}

impl ResultsHead {
    /// The head of a run that starts now, whose report goes to this file.
    pub fn new(started: SystemTime, report: Option<&Path>, plan: PlanIdentity) -> Self {
        let started = humantime::format_rfc3339_millis(started).to_string();
        let (has_columns, has_data) = (report.is_some(), has_data(report));
        Self { inflight: "results".into(), schema: SCHEMA, started, has_columns, has_data, plan }
    }

    /// Whether its entries lack something that this report needs.
    pub fn lacks(&self, report: Option<&Path>) -> bool {
        report.is_some() && !self.has_columns || has_data(report) && !self.has_data
    }

    /// Wall clock at the start of the first run.
    pub fn started(&self) -> SystemTime {
        humantime::parse_rfc3339(&self.started).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

fn has_data(report: Option<&Path>) -> bool {
    report.is_some_and(|path| ReportFormat::of_file(path).has_data())
}

/// Begins a file, and replaces an older one.
pub fn create(path: &Path, head: &ResultsHead) -> Result<Spool, KeptResultsError> {
    let mut file = open_private(path)?;
    lock(&file)?;
    file.set_len(0)?;
    let mut line = safe_json::text(head)?;
    line.push('\n');
    file.write_all(line.as_bytes())?;
    Ok(Spool::durable(SyncedFile::new(file)?, line.len() as u64))
}

/// Opens a file. `cause` is a failure that is looked for; without it, any is.
pub fn open(path: &Path, cause: Option<&str>) -> Result<KeptResults, KeptResultsError> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    lock(&file)?;
    let mut lines = BufReader::with_capacity(1 << 16, &file);
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line)?;
    let head: ResultsHead = serde_json::from_slice(&line).map_err(|_| KeptResultsError::Unknown)?;
    if head.inflight != "results" || head.schema > SCHEMA {
        return Err(KeptResultsError::Unknown);
    }
    let mut end = line.len() as u64;
    let mut results = Vec::new();
    loop {
        line.clear();
        lines.read_until(b'\n', &mut line)?;
        // Only a whole line counts.
        let Some(result) = line.strip_suffix(b"\n").and_then(|line| read_result(line, end, cause)) else { break };
        results.push(result);
        end += line.len() as u64;
    }
    // Of several results of a job, the last one counts.
    results.sort_by_key(|result: &KeptResult| (result.place, std::cmp::Reverse(result.offset)));
    results.dedup_by_key(|result| result.place);
    drop(lines);
    Ok(KeptResults { head, results, file, end })
}

fn read_result(line: &[u8], offset: u64, cause: Option<&str>) -> Option<KeptResult> {
    let (source, row, entry): (u32, u64, &RawValue) = serde_json::from_slice(line).ok()?;
    let facts: EntryFacts<'_> = serde_json::from_str(entry.get()).ok()?;
    let ending = match &facts.error {
        _ if facts.ok => ResultEnding::Ok,
        Some(error) if error.kind == "cancelled" => ResultEnding::Cancelled,
        _ => ResultEnding::Failed,
    };
    let is_asked_for = |error: &EntryCause| {
        cause.is_none_or(|cause| error.kind == cause || error.cause.as_deref().is_some_and(|own| own.contains(cause)))
    };
    Some(KeptResult {
        place: Place { source, row },
        mark: RequestMark::new(facts.request.as_deref(), facts.with.map(RawValue::get)),
        ending,
        has_cause: ending == ResultEnding::Failed && facts.error.as_ref().is_none_or(is_asked_for),
        offset,
        length: line.len() as u64,
    })
}

impl KeptResults {
    /// The length of the file.
    pub fn length(&self) -> u64 {
        self.end
    }

    /// The request of a result.
    pub fn request(&self, result: &KeptResult) -> Option<String> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(result.offset)).ok()?;
        let mut line = Vec::new();
        BufReader::new(file).read_until(b'\n', &mut line).ok()?;
        let (_, _, entry): (u32, u64, &RawValue) = serde_json::from_slice(&line).ok()?;
        serde_json::from_str::<EntryFacts<'_>>(entry.get()).ok()?.request
    }

    /// The file as a spool with these results, to which more are added.
    pub fn into_spool(self, is_kept: impl Fn(&KeptResult) -> bool) -> io::Result<Spool> {
        let Self { results, mut file, end, .. } = self;
        // A line that was cut would make the next one unreadable.
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        let mut spool = Spool { keeps_last: true, ..Spool::durable(SyncedFile::new(file)?, end) };
        for result in results.iter().filter(|result| is_kept(result)) {
            // The entry is in the line as `[source,row,entry]`.
            let head = Spool::head_of_line(result.place).len() as u64;
            let slot = Slot { place: result.place, offset: result.offset + head, length: result.length - head - 1 };
            spool.add_slot(slot)?;
        }
        Ok(spool)
    }
}

/// A file that only its owner can read: it holds answers.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Locks a file until it is closed, also by a kill.
fn lock(file: &File) -> Result<(), KeptResultsError> {
    #[cfg(unix)]
    match rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        // Some network disks have no locks.
        Ok(()) | Err(rustix::io::Errno::NOTSUP | rustix::io::Errno::NOLCK) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Err(KeptResultsError::InUse),
        Err(error) => return Err(io::Error::from(error).into()),
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::time::SystemTime;

    use serde_json::json;

    use super::{KeptResultsError, ResultsHead, create, open};
    use crate::output::report::counts::ResultEnding;
    use crate::plan::job::Place;

    fn head() -> ResultsHead {
        let plan = serde_json::from_value(json!({"endpoints": []})).unwrap();
        ResultsHead::new(SystemTime::UNIX_EPOCH, Some("r.json".as_ref()), plan)
    }

    fn entry(row: u64, error: Option<&str>) -> serde_json::Value {
        let error = error.map(|kind| json!({"kind": kind, "cause": format!("{kind}, really")}));
        json!({"request": format!("GET http://a.b/{row}"), "row": row + 1, "ok": error.is_none(), "error": error})
    }

    #[test]
    fn results_are_there_again_the_last_of_each_job_and_without_a_cut_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.results");
        let mut spool = create(&path, &head()).unwrap();
        let add = |spool: &mut super::Spool, row, error| {
            spool.push(Place { source: 0, row }, &entry(row, error)).unwrap();
        };
        add(&mut spool, 2, Some("timeout"));
        add(&mut spool, 0, None);
        add(&mut spool, 1, Some("cancelled"));
        add(&mut spool, 2, Some("status"));
        spool.flush().unwrap();
        assert!(matches!(open(&path, None), Err(KeptResultsError::InUse)));
        drop(spool);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"[0,7,{\"ok\":tr").unwrap();

        let kept = open(&path, Some("timeout")).unwrap();
        let known: Vec<_> = kept.results.iter().map(|result| (result.place.row, result.ending)).collect();
        let endings = [(0, ResultEnding::Ok), (1, ResultEnding::Cancelled), (2, ResultEnding::Failed)];
        assert_eq!(known, endings);
        assert!(!kept.results[2].has_cause);
        assert_eq!(kept.request(&kept.results[1]).unwrap(), "GET http://a.b/1");
        let mut spool = kept.into_spool(|result| result.ending != ResultEnding::Cancelled).unwrap();
        add(&mut spool, 5, None);
        add(&mut spool, 2, None);
        let mut rows = Vec::new();
        let each = |entry: &[u8]| {
            let entry: serde_json::Value = serde_json::from_slice(entry)?;
            rows.push((entry["row"].clone(), entry["ok"].clone()));
            Ok(())
        };
        spool.for_each(each).unwrap();
        assert_eq!(rows, [(json!(1), json!(true)), (json!(3), json!(true)), (json!(6), json!(true))]);
        assert_eq!(open(&path, None).unwrap().results.len(), 4);
        fs::write(&path, "{\"inflight\":1}\n").unwrap();
        assert!(matches!(open(&path, None), Err(KeptResultsError::Unknown)));
    }
}
