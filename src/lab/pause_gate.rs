//! A gate that pauses all lanes of a scenario, and records when it did.
//!
//! While it is closed no request starts, and those in flight end. Blocking programs wait with their
//! thread, all others with their task. Start at [`PauseGate::wait`].

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::event::{Micros, Offset};
use crate::model::race::span::Span;

/// The gate that all lanes of a scenario share.
#[derive(Debug)]
pub struct PauseGate {
    start: Instant,
    state: Mutex<Pauses>,
    changed: Condvar,
    is_paused: watch::Sender<bool>,
    closed: CancellationToken,
}

/// When the gate was paused.
#[derive(Debug, Default)]
struct Pauses {
    since: Option<Offset>,
    past: Vec<Span>,
}

impl PauseGate {
    /// An open gate; time counts from `start`.
    pub fn new(start: Instant, closed: CancellationToken) -> Self {
        let is_paused = watch::Sender::new(false);
        Self { start, state: Mutex::default(), changed: Condvar::new(), is_paused, closed }
    }

    /// Time since the scenario started.
    pub fn now(&self) -> Offset {
        Offset(Micros::from(self.start.elapsed()).0)
    }

    /// Pauses or resumes.
    pub fn set_paused(&self, is_paused: bool) {
        let now = self.now();
        let mut state = self.state();
        match (state.since, is_paused) {
            (None, true) => state.since = Some(now),
            (Some(from), false) => {
                state.since = None;
                state.past.push(Span { from, to: now });
            }
            (None, false) | (Some(_), true) => {}
        }
        drop(state);
        self.is_paused.send_replace(is_paused);
        self.changed.notify_all();
    }

    /// Whether it is paused.
    pub fn is_paused(&self) -> bool {
        self.state().since.is_some()
    }

    /// All pauses; the current one lasts until now.
    pub fn pauses(&self) -> Vec<Span> {
        let now = self.now();
        let state = self.state();
        state.past.iter().copied().chain(state.since.map(|from| Span { from, to: now })).collect()
    }

    /// Suspends the task until the gate is not paused.
    pub async fn wait(&self) {
        // The gate owns the sender, so this cannot fail.
        let _ = self.is_paused.subscribe().wait_for(|is_paused| !is_paused).await;
    }

    /// Blocks the thread until the gate is not paused. Returns false when the gate was closed for good.
    pub fn wait_blocking(&self) -> bool {
        let mut state = self.state();
        while state.since.is_some() && !self.closed.is_cancelled() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !self.closed.is_cancelled()
    }

    /// Ends all lanes, and wakes every thread that waits here.
    pub fn close(&self) {
        // Under the lock, or a thread could check just before and then sleep through the wake-up.
        let state = self.state();
        self.closed.cancel();
        drop(state);
        self.changed.notify_all();
    }

    /// Resolves when the gate is closed for good.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }

    fn state(&self) -> MutexGuard<'_, Pauses> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
