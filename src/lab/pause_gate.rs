//! Holds programs back while somebody explains, and knows for how long.
//!
//! Nothing starts while it holds; what is in flight ends. A program that keeps its thread waits with its
//! thread, any other with its task. Start at [`Hold::passed`].

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::event::{Micros, Offset};
use crate::model::race::span::Span;

/// What all lanes of a trial obey.
#[derive(Debug)]
pub struct Hold {
    start: Instant,
    state: Mutex<State>,
    changed: Condvar,
    is_on: watch::Sender<bool>,
    over: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    since: Option<Offset>,
    spans: Vec<Span>,
}

impl Hold {
    /// Holds nothing yet; time counts from `start`.
    pub fn new(start: Instant, over: CancellationToken) -> Self {
        let is_on = watch::Sender::new(false);
        Self { start, state: Mutex::default(), changed: Condvar::new(), is_on, over }
    }

    /// Time since the trial started.
    pub fn now(&self) -> Offset {
        Offset(Micros::from(self.start.elapsed()).0)
    }

    /// Holds back, or no longer.
    pub fn set(&self, is_on: bool) {
        let now = self.now();
        let mut state = self.state();
        match (state.since, is_on) {
            (None, true) => state.since = Some(now),
            (Some(from), false) => {
                state.since = None;
                state.spans.push(Span { from, to: now });
            }
            (None, false) | (Some(_), true) => {}
        }
        drop(state);
        self.is_on.send_replace(is_on);
        self.changed.notify_all();
    }

    /// Whether it holds.
    pub fn is_on(&self) -> bool {
        self.state().since.is_some()
    }

    /// When it has held; what holds still, until now.
    pub fn spans(&self) -> Vec<Span> {
        let now = self.now();
        let state = self.state();
        state.spans.iter().copied().chain(state.since.map(|from| Span { from, to: now })).collect()
    }

    /// Waits, as a task, until nothing holds.
    pub async fn passed(&self) {
        // The sender is ours: it does not go.
        let _ = self.is_on.subscribe().wait_for(|is_on| !is_on).await;
    }

    /// Waits, with the whole thread, until nothing holds or everything is over. Tells whether it may go on.
    pub fn passed_blocking(&self) -> bool {
        let mut state = self.state();
        while state.since.is_some() && !self.over.is_cancelled() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !self.over.is_cancelled()
    }

    /// Ends everything: nobody waits here any more.
    pub fn end(&self) {
        // Under the lock, so that nobody looks just before and falls asleep just after.
        let state = self.state();
        self.over.cancel();
        drop(state);
        self.changed.notify_all();
    }

    /// Resolves when everything is to end.
    pub async fn ended(&self) {
        self.over.cancelled().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
