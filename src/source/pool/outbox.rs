//! Facts on their way out, in the order in which they became true.
//!
//! Whoever changes the schedule puts the facts of it here under the same lock, so no two threads can
//! tell them the wrong way round. A full channel is waited for; a fact is never dropped.
//! Start at [`Outbox::put`].

use std::collections::VecDeque;

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::event::Event;

/// Facts on their way out.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Event>,
    n_sent: u64,
}

/// A place in the row of facts.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

impl Outbox {
    /// Puts a fact behind all others.
    pub fn put(&mut self, event: Event) {
        self.waiting.push_back(event);
    }

    /// Takes the fact that is next to leave.
    pub fn take(&mut self) -> Option<Event> {
        let event = self.waiting.pop_front()?;
        self.n_sent += 1;
        Some(event)
    }

    /// Sends what there is room for; a mark behind the rest, if there is one.
    pub fn send(&mut self, to: &Sender<Event>) -> Option<Mark> {
        while let Some(event) = self.waiting.pop_front() {
            match to.try_send(event) {
                Ok(()) => self.n_sent += 1,
                Err(TrySendError::Full(event)) => {
                    self.waiting.push_front(event);
                    return Some(Mark(self.n_sent + self.waiting.len() as u64));
                }
                // Nobody listens any more, and there is nobody to tell.
                Err(TrySendError::Closed(_)) => self.waiting.clear(),
            }
        }
        None
    }

    /// Whether everything before a mark has left.
    pub fn is_past(&self, mark: Mark) -> bool {
        self.waiting.is_empty() || self.n_sent >= mark.0
    }
}
