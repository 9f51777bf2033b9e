//! The files next to a recording from which a later run can go on, and going on.
//!
//! `RUN.results` has every result, and `RUN.started` the jobs that have started. A job with a result is not sent again; one
//! that started and has none was in flight, is sent again, and is named. Start at [`begin`] and [`go_on`].

pub(super) mod outcome;
mod refusal;

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::app::run::recording::is_stdout;
use crate::app::run::slow_jobs::unreadable;
use crate::cli::results::ResumeArgs;
use crate::error::Error;
use crate::job_result::started_log::{StartedLog, read_started};
use crate::journal::Reader;
use crate::journal::synced_file::SyncedFile;
use crate::output::output_error::path_shown;
use crate::output::report::counts::{Counts, ResultEnding};
use crate::output::report::spool::kept_results::{self, KeptResult, KeptResults, KeptResultsError, ResultsHead};
use crate::output::report::{EarlierResults, ResultStore};
use crate::output::streams;
use crate::plan::Plan;
use crate::plan::cursor::Cursor;
use crate::plan::cursor::left_out::{LeftOut, PlaceSet};
use crate::plan::job::Place;
use crate::plan::resume::comparison::{EarlierJob, compare};
use crate::plan::resume::identity::PlanIdentity;
use crate::text::io_error::IoErrorText;
use crate::text::units;

/// The most jobs that are named.
const MAX_NAMED: usize = 10;

/// The files next to a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResultFiles {
    pub(super) results: PathBuf,
    pub(super) started: PathBuf,
}

/// What is kept for a later run.
pub(super) struct KeptRun {
    pub(super) store: ResultStore,
    pub(super) started: Arc<StartedLog>,
    pub(super) files: ResultFiles,
    /// The number of all jobs, if it is known.
    pub(super) jobs: Option<u64>,
    /// What is left out, if it goes on with an earlier run.
    pub(super) left_out: Option<LeftOut>,
}

impl ResultFiles {
    /// The files next to a recording.
    pub(super) fn next_to(recording: &Path) -> Self {
        let mut results = recording.as_os_str().to_owned();
        results.push(".results");
        Self::with_results(results.into())
    }

    fn with_results(results: PathBuf) -> Self {
        let started = results.with_extension("started");
        Self { results, started }
    }

    /// Removes them: nothing is left to go on with.
    pub(super) fn remove(&self) {
        // What cannot be removed does no harm.
        let _ = fs::remove_file(&self.results);
        let _ = fs::remove_file(&self.started);
    }
}

/// Begins the files next to a recording, if a later run could go on with this one.
pub(super) fn begin(plan: &Plan, cursor: &Cursor, recording: &Path, now: SystemTime) -> Result<Option<KeptRun>, Error> {
    let is_stream = fs::metadata(recording).is_ok_and(|found| !found.is_file());
    if is_stdout(recording) || is_stream || refusal::why_not_resumable(plan, cursor).is_some() {
        return Ok(None);
    }
    let files = ResultFiles::next_to(recording);
    let head = ResultsHead::new(now, plan.output.report.as_deref(), PlanIdentity::new(plan, cursor));
    let spool = kept_results::create(&files.results, &head).map_err(|why| unusable(&files.results, why))?;
    let started = begin_starts(&files.started, 0, [])?;
    let store = ResultStore { path: files.results.clone(), spool, earlier: None };
    Ok(Some(KeptRun { store, started, files, jobs: cursor.jobs(), left_out: None }))
}

/// Opens the files of an earlier run. `again` opens the plan another time, to read its rows.
pub(super) fn go_on(
    args: &ResumeArgs,
    recording: &Path,
    plan: &Plan,
    cursor: &Cursor,
    again: impl FnOnce() -> Result<Cursor, Error>,
) -> Result<KeptRun, Error> {
    if let Some(why) = refusal::why_not_resumable(plan, cursor) {
        return Err(refusal::not_resumable(why));
    }
    let files = find_files(recording)?;
    let cause = args.only_failed.as_ref().map(|cause| cause.as_deref());
    let kept = kept_results::open(&files.results, cause.flatten()).map_err(|why| unusable(&files.results, why))?;
    let open = jobs_in_flight(&files.started, &kept);
    let mut earlier: Vec<EarlierJob> =
        kept.results.iter().map(|result| EarlierJob { place: result.place, mark: Some(result.mark) }).collect();
    let is_known = |place: &Place| kept.results.binary_search_by_key(place, |result| result.place).is_ok();
    earlier.extend(open.iter().filter(|place| !is_known(place)).map(|&place| EarlierJob { place, mark: None }));
    earlier.sort_unstable_by_key(|job| job.place);
    let compared = compare(again()?, &earlier);
    let differences = PlanIdentity::new(plan, cursor).differences_from(&kept.head.plan);
    let is_same = compared.changed.is_empty() && differences.is_empty();
    if !(is_same || args.allow_changed) {
        return Err(refusal::changed(recording, cursor, &kept, &compared, differences));
    }
    let changed: PlaceSet = compared.changed.iter().copied().collect();
    if changed.n() > 0 {
        let n = units::plural(changed.n(), "result");
        streams::say(&format!("note: {n} of the earlier run are dropped, because their requests are others now"));
    }
    let is_again = |result: &KeptResult| match cause {
        Some(_) => result.has_cause,
        None => result.ending == ResultEnding::Cancelled,
    };
    let (mut counts, mut replaced, mut done, mut wanted) =
        (Counts::default(), HashMap::new(), PlaceSet::default(), PlaceSet::default());
    for result in kept.results.iter().filter(|result| !changed.contains(result.place)) {
        *counts.number_of(result.ending) += 1;
        if is_again(result) {
            replaced.insert(result.place, result.ending);
            wanted.insert(result.place);
        } else {
            done.insert(result.place);
        }
    }
    let left_out = if cause.is_some() { LeftOut::AllBut(wanted) } else { LeftOut::Done(done) };
    let in_flight: BTreeSet<Place> = open.into_iter().filter(|place| !left_out.contains(*place)).collect();
    name_in_flight(cursor, &kept, &in_flight, |place| compared.named.get(&place).cloned());
    if kept.head.lacks(plan.output.report.as_deref()) {
        streams::say("warning: the earlier run had no such report, so its results lack data");
    }
    let (head_started, n_kept) = (kept.head.started(), kept.length());
    let spool = kept.into_spool(|result| !changed.contains(result.place));
    let spool = spool.map_err(|why| unusable(&files.results, why.into()))?;
    let started = begin_starts(&files.started, n_kept, in_flight.iter().copied())?;
    let in_flight = in_flight.into_iter().collect();
    let jobs = cursor.jobs();
    let earlier = Some(EarlierResults { started: head_started, counts, replaced, in_flight, jobs });
    let store = ResultStore { path: files.results.clone(), spool, earlier };
    Ok(KeptRun { store, started, files, jobs, left_out: Some(left_out) })
}

/// The files that belong to a recording, which may be that of a run that went on with another.
fn find_files(recording: &Path) -> Result<ResultFiles, Error> {
    let file = File::open(recording).map_err(|error| unreadable(recording, error.into()))?;
    let reader = Reader::new(BufReader::new(file)).map_err(|error| unreadable(recording, error))?;
    let files = match &reader.header().results {
        None => ResultFiles::next_to(recording),
        Some(name) => ResultFiles::with_results(recording.with_file_name(name)),
    };
    if files.results.exists() {
        return Ok(files);
    }
    Err(Error::Recording {
        message: format!("there are no results next to `{}` to go on with", path_shown(recording)),
        hint: Some(
            "a run keeps them with `--events FILE`, until every job is done; a run in rounds or for a time has none"
                .to_owned(),
        ),
    })
}

/// The jobs that started and have no result from then on.
fn jobs_in_flight(path: &Path, kept: &KeptResults) -> BTreeSet<Place> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let Some((n_kept, places)) = read_started(&text) else { return BTreeSet::new() };
    let mut open: BTreeSet<Place> = places.collect();
    for result in kept.results.iter().filter(|result| result.offset >= n_kept) {
        open.remove(&result.place);
    }
    open
}

/// Begins a file of started jobs, in place of an older one.
fn begin_starts(path: &Path, n_kept: u64, places: impl IntoIterator<Item = Place>) -> Result<Arc<StartedLog>, Error> {
    let begin = || -> io::Result<StartedLog> {
        let new = path.with_extension("started-new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file: Box<dyn Write + Send> = Box::new(SyncedFile::new(options.open(&new)?)?);
        let log = StartedLog::begin(file, n_kept, places)?;
        // A kill leaves the old file or the new one.
        fs::rename(&new, path)?;
        Ok(log)
    };
    begin().map(Arc::new).map_err(|why| unusable(path, why.into()))
}

/// Names the jobs that are sent again although a server may have answered them.
fn name_in_flight(
    cursor: &Cursor,
    kept: &KeptResults,
    in_flight: &BTreeSet<Place>,
    request: impl Fn(Place) -> Option<String>,
) {
    if in_flight.is_empty() {
        return;
    }
    let n = in_flight.len();
    let (verb, it) = if n == 1 { ("was", "is") } else { ("were", "are") };
    streams::say(&format!(
        "note: {} {verb} in flight when the run stopped, and {it} sent again:",
        units::plural(n as u64, "job")
    ));
    for &place in in_flight.iter().take(MAX_NAMED) {
        let of_result = || {
            let i = kept.results.binary_search_by_key(&place, |result| result.place).ok()?;
            kept.request(&kept.results[i])
        };
        let request = request(place).or_else(of_result).unwrap_or_default();
        streams::say(&format!("  {}  {request}", refusal::row_of(cursor, place)));
    }
    if n > MAX_NAMED {
        streams::say(&format!("  and {} more; the report has `resent` at each", n - MAX_NAMED));
    }
}

/// The error for files that cannot be used.
fn unusable(path: &Path, why: KeptResultsError) -> Error {
    let path = path_shown(path);
    let (why, hint) = match why {
        KeptResultsError::Io(error) => (IoErrorText(error).to_string(), None),
        KeptResultsError::InUse => {
            (KeptResultsError::InUse.to_string(), Some("wait until that run has ended".to_owned()))
        }
        KeptResultsError::Unknown => (KeptResultsError::Unknown.to_string(), None),
    };
    Error::Unwritable { message: format!("cannot keep results in `{path}`: {why}"), hint }
}

/// The number of jobs to which a flag cuts the rows, without those that are left out.
pub(super) fn number_left(number: Option<u64>, left_out: &LeftOut) -> Option<u64> {
    number.map(|number| match left_out {
        LeftOut::Done(done) => number.saturating_sub(done.n()),
        LeftOut::AllBut(wanted) => wanted.n(),
    })
}
