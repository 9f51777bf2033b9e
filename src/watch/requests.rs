//! The requests of a watched program that are in flight, and the facts that they become.
//!
//! Each request is a job of one attempt: whether the program repeats it cannot be known. Start at [`Requests::start`].

use std::collections::{BTreeSet, HashMap};

use crate::event::outcome::{Outcome, Phase, PhaseTimes};
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, EndpointId, Fact, HostId, JobId, Micros, Offset};
use crate::watch::address::RequestAddress;
use crate::watch::exchange::{job_end, outcome};
use crate::watch::listener::Connection;

/// Endpoints that get a row of their own. The rest are counted together.
const MOST_ENDPOINTS: usize = 200;
/// The same for hosts.
const MOST_HOSTS: usize = 200;

/// Requests in flight, and the endpoints and hosts that were announced.
#[derive(Debug, Default)]
pub struct Requests {
    open: HashMap<(Connection, u64), OpenExchange>,
    endpoints: HashMap<Box<str>, (EndpointId, u64)>,
    hosts: HashMap<Box<str>, HostId>,
    slots: FreeSlots,
    jobs: u64,
}

/// A request that starts.
#[derive(Debug)]
pub struct RequestStart {
    /// Where it goes.
    pub address: RequestAddress,
    /// How long it waited for a connection before.
    pub queued: Micros,
}

/// A request that has ended.
#[derive(Debug)]
pub struct EndedRequest {
    /// When the head of the answer arrived.
    pub head: Option<Offset>,
    /// How it ended.
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug)]
struct OpenExchange {
    job: JobId,
    endpoint: EndpointId,
    slot: u32,
    started: Offset,
    queued: Micros,
    /// When the head of the answer arrived, and its status.
    answered: Option<(Offset, u16)>,
}

impl Requests {
    /// A request has started.
    pub fn start(&mut self, at: Offset, key: (Connection, u64), start: &RequestStart, push: &mut impl FnMut(Fact)) {
        let (endpoint, row) = self.endpoint(&start.address.endpoint, push);
        let host = self.host(&start.address.host, push);
        self.jobs += 1;
        let (job, slot) = (JobId(self.jobs), self.slots.take());
        self.open.insert(key, OpenExchange { job, endpoint, slot, started: at, queued: start.queued, answered: None });
        push(Fact::AttemptStarted {
            attempt: Attempt { job, n: 1 },
            endpoint,
            host,
            row,
            slot,
            target: start.address.target.as_str().into(),
            waited: WaitTimes { slot: start.queued, ..WaitTimes::NONE },
            until: None,
            page: None,
            due: None,
        });
    }

    /// The head of an answer has arrived.
    pub fn answer(&mut self, at: Offset, key: (Connection, u64), status: u16, push: &mut impl FnMut(Fact)) {
        let Some(open) = self.open.get_mut(&key) else { return };
        open.answered = Some((at, status));
        let attempt = Attempt { job: open.job, n: 1 };
        push(Fact::AttemptProgressed { attempt, phase: Phase::Body, bytes: 0, received: Some(at) });
    }

    /// A request has ended. Without a start it is not counted.
    pub fn end(&mut self, at: Offset, key: (Connection, u64), end: &EndedRequest, push: &mut impl FnMut(Fact)) {
        let Some(open) = self.open.remove(&key) else { return };
        self.slots.free(open.slot);
        let outcome = &end.outcome;
        let head = end.head.map(|head| head.max(open.started).min(at));
        let spent = PhaseTimes {
            first_byte: head.map(|head| head.since(open.started)),
            body: head.map(|head| at.since(head)).filter(|_| matches!(outcome, Outcome::Answered { .. })),
            ..PhaseTimes::default()
        };
        let attempt = Attempt { job: open.job, n: 1 };
        push(Fact::AttemptEnded { attempt, outcome: outcome.clone(), spent, malformed: 0, decoded: None });
        push(Fact::JobSettled {
            job: open.job,
            endpoint: open.endpoint,
            end: job_end(outcome),
            tries: 1,
            total: at.since(open.started) + open.queued,
            waited: WaitTimes { slot: open.queued, ..WaitTimes::NONE },
            target: None,
        });
    }

    /// How many are in flight.
    pub fn n_open(&self) -> usize {
        self.open.len()
    }

    /// A process has ended, or all have, and with it what it had in flight.
    pub fn close(&mut self, at: Offset, connection: Option<Connection>, push: &mut impl FnMut(Fact)) {
        let is_over = |whose: Connection| connection.is_none_or(|connection| connection == whose);
        let mut left: Vec<_> = self.open.keys().copied().filter(|(whose, _)| is_over(*whose)).collect();
        left.sort_unstable();
        for key in left {
            // An answer whose body was never read was an answer all the same.
            let answered = self.open.get(&key).and_then(|open| open.answered);
            let outcome = outcome(answered.map(|(_, status)| status), None);
            self.end(at, key, &EndedRequest { head: answered.map(|(at, _)| at), outcome }, push);
        }
    }

    /// The id of an endpoint, which is announced when it is new, and the number of its request.
    fn endpoint(&mut self, name: &str, push: &mut impl FnMut(Fact)) -> (EndpointId, u64) {
        let name = if self.endpoints.len() < MOST_ENDPOINTS || self.endpoints.contains_key(name) {
            name
        } else {
            "other endpoints"
        };
        if let Some((id, rows)) = self.endpoints.get_mut(name) {
            *rows += 1;
            return (*id, *rows - 1);
        }
        let id = EndpointId(u32::try_from(self.endpoints.len()).unwrap_or(u32::MAX));
        self.endpoints.insert(name.into(), (id, 1));
        push(Fact::EndpointAnnounced { endpoint: id, name: name.into(), jobs: None });
        (id, 0)
    }

    /// The id of a host, which is announced when it is new.
    fn host(&mut self, name: &str, push: &mut impl FnMut(Fact)) -> HostId {
        let is_known = self.hosts.contains_key(name);
        let name = if self.hosts.len() < MOST_HOSTS || is_known { name } else { "other hosts" };
        if let Some(id) = self.hosts.get(name) {
            return *id;
        }
        let id = HostId(u32::try_from(self.hosts.len()).unwrap_or(u32::MAX));
        self.hosts.insert(name.into(), id);
        push(Fact::HostAnnounced { host: id, name: name.into(), limit: None });
        id
    }
}

/// Slots of requests in flight: the lowest free one is taken.
#[derive(Debug, Default)]
struct FreeSlots {
    free: BTreeSet<u32>,
    next: u32,
}

impl FreeSlots {
    fn take(&mut self) -> u32 {
        self.free.pop_first().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }

    fn free(&mut self, slot: u32) {
        self.free.insert(slot);
    }
}
