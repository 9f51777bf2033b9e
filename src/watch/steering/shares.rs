//! How a limit is divided among the processes of a program, so that together they never exceed it.
//!
//! A process may use its share without asking. A share is lowered at once, and the room counts as free only when the
//! process has reported that it needs it no longer; another share is raised only into free room. Pure: it sends nothing
//! and reads no clock. Start at [`Shares::plan`].

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::event::{Micros, Offset};
use crate::watch::listener::Connection;

/// The shares of all processes.
#[derive(Debug, Default)]
pub struct Shares {
    /// The limit of all together; none: each may send as much as it wants.
    pub limit: Option<u32>,
    /// Whether nothing may be sent.
    pub is_paused: bool,
    processes: BTreeMap<Connection, ProcessShare>,
    /// When shares were handed on last, because there are more processes than the limit.
    turned: Offset,
}

/// What a process has reported about its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct GateReport {
    /// The number of the last share that it has received.
    pub number: u64,
    /// Requests under way.
    pub held: u32,
    /// Requests that wait at its gate.
    pub waiting: u32,
}

/// What the gate of a process reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateNews {
    /// What is under way.
    Report(GateReport),
    /// It is open for good.
    Opened,
}

/// A share that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewShare {
    /// Which process.
    pub connection: Connection,
    /// Its share; none: as much as it wants.
    pub share: Option<u32>,
    /// The number of this message.
    pub number: u64,
}

/// A process.
#[derive(Debug)]
struct ProcessShare {
    /// Its last share. It begins with nothing.
    share: Option<u32>,
    number: u64,
    /// The most that it can have under way until its next report.
    bound: u32,
    report: GateReport,
    /// When it had requests under way last.
    served: Offset,
}

impl Shares {
    /// How long a process keeps its share while others wait that have none.
    const TURN: Micros = Micros(250_000);

    /// No process has joined.
    pub fn new(limit: Option<u32>) -> Self {
        Self { limit, ..Self::default() }
    }

    /// A process has ended.
    pub fn leave(&mut self, connection: Connection) {
        self.processes.remove(&connection);
    }

    /// A process has reported. Before its first report it sends nothing, and does not listen: it gets no share.
    pub fn report(&mut self, now: Offset, connection: Connection, report: GateReport) {
        let process = self.processes.entry(connection).or_insert(ProcessShare::NONE);
        process.report = report;
        if report.held > 0 {
            process.served = now;
        }
        // An older report does not yet know of the last share.
        if report.number == process.number {
            process.bound = process.share.map_or(u32::MAX, |share| share.max(report.held));
        }
    }

    /// The shares that change now.
    pub fn plan(&mut self, now: Offset) -> Vec<NewShare> {
        let Some(limit) = self.limit.or(self.is_paused.then_some(0)) else { return self.open() };
        let limit = if self.is_paused { 0 } else { limit };
        if !self.must_divide(limit, now) {
            return Vec::new();
        }
        let mut changed = Vec::new();
        for (connection, target) in self.divide(limit, now) {
            let used = self.used();
            let Some(process) = self.processes.get_mut(&connection) else { continue };
            // Nothing new is sent into room that others may still have under way.
            let others = used - u64::from(process.bound);
            let room = u64::from(limit).saturating_sub(others);
            let share = target.min(u32::try_from(room).unwrap_or(u32::MAX));
            if process.share != Some(share) {
                changed.push(process.set(connection, Some(share)));
            }
        }
        changed
    }

    /// What all processes can have under way.
    fn used(&self) -> u64 {
        self.processes.values().map(|process| u64::from(process.bound)).sum()
    }

    /// Lets every process send as much as it wants.
    pub fn open(&mut self) -> Vec<NewShare> {
        let closed = self.processes.iter_mut().filter(|(_, process)| process.share.is_some());
        closed.map(|(&connection, process)| process.set(connection, None)).collect()
    }

    /// Whether the shares are to be divided anew: each change takes a while, in which room stays empty.
    fn must_divide(&mut self, limit: u32, now: Offset) -> bool {
        let shares = || self.processes.values().map(|process| process.share);
        let sum = shares().fold(0_u64, |sum, share| sum + u64::from(share.unwrap_or(0)));
        // After a cut, what others still have under way counts.
        let is_over = self.used() > u64::from(limit);
        if shares().any(|share| share.is_none()) || sum != u64::from(limit) || is_over {
            return !self.processes.is_empty();
        }
        let is_starved = |process: &ProcessShare| process.report.waiting > 0 && process.report.held >= process.share();
        let has_slack = |process: &ProcessShare| process.share() > process.demand();
        if !self.processes.values().any(is_starved) {
            return false;
        }
        // With more processes than the limit, each has its turn.
        let has_none = |process: &ProcessShare| process.share() == 0 && process.report.waiting > 0;
        let is_turn = self.processes.values().any(has_none) && now.since(self.turned) >= Self::TURN;
        is_turn || self.processes.values().any(has_slack)
    }

    /// Divides the limit: one for each process that wants any, then by demand, and the rest evenly.
    fn divide(&mut self, limit: u32, now: Offset) -> BTreeMap<Connection, u32> {
        let mut order: Vec<Connection> = self.processes.keys().copied().collect();
        let is_turn = now.since(self.turned) >= Self::TURN;
        if is_turn {
            self.turned = now;
        }
        // Those that were served least recently come first. Between two turns, a share stays where it is.
        order.sort_by_key(|connection| {
            let process = &self.processes[connection];
            (process.demand() == 0, !is_turn && process.share() == 0, process.served)
        });
        let mut left = limit;
        let mut targets: BTreeMap<Connection, u32> = order.iter().map(|connection| (*connection, 0)).collect();
        let n = u32::try_from(order.len()).unwrap_or(u32::MAX).max(1);
        let mut give = |connection: &Connection, most: u32, left: &mut u32| {
            let share = targets.entry(*connection).or_default();
            let more = most.saturating_sub(*share).min(*left);
            (*share, *left) = (*share + more, *left - more);
        };
        for connection in &order {
            give(connection, self.processes[connection].demand().min(1), &mut left);
        }
        // In rounds, so that a large demand does not take what smaller ones need.
        let mut level = 1_u32;
        let most = self.processes.values().map(ProcessShare::demand).max().unwrap_or(0);
        while left > 0 && level < most {
            level = level.saturating_add((left / n).max(1));
            for connection in &order {
                give(connection, self.processes[connection].demand().min(level), &mut left);
            }
        }
        // The rest evenly, so that a process that begins need not ask.
        for (others, connection) in (1..=n).rev().zip(&order) {
            let part = left.div_ceil(others);
            *targets.entry(*connection).or_default() += part;
            left -= part;
        }
        targets
    }
}

impl ProcessShare {
    /// A process at its first report.
    const NONE: Self = Self {
        share: Some(0),
        number: 0,
        bound: 0,
        report: GateReport { number: 0, held: 0, waiting: 0 },
        served: Offset::ZERO,
    };

    fn share(&self) -> u32 {
        self.share.unwrap_or(u32::MAX)
    }

    fn demand(&self) -> u32 {
        self.report.held.saturating_add(self.report.waiting)
    }

    fn set(&mut self, connection: Connection, share: Option<u32>) -> NewShare {
        self.number += 1;
        self.share = share;
        // Until its report, it may still have what it had before.
        self.bound = self.bound.max(share.unwrap_or(u32::MAX));
        NewShare { connection, share, number: self.number }
    }
}
