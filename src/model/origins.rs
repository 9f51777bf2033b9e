//! What each machine says of its own run, and what that makes of the whole.
//!
//! A run has one origin as a rule. Where several machines share the work, each has its own clock,
//! limit, jobs and end: limits and jobs add up, and the whole is over when every part is.
//! Start at [`Origins::sum`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::idle::Idle;
use crate::event::{Micros, Offset, Origin, RunEnd};
use crate::model::Stage;

/// Every machine that has reported anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origins {
    parts: BTreeMap<Origin, OriginPart>,
    /// Whether any machine's clock has another zero than the journal's.
    are_shifted: bool,
}

/// One machine's part of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OriginPart {
    /// What the machine is called; foreign text. Empty where it is the only one.
    pub(super) name: Arc<str>,
    /// Where its clock's zero lies.
    pub(super) zero: Offset,
    pub(super) limit: Option<u32>,
    pub(super) first_limit: Option<u32>,
    pub(super) jobs: Option<u64>,
    pub(super) stage: Stage,
    pub(super) is_paused: bool,
    pub(super) ended: Option<Offset>,
    /// The in-flight level it has reported, where it reports no attempts.
    pub(super) level: u32,
    pub(super) idle: Idle,
}

/// The whole run.
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
    /// A moment of this machine's clock on the journal's.
    pub(super) fn moment(&self, origin: Origin, at: Offset) -> Offset {
        if !self.are_shifted {
            return at;
        }
        self.parts.get(&origin).map_or(at, |part| at + Micros(part.zero.0))
    }

    /// A machine introduces itself.
    pub(super) fn introduce(&mut self, origin: Origin, name: &Arc<str>, zero: Offset) {
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

    /// What the parts make together.
    pub(super) fn sum(&self) -> WholeRun {
        // A machine that is only introduced has no part in the run yet.
        let parts = || self.parts.values().filter(|part| part.stage != Stage::Ready || self.parts.len() == 1);
        let stage = parts().map(|part| part.stage).max_by_key(|stage| weight(*stage)).unwrap_or_default();
        let is_over = matches!(stage, Stage::Ended(_));
        let mut under_way = parts().filter(|part| is_over || part.ended.is_none()).peekable();
        let is_paused = under_way.peek().is_some() && under_way.all(|part| part.is_paused);
        WholeRun {
            limit: total(parts().map(|part| part.limit)),
            first_limit: total(parts().map(|part| part.first_limit)),
            // One unknown part makes the whole unknown.
            jobs: parts().map(|part| part.jobs).reduce(|a, b| Some(a?.saturating_add(b?))).flatten(),
            stage,
            is_paused,
            ended: parts().filter_map(|part| part.ended).max().filter(|_| is_over),
            level: self.parts.values().fold(0, |sum, part| sum.saturating_add(part.level)),
            idle: self.parts.values().fold(Idle::default(), |sum, part| sum.plus(&part.idle)),
        }
    }
}

/// The sum of the limits there are; a machine without one adds nothing that can be counted.
fn total(limits: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    limits.flatten().reduce(u32::saturating_add)
}

/// The stage of the whole run: the stage furthest from its end, or else the worst end.
fn weight(stage: Stage) -> u8 {
    match stage {
        Stage::Ready => 0,
        Stage::Ended(RunEnd::Finished) => 1,
        Stage::Ended(RunEnd::Drained) => 2,
        Stage::Ended(RunEnd::Cancelled) => 3,
        Stage::Ended(RunEnd::FailedFast) => 4,
        Stage::Cancelling => 5,
        Stage::Draining => 6,
        Stage::Running => 7,
    }
}
