//! Grants wishes: pause, resume, limits, drain, cancel; each is told the moment it has come true.
//!
//! Start at [`Shared::run_commands`].

use tokio::sync::mpsc;

use crate::control::Command;
use crate::event::cause::Cause;
use crate::event::outcome::JobEnd;
use crate::event::{ChangedBy, Fact, JobId, Scope};
use crate::source::pool::run::shared_state::{Inner, Shared};
use crate::source::pool::run::worker;
use crate::source::pool::run::worker_handle::ScheduleChange;
use crate::source::pool::schedule::gate::GateState;

impl Shared {
    /// Grants wishes until the run is over.
    pub async fn run_commands(&self, commands: &mut mpsc::UnboundedReceiver<Command>) {
        loop {
            // What is wished for at the very end is left to whoever may go on after it.
            let command = tokio::select! {
                biased;
                () = self.over.cancelled() => return,
                command = commands.recv() => command,
            };
            match command {
                Some(command) => {
                    self.grant(command).await;
                    self.stir.notify_one();
                }
                // Nobody will wish for anything any more; the run goes on.
                None => return self.over.cancelled().await,
            }
        }
    }

    async fn grant(&self, command: Command) {
        match command {
            Command::Pause => self.take_stance(GateState::Paused, Fact::Paused).await,
            Command::Resume => self.take_stance(GateState::Open, Fact::Resumed).await,
            Command::SetLimit { scope, limit } => self.set_limit(scope, limit.max(1), ChangedBy::Operator).await,
            Command::SetAdaptive(on) => {
                let is_set = |inner: &mut Inner| inner.schedule.set_adaptive(on);
                self.tell_if(is_set, Fact::AdaptiveSet { on }).await;
            }
            Command::CancelJob(job) => self.cancel_job(job).await,
            Command::PostponeJob(job) => self.postpone_job(job).await,
            Command::Repeat(cause) => self.repeat(cause).await,
            Command::SkipEndpoint(endpoint) => {
                let is_skipped = |inner: &mut Inner| inner.schedule.skip(endpoint);
                self.tell_if(is_skipped, Fact::EndpointSkipped { endpoint }).await;
            }
            Command::Quarantine(host) => {
                let is_aside = |inner: &mut Inner| inner.schedule.set_quarantine(host, true);
                self.tell_if(is_aside, Fact::HostQuarantined { host }).await;
            }
            Command::Release(host) => {
                let is_back = |inner: &mut Inner| inner.schedule.set_quarantine(host, false);
                self.tell_if(is_back, Fact::HostReleased { host }).await;
            }
            Command::Drain => self.take_stance(GateState::Closed, Fact::Draining).await,
            Command::Cancel => self.cancel_all().await,
        }
    }

    /// Opens, pauses or closes the gate, unless it stands so or has been closed.
    async fn take_stance(&self, stance: GateState, told: Fact) {
        self.book(|inner, now| {
            if inner.schedule.gate.set_stance(stance) {
                inner.tell(now, told);
                match stance {
                    GateState::Open => inner.ring_one(),
                    GateState::Paused => {}
                    GateState::Closed => inner.ring_all(),
                }
            }
        })
        .await;
    }

    /// Does something to the schedule, and tells of it if it changed anything.
    async fn tell_if(&self, change: impl FnOnce(&mut Inner) -> bool, told: Fact) {
        self.book(|inner, now| {
            if change(inner) {
                inner.tell(now, told);
                inner.ring_one();
            }
        })
        .await;
    }

    /// Ends a job, whether it is in flight or waits. One that is over already stays as it is.
    async fn cancel_job(&self, job: JobId) {
        let is_in_flight = |inner: &mut Inner| inner.running.wish(job, ScheduleChange::Cancel);
        let waiting = self.book(|inner, _| if is_in_flight(inner) { None } else { inner.schedule.remove(job) }).await;
        if let Some(ready) = waiting {
            worker::settle(self, ready, JobEnd::Cancelled, None).await;
        }
    }

    /// Has a job tried again when there is nothing else to start.
    async fn postpone_job(&self, job: JobId) {
        self.book(|inner, _| {
            // Once nothing starts any more there is no later.
            let is_open = inner.schedule.gate.stance() != GateState::Closed;
            if is_open && !inner.running.wish(job, ScheduleChange::Postpone) {
                inner.schedule.hold_back(job);
                inner.ring_one();
            }
        })
        .await;
    }

    /// Sends the jobs again that failed for a cause.
    async fn repeat(&self, cause: Cause) {
        self.book(|inner, now| {
            // Once nothing starts any more there is no again.
            if inner.schedule.gate.stance() != GateState::Closed && !self.over.is_cancelled() {
                inner.repeat(now, cause);
            }
        })
        .await;
    }

    /// After the end: waits for a wish that makes the run go on, until nobody can wish any more.
    pub async fn asked_for_more(&self, commands: &mut mpsc::UnboundedReceiver<Command>) -> Option<Cause> {
        loop {
            match commands.recv().await? {
                Command::Repeat(cause) if self.has_lost(cause) => return Some(cause),
                Command::Drain | Command::Cancel => return None,
                // There is nothing left that these could change.
                Command::Repeat(_)
                | Command::Pause
                | Command::Resume
                | Command::SetLimit { .. }
                | Command::SetAdaptive(_)
                | Command::CancelJob(_)
                | Command::PostponeJob(_)
                | Command::SkipEndpoint(_)
                | Command::Quarantine(_)
                | Command::Release(_) => {}
            }
        }
    }

    /// Goes on after the end, with the jobs that failed for a cause.
    pub async fn go_on(&self, cause: Cause) {
        self.book(|inner, now| {
            inner.tell(now, Fact::RunReopened);
            inner.repeat(now, cause);
        })
        .await;
    }

    /// Ends everything in flight.
    pub async fn cancel_all(&self) {
        self.book(|inner, now| {
            if !inner.is_cancelled {
                inner.tell(now, Fact::Cancelling);
                inner.cancel();
            }
        })
        .await;
    }

    /// Sets a limit. What is in flight above it ends by itself.
    pub async fn set_limit(&self, scope: Scope, limit: u32, by: ChangedBy) {
        let limit = limit.min(self.most.unwrap_or(limit));
        self.book(|inner, now| {
            let is_set = match scope {
                Scope::Run => {
                    inner.schedule.set_limit(limit);
                    true
                }
                Scope::Host(host) => inner.schedule.set_host_limit(host, limit),
            };
            if is_set {
                inner.tell(now, Fact::LimitChanged { scope, limit, by });
                inner.ring_one();
            }
        })
        .await;
        if scope == Scope::Run {
            self.limit.send_replace(limit);
        }
    }
}
