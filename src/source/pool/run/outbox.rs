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
#[derive(Debug)]
pub struct Outbox {
    to: Sender<Event>,
    /// What there was no room for.
    waiting: VecDeque<Event>,
    n_sent: u64,
}

/// A place in the row of facts.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

impl Outbox {
    /// Facts that leave by a channel.
    pub fn new(to: Sender<Event>) -> Self {
        Self { to, waiting: VecDeque::new(), n_sent: 0 }
    }

    /// Sends a fact behind all others, or keeps it until there is room.
    pub fn put(&mut self, event: Event) {
        if self.waiting.is_empty() {
            self.send(event);
        } else {
            self.waiting.push_back(event);
        }
    }

    /// Takes the fact that is next to leave.
    pub fn take(&mut self) -> Option<Event> {
        let event = self.waiting.pop_front()?;
        self.n_sent += 1;
        Some(event)
    }

    /// Forgets all that waits.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// A mark behind all that waits, if anything does.
    pub fn mark(&self) -> Option<Mark> {
        (!self.waiting.is_empty()).then(|| Mark(self.n_sent + self.waiting.len() as u64))
    }

    /// Whether everything before a mark has left.
    pub fn is_past(&self, mark: Mark) -> bool {
        self.waiting.is_empty() || self.n_sent >= mark.0
    }

    fn send(&mut self, event: Event) {
        match self.to.try_send(event) {
            Ok(()) => self.n_sent += 1,
            Err(TrySendError::Full(event)) => self.waiting.push_back(event),
            // Nobody listens any more, and there is nobody to tell.
            Err(TrySendError::Closed(_)) => {}
        }
    }
}
