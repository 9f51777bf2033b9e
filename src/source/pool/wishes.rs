//! Grants wishes: pause, resume, limits, drain, cancel; each is told the moment it has come true.
//!
//! Start at [`Shared::run_commands`].

use tokio::sync::mpsc;

use crate::control::Command;
use crate::event::{Fact, Hand, Scope};
use crate::source::pool::gate::Stance;
use crate::source::pool::shared::Shared;

impl Shared {
    /// Grants wishes until the run is over.
    pub async fn run_commands(&self, commands: &mut mpsc::UnboundedReceiver<Command>) {
        loop {
            let command = tokio::select! {
                command = commands.recv() => command,
                () = self.over.cancelled() => return,
            };
            match command {
                Some(command) => self.grant(command).await,
                // Nobody will wish for anything any more; the run goes on.
                None => return self.over.cancelled().await,
            }
        }
    }

    async fn grant(&self, command: Command) {
        match command {
            Command::Pause => self.take_stance(Stance::Paused, Fact::Paused).await,
            Command::Resume => self.take_stance(Stance::Open, Fact::Resumed).await,
            Command::SetLimit { scope, limit } => self.set_limit(scope, limit.max(1), Hand::Operator).await,
            Command::Drain => self.take_stance(Stance::Closed, Fact::Draining).await,
            Command::Cancel => self.cancel_all().await,
        }
    }

    /// Opens, pauses or closes the gate, unless it stands so or has been closed.
    async fn take_stance(&self, stance: Stance, told: Fact) {
        self.book(|inner, now| {
            if inner.schedule.gate.set_stance(stance) {
                inner.tell(now, told);
                match stance {
                    Stance::Open => inner.ring_one(),
                    Stance::Paused => {}
                    Stance::Closed => inner.ring_all(),
                }
            }
        })
        .await;
    }

    /// Ends everything in flight.
    pub async fn cancel_all(&self) {
        self.book(|inner, now| {
            if !self.cancel.is_cancelled() {
                inner.tell(now, Fact::Cancelling);
                inner.schedule.gate.set_stance(Stance::Closed);
                self.cancel.cancel();
                inner.ring_all();
            }
        })
        .await;
    }

    /// Sets a limit. What is in flight above it ends by itself.
    pub async fn set_limit(&self, scope: Scope, limit: u32, by: Hand) {
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
