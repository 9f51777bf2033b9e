//! The limit and the pause that the user puts on a watched program: what its processes may send.
//!
//! Each process has a gate of its own, in its probe. A line a second keeps the gates closed: without it they open for
//! good. Start at [`Steering::apply`] and [`Steering::send`].

pub mod shares;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::control::Command;
use crate::event::reasons::ChangedBy;
use crate::event::{Fact, Micros, Offset, Scope};
use crate::watch::listener::Connection;
use crate::watch::steering::shares::{GateReport, Shares};

/// The variable that gives a probe a gate.
pub const VARIABLE: &str = "INFLIGHT_WATCH_STEER";
/// How often a gate hears from the monitor.
const BEAT: Micros = Micros(1_000_000);
/// A process that is stopped reads nothing; its socket takes many lines meanwhile.
const PATIENCE: Duration = Duration::from_millis(50);

/// The gates of a program.
#[derive(Debug)]
pub struct Steering {
    shares: Shares,
    /// The connections to gates.
    writers: HashMap<Connection, UnixStream>,
    beaten: Offset,
    /// Whether the gates were opened, because the program is to end.
    is_released: bool,
}

impl Steering {
    /// Steering that begins with a limit, or without one.
    pub fn new(limit: Option<u32>) -> Self {
        Self { shares: Shares::new(limit), writers: HashMap::new(), beaten: Offset::ZERO, is_released: false }
    }

    /// A process has connected; whether it has a gate is not known yet.
    pub fn connect(&mut self, connection: Connection, writer: UnixStream) {
        if writer.set_write_timeout(Some(PATIENCE)).is_ok() {
            self.writers.insert(connection, writer);
        }
    }

    /// A process is gone, or its gate.
    pub fn leave(&mut self, connection: Connection) {
        self.writers.remove(&connection);
        self.shares.leave(connection);
    }

    /// A gate has reported.
    pub fn report(&mut self, now: Offset, connection: Connection, report: GateReport) {
        self.shares.report(now, connection, report);
    }

    /// Takes a command of the user; returns what has changed.
    pub fn apply(&mut self, command: Command) -> Option<Fact> {
        match command {
            Command::Pause => {
                self.shares.is_paused = true;
                Some(Fact::Paused)
            }
            Command::Resume => {
                self.shares.is_paused = false;
                Some(Fact::Resumed)
            }
            Command::SetLimit { scope: Scope::Run, limit } => {
                self.shares.limit = Some(limit.max(1));
                Some(Fact::LimitChanged { scope: Scope::Run, limit: limit.max(1), by: ChangedBy::Operator })
            }
            _ => None,
        }
    }

    /// Opens all gates, so that nothing hinders the program in ending.
    pub fn release(&mut self) {
        self.is_released = true;
    }

    /// Sends the shares that have changed, and a sign of life.
    pub fn send(&mut self, now: Offset) {
        let changed = if self.is_released { self.shares.open() } else { self.shares.plan(now) };
        for new in changed {
            let share = new.share.map_or_else(|| "any".to_owned(), |share| share.to_string());
            self.write(new.connection, &format!("share {share} {}\n", new.number));
        }
        if now.since(self.beaten) >= BEAT {
            self.beaten = now;
            let all: Vec<Connection> = self.writers.keys().copied().collect();
            for connection in all {
                self.write(connection, "beat\n");
            }
        }
    }

    fn write(&mut self, connection: Connection, line: &str) {
        let Some(writer) = self.writers.get_mut(&connection) else { return };
        // A part of a line would make nonsense of the next one. Without a writer, the gate opens by itself.
        if writer.write_all(line.as_bytes()).is_err() {
            self.leave(connection);
        }
    }
}
