//! The sources of a run's jobs: how far each is drawn, and in which round.
//!
//! It never blocks: files are read ahead by threads of the plan. Start at [`Sources::draw`].

mod for_time;
mod in_rounds;
mod mix;
mod number;
mod pages;
pub mod priority_jobs;

use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use crate::event::reasons::WarningSource;
use crate::event::waits::WaitTimes;
use crate::event::{EndpointId, Fact, JobId, Offset};
use crate::plan::before::StepRequest;
use crate::plan::cursor::{BadRow, Cursor, Draw};
use crate::plan::exact::request_url::RequestUrl;
use crate::plan::job::Job;
use crate::plan::priority_jobs::{PriorityCount, PriorityJob};
use crate::plan::{Limits, Polling};
use crate::source::pool::schedule::rounds::Rounds;
use crate::source::pool::schedule::sources::mix::Mix;
use crate::source::pool::schedule::sources::number::JobNumber;

/// The sources of a run.
#[derive(Debug)]
pub struct Sources {
    cursor: Cursor,
    states: Vec<SourceState>,
    /// How many sources may have more jobs, in this round or a later one.
    left: usize,
    /// Jobs drawn so far, bad rows included.
    drawn: u64,
    /// Jobs settled so far.
    settled: u64,
    /// Jobs that start before all others, the slowest first, of the sources that have begun.
    priority: BinaryHeap<PriorityJob>,
    /// Endpoints that have been announced.
    announced: usize,
    rounds: Option<Rounds>,
    /// Until when the jobs are repeated, while they are.
    repeats_until: Option<Offset>,
    /// The number of jobs, if a flag sets it.
    number: Option<JobNumber>,
    /// The mix of sources, if the plan gives them different weights.
    mix: Option<Mix>,
    /// Whether a source ended before its time, because its hosts were given up.
    has_given_up: bool,
    /// Whether it was announced that every job was drawn.
    has_announced_end: bool,
    /// Whether no more jobs are drawn, because their time is over or their number is reached.
    is_closed: bool,
}

/// One source.
#[derive(Debug, Default)]
struct SourceState {
    /// It may have more jobs in this round.
    has_more: bool,
    /// It had a row since it was opened, so that repeating it makes sense. In a run for a time, only a row counts that
    /// could be sent: others would fail again and again until the time is over.
    has_rows: bool,
    /// It had a row since it was opened that was left out, because its host was given up.
    has_left_out: bool,
    /// Its jobs that were drawn or have priority, and are not settled.
    open: u64,
    head: QueueHead,
}

/// Since when a source's next job waits, and the reading of its clock at that time.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueueHead {
    /// Since when.
    pub since: Offset,
    /// The reading of the clock of its lane, or of the run.
    pub mark: WaitTimes,
}

/// A row that was drawn: a job, or a row that is none.
#[derive(Debug)]
pub struct DrawnRow {
    /// The job, or what is wrong with the row.
    pub job: Result<Box<Job>, BadRow>,
    /// Its number.
    pub id: JobId,
    /// Since when it was the next row.
    pub head: QueueHead,
}

impl Sources {
    /// The sources of a plan, before their first job. With rounds, each waits for its first round.
    pub fn new(cursor: Cursor, polling: Option<Polling>, limits: &Limits) -> Self {
        let n = cursor.sources();
        let state = |_| SourceState { has_more: polling.is_none(), ..SourceState::default() };
        let rounds = polling.map(|polling| Rounds::new(polling, n));
        Self {
            states: (0..n).map(state).collect(),
            left: n,
            drawn: 0,
            settled: 0,
            priority: BinaryHeap::new(),
            announced: 0,
            rounds,
            repeats_until: limits.duration.map(|length| Offset::ZERO + length.into()),
            number: limits.jobs.map(JobNumber::new),
            mix: Mix::new(cursor.weights()),
            has_given_up: false,
            has_announced_end: false,
            is_closed: false,
            cursor,
        }
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.states.len()
    }

    /// Whether a source may have more in this round.
    pub fn has_more(&self, source: usize) -> bool {
        self.states[source].has_more
    }

    /// The host of a source, if it has only one.
    pub fn host_of(&self, source: usize) -> Option<&str> {
        self.cursor.host_of(source)
    }

    /// Takes the steps before the batch.
    pub fn take_steps(&mut self) -> Vec<StepRequest> {
        self.cursor.take_steps()
    }

    /// Sets since when a source's next job waits.
    pub fn set_head(&mut self, source: usize, head: QueueHead) {
        self.states[source].head = head;
    }

    /// Draws the next row of a source: nothing if its job is to be left out, which is then not counted. The row after it
    /// waits from now on. Never blocks.
    pub fn draw(
        &mut self,
        source: usize,
        now: QueueHead,
        facts: &mut VecDeque<Fact>,
        is_left_out: impl Fn(&Job) -> bool,
    ) -> Draw<Option<DrawnRow>> {
        if !self.states[source].has_more {
            return Draw::End;
        }
        let head = std::mem::replace(&mut self.states[source].head, now);
        let drawn = self.cursor.draw(source).map(|job| {
            let is_taken = !job.as_ref().is_ok_and(|job| is_left_out(job));
            let state = &mut self.states[source];
            state.has_rows |= is_taken && (job.is_ok() || self.repeats_until.is_none());
            state.has_left_out |= !is_taken;
            is_taken.then(|| DrawnRow { job, id: self.next_id(source), head })
        });
        self.announce(facts);
        let notes = self.cursor.take_notes(source).into_iter();
        facts.extend(notes.map(|note| Fact::Warned { about: WarningSource::Plan, message: note.into() }));
        // A counted source ends with its last row. Otherwise the end would show only at its next turn, and that may
        // be a cooldown later.
        let is_drawn = self.cursor.is_drawn(source) || matches!(drawn, Draw::End);
        let is_counted = matches!(drawn, Draw::Row(Some(_)));
        if is_counted && let Some(mix) = &mut self.mix {
            mix.note_drawn(source);
        }
        if is_counted && self.number.as_mut().is_some_and(JobNumber::is_last) {
            self.close(facts);
            return drawn;
        }
        let repeats = self.repeats_until.is_some() || self.number.is_some() && self.cursor.is_repeatable(source);
        if is_drawn && repeats && std::mem::take(&mut self.states[source].has_rows) {
            self.states[source].has_left_out = false;
            self.cursor.rewind(source);
            // The waker is called when its file is open again.
            return if matches!(drawn, Draw::End) { Draw::Pending } else { drawn };
        }
        if is_drawn && std::mem::take(&mut self.states[source].has_more) {
            self.has_given_up |= self.states[source].has_left_out;
            if self.is_in_last_round(source) {
                self.left -= 1;
                self.announce_if_drawn(facts);
            }
            self.end_round_if_over(source, now.since, facts);
        }
        drawn
    }

    /// The URLs of a source's next `n` jobs, as far as they have been read. Each is returned only once.
    pub fn look_ahead(&mut self, source: usize, n: usize) -> impl Iterator<Item = &RequestUrl> {
        self.cursor.look_ahead(source, n)
    }

    /// Queues a source's priority jobs, if its files are open. If not, the waker is called when they are.
    pub fn open_source(&mut self, source: usize) -> bool {
        let is_open = self.cursor.is_open(source);
        if is_open {
            self.enqueue_priority(source);
        }
        is_open
    }

    fn next_id(&mut self, source: usize) -> JobId {
        self.drawn += 1;
        self.states[source].open += 1;
        JobId(self.drawn)
    }

    /// Counts one more job of a source, which was drawn before.
    pub fn repeat(&mut self, source: usize) -> JobId {
        self.next_id(source)
    }

    /// Counts a job as settled: well, badly, or cancelled.
    pub fn settle(
        &mut self,
        source: usize,
        endpoint: EndpointId,
        is_good: Option<bool>,
        now: Offset,
        facts: &mut VecDeque<Fact>,
    ) {
        self.settled += 1;
        self.states[source].open -= 1;
        if self.cursor.has_pages(source) {
            self.announce_if_drawn(facts);
        }
        if let Some(rounds) = &mut self.rounds {
            facts.extend(rounds.settle(source, endpoint, is_good));
        }
        self.end_round_if_over(source, now, facts);
    }

    /// Announces the endpoints, the priority jobs, and the end of a plan that has no jobs.
    pub fn open(&mut self, facts: &mut VecDeque<Fact>) {
        self.announce(facts);
        if let Some(PriorityCount { jobs, of }) = self.cursor.priority_count() {
            facts.push_back(Fact::JobsReordered { jobs, of });
        }
        self.announce_if_drawn(facts);
    }

    /// Announces the endpoints that are new.
    fn announce(&mut self, facts: &mut VecDeque<Fact>) {
        let endpoints = self.cursor.endpoints();
        for (i, endpoint) in endpoints.iter().enumerate().skip(self.announced) {
            facts.push_back(Fact::EndpointAnnounced {
                endpoint: EndpointId(u32::try_from(i).unwrap_or(u32::MAX)),
                name: Arc::clone(&endpoint.name),
                jobs: self.jobs_of(endpoint.jobs),
            });
        }
        self.announced = endpoints.len();
    }

    fn announce_if_drawn(&mut self, facts: &mut VecDeque<Fact>) {
        if self.has_announced_end || !self.is_drawn() || self.has_open_pages() {
            return;
        }
        self.has_announced_end = true;
        facts.push_back(Fact::PlanDrawn { jobs: self.drawn });
        facts.extend(self.number.and_then(JobNumber::shortfall));
    }

    /// Whether any job has been drawn.
    pub fn has_begun(&self) -> bool {
        self.drawn > 0
    }

    /// Whether every job has been drawn.
    pub fn is_drawn(&self) -> bool {
        self.left == 0 && self.priority.is_empty()
    }

    /// Whether every job has been drawn and settled.
    pub fn is_over(&self) -> bool {
        self.is_drawn() && self.settled == self.drawn
    }

    /// Whether there is such an endpoint, and it has been announced.
    pub fn has_announced(&self, endpoint: EndpointId) -> bool {
        (endpoint.0 as usize) < self.announced
    }

    /// Name of an endpoint.
    pub fn endpoint_name(&self, endpoint: EndpointId) -> Arc<str> {
        self.cursor.endpoints().get(endpoint.0 as usize).map_or_else(|| Arc::from(""), |e| Arc::clone(&e.name))
    }

    /// Sets what to call, from another thread, when a source that had no row has one again.
    pub fn set_waker(&mut self, waker: Arc<dyn Fn() + Send + Sync>) {
        self.cursor.set_waker(waker);
    }
}
