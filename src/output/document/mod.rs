//! Documents made of a recording: a page, tables, and files for other tools.
//!
//! A recording is read twice at most: once for what its events add up to, and once more for its jobs, one after the
//! other. So a long recording takes no more memory. A recording without an end gives the same documents up to where it
//! stops. Start at [`RecordedRun::write`].

pub mod csv;
pub mod har;
pub mod job_log;
pub mod junit;
pub mod markdown;
pub mod page;
pub mod trace;

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use crate::event::{Event, Micros, Offset};
use crate::model::Model;
use crate::output::document::job_log::{JobLog, RecordedJob};
use crate::output::open_metrics;
use crate::output::summary::extras::Extras;
use crate::output::summary::json::summary_json;
use crate::text::safe_json;

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// A self-contained HTML page.
    Page,
    /// A table of all jobs, as CSV.
    Csv,
    /// A summary for a pull request or a wiki, as Markdown.
    Markdown,
    /// The jobs as test cases, for CI servers.
    Junit,
    /// The attempts on a time axis, for Perfetto and Chrome.
    Trace,
    /// The attempts as an HTTP archive, without headers and bodies.
    Har,
    /// The figures, for Prometheus.
    OpenMetrics,
    /// The summary, as JSON.
    Summary,
}

impl DocumentKind {
    /// The file name's ending.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Page => "html",
            Self::Csv => "csv",
            Self::Markdown => "md",
            Self::Junit => "xml",
            Self::Trace => "trace.json",
            Self::Har => "har",
            Self::OpenMetrics => "prom",
            Self::Summary => "json",
        }
    }
}

/// A time in milliseconds, exact to the microsecond.
fn milliseconds(time: Micros) -> f64 {
    time.0 as f64 / 1e3
}

/// The events of a recording, from its start.
pub type EventStream = Box<dyn Iterator<Item = io::Result<Event>>>;

/// A recording, and what its events add up to.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct RecordedRun<'a> {
    model: Model,
    started: SystemTime,
    events: &'a dyn Fn() -> io::Result<EventStream>,
}

impl<'a> RecordedRun<'a> {
    /// Reads a recording once.
    pub fn read(started: SystemTime, events: &'a dyn Fn() -> io::Result<EventStream>) -> io::Result<Self> {
        let mut model = Model::default();
        for event in events()? {
            model.apply(&event?);
        }
        Ok(Self { model, started, events })
    }

    /// Writes a document.
    pub fn write(&self, kind: DocumentKind, to: &mut dyn Write) -> io::Result<()> {
        match kind {
            DocumentKind::Page => page::write(self, to),
            DocumentKind::Csv => csv::write(self, to),
            DocumentKind::Markdown => to.write_all(markdown::text(self).as_bytes()),
            DocumentKind::Junit => junit::write(self, to),
            DocumentKind::Trace => trace::write(self, to),
            DocumentKind::Har => har::write(self, to),
            DocumentKind::OpenMetrics => to.write_all(open_metrics::text(&self.model, self.model.last).as_bytes()),
            DocumentKind::Summary => {
                let summary = summary_json(&self.model, self.model.last, &Extras::default());
                safe_json::write(&mut *to, &summary)?;
                to.write_all(b"\n")
            }
        }
    }

    /// What the events add up to.
    fn model(&self) -> &Model {
        &self.model
    }

    /// When the run ended, or the last event of one that has no end.
    fn end(&self) -> Offset {
        self.model.ended.unwrap_or(self.model.last)
    }

    /// A moment of the run by the wall clock.
    fn wall_clock(&self, at: Offset) -> String {
        let at = self.started.checked_add(Duration::from_micros(at.0)).unwrap_or(self.started);
        humantime::format_rfc3339_millis(at).to_string()
    }

    /// Reads the recording again, with each job after the event that settles it; those that are open at its end come
    /// last.
    fn for_each(&self, mut each: impl FnMut(RecordedStep<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut log = JobLog::default();
        for event in (self.events)()? {
            let event = event?;
            each(RecordedStep::Event(&event))?;
            if let Some(job) = log.add(&event) {
                each(RecordedStep::Job(&job))?;
            }
        }
        for job in log.unfinished() {
            each(RecordedStep::Job(&job))?;
        }
        Ok(())
    }

    /// The same, for jobs alone.
    fn for_each_job(&self, mut each: impl FnMut(&RecordedJob) -> io::Result<()>) -> io::Result<()> {
        self.for_each(|step| match step {
            RecordedStep::Event(_) => Ok(()),
            RecordedStep::Job(job) => each(job),
        })
    }
}

/// What a recording yields.
#[derive(Clone, Copy, Debug)]
enum RecordedStep<'a> {
    /// An event.
    Event(&'a Event),
    /// A job that is settled, or that was open at the end.
    Job(&'a RecordedJob),
}
