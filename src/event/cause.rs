//! What went wrong, without the particulars: failures of one cause belong together.
//!
//! Start at [`Cause::from_outcome`].

use std::fmt;

use http::StatusCode;

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
    pub fn from_outcome(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. } | Outcome::Cancelled => None,
            Outcome::Answered { status, .. } => Some(Self::Status(*status)),
            Outcome::Throttled { status, .. } => Some(Self::Throttled(*status)),
            Outcome::TimedOut { phase } => Some(Self::TimedOut(*phase)),
            Outcome::Failed { reason, .. } => Some(Self::Failed(*reason)),
        }
    }

    /// What a person can do about it.
    pub fn kind(self) -> CauseKind {
        match self {
            Self::Status(_) | Self::Throttled(_) => CauseKind::Refused,
            Self::TimedOut(Phase::FirstByte | Phase::Body) => CauseKind::WasSlow,
            Self::TimedOut(Phase::Resolve | Phase::Connect | Phase::Tls)
            | Self::Failed(
                Reason::Dns
                | Reason::Refused
                | Reason::Unreachable
                | Reason::Tls
                | Reason::Reset
                | Reason::ClosedEarly
                | Reason::BadResponse,
            ) => CauseKind::NoConnection,
            Self::TimedOut(Phase::Job)
            | Self::Failed(Reason::TooLarge | Reason::Redirect | Reason::BadRow | Reason::Local | Reason::Panicked) => {
                CauseKind::GaveUp
            }
        }
    }
}

/// What a person can do about a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    /// The upstream answered, and not as hoped: look at what was asked, or ask for less at once.
    Refused,
    /// The upstream did not answer in time: wait longer, or ask for less at once.
    WasSlow,
    /// The way to the upstream is missing or broke.
    NoConnection,
    /// We ended it, by a rule of the plan or for lack of room.
    GaveUp,
}

impl CauseKind {
    /// A short label for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Refused => "upstream refused",
            Self::WasSlow => "upstream was slow",
            Self::NoConnection => "connection failed",
            Self::GaveUp => "we gave up",
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
