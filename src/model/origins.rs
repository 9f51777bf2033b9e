//! The parts of a run on several machines, and their sum.
//!
//! Usually a run has one machine. If several machines share the work, each has its own clock, limit, jobs and end.
//! Limits and jobs are added, and the run is over when every part is over. Start at [`Origins::sum`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::due_time::{DueTime, MissedStarts};
use crate::event::idle::Idle;
use crate::event::origin::Origin;
use crate::event::reasons::RunEnd;
use crate::event::{Micros, Offset};
use crate::model::Stage;

/// Every machine that has reported anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origins {
    parts: BTreeMap<Origin, OriginPart>,
    /// Whether any machine's clock started later than the journal's.
    are_shifted: bool,
}

/// One machine's part of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OriginPart {
    /// The name of the machine; foreign text. Empty if it is the only one.
    pub(super) name: Arc<str>,
    /// When its clock started, on the journal's clock.
    pub(super) zero: Offset,
    pub(super) limit: Option<u32>,
    pub(super) first_limit: Option<u32>,
    pub(super) jobs: Option<u64>,
    pub(super) stage: Stage,
    pub(super) is_paused: bool,
    pub(super) ended: Option<Offset>,
    /// The in-flight level that it reports, if it reports no single attempts.
    pub(super) level: u32,
    pub(super) idle: Idle,
}

/// The sum of all parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WholeRun {
    pub(super) limit: Option<u32>,
    pub(super) first_limit: Option<u32>,
    pub(super) jobs: Option<u64>,
    pub(super) stage: Stage,
    pub(super) is_paused: bool,
    pub(super) ended: Option<Offset>,
    pub(super) level: u32,
    pub(super) idle: Idle,
}

impl Origins {
    /// Converts a moment of this machine's clock to the journal's clock.
    pub(super) fn journal_time(&self, origin: Origin, at: Offset) -> Offset {
        if !self.are_shifted {
            return at;
        }
        self.parts.get(&origin).map_or(at, |part| at + Micros(part.zero.0))
    }

    /// Converts a due time to the journal's clock.
    pub(super) fn journal_due(&self, origin: Origin, due: DueTime) -> DueTime {
        let missed = due.missed.map(|missed| MissedStarts { first: self.journal_time(origin, missed.first), ..missed });
        DueTime { at: self.journal_time(origin, due.at), missed }
    }

    /// Records the name and the clock of a machine that joins.
    pub(super) fn join(&mut self, origin: Origin, name: &Arc<str>, zero: Offset) {
        self.are_shifted |= zero != Offset::ZERO;
        let part = self.part(origin);
        part.name = Arc::clone(name);
        part.zero = zero;
    }

    /// This machine's part.
    pub(super) fn part(&mut self, origin: Origin) -> &mut OriginPart {
        self.parts.entry(origin).or_default()
    }

    /// The name of a machine, if it has reported one.
    pub(super) fn name(&self, origin: Origin) -> Option<&str> {
        self.parts.get(&origin).map(|part| &*part.name).filter(|name| !name.is_empty())
    }

    /// Adds up all parts.
    pub(super) fn sum(&self) -> WholeRun {
        // A machine that has only joined has no part in the run yet.
        let parts = || self.parts.values().filter(|part| part.stage != Stage::Ready || self.parts.len() == 1);
        let stage = parts().map(|part| part.stage).max_by_key(|stage| precedence(*stage)).unwrap_or_default();
        let is_over = matches!(stage, Stage::Ended(_));
        let mut under_way = parts().filter(|part| is_over || part.ended.is_none()).peekable();
        let is_paused = under_way.peek().is_some() && under_way.all(|part| part.is_paused);
        WholeRun {
            limit: total(parts().map(|part| part.limit)),
            first_limit: total(parts().map(|part| part.first_limit)),
            // If one part is unknown, the total is unknown.
            jobs: parts().map(|part| part.jobs).reduce(|a, b| Some(a?.saturating_add(b?))).flatten(),
            stage,
            is_paused,
            ended: parts().filter_map(|part| part.ended).max().filter(|_| is_over),
            level: self.parts.values().fold(0, |sum, part| sum.saturating_add(part.level)),
            idle: self.parts.values().fold(Idle::default(), |sum, part| sum.plus(&part.idle)),
        }
    }
}

/// The sum of all limits. A machine without a limit adds nothing.
fn total(limits: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    limits.flatten().reduce(u32::saturating_add)
}

/// The precedence of a stage: the stage furthest from the end wins, then the worst end.
fn precedence(stage: Stage) -> u8 {
    match stage {
        Stage::Ready => 0,
        Stage::Ended(RunEnd::Finished) => 1,
        Stage::Ended(RunEnd::GivenUp) => 2,
        Stage::Ended(RunEnd::Drained) => 3,
        Stage::Ended(RunEnd::Cancelled) => 4,
        Stage::Ended(RunEnd::FailedFast) => 5,
        Stage::Cancelling => 6,
        Stage::Draining => 7,
        Stage::Running => 8,
    }
}
