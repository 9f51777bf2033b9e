//! Tells what becomes of a program's requests, as facts like those of any other source.
//!
//! Every request that starts ends exactly once, whatever becomes of its future or its thread. Facts are
//! never dropped: the channel has room for all that a lane can have to tell. Start at [`Observer::start`].

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::event::outcome::{Outcome, PhaseTimes, Reason};
use crate::event::waits::WaitTimes;
use crate::event::{
    Attempt, ChangedBy, EndpointId, Event, Fact, HostId, JobId, Micros, Offset, Origin, RetryReason, RunEnd, Scope,
};
use crate::lab::client::Answer;
use crate::lab::pause_gate::Hold;
use crate::source::pool::outcome::judge;

/// Facts that may wait for the pump. A thousand requests have four each, and a thread that is stuck
/// must not wait for anybody.
pub const EVENTS_AHEAD: usize = 1 << 16;

const ENDPOINT: EndpointId = EndpointId(0);
const HOST: HostId = HostId(0);

/// Sees one lane's requests.
#[derive(Debug)]
pub struct Observer {
    hold: Arc<Hold>,
    told: Mutex<Told>,
}

#[derive(Debug)]
struct Told {
    /// Gone once the lane has ended.
    events: Option<mpsc::Sender<Event>>,
    /// Somebody else tells.
    is_silent: bool,
    /// Which slots are held.
    slots: Vec<bool>,
}

impl Observer {
    /// A witness that has seen nothing.
    pub fn new(hold: Arc<Hold>, events: mpsc::Sender<Event>) -> Self {
        Self { hold, told: Mutex::new(Told { events: Some(events), is_silent: false, slots: Vec::new() }) }
    }

    /// The lane's program begins.
    pub fn open(&self, name: &str, host: &str, jobs: u64, limit: Option<u32>) {
        let mut told = self.told();
        self.tell(&mut told, Fact::RunStarted { name: name.into(), limit, jobs: Some(jobs) });
        self.tell(&mut told, Fact::EndpointAnnounced { endpoint: ENDPOINT, name: name.into(), jobs: Some(jobs) });
        self.tell(&mut told, Fact::HostAnnounced { host: HOST, name: host.into(), limit: None });
        self.tell(&mut told, Fact::PlanDrawn { jobs });
    }

    /// A request leaves, for the first time or once more.
    pub fn start(self: &Arc<Self>, n: u64, tries: u32, target: &str) -> Flight {
        let mut told = self.told();
        let slot = told.slots.iter().position(|is_held| !is_held).unwrap_or(told.slots.len());
        if slot == told.slots.len() {
            told.slots.push(false);
        }
        told.slots[slot] = true;
        let attempt = Attempt { job: JobId(n), n: tries };
        let fact = Fact::AttemptStarted {
            attempt,
            endpoint: ENDPOINT,
            host: HOST,
            row: n.saturating_sub(1),
            slot: u32::try_from(slot).unwrap_or(u32::MAX),
            target: target.into(),
            waited: WaitTimes::NONE,
            until: None,
        };
        self.tell(&mut told, fact);
        Flight { witness: Arc::clone(self), attempt, slot, outcome: Outcome::Cancelled, retry: None }
    }

    /// The limit was changed at the screen.
    pub fn limit(&self, limit: u32) {
        self.tell(&mut self.told(), Fact::LimitChanged { scope: Scope::Run, limit, by: ChangedBy::Operator });
    }

    /// Nothing starts from here on, or things start again.
    pub fn paused(&self, is_paused: bool) {
        self.tell(&mut self.told(), if is_paused { Fact::Paused } else { Fact::Resumed });
    }

    /// The program has ended, and nothing more is told.
    pub fn close(&self) {
        let mut told = self.told();
        self.tell(&mut told, Fact::RunEnded { how: RunEnd::Finished });
        told.events = None;
    }

    /// The channel itself, for a pool, which tells of itself; nothing more is told here.
    pub fn hand_over(&self) -> Option<mpsc::Sender<Event>> {
        let mut told = self.told();
        told.is_silent = true;
        // One stays here: the channel closes when the lane has ended, and not before.
        told.events.clone()
    }

    fn tell(&self, told: &mut Told, fact: Fact) {
        if let Some(events) = told.events.as_ref().filter(|_| !told.is_silent) {
            // The time is read under the lock: facts are told in their order. There is room for all of
            // them, and whoever does not listen any more misses nothing.
            let _ = events.try_send(Event { at: self.hold.now(), origin: Origin::HERE, fact });
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in flight. Dropped without an end, it was given up.
#[derive(Debug)]
pub struct Flight {
    witness: Arc<Observer>,
    attempt: Attempt,
    slot: usize,
    outcome: Outcome,
    /// How long until it is tried again, if it is.
    retry: Option<Micros>,
}

impl Flight {
    /// It ended so, and is tried again after a while.
    pub fn ended_for_now(mut self, answer: &io::Result<Answer>, wait: Duration) {
        self.retry = Some(wait.into());
        self.ended(answer);
    }

    /// It ended so.
    pub fn ended(mut self, answer: &io::Result<Answer>) {
        self.outcome = match answer {
            Ok(Answer { status: status @ 429, retry_after, .. }) => {
                Outcome::Throttled { status: *status, retry_after: retry_after.map(Micros::from) }
            }
            Ok(Answer { status, body, .. }) => {
                Outcome::Answered { status: *status, bytes: body.len() as u64, expected: *status == 200 }
            }
            Err(error) => Outcome::Failed { reason: reason(error), detail: None },
        };
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let outcome = self.outcome.clone();
        let end = judge::end_of(&outcome);
        let mut told = self.witness.told();
        told.slots[self.slot] = false;
        let attempt = self.attempt;
        let ended = Fact::AttemptEnded { attempt, outcome, spent: PhaseTimes::default(), malformed: 0 };
        self.witness.tell(&mut told, ended);
        if let Some(wait) = self.retry {
            let until = self.witness.hold.now() + wait;
            let retried = Fact::RetryScheduled { attempt, until, why: RetryReason::RetryAfter };
            return self.witness.tell(&mut told, retried);
        }
        let settled = Fact::JobSettled {
            job: attempt.job,
            endpoint: ENDPOINT,
            end,
            tries: attempt.n,
            // From the start of the lane on it was the program's to send.
            total: self.witness.hold.now().since(Offset::ZERO),
            waited: WaitTimes::NONE,
            target: None,
        };
        self.witness.tell(&mut told, settled);
    }
}

/// What an error of the client comes to.
fn reason(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Reason::Refused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => Reason::Reset,
        io::ErrorKind::UnexpectedEof => Reason::ClosedEarly,
        io::ErrorKind::InvalidData => Reason::BadResponse,
        // The practice upstream is on this machine: whatever else there is, it is a want of ours.
        _ => Reason::Local,
    }
}
