//! Draws jobs from a plan, one at a time, without ever holding them all.
//!
//! Start at [`Cursor::draw`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError};

use crate::event::EndpointId;
use crate::plan::Plan;
use crate::plan::address::NO_UPSTREAM;
use crate::plan::found::Found;
use crate::plan::job::{Job, Place};
use crate::plan::mistake::PlanError;
use crate::plan::request::{Made, Maker};
use crate::plan::rows::feed::Waker;
use crate::plan::rows::{Next, RowStream, Rows};
use crate::plan::source::Source;

/// One named row of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name on screen and in reports.
    pub name: Arc<str>,
    /// How many jobs it yields, where that is known.
    pub jobs: Option<u64>,
}

/// A position in a plan.
pub struct Cursor {
    found: Found,
    streams: Vec<Stream>,
    waker: Waker,
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
    maker: Maker,
    /// Its one endpoint; without it, every host is one.
    endpoint: Option<EndpointId>,
    host: Option<String>,
    jobs: Option<u64>,
    next: Place,
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
        let mut cursor = Self { found: Found::default(), streams: Vec::new(), waker: Waker::default() };
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
        let maker = Maker::new(source, practice_port).map_err(|why| {
            let help = if why.ends_with(NO_UPSTREAM) { "" } else { "check the plan's URLs and headers" };
            PlanError::whole(&plan.file, why, help)
        })?;
        let (rows, jobs) = source.rows.open(&source.columns, source.url.is_in_row(), &self.waker)?;
        let endpoint = name.map(|name| self.found.add(&name, jobs));
        let host = maker.host(source.columns.len());
        let next = Place { source: u32::try_from(self.streams.len()).unwrap_or(u32::MAX), row: 0 };
        let (columns, is_in_row) = (source.columns.clone(), source.url.is_in_row());
        let again = Again { rows: Arc::clone(&source.rows), columns, is_in_row, trouble: None };
        Ok(Stream { rows, values: Vec::new(), maker, endpoint, host, jobs, next, again })
    }

    /// Every endpoint seen so far, by id; it only grows.
    pub fn endpoints(&self) -> &[Endpoint] {
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
        self.streams.get(source).is_none_or(|stream| stream.jobs.is_some_and(|jobs| stream.next.row >= jobs))
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
        stream.next.row = 0;
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
        let next = trouble.map_or_else(|| stream.rows.next(&mut stream.values), Next::Bad);
        let made = match next {
            Next::End => return Draw::End,
            Next::Pending => return Draw::Pending,
            Next::Bad(why) => Err(why),
            Next::Row => stream.maker.make(&stream.values).map_err(|why| stream.rows.place() + &why),
            Next::Line(line) => stream.maker.make_of_json(&line).map_err(|why| stream.rows.place() + &why),
        };
        let place = stream.next;
        stream.next.row += 1;
        match made {
            Ok(made) => {
                let endpoint = stream.endpoint.unwrap_or_else(|| self.found.endpoint_of(&made));
                let policy = Arc::clone(&stream.maker.policy);
                let Made { method, address, target, headers, body, name: _ } = made;
                let url = address.url;
                let secrets = Arc::clone(&stream.maker.secrets);
                Draw::Job(Box::new(Job { place, endpoint, method, url, target, secrets, headers, body, policy }))
            }
            Err(why) => {
                let endpoint = stream.endpoint.unwrap_or_else(|| self.found.bad_rows());
                Draw::BadRow(BadRow { place, endpoint, why })
            }
        }
    }
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
