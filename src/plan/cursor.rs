//! Draws jobs from a plan, one at a time, without ever holding them all.
//!
//! Start at [`Cursor::draw`].

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError};

use crate::event::EndpointId;
use crate::plan::Plan;
use crate::plan::endpoints::{EndpointRegistry, PlannedEndpoint};
use crate::plan::error::PlanError;
use crate::plan::job::{Job, Place};
use crate::plan::priority_jobs::{PriorityCount, PriorityJob, PriorityJobs, SlowJob};
use crate::plan::request::address::NO_UPSTREAM;
use crate::plan::request::{BuiltRequest, RequestBuilder};
use crate::plan::rows::feed::Waker;
use crate::plan::rows::{Next, RowStream, Rows};
use crate::plan::source::Source;

/// A position in a plan.
pub struct Cursor {
    found: EndpointRegistry,
    streams: Vec<Stream>,
    waker: Waker,
    /// What became of jobs that were to be put first, where that was asked for.
    placed: Option<PriorityCount>,
}

/// What a draw yields.
#[derive(Debug)]
pub enum Draw {
    /// The next job.
    Job(Box<Job>),
    /// A row that cannot be made into a job; it still counts as one, and fails.
    BadRow(BadRow),
    /// Nothing yet: the input is slower than we are. The cursor's waker is called when there is more.
    Pending,
    /// This source is exhausted.
    End,
}

/// A row that cannot be made into a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where it stands.
    pub place: Place,
    /// The endpoint it belongs to.
    pub endpoint: EndpointId,
    /// What is wrong with it, with file and line.
    pub why: String,
}

/// A source on its way.
struct Stream {
    rows: RowStream,
    values: Vec<String>,
    builder: RequestBuilder,
    /// Its one endpoint; without it, every host is one.
    endpoint: Option<EndpointId>,
    host: Option<String>,
    jobs: Option<u64>,
    next: Place,
    /// Its jobs that are drawn before all others.
    ahead: PriorityJobs,
    /// How to read its rows again.
    again: Again,
}

/// How to read a source's rows from their beginning.
struct Again {
    rows: Arc<Rows>,
    columns: Vec<String>,
    is_in_row: bool,
    /// Why that failed; told in place of a row.
    trouble: Option<String>,
}

impl Cursor {
    /// Stands before the first job of every source. Files are opened, and counted where that is quick.
    ///
    /// Practice URLs go to the practice upstream at `practice_port` of this machine.
    pub fn open(plan: &Plan, practice_port: Option<u16>) -> Result<Self, PlanError> {
        let mut cursor =
            Self { found: EndpointRegistry::default(), streams: Vec::new(), waker: Waker::default(), placed: None };
        let mut n_named: HashMap<Arc<str>, usize> = HashMap::new();
        for name in plan.sources.iter().filter_map(Source::name) {
            *n_named.entry(name).or_default() += 1;
        }
        for source in &plan.sources {
            let is_shared = |name: &Arc<str>| n_named.get(name).is_some_and(|&n| n > 1);
            let name = source.name().map(|name| source.longer_name().filter(|_| is_shared(&name)).unwrap_or(name));
            let stream = cursor.stream(plan, source, name, practice_port)?;
            cursor.streams.push(stream);
        }
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
    ) -> Result<Stream, PlanError> {
        let builder = RequestBuilder::new(source, practice_port).map_err(|why| {
            let help = if why.ends_with(NO_UPSTREAM) { "" } else { "check the plan's URLs and headers" };
            PlanError::in_file(&plan.file, why, help)
        })?;
        let (rows, jobs) = source.rows.open(&source.columns, source.url.is_in_row(), &self.waker)?;
        let endpoint = name.map(|name| self.found.add(&name, jobs));
        let host = builder.host(source.columns.len());
        let next = Place { source: u32::try_from(self.streams.len()).unwrap_or(u32::MAX), row: 0 };
        let (columns, is_in_row) = (source.columns.clone(), source.url.is_in_row());
        let again = Again { rows: Arc::clone(&source.rows), columns, is_in_row, trouble: None };
        let ahead = PriorityJobs::default();
        Ok(Stream { rows, values: Vec::new(), builder, endpoint, host, jobs, next, ahead, again })
    }

    /// Puts these jobs before all others, as far as the plan still has them: each as it is now.
    ///
    /// To be called before the first draw, and only where everything can be read again.
    pub fn put_first(&mut self, slow: Vec<SlowJob>) {
        let mut placed = PriorityCount { jobs: 0, of: slow.len() as u64 };
        let named = |stream: &Stream| Some(Arc::clone(&self.found.endpoints().get(stream.endpoint?.0 as usize)?.name));
        let sources: HashMap<_, _> =
            self.streams.iter().enumerate().filter_map(|(i, stream)| Some((named(stream)?, i))).collect();
        // What no endpoint of the plan is called may be a host that a list leads to.
        let list = self.streams.iter().position(|stream| stream.endpoint.is_none());
        for slow in slow {
            if let Some(source) = sources.get(&slow.endpoint).copied().or(list) {
                self.streams[source].ahead.known.push(slow);
            }
        }
        for source in 0..self.streams.len() {
            let known = &mut self.streams[source].ahead.known;
            known.sort_by_key(|slow| (slow.row, Reverse(slow.took)));
            known.dedup_by_key(|slow| slow.row);
            self.look_ahead(source);
            placed.jobs += self.streams[source].ahead.n();
        }
        self.placed = Some(placed);
    }

    /// What became of jobs that were to be put first, where that was asked for.
    pub fn placed(&self) -> Option<PriorityCount> {
        self.placed
    }

    /// The jobs of a source that come before all others; once only, until it is rewound.
    pub fn take_ahead(&mut self, source: usize) -> Vec<PriorityJob> {
        self.streams.get_mut(source).map_or_else(Vec::new, |stream| std::mem::take(&mut stream.ahead.jobs))
    }

    /// Looks up the jobs of a source that come before all others.
    fn look_ahead(&mut self, source: usize) {
        let Stream { builder, endpoint, next, ahead, again, .. } = &mut self.streams[source];
        if ahead.known.is_empty() {
            return;
        }
        let Ok((rows, _)) = again.rows.open(&again.columns, again.is_in_row, &self.waker) else {
            return ahead.forget();
        };
        let (found, place) = (&mut self.found, *next);
        ahead.find(rows, |slow, next, values| {
            let made = match next {
                Next::Row => builder.build(values),
                Next::Line(line) => builder.build_from_json(&line),
                Next::Bad(_) | Next::Pending | Next::End => return None,
            };
            let made = made.ok().filter(|made| made.target == slow.target)?;
            Some(job(found, builder, *endpoint, Place { row: slow.row, ..place }, made))
        });
    }

    /// Every endpoint seen so far, by id; it only grows.
    pub fn endpoints(&self) -> &[PlannedEndpoint] {
        self.found.endpoints()
    }

    /// How many sources there are.
    pub fn sources(&self) -> usize {
        self.streams.len()
    }

    /// The one host (`scheme://name:port`, as `host_key` says it) all jobs of a source go to, where there is only one.
    pub fn host_of(&self, source: usize) -> Option<&str> {
        self.streams.get(source)?.host.as_deref()
    }

    /// How many jobs there are in all, where that is known.
    pub fn jobs(&self) -> Option<u64> {
        self.streams.iter().try_fold(0_u64, |n, stream| n.checked_add(stream.jobs?))
    }

    /// How many jobs a source has, where that is known.
    pub fn jobs_of(&self, source: usize) -> Option<u64> {
        self.streams.get(source)?.jobs
    }

    /// Whether a source is known to have no more, before it is asked; false where only asking tells.
    pub fn is_drawn(&self, source: usize) -> bool {
        self.streams
            .get(source)
            .is_none_or(|stream| stream.jobs.is_some_and(|jobs| stream.next.row + stream.ahead.n() >= jobs))
    }

    /// The one endpoint of a source, where it has just one.
    pub fn endpoint_of(&self, source: usize) -> Option<EndpointId> {
        self.streams.get(source)?.endpoint
    }

    /// Goes back before the first job of a source. Its files are read anew: they may have changed.
    pub fn rewind(&mut self, source: usize) {
        let Some(stream) = self.streams.get_mut(source) else { return };
        let Again { rows, columns, is_in_row, trouble } = &mut stream.again;
        match rows.open(columns, *is_in_row, &self.waker) {
            Ok((rows, jobs)) => (stream.rows, stream.jobs) = (rows, jobs),
            Err(why) => (stream.jobs, *trouble) = (Some(1), Some(why.to_string())),
        }
        stream.ahead.forget();
        stream.next.row = 0;
        if stream.again.trouble.is_none() {
            self.look_ahead(source);
        }
    }

    /// What to call, from another thread, when there is more after a [`Draw::Pending`].
    ///
    /// Set it before the first draw: it is not called for what arrived earlier.
    pub fn set_waker(&mut self, waker: Arc<dyn Fn() + Send + Sync>) {
        *self.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker);
    }

    /// Draws the next job of a source.
    pub fn draw(&mut self, source: usize) -> Draw {
        let Some(stream) = self.streams.get_mut(source) else { return Draw::End };
        let trouble = stream.again.trouble.take();
        while trouble.is_none() && stream.ahead.passes(stream.next.row) {
            stream.rows.skip(1, &mut stream.values);
            stream.next.row += 1;
        }
        let next = trouble.map_or_else(|| stream.rows.next(&mut stream.values), Next::Bad);
        let made = match next {
            Next::End => return Draw::End,
            Next::Pending => return Draw::Pending,
            Next::Bad(why) => Err(why),
            Next::Row => stream.builder.build(&stream.values).map_err(|why| stream.rows.place() + &why),
            Next::Line(line) => stream.builder.build_from_json(&line).map_err(|why| stream.rows.place() + &why),
        };
        let place = stream.next;
        stream.next.row += 1;
        match made {
            Ok(made) => Draw::Job(job(&mut self.found, &stream.builder, stream.endpoint, place, made)),
            Err(why) => {
                let endpoint = stream.endpoint.unwrap_or_else(|| self.found.bad_rows());
                Draw::BadRow(BadRow { place, endpoint, why })
            }
        }
    }
}

/// The job that a row's request is.
fn job(
    found: &mut EndpointRegistry,
    builder: &RequestBuilder,
    endpoint: Option<EndpointId>,
    place: Place,
    made: BuiltRequest,
) -> Box<Job> {
    let endpoint = endpoint.unwrap_or_else(|| found.endpoint_of(&made));
    let BuiltRequest { method, address, target, headers, body, name: _ } = made;
    let (policy, secrets) = (Arc::clone(&builder.policy), Arc::clone(&builder.secrets));
    Box::new(Job { place, endpoint, method, url: address.url, target, secrets, headers, body, policy })
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<u64> = self.streams.iter().map(|stream| stream.next.row).collect();
        f.debug_struct("Cursor")
            .field("endpoints", &self.endpoints().len())
            .field("rows", &rows)
            .finish_non_exhaustive()
    }
}
