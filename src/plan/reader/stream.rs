//! One open source: its rows that were read ahead, and how many were drawn.
//!
//! Start at [`SourceStream::fetch`].

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::EndpointId;
use crate::plan::endpoints::EndpointRegistry;
use crate::plan::error::PlanError;
use crate::plan::error::io_reason;
use crate::plan::job::{Job, Place};
use crate::plan::late::page_number::first_page;
use crate::plan::priority_jobs::{PriorityJob, PriorityRow, SlowJob};
use crate::plan::reader::queue::{Bounds, RowQueue};
use crate::plan::reader::threads::ReaderThreads;
use crate::plan::reader::{OpenedRows, ReadRow, SourceReader};
use crate::plan::request::{BuiltRequest, RequestBuilder};
use crate::plan::source::Source;

/// One open source: its rows that were read ahead, and how many were drawn.
pub(in crate::plan) struct SourceStream {
    supply: Supply,
    builder: Arc<RequestBuilder>,
    /// Its endpoint. If it has none, each of its hosts is an endpoint.
    pub(in crate::plan) endpoint: Option<EndpointId>,
    pub(in crate::plan) host: Option<String>,
    /// How many rows make a job, if that is known.
    pub(in crate::plan) jobs: Option<u64>,
    /// Which source it is, from 0.
    pub(in crate::plan) number: u32,
    /// Rows drawn, since it was opened.
    pub(in crate::plan) n_drawn: u64,
    /// Rows that were read and not drawn.
    pub(in crate::plan) read: VecDeque<ReadRow>,
    /// How many of those were looked at before being drawn.
    pub(in crate::plan) n_peeked: usize,
    /// Its priority jobs, until they are taken.
    pub(in crate::plan) priority: Vec<PriorityJob>,
    /// How many priority jobs there were when it was opened.
    pub(in crate::plan) n_priority: u64,
    /// What the user should know about its rows, until it is taken.
    pub(in crate::plan) notes: Vec<String>,
    /// Its share of the starts.
    pub(in crate::plan) weight: u32,
    /// Whether its rows can be read again.
    pub(in crate::plan) is_repeatable: bool,
    /// Whether its rows have pages, so that its number of jobs is unknown.
    pub(in crate::plan) has_pages: bool,
    /// It has not been opened yet, so nothing is known about its rows.
    pub(in crate::plan) is_opening: bool,
}

/// Where a source's rows come from.
enum Supply {
    /// They are computed when they are drawn.
    Computed(Box<SourceReader>),
    /// A thread reads them ahead.
    ReadAhead(Arc<RowQueue>),
}

impl SourceStream {
    /// A source before its first job. Its rows are opened, unless that could block.
    pub(in crate::plan) fn open(
        source: &Source,
        builder: RequestBuilder,
        number: usize,
        bounds: Bounds,
        threads: &ReaderThreads,
    ) -> Result<Self, PlanError> {
        let builder = Arc::new(builder);
        let reader = SourceReader::new(source, Arc::clone(&builder))?;
        let (jobs, is_opening) = (reader.n_jobs(), !reader.is_open());
        let supply = if source.rows.is_computed() {
            Supply::Computed(Box::new(reader))
        } else {
            threads.start().map_err(|why| {
                let message = format!("cannot start a thread to read {}: {}", source.rows.name(), io_reason(&why));
                PlanError::in_file(&source.rows.name(), message, "")
            })?;
            Supply::ReadAhead(Arc::new(RowQueue::new(reader, bounds)))
        };
        Ok(Self {
            supply,
            host: builder.host(source.columns.len()),
            builder,
            endpoint: None,
            jobs,
            number: u32::try_from(number).unwrap_or(u32::MAX),
            n_drawn: 0,
            read: VecDeque::new(),
            n_peeked: 0,
            priority: Vec::new(),
            n_priority: 0,
            notes: Vec::new(),
            weight: source.weight,
            is_repeatable: source.is_repeatable(),
            has_pages: source.rules.pages.next.is_some(),
            is_opening,
        })
    }

    /// How many jobs it has, if that is known.
    pub(in crate::plan) fn n_jobs(&self) -> Option<u64> {
        self.jobs.filter(|_| !self.has_pages)
    }

    /// Whether it is known to have no more jobs.
    pub(in crate::plan) fn is_drawn(&self) -> bool {
        !self.is_opening && self.jobs.is_some_and(|jobs| self.n_drawn + self.n_priority >= jobs)
    }

    /// Ends it: what follows is not wanted.
    pub(in crate::plan) fn end(&mut self) {
        self.n_peeked = 0;
        self.read.clear();
        self.jobs = Some(self.n_drawn);
        self.is_opening = false;
    }

    /// Gives slow jobs priority, if its rows still make them. May block.
    pub(in crate::plan) fn prioritize(&mut self, slow: Vec<SlowJob>, found: &mut EndpointRegistry) {
        let priority = match &mut self.supply {
            Supply::Computed(reader) => reader.prioritize(slow),
            Supply::ReadAhead(queue) => queue.with_reader(|reader| reader.prioritize(slow)).unwrap_or_default(),
        };
        self.set_priority(priority, found);
    }

    /// Opens it again and starts at its first row. Call it only after it was drawn to its end.
    pub(in crate::plan) fn rewind(&mut self, threads: &ReaderThreads, found: &mut EndpointRegistry) {
        match &mut self.supply {
            Supply::Computed(reader) => {
                let opened = reader.reopen();
                self.set_opened(opened, found);
            }
            Supply::ReadAhead(queue) => {
                self.is_opening = true;
                if queue.rewind() {
                    threads.read(queue);
                }
            }
        }
    }

    /// Takes the rows that were read ahead, or computes rows until there are `n`. Returns whether there are no more.
    pub(in crate::plan) fn fetch(&mut self, n: usize, threads: &ReaderThreads, found: &mut EndpointRegistry) -> bool {
        match &mut self.supply {
            Supply::Computed(reader) => {
                while self.read.len() < n {
                    let Some(row) = reader.next() else { return true };
                    self.read.push_back(row);
                }
                false
            }
            Supply::ReadAhead(queue) => {
                let taken = queue.take(&mut self.read);
                self.notes.extend(taken.notes);
                if taken.needs_reader {
                    threads.read(queue);
                }
                if let Some(opened) = taken.opened {
                    self.set_opened(opened, found);
                }
                taken.has_ended
            }
        }
    }

    /// Starts again with the result of opening.
    fn set_opened(&mut self, opened: OpenedRows, found: &mut EndpointRegistry) {
        self.jobs = opened.n_jobs;
        self.n_drawn = 0;
        self.is_opening = false;
        self.set_priority(opened.priority, found);
    }

    fn set_priority(&mut self, rows: Vec<PriorityRow>, found: &mut EndpointRegistry) {
        self.n_priority = rows.len() as u64;
        let early = |PriorityRow { took, row, request }| {
            let place = Place { source: self.number, row };
            PriorityJob { took, job: self.job(place, request, found) }
        };
        self.priority = rows.into_iter().map(early).collect();
    }

    /// Makes a job of a row's request.
    pub(in crate::plan) fn job(&self, place: Place, request: BuiltRequest, found: &mut EndpointRegistry) -> Box<Job> {
        let endpoint = self.endpoint.unwrap_or_else(|| found.endpoint_of(&request));
        let BuiltRequest { method, address, target, headers, header_names, body, row_values, name: _, policy } =
            request;
        let policy = policy.unwrap_or_else(|| Arc::clone(&self.builder.policy));
        let secrets = Arc::clone(&self.builder.secrets);
        let (login, url) = (self.builder.auth.login(), address.url);
        first_page(Box::new(Job {
            place,
            endpoint,
            method,
            url,
            target,
            secrets,
            headers,
            header_names,
            body,
            row_values,
            login,
            page: None,
            policy,
        }))
    }
}
