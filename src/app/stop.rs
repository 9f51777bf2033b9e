//! The steps that end a run from outside: drain, cancel, leave at once.
//!
//! The first Ctrl-C drains the run, and cancels it after a while. The second cancels it. The third ends the
//! process at once. Start at [`Stop::escalate`].

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::app::wakeups::Signal;
use crate::control::Command;
use crate::error::code;

/// How long a drain may take before the run is cancelled.
const DRAIN_PATIENCE: Duration = Duration::from_secs(10);

/// Which steps have been taken.
#[derive(Debug)]
pub struct Stop {
    commands: UnboundedSender<Command>,
    steps: u32,
    /// How long a drain may take; nothing for ever.
    patience: Option<Duration>,
    cancels_at: Option<Instant>,
    code: Option<u8>,
}

impl Stop {
    /// The state of a run that nothing has asked to end.
    pub fn new(commands: UnboundedSender<Command>) -> Self {
        Self { commands, steps: 0, patience: Some(DRAIN_PATIENCE), cancels_at: None, code: None }
    }

    /// The state of a program that may take its time to end.
    pub fn without_deadline(commands: UnboundedSender<Command>) -> Self {
        Self { patience: None, ..Self::new(commands) }
    }

    /// Goes one step further; returns whether the process should end at once.
    pub fn escalate(&mut self, signal: Signal, now: Instant) -> bool {
        let step = match signal {
            Signal::Interrupt => self.steps + 1,
            // A repeated signal of this kind takes no further step.
            Signal::Terminate | Signal::HangUp => self.steps.max(1),
            Signal::Status => return false,
        };
        if step > self.steps {
            self.steps = step;
            match step {
                1 => {
                    self.send(Command::Drain);
                    self.cancels_at = self.patience.map(|patience| now + patience);
                }
                2 => self.send(Command::Cancel),
                _ => {}
            }
        }
        self.code.get_or_insert(match signal {
            Signal::Terminate => code::TERMINATED,
            Signal::HangUp => code::HUNG_UP,
            Signal::Interrupt | Signal::Status => code::INTERRUPTED,
        });
        self.steps > 2
    }

    /// Whether the run has been cancelled by a second step.
    pub fn is_cancelling(&self) -> bool {
        self.steps > 1
    }

    /// Cancels the run if draining has taken too long.
    pub fn cancel_if_overdue(&mut self, now: Instant) {
        if self.cancels_at.is_some_and(|at| now >= at) {
            self.cancels_at = None;
            self.send(Command::Cancel);
        }
    }

    /// Sends a command to the source.
    pub fn send(&self, command: Command) {
        // Sending fails only when the pool has ended, and then the command has no effect.
        let _ = self.commands.send(command);
    }

    /// The exit code of the first signal that asked for the end.
    pub fn code(&self) -> Option<u8> {
        self.code
    }
}
