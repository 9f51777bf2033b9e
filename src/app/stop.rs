//! How a run is brought to its end from outside, step by step.
//!
//! First Ctrl-C: drain, and cancel after a while. Second: cancel. Third: leave at once.
//! Start at [`Stop::by`].

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::app::signals::Signal;
use crate::control::Command;
use crate::error::code;

/// How long what is in flight may take to end by itself.
const DRAIN_PATIENCE: Duration = Duration::from_secs(10);

/// How far the end has come.
#[derive(Debug)]
pub struct Stop {
    commands: UnboundedSender<Command>,
    steps: u32,
    cancels_at: Option<Instant>,
    code: Option<u8>,
}

impl Stop {
    /// Nothing has been asked yet.
    pub fn new(commands: UnboundedSender<Command>) -> Self {
        Self { commands, steps: 0, cancels_at: None, code: None }
    }

    /// One more request to end; true if it is time to leave at once.
    pub fn by(&mut self, signal: Signal) -> bool {
        let step = match signal {
            Signal::Interrupt => self.steps + 1,
            // Whoever repeats these wants no more than the first time.
            Signal::Terminate | Signal::HangUp => self.steps.max(1),
            Signal::Status => return false,
        };
        if step > self.steps {
            self.steps = step;
            match step {
                1 => {
                    self.send(Command::Drain);
                    self.cancels_at = Some(Instant::now() + DRAIN_PATIENCE);
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

    /// Whether what is in flight was asked to end now.
    pub fn is_cancelling(&self) -> bool {
        self.steps > 1
    }

    /// Cancels if draining has taken too long.
    pub fn look_at_the_clock(&mut self) {
        if self.cancels_at.is_some_and(|at| Instant::now() >= at) {
            self.cancels_at = None;
            self.send(Command::Cancel);
        }
    }

    /// A wish from the screen.
    pub fn send(&self, command: Command) {
        // It only fails when the pool has ended, and then there is nothing to wish for.
        let _ = self.commands.send(command);
    }

    /// The exit code of whoever asked first, if anybody did.
    pub fn code(&self) -> Option<u8> {
        self.code
    }
}
