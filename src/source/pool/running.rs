//! Which job holds which slot, and what somebody wishes for it.
//!
//! Pure but for the bells. Start at [`Running::wish`].

use std::sync::Arc;

use tokio::sync::Notify;

use crate::event::JobId;

/// What runs, by slot.
#[derive(Debug, Default)]
pub struct Running {
    by_slot: Vec<Option<Held>>,
}

/// A slot that is held.
#[derive(Debug)]
struct Held {
    job: JobId,
    /// Its worker listens to this.
    bell: Arc<Notify>,
    wish: Option<Wish>,
}

/// What somebody wishes for a job in flight: either way its attempt ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The job ends, too.
    Cancel,
    /// It is tried again when there is nothing else to start.
    Postpone,
}

impl Running {
    /// A job takes a slot.
    pub fn start(&mut self, slot: u32, job: JobId, bell: &Arc<Notify>) {
        let slot = slot as usize;
        if self.by_slot.len() <= slot {
            self.by_slot.resize_with(slot + 1, || None);
        }
        self.by_slot[slot] = Some(Held { job, bell: Arc::clone(bell), wish: None });
    }

    /// It gives the slot back; what somebody wished for it.
    pub fn end(&mut self, slot: u32) -> Option<Wish> {
        self.by_slot.get_mut(slot as usize)?.take()?.wish
    }

    /// What somebody wishes for the job in a slot.
    pub fn wish_for(&self, slot: u32) -> Option<Wish> {
        self.by_slot.get(slot as usize)?.as_ref()?.wish
    }

    /// Wishes something for a job, and rings its worker. Tells whether the job is in flight.
    pub fn wish(&mut self, job: JobId, wish: Wish) -> bool {
        let Some(held) = self.by_slot.iter_mut().flatten().find(|held| held.job == job) else { return false };
        held.wish = Some(wish);
        held.bell.notify_one();
        true
    }
}
