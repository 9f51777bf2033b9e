//! The last notable events: what failed, what was refused, which limit changed.
//!
//! Good answers are left out. Start at [`EventLog`].

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::event::{Attempt, ChangedBy, Micros, Offset, Origin, RunEnd, WarningSource};
use crate::text::units;

/// One notable event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Offset,
    /// What.
    pub event: LogEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEvent {
    /// An attempt ended badly.
    AttemptFailed {
        /// Which machine's attempt: numbers of two machines may be the same.
        origin: Origin,
        /// Which attempt.
        attempt: Attempt,
        /// Index of its endpoint.
        endpoint: usize,
        /// Method and masked URL; foreign text.
        target: Arc<str>,
        /// How it ended.
        outcome: Outcome,
        /// How long it was in flight.
        took: Micros,
        /// What followed.
        then: FollowUp,
    },
    /// A job failed without an attempt of its own in view: a bad row, a deadline between tries.
    JobFailed {
        /// Index of its endpoint.
        endpoint: usize,
        /// How its last attempt ended.
        last: Outcome,
    },
    /// Jobs that took long in an earlier run are drawn before all others.
    JobsReordered {
        /// How many.
        jobs: u64,
        /// How many that run had.
        of: u64,
    },
    /// The limit was turned.
    Limit {
        /// Whose, where it is not the run's: the host's name.
        host: Option<Arc<str>>,
        /// What it was.
        from: Option<u32>,
        /// What it is.
        to: u32,
        /// Who turned it.
        by: ChangedBy,
    },
    /// Limits are found by themselves from here on, or no longer.
    Adaptive(bool),
    /// The adaptive controller took a step.
    Adapted {
        /// Where; foreign text.
        host: Arc<str>,
        /// What it saw.
        why: Arc<str>,
    },
    /// A liveness check found an endpoint up or down.
    EndpointStateChanged {
        /// Index of the endpoint.
        endpoint: usize,
        /// Which of the two.
        is_up: bool,
        /// For how long it had been otherwise, where it had been.
        after: Option<Micros>,
    },
    /// No job of an endpoint starts any more: its index.
    Skipped(usize),
    /// Jobs that failed are sent again.
    Repeated {
        /// What they had failed for.
        cause: Cause,
        /// How many.
        jobs: u64,
    },
    /// A host was put aside, or taken back.
    Quarantine {
        /// Which; foreign text.
        host: Arc<str>,
        /// Which of the two.
        is_aside: bool,
    },
    /// The run was paused.
    Paused,
    /// The run was resumed.
    Resumed,
    /// No attempt starts any more.
    Draining,
    /// Everything in flight is being cancelled.
    Cancelling,
    /// An event loop stood still.
    Stalled(Micros),
    /// Something of our own went wrong.
    Warned(WarningSource, Arc<str>),
    /// The run ended.
    Ended(RunEnd),
}

/// The parts of an event that views ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSubject<'s> {
    /// Index of the endpoint.
    pub endpoint: Option<usize>,
    /// The host's name, where the event names one.
    pub host: Option<&'s Arc<str>>,
    /// Method and masked URL; foreign text.
    pub target: Option<&'s Arc<str>>,
    /// How an attempt ended.
    pub outcome: Option<&'s Outcome>,
    /// How long it lasted.
    pub took: Option<Micros>,
}

impl LogEvent {
    /// What it is about.
    pub fn subject(&self) -> EventSubject<'_> {
        let nothing = EventSubject::default();
        match self {
            Self::AttemptFailed { endpoint, target, outcome, took, .. } => EventSubject {
                endpoint: Some(*endpoint),
                target: Some(target),
                outcome: Some(outcome),
                took: Some(*took),
                ..nothing
            },
            Self::JobFailed { endpoint, last } => {
                EventSubject { endpoint: Some(*endpoint), outcome: Some(last), ..nothing }
            }
            Self::Limit { host, .. } => EventSubject { host: host.as_ref(), ..nothing },
            Self::Adapted { host, .. } | Self::Quarantine { host, .. } => EventSubject { host: Some(host), ..nothing },
            Self::EndpointStateChanged { endpoint, .. } | Self::Skipped(endpoint) => {
                EventSubject { endpoint: Some(*endpoint), ..nothing }
            }
            Self::Stalled(lasted) => EventSubject { took: Some(*lasted), ..nothing },
            Self::Adaptive(_)
            | Self::Repeated { .. }
            | Self::JobsReordered { .. }
            | Self::Paused
            | Self::Resumed
            | Self::Draining
            | Self::Cancelling
            | Self::Warned(..)
            | Self::Ended(_) => nothing,
        }
    }
}

/// What is put first, of so many jobs that an earlier run says are slow.
pub fn reorder_summary(jobs: u64, of: u64) -> String {
    let gone = of.saturating_sub(jobs);
    match (jobs, gone) {
        (0, 0) => "no job took far longer than usual last time: order as given".to_owned(),
        (0, _) => {
            format!("{} of last time gone from the plan, or changed: order as given", units::plural(of, "slow job"))
        }
        (_, 0) => format!("{} of last time before all others", units::plural(jobs, "slow job")),
        (..) => format!(
            "{} of last time before all others, {} gone from the plan, or changed",
            units::plural(jobs, "slow job"),
            units::count(gone)
        ),
    }
}

/// What followed an attempt that ended badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowUp {
    /// Not yet known.
    Open,
    /// It is tried again, not before this.
    Retry(Offset),
    /// The job was given up after this many attempts.
    GivenUp(u32),
}

/// A ring of the last items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLog {
    items: VecDeque<LogEntry>,
    n_added: u64,
}

impl EventLog {
    /// Items kept.
    pub const KEPT: usize = 1_000;
    /// How far back an attempt's event is looked for: its sequel follows within a few events.
    const LOOK_BACK: usize = 64;

    /// Items, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &LogEntry> {
        self.items.iter().rev()
    }

    /// The newest item.
    pub fn newest(&self) -> Option<&LogEntry> {
        self.items.back()
    }

    /// The numbers of those that are still kept; a number is never used again.
    pub fn kept(&self) -> Range<u64> {
        self.n_added - self.items.len() as u64..self.n_added
    }

    /// The item of a number, while it is kept.
    pub fn nth(&self, number: u64) -> Option<&LogEntry> {
        let at = number.checked_sub(self.kept().start)?;
        self.items.get(usize::try_from(at).ok()?)
    }

    /// How many there have been in all.
    pub fn n_added(&self) -> u64 {
        self.n_added
    }

    pub(super) fn add(&mut self, at: Offset, event: LogEvent) {
        if self.items.len() == Self::KEPT {
            self.items.pop_front();
        }
        self.items.push_back(LogEntry { at, event });
        self.n_added += 1;
    }

    /// Replaces the newest event if it is stale; otherwise adds one.
    pub(super) fn replace_newest(&mut self, at: Offset, event: LogEvent, is_stale: impl Fn(&LogEntry) -> bool) {
        match self.items.back_mut() {
            Some(newest) if is_stale(newest) => *newest = LogEntry { at, event },
            _ => self.add(at, event),
        }
    }

    /// Completes the event of an attempt; returns whether there was one.
    pub(super) fn follow_up(&mut self, by: Origin, of: impl Fn(&Attempt) -> bool, sequel: FollowUp) -> bool {
        self.items.iter_mut().rev().take(Self::LOOK_BACK).any(|item| match &mut item.event {
            LogEvent::AttemptFailed { origin, attempt, then, .. }
                if *then == FollowUp::Open && *origin == by && of(attempt) =>
            {
                *then = sequel;
                true
            }
            _ => false,
        })
    }
}
