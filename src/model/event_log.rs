//! The log of the last notable events: failures, refusals, changed limits.
//!
//! Expected answers are left out. Start at [`EventLog`].

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::event::adaptive::AdaptiveMode;
use crate::event::cause::Cause;
use crate::event::origin::Origin;
use crate::event::outcome::Outcome;
use crate::event::program::{CodeLine, ProgramFact};
use crate::event::reasons::{ChangedBy, RunEnd, WarningSource};
use crate::event::{Attempt, Micros, Offset};
use crate::model::host::outage::HostNotice;
use crate::text::units;

/// One notable event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When it happened.
    pub at: Offset,
    /// What happened.
    pub event: LogEvent,
}

/// The content of a log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEvent {
    /// An attempt failed.
    AttemptFailed {
        /// The machine that made it: ids of two machines may be the same.
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
    /// A job failed without a failed attempt in the log, such as a bad row or a deadline between tries.
    JobFailed {
        /// Index of its endpoint.
        endpoint: usize,
        /// How its last attempt ended.
        last: Outcome,
    },
    /// Jobs that were slow in an earlier run start before all others.
    JobsReordered {
        /// How many of them the plan still contains.
        jobs: u64,
        /// How many slow jobs the earlier run had.
        of: u64,
    },
    /// A limit was changed.
    Limit {
        /// The name of the host that it belongs to; `None` for the whole run.
        host: Option<Arc<str>>,
        /// The old limit.
        from: Option<u32>,
        /// The new limit.
        to: u32,
        /// Who changed it.
        by: ChangedBy,
    },
    /// Adaptive limits were turned on or off.
    Adaptive(AdaptiveMode),
    /// What happens at a host as a whole: it is down, it is up again, or its answers count as refusals. The last
    /// part is foreign text.
    Host(Arc<str>, HostNotice, Arc<str>),
    /// The adaptive controller changed a limit or a gap.
    Adapted {
        /// The name of the host; foreign text.
        host: Arc<str>,
        /// The reason.
        why: Arc<str>,
    },
    /// A liveness check found an endpoint up or down.
    EndpointStateChanged {
        /// Index of the endpoint.
        endpoint: usize,
        /// Whether it is up.
        is_up: bool,
        /// How long the previous state lasted, if there was one.
        after: Option<Micros>,
    },
    /// The user skipped the endpoint with this index.
    Skipped(usize),
    /// The user repeated failed jobs.
    Repeated {
        /// The cause of their failure.
        cause: Cause,
        /// Number of jobs.
        jobs: u64,
    },
    /// A host was quarantined or released.
    Quarantine {
        /// The name of the host; foreign text.
        host: Arc<str>,
        /// Whether it is quarantined.
        is_quarantined: bool,
    },
    /// The run was paused.
    Paused,
    /// The run was resumed.
    Resumed,
    /// The user marked this moment; the number of the mark, from 0.
    Marked(u64),
    /// No attempt starts any more.
    Draining,
    /// Everything in flight is being cancelled.
    Cancelling,
    /// An event loop was blocked for this long, mostly by this line.
    Stalled(Micros, Option<CodeLine>),
    /// What a watched program did apart from its requests.
    Program(Box<ProgramFact>),
    /// The process or its machine was stopped for this long.
    Stopped(Micros),
    /// inflight itself has a problem.
    Warned(WarningSource, Arc<str>),
    /// The run ended.
    Ended(RunEnd),
}

/// The parts of an event that views ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSubject<'s> {
    /// Index of the endpoint.
    pub endpoint: Option<usize>,
    /// The host's name, if the event names one.
    pub host: Option<&'s Arc<str>>,
    /// Method and masked URL; foreign text.
    pub target: Option<&'s Arc<str>>,
    /// How an attempt ended.
    pub outcome: Option<&'s Outcome>,
    /// How long it lasted.
    pub took: Option<Micros>,
}

impl LogEvent {
    /// The endpoint, host, target and outcome that it concerns.
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
            Self::Adapted { host, .. } | Self::Quarantine { host, .. } | Self::Host(host, ..) => {
                EventSubject { host: Some(host), ..nothing }
            }
            Self::EndpointStateChanged { endpoint, .. } | Self::Skipped(endpoint) => {
                EventSubject { endpoint: Some(*endpoint), ..nothing }
            }
            Self::Stalled(lasted, _) | Self::Stopped(lasted) => EventSubject { took: Some(*lasted), ..nothing },
            Self::Adaptive(_)
            | Self::Repeated { .. }
            | Self::JobsReordered { .. }
            | Self::Paused
            | Self::Resumed
            | Self::Marked(_)
            | Self::Draining
            | Self::Cancelling
            | Self::Program(_)
            | Self::Warned(..)
            | Self::Ended(_) => nothing,
        }
    }
}

/// A text on a stop of the process or its machine.
pub fn stop_text(lasted: Micros) -> String {
    format!("inflight was stopped for {}; no time-out and no figure includes it", units::length(lasted))
}

/// A text on how many of the slow jobs of an earlier run start first.
pub fn reorder_summary(jobs: u64, of: u64) -> String {
    let gone = of.saturating_sub(jobs);
    match (jobs, gone) {
        (0, 0) => "no job was slow last time; the order is unchanged".to_owned(),
        (0, _) => {
            format!("the plan no longer has the {} of last time; the order is unchanged", units::plural(of, "slow job"))
        }
        (_, 0) => format!("{} of last time moved to the front", units::plural(jobs, "slow job")),
        (..) => format!(
            "{} of last time moved to the front; the plan no longer has {} others",
            units::plural(jobs, "slow job"),
            units::count(gone)
        ),
    }
}

/// What followed a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowUp {
    /// Nothing yet.
    Open,
    /// A retry, not before this moment.
    Retry(Offset),
    /// The job waits until its host answers, or accepts more.
    Parked,
    /// The job failed after this many tries.
    GivenUp(u32),
}

/// The last notable events, in a ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLog {
    entries: VecDeque<LogEntry>,
    n_added: u64,
}

impl EventLog {
    /// Number of entries kept.
    pub const KEPT: usize = 1_000;
    /// How many entries are searched for an attempt. Its follow-up comes within a few events.
    const LOOK_BACK: usize = 64;

    /// All entries, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &LogEntry> {
        self.entries.iter().rev()
    }

    /// The newest entry.
    pub fn newest(&self) -> Option<&LogEntry> {
        self.entries.back()
    }

    /// The range of numbers that are kept. A number is never reused.
    pub fn kept(&self) -> Range<u64> {
        self.n_added - self.entries.len() as u64..self.n_added
    }

    /// The entry with this number, while it is kept.
    pub fn nth(&self, number: u64) -> Option<&LogEntry> {
        let at = number.checked_sub(self.kept().start)?;
        self.entries.get(usize::try_from(at).ok()?)
    }

    /// Number of entries ever added.
    pub fn n_added(&self) -> u64 {
        self.n_added
    }

    pub(super) fn add(&mut self, at: Offset, event: LogEvent) {
        if self.entries.len() == Self::KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(LogEntry { at, event });
        self.n_added += 1;
    }

    /// Replaces the newest event if it is stale; otherwise adds one.
    pub(super) fn replace_newest(&mut self, at: Offset, event: LogEvent, is_stale: impl Fn(&LogEntry) -> bool) {
        match self.entries.back_mut() {
            Some(newest) if is_stale(newest) => *newest = LogEntry { at, event },
            _ => self.add(at, event),
        }
    }

    /// Adds the follow-up to the entry of a failed attempt. Returns whether there was such an entry.
    pub(super) fn follow_up(&mut self, by: Origin, is_it: impl Fn(&Attempt) -> bool, follow_up: FollowUp) -> bool {
        self.entries.iter_mut().rev().take(Self::LOOK_BACK).any(|item| match &mut item.event {
            LogEvent::AttemptFailed { origin, attempt, then, .. }
                if *then == FollowUp::Open && *origin == by && is_it(attempt) =>
            {
                *then = follow_up;
                true
            }
            _ => false,
        })
    }
}
