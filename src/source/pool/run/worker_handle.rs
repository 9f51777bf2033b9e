//! Which job holds which slot, how far it has come, and what somebody wishes for it.
//!
//! Start at [`Running::wish`].

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

use crate::event::{Attempt, Fact, JobId, Micros, Offset};
use crate::source::pool::wire::progress::{Progress, ProgressSnapshot};

/// Only of attempts in flight for longer is it told how far they are: the rest will be over.
const OLD: Micros = Micros(1_000_000);

/// What runs, by slot.
#[derive(Debug, Default)]
pub struct Running {
    by_slot: Vec<Option<Held>>,
}

/// A slot that is held.
#[derive(Debug)]
struct Held {
    attempt: Attempt,
    started: Offset,
    worker: Arc<WorkerHandle>,
    wish: Option<ScheduleChange>,
    /// What was told of its progress.
    told: Option<ProgressSnapshot>,
}

/// How a worker is reached.
#[derive(Debug, Default)]
pub struct WorkerHandle {
    /// It listens to this while it has nothing to do.
    pub bell: Notify,
    /// How far its attempt has come.
    pub progress: Progress,
    /// Its attempt is to end. Written under the lock of the schedule alone.
    is_unwanted: AtomicBool,
    /// Who waits for that: a waker is all it takes, and every attempt waits.
    waits: AtomicWaker,
}

/// What somebody wishes for a job in flight: either way its attempt ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleChange {
    /// The job ends, too.
    Cancel,
    /// It is tried again when there is nothing else to start.
    Postpone,
}

impl WorkerHandle {
    /// Whether its attempt is to end.
    pub fn is_unwanted(&self) -> bool {
        self.is_unwanted.load(Ordering::Acquire)
    }

    /// Resolves when its attempt is to end.
    pub async fn unwanted(&self) {
        poll_fn(|context| {
            self.waits.register(context.waker());
            if self.is_unwanted() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Has its attempt end.
    fn end(&self) {
        self.is_unwanted.store(true, Ordering::Release);
        self.waits.wake();
    }
}

impl Running {
    /// An attempt takes a slot.
    pub fn start(&mut self, slot: u32, attempt: Attempt, started: Offset, worker: &Arc<WorkerHandle>) {
        worker.is_unwanted.store(false, Ordering::Release);
        let slot = slot as usize;
        if self.by_slot.len() <= slot {
            self.by_slot.resize_with(slot + 1, || None);
        }
        self.by_slot[slot] = Some(Held { attempt, started, worker: Arc::clone(worker), wish: None, told: None });
    }

    /// It gives the slot back; what somebody wished for it.
    pub fn end(&mut self, slot: u32) -> Option<ScheduleChange> {
        self.by_slot.get_mut(slot as usize)?.take()?.wish
    }

    /// What there is to tell of attempts that have been in flight for a while.
    pub fn news(&mut self, now: Offset) -> Vec<Fact> {
        let mut news = Vec::new();
        for held in self.by_slot.iter_mut().flatten().filter(|held| now.since(held.started) >= OLD) {
            let seen = held.worker.progress.snapshot();
            if let Some(ProgressSnapshot { phase, bytes, received }) = seen.filter(|_| seen != held.told) {
                held.told = seen;
                let received = received.map(|after| held.started + after);
                news.push(Fact::AttemptProgressed { attempt: held.attempt, phase, bytes, received });
            }
        }
        news
    }

    /// Wishes something for a job, and tells its worker. Tells whether the job is in flight.
    pub fn wish(&mut self, job: JobId, wish: ScheduleChange) -> bool {
        let Some(held) = self.by_slot.iter_mut().flatten().find(|held| held.attempt.job == job) else { return false };
        // What is to end is not to be tried again.
        held.wish = held.wish.filter(|wish| *wish == ScheduleChange::Cancel).or(Some(wish));
        held.worker.end();
        true
    }

    /// Every attempt ends.
    pub fn end_all(&self) {
        self.by_slot.iter().flatten().for_each(|held| held.worker.end());
    }
}
