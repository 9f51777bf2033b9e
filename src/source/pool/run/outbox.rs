//! A queue of facts on their way out, in the order in which they became true.
//!
//! A change of the schedule and the facts of it happen under one lock, so no two threads can send them in the
//! wrong order. Facts wait here while the channel is full; none is ever dropped. Start at [`Outbox::push`].

use std::collections::VecDeque;

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::event::Event;

/// Facts on their way out.
#[derive(Debug)]
pub struct Outbox {
    to: Sender<Event>,
    /// Facts that the channel had no room for.
    waiting: VecDeque<Event>,
    n_sent: u64,
}

/// A position in the sequence of facts.
#[derive(Clone, Copy, Debug)]
pub struct OutboxMark(u64);

impl Outbox {
    /// An outbox that sends into a channel.
    pub fn new(to: Sender<Event>) -> Self {
        Self { to, waiting: VecDeque::new(), n_sent: 0 }
    }

    /// Sends a fact after all others, or keeps it until there is room.
    pub fn push(&mut self, event: Event) {
        if self.waiting.is_empty() {
            self.send(event);
        } else {
            self.waiting.push_back(event);
        }
    }

    /// Takes out the fact that leaves next.
    pub fn take(&mut self) -> Option<Event> {
        let event = self.waiting.pop_front()?;
        self.n_sent += 1;
        Some(event)
    }

    /// Drops every waiting fact.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The position after every waiting fact, if any waits.
    pub fn mark(&self) -> Option<OutboxMark> {
        (!self.waiting.is_empty()).then(|| OutboxMark(self.n_sent + self.waiting.len() as u64))
    }

    /// Whether every fact before a position has left.
    pub fn is_past(&self, mark: OutboxMark) -> bool {
        self.waiting.is_empty() || self.n_sent >= mark.0
    }

    fn send(&mut self, event: Event) {
        match self.to.try_send(event) {
            Ok(()) => self.n_sent += 1,
            Err(TrySendError::Full(event)) => self.waiting.push_back(event),
            // The receiver is gone, so the fact has no destination.
            Err(TrySendError::Closed(_)) => {}
        }
    }
}
