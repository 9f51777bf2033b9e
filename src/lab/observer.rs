//! Reports a program's requests as events, like those of any other source.
//!
//! Every request that starts ends exactly once, even if its future is dropped. No event is dropped: the
//! channel has room for everything that a lane can emit. Start at [`Observer::request_started`].

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::event::origin::Origin;
use crate::event::outcome::{Outcome, PhaseTimes, Reason};
use crate::event::reasons::{ChangedBy, RetryReason, RunEnd};
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset, Scope};
use crate::lab::client::Response;
use crate::lab::pause_gate::PauseGate;
use crate::source::pool::outcome::judge;

/// The capacity of the event channel. A thousand requests emit four events each, and a blocked thread
/// must never wait for the receiver.
pub const EVENT_CAPACITY: usize = 1 << 16;

const ENDPOINT: EndpointId = EndpointId(0);
const HOST: HostId = HostId(0);

/// Observes the requests of one lane.
#[derive(Debug)]
pub struct Observer {
    gate: Arc<PauseGate>,
    state: Mutex<ObserverState>,
}

#[derive(Debug)]
struct ObserverState {
    /// None once the lane has ended.
    events: Option<mpsc::Sender<Event>>,
    /// The pool emits the events of this lane.
    is_silent: bool,
    /// Which slots are in use.
    slots: Vec<bool>,
}

impl Observer {
    /// An observer of a lane that has not started.
    pub fn new(gate: Arc<PauseGate>, events: mpsc::Sender<Event>) -> Self {
        let state = ObserverState { events: Some(events), is_silent: false, slots: Vec::new() };
        Self { gate, state: Mutex::new(state) }
    }

    /// The lane's program starts.
    pub fn run_started(&self, name: &str, host: &str, jobs: u64, limit: Option<u32>) {
        let mut state = self.state();
        self.emit(
            &mut state,
            Fact::RunStarted { name: name.into(), limit, jobs: Some(jobs), insecure: false, times: None },
        );
        self.emit(&mut state, Fact::EndpointAnnounced { endpoint: ENDPOINT, name: name.into(), jobs: Some(jobs) });
        self.emit(&mut state, Fact::HostAnnounced { host: HOST, name: host.into(), limit: None });
        self.emit(&mut state, Fact::PlanDrawn { jobs });
    }

    /// A request starts, for the first time or again.
    pub fn request_started(self: &Arc<Self>, n: u64, tries: u32, target: &str) -> RequestGuard {
        let mut state = self.state();
        let slot = state.slots.iter().position(|is_used| !is_used).unwrap_or(state.slots.len());
        if slot == state.slots.len() {
            state.slots.push(false);
        }
        state.slots[slot] = true;
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
            page: None,
            due: None,
        };
        self.emit(&mut state, fact);
        RequestGuard { observer: Arc::clone(self), attempt, slot, outcome: Outcome::Cancelled, retry: None }
    }

    /// The user changed the limit.
    pub fn limit_changed(&self, limit: u32) {
        self.emit(&mut self.state(), Fact::LimitChanged { scope: Scope::Run, limit, by: ChangedBy::Operator });
    }

    /// The user paused or resumed the lane.
    pub fn paused(&self, is_paused: bool) {
        self.emit(&mut self.state(), if is_paused { Fact::Paused } else { Fact::Resumed });
    }

    /// The program has ended; this is the last event.
    pub fn run_ended(&self) {
        let mut state = self.state();
        self.emit(&mut state, Fact::RunEnded { how: RunEnd::Finished });
        state.events = None;
    }

    /// The event channel for a pool, which emits its own events. The observer itself stays silent then.
    pub fn hand_over(&self) -> Option<mpsc::Sender<Event>> {
        let mut state = self.state();
        state.is_silent = true;
        // The observer keeps a sender, so that the channel closes only when the lane has ended.
        state.events.clone()
    }

    fn emit(&self, state: &mut ObserverState, fact: Fact) {
        if let Some(events) = state.events.as_ref().filter(|_| !state.is_silent) {
            // The caller holds the lock while the clock is read, so events are sent in order. The channel
            // has room for all of them; sending fails only when the receiver is gone.
            let _ = events.try_send(Event { at: self.gate.now(), origin: Origin::HERE, fact });
        }
    }

    fn state(&self) -> MutexGuard<'_, ObserverState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in flight. If it is dropped before its end, it was cancelled.
#[derive(Debug)]
pub struct RequestGuard {
    observer: Arc<Observer>,
    attempt: Attempt,
    slot: usize,
    outcome: Outcome,
    /// The wait before the next attempt, if there is one.
    retry: Option<Micros>,
}

impl RequestGuard {
    /// The request ended with this result, and is retried after the wait.
    pub fn end_with_retry(mut self, result: &io::Result<Response>, wait: Duration) {
        self.retry = Some(wait.into());
        self.end(result);
    }

    /// The request ended with this result.
    pub fn end(mut self, result: &io::Result<Response>) {
        self.outcome = match result {
            Ok(Response { status: status @ 429, retry_after, .. }) => {
                Outcome::Throttled { status: *status, retry_after: retry_after.map(Micros::from) }
            }
            Ok(Response { status, body, .. }) => {
                Outcome::Answered { status: *status, bytes: body.len() as u64, expected: *status == 200 }
            }
            Err(error) => Outcome::Failed { reason: reason(error), detail: None, expected: None },
        };
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        let outcome = self.outcome.clone();
        let end = judge::end_of(&outcome);
        let mut state = self.observer.state();
        state.slots[self.slot] = false;
        let attempt = self.attempt;
        let ended = Fact::AttemptEnded { attempt, outcome, spent: PhaseTimes::default(), malformed: 0, decoded: None };
        self.observer.emit(&mut state, ended);
        if let Some(wait) = self.retry {
            let until = self.observer.gate.now() + wait;
            let retry = Fact::RetryScheduled { attempt, until, why: RetryReason::RetryAfter };
            return self.observer.emit(&mut state, retry);
        }
        let settled = Fact::JobSettled {
            job: attempt.job,
            endpoint: ENDPOINT,
            end,
            tries: attempt.n,
            // The program could have sent it from the start of the lane on.
            total: self.observer.gate.now().since(Offset::ZERO),
            waited: WaitTimes::NONE,
            target: None,
        };
        self.observer.emit(&mut state, settled);
    }
}

/// The reason of a failed request.
fn reason(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Reason::Refused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => Reason::Reset,
        io::ErrorKind::UnexpectedEof => Reason::ClosedEarly,
        io::ErrorKind::InvalidData => Reason::BadResponse,
        // The practice server is on this machine, so any other error is a local one.
        _ => Reason::Local,
    }
}
