//! Failures, grouped by what a person can do about them.
//!
//! Start at [`Incidents::count`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;

use crate::event::Offset;
use crate::event::outcome::{Outcome, Phase, Reason};

/// What went wrong, without the particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An answer the plan does not expect.
    Status(u16),
    /// Still refused after the last try.
    Throttled(u16),
    /// We gave up waiting.
    TimedOut(Phase),
    /// No answer.
    Failed(Reason),
}

impl Cause {
    /// The cause of a bad end; `None` for a good one and for one we chose.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. } | Outcome::Cancelled => None,
            Outcome::Answered { status, .. } => Some(Self::Status(*status)),
            Outcome::Throttled { status, .. } => Some(Self::Throttled(*status)),
            Outcome::TimedOut { phase } => Some(Self::TimedOut(*phase)),
            Outcome::Failed { reason, .. } => Some(Self::Failed(*reason)),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) | Self::Throttled(status) => {
                let reason = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
                match reason {
                    Some(reason) => write!(f, "{status} {reason}"),
                    None => write!(f, "{status}"),
                }
            }
            Self::TimedOut(phase) => write!(f, "timeout, {phase}"),
            Self::Failed(reason) => write!(f, "{reason}"),
        }
    }
}

/// All failures of one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How many jobs.
    pub jobs: u64,
    /// When the first failed.
    pub first: Offset,
    /// When the last failed.
    pub last: Offset,
    /// How many at each endpoint.
    pub endpoints: BTreeMap<usize, u64>,
    /// The first one, in full.
    pub example: Example,
}

/// One failure in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Method and masked URL.
    pub target: Option<Arc<str>>,
    /// The library's or the system's own words.
    pub detail: Option<Arc<str>>,
}

/// Failed jobs by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incidents {
    groups: BTreeMap<Cause, Group>,
}

impl Incidents {
    /// Counts a job that failed.
    pub fn count(&mut self, at: Offset, endpoint: usize, last: &Outcome, target: Option<&Arc<str>>) {
        let Some(cause) = Cause::of(last) else { return };
        let group = self.groups.entry(cause).or_insert_with(|| Group {
            jobs: 0,
            first: at,
            last: at,
            endpoints: BTreeMap::new(),
            example: Example {
                target: target.cloned(),
                detail: match last {
                    Outcome::Failed { detail, .. } => detail.clone(),
                    _ => None,
                },
            },
        });
        group.jobs += 1;
        group.last = group.last.max(at);
        *group.endpoints.entry(endpoint).or_default() += 1;
    }

    /// Every group, the largest first, ties by cause.
    pub fn by_size(&self) -> Vec<(Cause, &Group)> {
        let mut groups: Vec<_> = self.groups.iter().map(|(&cause, group)| (cause, group)).collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.jobs));
        groups
    }

    /// How many failed jobs satisfy a condition on their cause.
    pub fn jobs_where(&self, holds: impl Fn(Cause) -> bool) -> u64 {
        self.groups.iter().filter(|&(&cause, _)| holds(cause)).map(|(_, group)| group.jobs).sum()
    }
}
