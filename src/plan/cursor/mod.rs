//! The cursor: it draws the jobs of a plan one at a time, and never holds all of them.
//!
//! Drawing never blocks: rows of files and pipes are read ahead by threads. Start at [`Cursor::draw`].

mod leaving_out;
pub mod left_out;
mod steps;

use std::collections::HashMap;
use std::sync::Arc;
use std::{fmt, mem};

use crate::event::EndpointId;
use crate::plan::Plan;
use crate::plan::before::StepRequest;
use crate::plan::cursor::left_out::LeftOut;
use crate::plan::cursor::steps::step_requests;
use crate::plan::endpoints::{EndpointRegistry, PlannedEndpoint};
use crate::plan::error::PlanError;
use crate::plan::exact::request_url::RequestUrl;
use crate::plan::job::{Job, Place};
use crate::plan::priority_jobs::{PriorityCount, PriorityJob, SlowJob};
use crate::plan::reader::queue::Bounds;
use crate::plan::reader::stream::SourceStream;
use crate::plan::reader::threads::{ReaderActivity, ReaderThreads, Waker};
use crate::plan::request::RequestBuilder;
use crate::plan::request::address::NO_UPSTREAM;
use crate::plan::source::Source;

/// The most rows, of all sources together, that are looked at before they are drawn.
const LOOK_AHEAD: usize = 256;

/// A position in a plan.
pub struct Cursor {
    found: EndpointRegistry,
    streams: Vec<SourceStream>,
    threads: ReaderThreads,
    /// Rows of all sources that were looked at and not drawn yet.
    n_peeked: usize,
    /// The jobs that are left out, if it goes on with an earlier run.
    left_out: Option<LeftOut>,
    /// How many jobs got priority, if [`Self::prioritize`] was called.
    priority_count: Option<PriorityCount>,
    /// The steps before the batch, until they are taken.
    steps: Vec<StepRequest>,
}

/// The result of drawing.
#[derive(Debug)]
pub enum Draw<T> {
    /// The next row.
    Row(T),
    /// No row yet, because the file or pipe is slower than the run. The waker is called when there is one.
    Pending,
    /// The source has no more rows.
    End,
}

impl<T> Draw<T> {
    /// Makes something else of the row, if there is one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Draw<U> {
        match self {
            Self::Row(row) => Draw::Row(make(row)),
            Self::Pending => Draw::Pending,
            Self::End => Draw::End,
        }
    }
}

/// A row that cannot be made into a job; it still counts as one, and fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Its place in the plan.
    pub place: Place,
    /// Its endpoint.
    pub endpoint: EndpointId,
    /// What is wrong with it, with file and line.
    pub why: String,
}

impl Cursor {
    /// A cursor before the first job of every source. It opens files, and counts their rows if that is quick.
    ///
    /// Practice URLs go to the practice upstream at `practice_port` of this machine.
    pub fn open(plan: &Plan, practice_port: Option<u16>) -> Result<Self, PlanError> {
        let threads = ReaderThreads::new();
        let mut cursor = Self {
            found: EndpointRegistry::default(),
            streams: Vec::new(),
            threads,
            n_peeked: 0,
            left_out: None,
            priority_count: None,
            steps: Vec::new(),
        };
        let mut n_named: HashMap<Arc<str>, usize> = HashMap::new();
        for name in plan.sources.iter().filter_map(Source::name) {
            *n_named.entry(name).or_default() += 1;
        }
        let bounds = Bounds::for_sources(plan.sources.iter().filter(|source| !source.rows.is_computed()).count());
        for source in &plan.sources {
            let is_shared = |name: &Arc<str>| n_named.get(name).is_some_and(|&n| n > 1);
            let name = source.name().map(|name| source.longer_name().filter(|_| is_shared(&name)).unwrap_or(name));
            let stream = cursor.stream(plan, source, name, practice_port, bounds)?;
            cursor.streams.push(stream);
        }
        cursor.steps = step_requests(plan, practice_port)?;
        if cursor.jobs() == Some(0) {
            return Err(PlanError::no_jobs(&plan.file, "its files have no rows"));
        }
        Ok(cursor)
    }

    fn stream(
        &mut self,
        plan: &Plan,
        source: &Source,
        name: Option<Arc<str>>,
        practice_port: Option<u16>,
        bounds: Bounds,
    ) -> Result<SourceStream, PlanError> {
        let builder = RequestBuilder::new(source, practice_port).map_err(|why| {
            let help = if why.ends_with(NO_UPSTREAM) { "" } else { "check the plan's URLs and headers" };
            PlanError::in_file(&plan.file, why, help)
        })?;
        let mut stream = SourceStream::open(source, builder, self.streams.len(), bounds, &self.threads)?;
        stream.endpoint = name.map(|name| self.found.add(&name, stream.n_jobs()));
        Ok(stream)
    }

    /// Gives these jobs priority over all others. Jobs that the plan no longer has are ignored.
    ///
    /// It reads the plan's files, so it may block. Call it before the first draw, and only if every source can be
    /// read again.
    pub fn prioritize(&mut self, slow: Vec<SlowJob>) {
        let mut priority_count = PriorityCount { jobs: 0, of: slow.len() as u64 };
        let named =
            |stream: &SourceStream| Some(Arc::clone(&self.found.endpoints().get(stream.endpoint?.0 as usize)?.name));
        let sources: HashMap<_, _> =
            self.streams.iter().enumerate().filter_map(|(i, stream)| Some((named(stream)?, i))).collect();
        // A name that no endpoint has may be a host in a list of URLs.
        let list = self.streams.iter().position(|stream| stream.endpoint.is_none());
        let mut by_source: Vec<Vec<SlowJob>> = self.streams.iter().map(|_| Vec::new()).collect();
        for slow in slow {
            if let Some(source) = sources.get(&slow.endpoint).copied().or(list) {
                by_source[source].push(slow);
            }
        }
        for (stream, slow) in self.streams.iter_mut().zip(by_source) {
            stream.prioritize(slow, &mut self.found);
            priority_count.jobs += stream.n_priority;
        }
        self.priority_count = Some(priority_count);
    }

    /// How many jobs got priority, if [`Self::prioritize`] was called.
    pub fn priority_count(&self) -> Option<PriorityCount> {
        self.priority_count
    }

    /// Takes the priority jobs of a source. They are there again after it is rewound.
    pub fn take_priority_jobs(&mut self, source: usize) -> Vec<PriorityJob> {
        self.streams.get_mut(source).map_or_else(Vec::new, |stream| mem::take(&mut stream.priority))
    }

    /// Every endpoint so far, by id. The list only grows.
    pub fn endpoints(&self) -> &[PlannedEndpoint] {
        self.found.endpoints()
    }

    /// How many sources there are.
    pub fn sources(&self) -> usize {
        self.streams.len()
    }

    /// The host of all jobs of a source (`scheme://name:port`, see `host_key`), if there is only one.
    pub fn host_of(&self, source: usize) -> Option<&str> {
        self.streams.get(source)?.host.as_deref()
    }

    /// How many jobs the plan has, if that is known.
    pub fn jobs(&self) -> Option<u64> {
        (0..self.streams.len()).try_fold(0_u64, |n, source| n.checked_add(self.left_of(source)?))
    }

    /// The weights of all sources.
    pub fn weights(&self) -> Vec<u32> {
        self.streams.iter().map(|stream| stream.weight).collect()
    }

    /// How many jobs a source has, if that is known.
    pub fn jobs_of(&self, source: usize) -> Option<u64> {
        self.left_of(source)
    }

    /// Whether the rows of a source have pages.
    pub fn has_pages(&self, source: usize) -> bool {
        self.streams.get(source).is_some_and(|stream| stream.has_pages)
    }

    /// Whether a source is known to have no more jobs. If its number of jobs is unknown, only [`Self::draw`] finds out.
    pub fn is_drawn(&self, source: usize) -> bool {
        self.streams.get(source).is_none_or(SourceStream::is_drawn)
    }

    /// Whether the rows of a source can be read again; those of a pipe cannot.
    pub fn is_repeatable(&self, source: usize) -> bool {
        self.streams.get(source).is_some_and(|stream| stream.is_repeatable)
    }

    /// The endpoint of a source, if it has only one.
    pub fn endpoint_of(&self, source: usize) -> Option<EndpointId> {
        self.streams.get(source)?.endpoint
    }

    /// Takes what the user should know about the rows of a source that have been read.
    pub fn take_notes(&mut self, source: usize) -> Vec<String> {
        self.streams.get_mut(source).map_or_else(Vec::new, |stream| mem::take(&mut stream.notes))
    }

    /// Goes back to the first job of a source that was drawn to its end. Its files are read again, because they may
    /// have changed. Until they are open, [`Self::is_open`] is false.
    pub fn rewind(&mut self, source: usize) {
        let Some(stream) = self.streams.get_mut(source) else { return };
        stream.read.clear();
        self.n_peeked -= mem::take(&mut stream.n_peeked);
        stream.rewind(&self.threads, &mut self.found);
    }

    /// Whether a source has been opened. If not, the waker is called when it is.
    pub fn is_open(&mut self, source: usize) -> bool {
        self.fetch(source, 0);
        self.streams.get(source).is_none_or(|stream| !stream.is_opening)
    }

    /// What to call, from another thread, when there is more after a [`Draw::Pending`].
    ///
    /// Set it before the first draw: it is not called for what arrived earlier.
    pub fn set_waker(&mut self, waker: Waker) {
        self.threads.set_waker(waker);
    }

    /// Reports whether any source is being read ahead.
    pub fn activity(&self) -> ReaderActivity {
        self.threads.activity()
    }

    /// Draws the next job of a source, or a row that cannot be made into one.
    pub fn draw(&mut self, source: usize) -> Draw<Result<Box<Job>, BadRow>> {
        let has_ended = self.pass_left_out(source);
        let Some(row) = self.pop(source) else { return if has_ended { Draw::End } else { Draw::Pending } };
        if self.left_out.is_some() {
            // So that the last row is known to be the last.
            self.pass_left_out(source);
        }
        let Some(stream) = self.streams.get_mut(source) else { return Draw::End };
        let place = Place { source: stream.number, row: row.row };
        Draw::Row(match row.request {
            Ok(request) => Ok(stream.job(place, request, &mut self.found)),
            Err(why) => {
                let endpoint = stream.endpoint.unwrap_or_else(|| self.found.bad_rows());
                Err(BadRow { place, endpoint, why })
            }
        })
    }

    /// The URLs of a source's next `n` jobs, as far as they have been read. Each is returned only once.
    pub fn look_ahead(&mut self, source: usize, n: usize) -> impl Iterator<Item = &RequestUrl> {
        if self.streams.get(source).is_some_and(|stream| stream.read.len() < n && !self.is_drawn(source)) {
            let room = LOOK_AHEAD - self.n_peeked.min(LOOK_AHEAD);
            let n = n.min(self.streams[source].n_peeked + room);
            self.fetch(source, n);
        }
        let (room, total) = (LOOK_AHEAD - self.n_peeked.min(LOOK_AHEAD), &mut self.n_peeked);
        let rows = self.streams.get_mut(source).into_iter().flat_map(move |stream| {
            let peeked = stream.n_peeked;
            stream.n_peeked = peeked.max(n.min(stream.read.len()).min(peeked + room));
            *total += stream.n_peeked - peeked;
            stream.read.range(peeked..stream.n_peeked)
        });
        rows.filter_map(|row| row.request.as_ref().ok()).map(|request| &request.address.url)
    }

    /// Takes the rows that were read ahead, or computes rows until there are `n`. Returns whether there are no more.
    fn fetch(&mut self, source: usize, n: usize) -> bool {
        self.streams.get_mut(source).is_none_or(|stream| stream.fetch(n, &self.threads, &mut self.found))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<u64> = self.streams.iter().map(|stream| stream.n_drawn).collect();
        f.debug_struct("Cursor")
            .field("endpoints", &self.endpoints().len())
            .field("rows", &rows)
            .finish_non_exhaustive()
    }
}
