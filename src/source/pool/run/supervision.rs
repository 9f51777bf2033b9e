//! Supervision: a panic outside of an attempt stops the whole run, and so does the loss of its listener.
//!
//! A panic inside of an attempt costs that attempt alone, and is handled by the worker. Start at [`run_workers`].

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use tokio::task::JoinSet;

use crate::source::pool::Share;
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::worker;
use crate::source::pool::wire::Wire;

impl SharedRun {
    /// Stops the run where it is, because part of the pool panicked: its accounts may no longer add up.
    pub(in crate::source::pool) fn break_off(&self) {
        self.broken.cancel();
        self.over.cancel();
    }

    /// Whether part of the pool panicked outside of an attempt.
    pub fn is_broken(&self) -> bool {
        self.broken.is_cancelled()
    }

    /// Cancels the run if the receiver of its events goes away, and returns when the run is over.
    pub async fn run_listener_check(&self) {
        tokio::select! {
            () = self.events.closed() => self.cancel_all().await,
            () = self.over.cancelled() => {}
        }
    }
}

/// Runs one thread's workers, as many as the limit needs, until each of them has ended.
pub(in crate::source::pool) async fn run_workers<W: Wire>(
    shared: &Arc<SharedRun>,
    wire: &Rc<W>,
    share: Share,
    workers: &mut JoinSet<()>,
) {
    shared.prepare(&**wire).await;
    let mut limit = shared.limit();
    let ended = loop {
        let now = *limit.borrow_and_update();
        let wanted = share.n_workers(now, shared.jobs());
        while workers.len() < wanted {
            workers.spawn_local(worker::work(Arc::clone(shared), Rc::clone(wire)));
        }
        tokio::select! {
            // A worker ends only when nothing will ever start again, or when it breaks.
            ended = workers.join_next(), if !workers.is_empty() => break ended,
            _ = limit.changed() => {}
            () = shared.over() => break None,
        }
    };
    let mut has_panicked = matches!(ended, Some(Err(_)));
    while !has_panicked && let Some(ended) = workers.join_next().await {
        has_panicked = ended.is_err();
    }
    if has_panicked {
        shared.break_off();
    }
}

/// Stops the whole run when the thread that holds it panics.
pub(in crate::source::pool) struct BreaksOnPanic<'a>(pub(in crate::source::pool) &'a SharedRun);

impl Drop for BreaksOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.break_off();
        }
    }
}
