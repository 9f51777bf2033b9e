//! Where a run's jobs come from: the plan's sources, how far each is drawn, and in which round.
//!
//! Pure but for the plan's files. Start at [`Sources::draw`].

pub mod priority_jobs;

use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use crate::event::waits::WaitTimes;
use crate::event::{EndpointId, Fact, JobId, Offset};
use crate::plan::Polling;
use crate::plan::cursor::{BadRow, Cursor, Draw};
use crate::plan::job::Job;
use crate::plan::priority_jobs::{PriorityCount, PriorityJob};
use crate::source::pool::schedule::rounds::Rounds;

/// Rows that are read ahead of their draw at most, of all sources together: each is a whole job.
const READ_AHEAD: usize = 256;

/// The sources of a run.
#[derive(Debug)]
pub struct Sources {
    cursor: Cursor,
    states: Vec<State>,
    /// How many may have more, in this round or a later one.
    left: usize,
    /// Jobs drawn so far, bad rows included.
    drawn: u64,
    /// Jobs over so far.
    settled: u64,
    /// Rows that have been read and not drawn.
    read: usize,
    /// Jobs that come before all others, the slowest first, of the sources that have begun.
    ahead: BinaryHeap<PriorityJob>,
    /// Endpoints that have been announced.
    announced: usize,
    rounds: Option<Rounds>,
}

/// One source.
#[derive(Debug, Default)]
struct State {
    /// It may have more in this round.
    has_more: bool,
    /// Its jobs that have been drawn, or are ahead, and are not over.
    open: u64,
    head: Head,
    /// What has been read and not drawn.
    read: VecDeque<Draw>,
}

/// Since when a source's next job waits, and what the clock of its lane, or of the run, read then.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head {
    /// Since when.
    pub since: Offset,
    /// What the clock read.
    pub mark: WaitTimes,
}

/// What a source yields.
#[derive(Debug)]
pub enum Drawn {
    /// A job, and since when it was the next.
    Job(Box<Job>, JobId, Head),
    /// A row that is none.
    BadRow(JobId, BadRow),
    /// Nothing yet.
    Pending,
    /// It has no more.
    End,
}

impl Sources {
    /// The sources of a plan, before their first job. With rounds, each waits for its first.
    pub fn new(cursor: Cursor, polling: Option<Polling>) -> Self {
        let n = cursor.sources();
        let state = |_| State { has_more: polling.is_none(), ..State::default() };
        let rounds = polling.map(|polling| Rounds::new(polling, n));
        Self {
            states: (0..n).map(state).collect(),
            left: n,
            drawn: 0,
            settled: 0,
            ahead: BinaryHeap::new(),
            read: 0,
            announced: 0,
            rounds,
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

    /// The one host of a source, where it has just one.
    pub fn host_of(&self, source: usize) -> Option<&str> {
        self.cursor.host_of(source)
    }

    /// From here on a source's next job waits.
    pub fn set_head(&mut self, source: usize, head: Head) {
        self.states[source].head = head;
    }

    fn is_in_last_round(&self, source: usize) -> bool {
        self.rounds.as_ref().is_none_or(|rounds| rounds.is_last(source))
    }

    /// Draws the next job of a source, whose next one then waits from here on.
    pub fn draw(&mut self, source: usize, now: Head, facts: &mut VecDeque<Fact>) -> Drawn {
        let head = std::mem::replace(&mut self.states[source].head, now);
        let ahead = self.states[source].read.pop_front();
        self.read -= usize::from(ahead.is_some());
        let drawn = match ahead.unwrap_or_else(|| self.cursor.draw(source)) {
            Draw::Job(job) => Drawn::Job(job, self.next_id(source), head),
            Draw::BadRow(bad) => Drawn::BadRow(self.next_id(source), bad),
            Draw::Pending => Drawn::Pending,
            Draw::End => Drawn::End,
        };
        match &drawn {
            Drawn::Job(job, ..) => self.announce_up_to(job.endpoint.0 as usize, facts),
            Drawn::BadRow(_, bad) => self.announce_up_to(bad.endpoint.0 as usize, facts),
            Drawn::Pending | Drawn::End => {}
        }
        // Where the count is known nobody has to come back and ask: that could be a cooldown later.
        let is_read = self.cursor.is_drawn(source) && self.states[source].read.is_empty();
        let is_drawn = is_read || matches!(drawn, Drawn::End);
        if is_drawn && std::mem::take(&mut self.states[source].has_more) {
            if self.is_in_last_round(source) {
                self.left -= 1;
                self.tell_if_drawn(facts);
            }
            self.end_round_if_over(source, now.since, facts);
        }
        drawn
    }

    /// Reads a source's rows until `n` of them are not drawn, or [`READ_AHEAD`] of all sources together; gives
    /// back the jobs that are new.
    pub fn read_ahead(&mut self, source: usize, n: usize) -> impl Iterator<Item = &Job> {
        let ahead = &mut self.states[source].read;
        let known = ahead.len();
        while ahead.len() < n
            && self.read < READ_AHEAD
            && !self.cursor.is_drawn(source)
            && let row @ (Draw::Job(_) | Draw::BadRow(_)) = self.cursor.draw(source)
        {
            ahead.push_back(row);
            self.read += 1;
        }
        let new = ahead.range(known..);
        new.filter_map(|row| match row {
            Draw::Job(job) => Some(&**job),
            Draw::BadRow(_) | Draw::Pending | Draw::End => None,
        })
    }

    fn next_id(&mut self, source: usize) -> JobId {
        self.drawn += 1;
        self.states[source].open += 1;
        JobId(self.drawn)
    }

    /// Whether every job is asked again by itself, round after round.
    pub fn has_rounds(&self) -> bool {
        self.rounds.is_some()
    }

    /// Books one more job of a source: one that has been drawn before.
    pub fn repeat(&mut self, source: usize) -> JobId {
        self.next_id(source)
    }

    /// Books a job as over: well, badly, or neither.
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
        if let Some(rounds) = &mut self.rounds {
            facts.extend(rounds.settle(source, endpoint, is_good));
        }
        self.end_round_if_over(source, now, facts);
    }

    fn end_round_if_over(&mut self, source: usize, now: Offset, facts: &mut VecDeque<Fact>) {
        let State { has_more, open, .. } = self.states[source];
        if let Some(rounds) = self.rounds.as_mut().filter(|_| !has_more && open == 0) {
            facts.extend(rounds.end(source, now));
        }
    }

    /// When the next round begins.
    pub fn next_round(&self) -> Option<Offset> {
        self.rounds.as_ref()?.soonest()
    }

    /// Begins the round that is due; gives back whose it is.
    pub fn begin_round(&mut self, now: Offset, facts: &mut VecDeque<Fact>) -> Option<usize> {
        let (source, round, late) = self.rounds.as_mut()?.begin(now)?;
        if round > 1 {
            self.cursor.rewind(source);
        }
        self.states[source].has_more = true;
        self.bring_ahead(source);
        facts.push_back(Fact::RoundStarted { endpoint: self.cursor.endpoint_of(source), round, late });
        Some(source)
    }

    /// Announces endpoints that are new, what comes first, and that the plan is drawn where it has nothing.
    pub fn open(&mut self, facts: &mut VecDeque<Fact>) {
        self.announce_up_to(self.cursor.endpoints().len(), facts);
        if let Some(PriorityCount { jobs, of }) = self.cursor.placed() {
            facts.push_back(Fact::JobsReordered { jobs, of });
        }
        if self.rounds.is_none() {
            (0..self.n()).for_each(|source| self.bring_ahead(source));
        }
        self.tell_if_drawn(facts);
    }

    /// Announces the endpoints up to this one. Rows that are only read may have found more.
    fn announce_up_to(&mut self, last: usize, facts: &mut VecDeque<Fact>) {
        let known = self.cursor.endpoints().iter().enumerate();
        for (i, endpoint) in known.take(last + 1).skip(self.announced) {
            facts.push_back(Fact::EndpointAnnounced {
                endpoint: EndpointId(u32::try_from(i).unwrap_or(u32::MAX)),
                name: Arc::clone(&endpoint.name),
                jobs: self.in_all_rounds(endpoint.jobs),
            });
        }
        self.announced = self.announced.max((last + 1).min(self.cursor.endpoints().len()));
    }

    fn tell_if_drawn(&self, facts: &mut VecDeque<Fact>) {
        if self.is_drawn() {
            facts.push_back(Fact::PlanDrawn { jobs: self.drawn });
        }
    }

    /// Whether any job has been drawn.
    pub fn has_begun(&self) -> bool {
        self.drawn > 0
    }

    /// Whether every job has been drawn.
    pub fn is_drawn(&self) -> bool {
        self.left == 0 && self.ahead.is_empty()
    }

    /// Whether every job has been drawn and is over.
    pub fn is_over(&self) -> bool {
        self.is_drawn() && self.settled == self.drawn
    }

    /// How many jobs there are in all, where that is known.
    pub fn jobs(&self) -> Option<u64> {
        self.in_all_rounds(self.cursor.jobs())
    }

    fn in_all_rounds(&self, jobs: Option<u64>) -> Option<u64> {
        match &self.rounds {
            Some(rounds) => jobs?.checked_mul(u64::from(rounds.n()?.get())),
            None => jobs,
        }
    }

    /// Whether there is such an endpoint, and it has been announced.
    pub fn knows(&self, endpoint: EndpointId) -> bool {
        (endpoint.0 as usize) < self.announced
    }

    /// Name of an endpoint.
    pub fn endpoint_name(&self, endpoint: EndpointId) -> Arc<str> {
        self.cursor.endpoints().get(endpoint.0 as usize).map_or_else(|| Arc::from(""), |e| Arc::clone(&e.name))
    }

    /// What to call, from another thread, when a source that had nothing has something again.
    pub fn set_waker(&mut self, waker: Arc<dyn Fn() + Send + Sync>) {
        self.cursor.set_waker(waker);
    }
}
