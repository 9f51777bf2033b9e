//! The thread that writes results to the report and to the folder for bodies.
//!
//! It has its own thread, so that a slow disk blocks the channel and not the runtime. An output that fails is
//! reported at once and given up; results are still received, so the run goes on. Start at [`Collector::start`].

use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc;

use crate::job_result::JobResult;
use crate::output::bodies::Bodies;
use crate::output::output_error::OutputError;
use crate::output::report::counts::Counts;
use crate::output::report::{Finish, Report, ReportHeading, ResultStore};
use crate::plan::Output;
use crate::text::io_error::IoErrorText;

/// A thread that collects results.
#[derive(Debug)]
pub struct Collector {
    thread: JoinHandle<Outputs>,
}

/// The collector's thread panicked: results after that are lost.
#[derive(Debug, thiserror::Error)]
#[error("the thread that writes results panicked, which is a bug in inflight")]
pub struct CollectorPanicked;

/// The written outputs, and those that failed.
#[derive(Debug, Default)]
#[must_use = "troubles decide the exit code"]
pub struct Collected {
    /// The report, if it was written.
    pub report: Option<(PathBuf, Counts)>,
    /// The results of the report, or those that are only kept for a later run.
    pub counts: Option<Counts>,
    /// The folder for bodies, and the number of saved bodies.
    pub bodies: Option<(PathBuf, u64)>,
    /// Outputs that failed.
    pub troubles: Vec<OutputError>,
}

impl Collector {
    /// Opens every output, then collects until the channel closes.
    ///
    /// Fails before the run starts if an output cannot be written. `on_trouble` receives one sentence for each output
    /// that fails later; it is called on the collecting thread.
    pub fn start(
        results: mpsc::Receiver<JobResult>,
        output: &Output,
        heading: ReportHeading,
        store: Option<ResultStore>,
        on_trouble: impl FnMut(String) + Send + 'static,
    ) -> Result<Self, OutputError> {
        let path = output.report.as_deref();
        let report = match (path, store) {
            (None, None) => None,
            (Some(path), None) => Some(OpenOutput::report(path, heading)?),
            (path, Some(store)) => Some(OpenOutput::kept(path, store, heading)?),
        };
        let bodies = output.bodies.as_deref().map(OpenOutput::bodies).transpose()?;
        let outputs = Outputs { report, bodies, troubles: Vec::new() };
        let thread = thread::Builder::new()
            .name("collector".into())
            .spawn(move || outputs.collect(results, on_trouble))
            .map_err(|cause| OutputError::Thread { cause: IoErrorText(cause) })?;
        Ok(Self { thread })
    }

    /// Waits for the last result, and writes the report.
    ///
    /// The channel must be closed; otherwise this never returns.
    ///
    /// # Errors
    /// The thread panicked.
    pub fn join(self, finish: &Finish) -> Result<Collected, CollectorPanicked> {
        let outputs = self.thread.join().map_err(|_| CollectorPanicked)?;
        Ok(outputs.finish(finish))
    }
}

/// An output with the path that the user gave.
#[derive(Debug)]
struct OpenOutput<T> {
    path: PathBuf,
    output: T,
}

impl OpenOutput<Report> {
    fn report(path: &Path, heading: ReportHeading) -> Result<Self, OutputError> {
        let output = Report::begin(path, heading).map_err(|cause| OutputError::report(path, cause))?;
        Ok(Self { path: path.to_owned(), output })
    }
}

impl OpenOutput<Report> {
    /// A report whose results are kept, or only these results.
    fn kept(path: Option<&Path>, store: ResultStore, heading: ReportHeading) -> Result<Self, OutputError> {
        let shown = path.map_or_else(|| store.path.clone(), Path::to_owned);
        let output = Report::begin_kept(path, store, heading).map_err(|cause| OutputError::report(&shown, cause))?;
        Ok(Self { path: shown, output })
    }
}

impl OpenOutput<Bodies> {
    fn bodies(path: &Path) -> Result<Self, OutputError> {
        let output = Bodies::open(path).map_err(|cause| OutputError::bodies(path, cause))?;
        Ok(Self { path: path.to_owned(), output })
    }
}

#[derive(Debug)]
struct Outputs {
    report: Option<OpenOutput<Report>>,
    bodies: Option<OpenOutput<Bodies>>,
    troubles: Vec<OutputError>,
}

impl Outputs {
    fn collect(mut self, mut results: mpsc::Receiver<JobResult>, mut on_trouble: impl FnMut(String)) -> Self {
        while let Some(result) = results.blocking_recv() {
            let known = self.troubles.len();
            self.write(&result);
            // What has arrived meanwhile goes to the system together with it.
            while let Ok(result) = results.try_recv() {
                self.write(&result);
            }
            self.flush();
            for trouble in &self.troubles[known..] {
                on_trouble(format!("{}; the run continues", trouble.sentence()));
            }
        }
        self
    }

    /// Passes one result to every output. An output that fails is closed.
    fn write(&mut self, result: &JobResult) {
        // Bodies come first, because the report contains the file name.
        let mut file = None;
        if let Some(OpenOutput { path, output }) = &mut self.bodies {
            match output.save(result) {
                Ok(saved) => file = saved,
                Err(cause) => {
                    self.troubles.push(OutputError::bodies(path, cause));
                    self.bodies = None;
                }
            }
        }
        if let Some(OpenOutput { path, output }) = &mut self.report
            && let Err(cause) = output.add(result, file.as_deref())
        {
            self.troubles.push(OutputError::report(path, cause));
            self.report = None;
        }
    }

    /// Hands the results to the system, so that a kill does not lose them.
    fn flush(&mut self) {
        if let Some(OpenOutput { path, output }) = &mut self.report
            && let Err(cause) = output.flush()
        {
            self.troubles.push(OutputError::report(path, cause));
            self.report = None;
        }
    }

    fn finish(self, finish: &Finish) -> Collected {
        let mut collected = Collected { troubles: self.troubles, ..Collected::default() };
        if let Some(OpenOutput { path, output }) = self.report {
            let is_only_kept = output.is_only_kept();
            match output.finish(finish) {
                Ok(counts) => {
                    collected.counts = Some(counts);
                    collected.report = (!is_only_kept).then_some((path, counts));
                }
                Err(cause) => collected.troubles.push(OutputError::report(&path, cause)),
            }
        }
        collected.bodies = self.bodies.map(|held| (held.path, held.output.saved()));
        collected
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::{self, File};
    use std::sync::{Arc, Mutex};
    use std::thread;
    use std::time::SystemTime;

    use tokio::sync::mpsc;

    use super::{OpenOutput, Outputs};
    use crate::event::outcome::JobEnd;
    use crate::event::{JobId, Micros};
    use crate::job_result::JobResult;
    use crate::output::report::spool::Spool;
    use crate::output::report::target::ReportTarget;
    use crate::output::report::{Finish, Report, ReportHeading};
    use crate::plan::job::Place;

    #[test]
    fn a_full_disk_is_reported_once_and_results_are_still_received() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        fs::write(&path, "older").unwrap();
        let full = Spool::on(File::options().write(true).open("/dev/full").unwrap());
        let heading = ReportHeading::new("n", SystemTime::UNIX_EPOCH);
        let output = Report::with_parts(ReportTarget::File(path.clone()), full, heading);
        let report = Some(OpenOutput { path: "x.json".into(), output });
        let (sender, results) = mpsc::channel(4);
        let reported: Arc<Mutex<Vec<String>>> = Arc::default();
        let reports = Arc::clone(&reported);
        let thread = thread::spawn(move || {
            Outputs { report, bodies: None, troubles: Vec::new() }
                .collect(results, move |trouble| reports.lock().unwrap().push(trouble))
        });
        for row in 0..5_000 {
            let result = JobResult {
                place: Place { source: 0, row },
                job: JobId(row + 1),
                endpoint: "e".into(),
                target: "GET http://a.b/".into(),
                final_target: None,
                row_values: None,
                page: None,
                started: None,
                end: JobEnd::Cancelled,
                tries: 1,
                total: Micros(1),
                waited: Micros::ZERO,
                since_due: None,
                answer: None,
            };
            sender.blocking_send(result).unwrap();
        }
        drop(sender);
        let finish = Finish { finished: SystemTime::UNIX_EPOCH, how: None, not_started: None };
        let collected = thread.join().unwrap().finish(&finish);
        assert_eq!(*reported.lock().unwrap(), ["cannot write report `x.json`: disk is full; the run continues"]);
        assert_eq!(collected.troubles.len(), 1);
        assert!(collected.report.is_none());
        assert_eq!(fs::read_to_string(&path).unwrap(), "older");
    }
}
