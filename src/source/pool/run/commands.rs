//! Applies commands: pause, resume, limits, drain, cancel. Each emits its fact in the step that makes it true.
//!
//! Start at [`SharedRun::run_commands`].

use tokio::sync::mpsc;

use crate::control::Command;
use crate::event::cause::Cause;
use crate::event::outcome::JobEnd;
use crate::event::reasons::ChangedBy;
use crate::event::{Fact, JobId, Scope};
use crate::source::pool::run::ends;
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::state::RunState;
use crate::source::pool::run::worker_handle::JobCommand;
use crate::source::pool::schedule::gate::GateState;

impl SharedRun {
    /// Applies commands until the run is over.
    pub async fn run_commands(&self, commands: &mut mpsc::UnboundedReceiver<Command>) {
        loop {
            // A command that comes at the very end is left for a run that continues after it.
            let command = tokio::select! {
                biased;
                () = self.over.cancelled() => return,
                command = commands.recv() => command,
            };
            match command {
                Some(command) => {
                    self.apply(command).await;
                    self.command_applied.notify_waiters();
                }
                // No more commands will come; the run goes on.
                None => return self.over.cancelled().await,
            }
        }
    }

    async fn apply(&self, command: Command) {
        match command {
            Command::Pause => self.set_gate(GateState::Paused, Fact::Paused).await,
            Command::Resume => self.set_gate(GateState::Open, Fact::Resumed).await,
            Command::Mark => self.with_state(|state, now| state.emit(now, Fact::Marked)).await,
            Command::SetLimit { scope, limit } => self.set_limit(scope, limit.max(1), ChangedBy::Operator).await,
            Command::SetAdaptive(mode) => {
                let is_set = |state: &mut RunState| state.schedule.set_adaptive(mode);
                self.emit_if(is_set, Fact::AdaptiveSet { on: mode.is_active(), mode: Some(mode) }).await;
            }
            Command::TryHost(host) => {
                self.with_state(|state, _| {
                    if state.schedule.try_host(host) {
                        state.wake_one();
                    }
                })
                .await;
            }
            Command::CancelJob(job) => self.cancel_job(job).await,
            Command::PostponeJob(job) => self.postpone_job(job).await,
            Command::Repeat(cause) => self.repeat(cause).await,
            Command::SkipEndpoint(endpoint) => {
                let is_skipped = |state: &mut RunState| state.schedule.skip(endpoint);
                self.emit_if(is_skipped, Fact::EndpointSkipped { endpoint }).await;
            }
            Command::Quarantine(host) => {
                let is_quarantined = |state: &mut RunState| state.schedule.set_quarantine(host, true);
                self.emit_if(is_quarantined, Fact::HostQuarantined { host }).await;
            }
            Command::Release(host) => {
                let is_back = |state: &mut RunState| state.schedule.set_quarantine(host, false);
                self.emit_if(is_back, Fact::HostReleased { host }).await;
            }
            Command::Drain => self.set_gate(GateState::Closed, Fact::Draining).await,
            Command::Cancel => self.cancel_all().await,
        }
    }

    /// Opens, pauses or closes the gate, unless it already is or has been closed.
    async fn set_gate(&self, to: GateState, fact: Fact) {
        self.with_state(|state, now| {
            if state.schedule.gate.set_state(to) {
                state.emit(now, fact);
                match to {
                    GateState::Open => state.wake_one(),
                    GateState::Paused => {}
                    GateState::Closed => state.wake_all(),
                }
            }
        })
        .await;
    }

    /// Changes the schedule, and emits a fact if that made a difference.
    async fn emit_if(&self, change: impl FnOnce(&mut RunState) -> bool, fact: Fact) {
        self.with_state(|state, now| {
            if change(state) {
                state.emit(now, fact);
                state.wake_one();
            }
        })
        .await;
    }

    /// Ends a job that is in flight or waits. A job that is over stays as it is.
    async fn cancel_job(&self, job: JobId) {
        let is_in_flight = |state: &mut RunState| state.running.command(job, JobCommand::Cancel);
        let waiting =
            self.with_state(|state, _| if is_in_flight(state) { None } else { state.schedule.remove(job) }).await;
        if let Some(ready) = waiting {
            ends::settle(self, ready, JobEnd::Cancelled, None).await;
        }
    }

    /// Puts a job off until there is nothing else to start.
    async fn postpone_job(&self, job: JobId) {
        self.with_state(|state, _| {
            // In a closed run no job will start later.
            let is_open = state.schedule.gate.state() != GateState::Closed;
            if is_open && !state.running.command(job, JobCommand::Postpone) {
                state.schedule.postpone_waiting(job);
                state.wake_one();
            }
        })
        .await;
    }

    /// Sends the jobs again that failed for this cause.
    async fn repeat(&self, cause: Cause) {
        self.with_state(|state, now| {
            // In a closed run no job can be sent again.
            if state.schedule.gate.state() != GateState::Closed && !self.over.is_cancelled() {
                state.repeat(now, cause);
            }
        })
        .await;
    }

    /// After the end: waits for a command that makes the run continue, while any can come.
    pub async fn wait_for_repeat(&self, commands: &mut mpsc::UnboundedReceiver<Command>) -> Option<Cause> {
        loop {
            match commands.recv().await? {
                Command::Repeat(cause) if self.has_failed(cause) => return Some(cause),
                Command::Drain | Command::Cancel => return None,
                // Nothing is left that these could change.
                Command::Repeat(_)
                | Command::Pause
                | Command::Resume
                | Command::Mark
                | Command::SetLimit { .. }
                | Command::SetAdaptive(_)
                | Command::CancelJob(_)
                | Command::PostponeJob(_)
                | Command::SkipEndpoint(_)
                | Command::Quarantine(_)
                | Command::TryHost(_)
                | Command::Release(_) => {}
            }
        }
    }

    /// Continues after the end with the jobs that failed for this cause.
    pub async fn start_again(&self, cause: Cause) {
        self.with_state(|state, now| {
            state.emit(now, Fact::RunReopened);
            state.repeat(now, cause);
        })
        .await;
    }

    /// Ends everything in flight.
    pub async fn cancel_all(&self) {
        self.with_state(|state, now| {
            if !state.is_cancelled {
                state.emit(now, Fact::Cancelling);
                state.cancel();
            }
        })
        .await;
    }

    /// Sets a limit. What is in flight above it ends by itself.
    pub async fn set_limit(&self, scope: Scope, limit: u32, by: ChangedBy) {
        let limit = limit.min(self.most.unwrap_or(limit));
        self.with_state(|state, now| {
            let is_set = match scope {
                Scope::Run => {
                    state.schedule.set_usual_limit(limit);
                    true
                }
                Scope::Host(host) => state.schedule.set_host_limit(host, limit),
            };
            if is_set {
                state.emit(now, Fact::LimitChanged { scope, limit, by });
                state.wake_one();
            }
        })
        .await;
        if scope == Scope::Run {
            self.limit.send_replace(limit);
        }
    }
}
