//! The jobs of a recording, each with all its attempts, as soon as it is settled.
//!
//! Only jobs that are not settled are held, so that a long recording takes no more memory. Start at [`JobLog::add`].

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::origin::Origin;
use crate::event::outcome::{JobEnd, Outcome, PhaseTimes};
use crate::event::waits::WaitTimes;
use crate::event::{EndpointId, Event, Fact, HostId, JobId, Micros, Offset};

/// An attempt that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedAttempt {
    /// Its number within its job, from 1.
    pub n: u32,
    /// The slot that it held.
    pub slot: u32,
    /// Method and masked URL; foreign text.
    pub target: Arc<str>,
    /// Its host; foreign text.
    pub host: Arc<str>,
    /// When it started.
    pub started: Offset,
    /// When it ended.
    pub ended: Offset,
    /// How it ended; `None` if the recording ends before.
    pub outcome: Option<Outcome>,
    /// The time in each phase.
    pub spent: PhaseTimes,
}

/// A job that is settled, or that was open when the recording ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedJob {
    /// The machine that ran it, and its number there.
    pub id: (Origin, JobId),
    /// Its endpoint; foreign text.
    pub endpoint: Arc<str>,
    /// Its row within the endpoint, from 0; `None` if it was never sent.
    pub row: Option<u64>,
    /// How it ended; `None` if the recording ends before.
    pub end: Option<JobEnd>,
    /// Number of tries.
    pub tries: u32,
    /// When it was settled, or when the recording ended.
    pub settled: Offset,
    /// Time from ready to end.
    pub total: Micros,
    /// The time that it waited, by reason.
    pub waited: WaitTimes,
    /// Its attempts, in order of their start.
    pub attempts: Vec<RecordedAttempt>,
    /// Method and masked URL; foreign text.
    pub target: Option<Arc<str>>,
}

/// What is not settled yet, and the names.
#[derive(Debug, Default)]
pub struct JobLog {
    open: BTreeMap<(Origin, JobId), OpenJob>,
    endpoints: FxHashMap<(Origin, EndpointId), Arc<str>>,
    hosts: FxHashMap<(Origin, HostId), Arc<str>>,
    last: Offset,
}

#[derive(Debug)]
struct OpenJob {
    endpoint: EndpointId,
    row: u64,
    attempts: Vec<RecordedAttempt>,
}

impl JobLog {
    /// Adds an event. Returns the job that it settles.
    pub fn add(&mut self, event: &Event) -> Option<RecordedJob> {
        let (origin, at) = (event.origin, event.at);
        self.last = self.last.max(at);
        match &event.fact {
            Fact::EndpointAnnounced { endpoint, name, .. } => {
                self.endpoints.insert((origin, *endpoint), Arc::clone(name));
            }
            Fact::HostAnnounced { host, name, .. } => {
                self.hosts.insert((origin, *host), Arc::clone(name));
            }
            Fact::AttemptStarted { attempt, endpoint, host, row, slot, target, .. } => {
                let host = self.hosts.get(&(origin, *host)).cloned().unwrap_or_default();
                let job = self.open.entry((origin, attempt.job));
                let job = job.or_insert_with(|| OpenJob { endpoint: *endpoint, row: *row, attempts: Vec::new() });
                job.attempts.push(RecordedAttempt {
                    n: attempt.n,
                    slot: *slot,
                    target: Arc::clone(target),
                    host,
                    started: at,
                    ended: at,
                    outcome: None,
                    spent: PhaseTimes::default(),
                });
            }
            Fact::AttemptEnded { attempt, outcome, spent, .. } => {
                let job = self.open.get_mut(&(origin, attempt.job))?;
                let ended = job.attempts.iter_mut().rev().find(|one| one.n == attempt.n)?;
                (ended.ended, ended.outcome, ended.spent) = (at, Some(outcome.clone()), *spent);
            }
            Fact::JobSettled { job, endpoint, end, tries, total, waited, target } => {
                let id = (origin, *job);
                let open = self.open.remove(&id);
                let row = open.as_ref().map(|open| open.row);
                let attempts = open.map(|open| open.attempts).unwrap_or_default();
                return Some(RecordedJob {
                    id,
                    endpoint: self.endpoint((origin, *endpoint)),
                    row,
                    end: Some(end.clone()),
                    tries: *tries,
                    settled: at,
                    total: *total,
                    waited: *waited,
                    target: target.clone().or_else(|| attempts.first().map(|first| Arc::clone(&first.target))),
                    attempts,
                });
            }
            _ => {}
        }
        None
    }

    /// The jobs that were open when the recording ended.
    pub fn unfinished(self) -> Vec<RecordedJob> {
        let Self { open, endpoints, last, .. } = self;
        let job = |(id, OpenJob { endpoint, row, mut attempts }): (_, OpenJob)| {
            attempts.iter_mut().filter(|attempt| attempt.outcome.is_none()).for_each(|attempt| attempt.ended = last);
            let (origin, _): (Origin, JobId) = id;
            let began = attempts.first().map_or(last, |first| first.started);
            RecordedJob {
                id,
                endpoint: endpoints.get(&(origin, endpoint)).cloned().unwrap_or_default(),
                row: Some(row),
                end: None,
                tries: u32::try_from(attempts.len()).unwrap_or(u32::MAX),
                settled: last,
                total: last.since(began),
                waited: WaitTimes::default(),
                target: attempts.first().map(|first| Arc::clone(&first.target)),
                attempts,
            }
        };
        open.into_iter().map(job).collect()
    }

    fn endpoint(&self, id: (Origin, EndpointId)) -> Arc<str> {
        self.endpoints.get(&id).cloned().unwrap_or_default()
    }
}

impl RecordedJob {
    /// When its first attempt started.
    pub fn started(&self) -> Option<Offset> {
        self.attempts.first().map(|attempt| attempt.started)
    }

    /// The status of its last answer.
    pub fn status(&self) -> Option<u16> {
        self.attempts.iter().rev().find_map(|attempt| attempt.outcome.as_ref().and_then(status))
    }

    /// Body bytes of its last attempt, if that was answered.
    pub fn bytes(&self) -> Option<u64> {
        match self.attempts.last()?.outcome {
            Some(Outcome::Answered { bytes, .. }) => Some(bytes),
            _ => None,
        }
    }

    /// How it failed; foreign text. `None` if it was done, cancelled or unfinished.
    pub fn failure(&self) -> Option<&Outcome> {
        match &self.end {
            Some(JobEnd::Failed { last }) => Some(last),
            _ => None,
        }
    }
}

/// The status of an answer.
pub fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Answered { status, .. } | Outcome::Redirected { status } | Outcome::Throttled { status, .. } => {
            Some(*status)
        }
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => None,
    }
}
