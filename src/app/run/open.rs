//! The first step of a run: everything that can fail before a request is sent.
//!
//! Start at [`Batch::open`].

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::SystemTime;

use tokio::sync::mpsc;

use crate::app::run::resume::KeptRun;
use crate::app::run::resume::outcome::KeptOutcome;
use crate::app::run::{Batch, network, recording, resume, slow_jobs};
use crate::error::Error;
use crate::event::origin::Origin;
use crate::event::reasons::WarningSource;
use crate::event::{Event, Fact};
use crate::job_result::sink::ResultSink;
use crate::output::collector::Collector;
use crate::output::report::ReportHeading;
use crate::plan::Limits;
use crate::plan::cursor::Cursor;
use crate::pump::Recorder;
use crate::source::pool;
use crate::source::pool::run_time::RunTime;
use crate::source::pool::wire::descriptors;
use crate::source::pool::wire::route::Route;
use crate::upstream::Upstream;

/// How many results may wait for the report before the pool waits for it.
const RESULTS_AHEAD: usize = 64;

/// A run that can be started.
pub(super) struct OpenedBatch {
    /// The practice upstream, if the plan asks for one.
    pub(super) upstream: Option<Upstream>,
    /// How requests are sent.
    pub(super) route: Route,
    pub(super) cursor: Cursor,
    /// How many connections the machine allows.
    pub(super) max_connections: Option<u32>,
    pub(super) time: RunTime,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) facts: mpsc::Receiver<Event>,
    pub(super) collector: Option<Collector>,
    pub(super) results: Option<ResultSink>,
    pub(super) recorder: Option<Recorder>,
    /// Where the run is recorded.
    pub(super) recording: Option<PathBuf>,
    /// The limits of the plan, without jobs that are left out.
    pub(super) limits: Limits,
    /// The results that are kept for a later run.
    pub(super) kept: Option<KeptOutcome>,
}

impl Batch<'_> {
    /// Opens input and outputs, and starts the practice upstream. A rerun is recorded next to the first run.
    pub(super) fn open(&self, is_rerun: bool) -> Result<OpenedBatch, Error> {
        let plan = &self.plan;
        let max_connections = descriptors::raise_limit();
        let route = network::open_route(plan)?;
        let upstream = plan
            .practice
            .as_ref()
            .map(|practice| Upstream::start(practice, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
            .transpose()
            .map_err(|source| Error::System { what: "start the practice upstream", source })?;
        let practice_port = upstream.as_ref().map(|upstream| upstream.local_addr().port());
        let mut cursor = Cursor::open(plan, practice_port)?;
        let (time, started) = (RunTime::begin().noticing_stops(), SystemTime::now());
        let kept = self.keep_results(is_rerun, &cursor, practice_port, started)?;
        let left_out = kept.as_ref().and_then(|kept| kept.left_out.clone());
        let mut limits = plan.limits.clone();
        if let Some(left_out) = left_out {
            limits.jobs = resume::number_left(limits.jobs, &left_out);
            cursor.leave_out(left_out);
        } else {
            slow_jobs::prioritize(&mut cursor, &plan.order)?;
        }
        let (events, facts) = mpsc::channel(pool::EVENTS_AHEAD);
        let mut kept_outcome = kept.as_ref().map(KeptOutcome::of_run);
        let (collector, results) = self.open_outputs(started, kept, time.clone(), &events)?;
        // The recording comes last, because it may replace an older one.
        let earlier = self.resume.and_then(|resume| resume.recording.as_deref()).filter(|_| !is_rerun);
        let name_of_results = || kept_outcome.as_ref().filter(|kept| kept.is_resumed).map(KeptOutcome::name_of_results);
        let (recorder, recording) = match (self.results.events.as_deref(), earlier) {
            (None, None) => (None, None),
            (Some(path), _) if is_rerun => {
                let (recorder, numbered) = recording::open_numbered(path, &plan.name, None)?;
                (Some(recorder), Some(numbered))
            }
            (Some(path), _) => (Some(recording::open(path, &plan.name, name_of_results())?), Some(path.to_owned())),
            (None, Some(earlier)) => {
                let (recorder, numbered) = recording::open_numbered(earlier, &plan.name, name_of_results())?;
                (Some(recorder), Some(numbered))
            }
        };
        if let Some(kept) = &mut kept_outcome {
            kept.recording.clone_from(&recording);
        }
        let max_connections = max_connections.map(|most| descriptors::available(most, upstream.is_some()));
        Ok(OpenedBatch {
            upstream,
            route,
            cursor,
            max_connections,
            time,
            events,
            facts,
            collector,
            results,
            recorder,
            recording,
            limits,
            kept: kept_outcome,
        })
    }

    /// Begins or opens the files from which a later run can go on, if there can be one.
    fn keep_results(
        &self,
        is_rerun: bool,
        cursor: &Cursor,
        practice_port: Option<u16>,
        started: SystemTime,
    ) -> Result<Option<KeptRun>, Error> {
        // The results of a rerun are those of another run.
        let Some(resume) = self.resume.filter(|_| !is_rerun) else { return Ok(None) };
        match (&resume.recording, self.results.events.as_deref()) {
            (Some(earlier), events) => {
                events.map_or(Ok(()), recording::check)?;
                let again = || Ok(Cursor::open(&self.plan, practice_port)?);
                resume::go_on(resume, earlier, &self.plan, cursor, again).map(Some)
            }
            (None, Some(path)) => {
                recording::check(path)?;
                resume::begin(&self.plan, cursor, path, started)
            }
            (None, None) => Ok(None),
        }
    }

    /// Opens the report and the folder for bodies, if the plan asks for them.
    fn open_outputs(
        &self,
        started: SystemTime,
        kept: Option<KeptRun>,
        time: RunTime,
        events: &mpsc::Sender<Event>,
    ) -> Result<(Option<Collector>, Option<ResultSink>), Error> {
        let output = &self.plan.output;
        let needs_bodies = output.report.is_some() || output.bodies.is_some();
        if !needs_bodies && kept.is_none() {
            return Ok((None, None));
        }
        let (results, collected) = mpsc::channel(RESULTS_AHEAD);
        // A weak sender, because the run ends when the pool's own senders are gone.
        let events = events.downgrade();
        let warn = move |message: String| {
            let at = time.now();
            let fact = Fact::Warned { about: WarningSource::Report, message: message.into() };
            if let Some(events) = events.upgrade() {
                drop(events.blocking_send(Event { at, origin: Origin::HERE, fact }));
            }
        };
        // Without a report, no body is kept of which something could be taken out.
        let extract = if output.report.is_some() { self.plan.extractions() } else { Vec::new() };
        let heading = ReportHeading { extract, ..ReportHeading::new(&self.plan.name, started) };
        let (store, started) = kept.map(|kept| (kept.store, kept.started)).unzip();
        let collector = Collector::start(collected, output, heading, store, warn)?;
        Ok((Some(collector), Some(ResultSink { to: results, started, needs_bodies })))
    }
}
