//! The attempts in flight by slot, and a handle of the worker that runs each.
//!
//! Start at [`RunningAttempts::command`].

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

use crate::event::{Attempt, Fact, JobId, Micros, Offset};
use crate::source::pool::wire::progress::{Progress, ProgressSnapshot};

/// Progress is reported only of attempts that have been in flight for longer.
const REPORTED_FROM: Micros = Micros(1_000_000);

/// The attempts in flight, by slot.
#[derive(Debug, Default)]
pub struct RunningAttempts {
    by_slot: Vec<Option<HeldSlot>>,
}

/// A slot in use.
#[derive(Debug)]
struct HeldSlot {
    attempt: Attempt,
    started: Offset,
    worker: Arc<WorkerHandle>,
    command: Option<JobCommand>,
    /// The progress that was reported last.
    reported: Option<ProgressSnapshot>,
}

/// How other tasks reach a worker.
#[derive(Debug, Default)]
pub struct WorkerHandle {
    /// Wakes the worker while it has nothing to do.
    pub wakeup: Notify,
    /// How far the worker's attempt has come.
    pub progress: Progress,
    /// The attempt is to end. Written only under the run's lock.
    is_unwanted: AtomicBool,
    /// Wakes the attempt when it is to end. Every attempt waits, so this is no more than a waker.
    end_waker: AtomicWaker,
}

/// What the user wants of a job in flight. Either way its attempt ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobCommand {
    /// The job ends as well.
    Cancel,
    /// The job is tried again when there is nothing else to start.
    Postpone,
}

impl WorkerHandle {
    /// Whether the attempt is to end.
    pub fn is_unwanted(&self) -> bool {
        self.is_unwanted.load(Ordering::Acquire)
    }

    /// Resolves when the attempt is to end.
    pub async fn unwanted(&self) {
        poll_fn(|context| {
            self.end_waker.register(context.waker());
            if self.is_unwanted() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Ends the attempt.
    fn end(&self) {
        self.is_unwanted.store(true, Ordering::Release);
        self.end_waker.wake();
    }
}

impl RunningAttempts {
    /// An attempt takes a slot.
    pub fn start(&mut self, slot: u32, attempt: Attempt, started: Offset, worker: &Arc<WorkerHandle>) {
        worker.is_unwanted.store(false, Ordering::Release);
        let slot = slot as usize;
        if self.by_slot.len() <= slot {
            self.by_slot.resize_with(slot + 1, || None);
        }
        self.by_slot[slot] =
            Some(HeldSlot { attempt, started, worker: Arc::clone(worker), command: None, reported: None });
    }

    /// An attempt gives its slot back. Returns what the user wanted of its job.
    pub fn end(&mut self, slot: u32) -> Option<JobCommand> {
        self.by_slot.get_mut(slot as usize)?.take()?.command
    }

    /// The progress of long-running attempts, where it has changed since the last report.
    pub fn take_report(&mut self, now: Offset) -> Vec<Fact> {
        let mut report = Vec::new();
        for held in self.by_slot.iter_mut().flatten().filter(|held| now.since(held.started) >= REPORTED_FROM) {
            let snapshot = held.worker.progress.snapshot();
            if let Some(ProgressSnapshot { phase, bytes, received }) = snapshot.filter(|_| snapshot != held.reported) {
                held.reported = snapshot;
                let received = received.map(|after| held.started + after);
                report.push(Fact::AttemptProgressed { attempt: held.attempt, phase, bytes, received });
            }
        }
        report
    }

    /// Ends a job's attempt, for the user's reason. Returns whether the job is in flight.
    pub fn command(&mut self, job: JobId, command: JobCommand) -> bool {
        let Some(held) = self.by_slot.iter_mut().flatten().find(|held| held.attempt.job == job) else { return false };
        // A cancelled job is not tried again.
        held.command = held.command.filter(|command| *command == JobCommand::Cancel).or(Some(command));
        held.worker.end();
        true
    }

    /// Ends every attempt.
    pub fn end_all(&self) {
        self.by_slot.iter().flatten().for_each(|held| held.worker.end());
    }
}
