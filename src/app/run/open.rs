//! The first step of a run: everything that can fail before a request is sent.
//!
//! Start at [`Batch::open`].

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::SystemTime;

use tokio::sync::mpsc;

use crate::app::run::{Batch, network, recording, slow_jobs};
use crate::error::Error;
use crate::event::origin::Origin;
use crate::event::reasons::WarningSource;
use crate::event::{Event, Fact};
use crate::job_result::JobResult;
use crate::output::collector::Collector;
use crate::output::report::ReportHeading;
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
    pub(super) results: Option<mpsc::Sender<JobResult>>,
    pub(super) recorder: Option<Recorder>,
    /// Where the run is recorded.
    pub(super) recording: Option<PathBuf>,
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
        let mut cursor = Cursor::open(plan, upstream.as_ref().map(|upstream| upstream.local_addr().port()))?;
        slow_jobs::prioritize(&mut cursor, &plan.order)?;
        let (time, started) = (RunTime::begin().noticing_stops(), SystemTime::now());
        let (events, facts) = mpsc::channel(pool::EVENTS_AHEAD);
        let (collector, results) = self.open_outputs(started, time.clone(), &events)?;
        // The recording comes last, because it may replace an older one.
        let (recorder, recording) = match self.results.events.as_deref() {
            None => (None, None),
            Some(path) if is_rerun => {
                let (recorder, numbered) = recording::open_numbered(path, &plan.name)?;
                (Some(recorder), Some(numbered))
            }
            Some(path) => (Some(recording::open(path, &plan.name)?), Some(path.to_owned())),
        };
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
        })
    }

    /// Opens the report and the folder for bodies, if the plan asks for them.
    fn open_outputs(
        &self,
        started: SystemTime,
        time: RunTime,
        events: &mpsc::Sender<Event>,
    ) -> Result<(Option<Collector>, Option<mpsc::Sender<JobResult>>), Error> {
        let output = &self.plan.output;
        if output.report.is_none() && output.bodies.is_none() {
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
        let heading =
            ReportHeading { extract: self.plan.extractions(), ..ReportHeading::new(&self.plan.name, started) };
        let collector = Collector::start(collected, output, heading, warn)?;
        Ok((Some(collector), Some(results)))
    }
}
