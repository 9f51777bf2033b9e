//! Causes of failure: the key by which failures are grouped.
//!
//! Start at [`Cause::from_outcome`].

use std::fmt;

use http::StatusCode;

use crate::event::outcome::{Outcome, Phase, Reason};
use crate::event::short_text::ShortText;

/// Why an attempt or a job failed, without the details of the single case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A status that the plan does not expect.
    Status(u16),
    /// Rate limited, even at the last try.
    Throttled(u16),
    /// A time-out in this phase.
    TimedOut(Phase),
    /// No complete answer, for this reason.
    Failed(Reason),
    /// The answer does not meet this expectation of the plan.
    Unexpected(ShortText),
}

impl Cause {
    /// The cause of a failure; `None` if the attempt succeeded or was cancelled.
    pub fn from_outcome(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. } | Outcome::Cancelled => None,
            Outcome::Answered { status, .. } => Some(Self::Status(*status)),
            Outcome::Throttled { status, .. } => Some(Self::Throttled(*status)),
            Outcome::TimedOut { phase } => Some(Self::TimedOut(*phase)),
            Outcome::Failed { expected: Some(expected), .. } => Some(Self::Unexpected(ShortText::new(expected))),
            Outcome::Failed { reason, .. } => Some(Self::Failed(*reason)),
        }
    }

    /// The kind of cause, by what the user can do about it.
    pub fn kind(self) -> CauseKind {
        match self {
            Self::Status(_) | Self::Throttled(_) => CauseKind::Refused,
            Self::TimedOut(Phase::FirstByte | Phase::Body) => CauseKind::WasSlow,
            Self::TimedOut(Phase::Resolve | Phase::Connect | Phase::Tls)
            | Self::Failed(
                Reason::Dns
                | Reason::Refused
                | Reason::Unreachable
                | Reason::Proxy
                | Reason::Tls
                | Reason::Reset
                | Reason::ClosedEarly
                | Reason::BadResponse,
            ) => CauseKind::NoConnection,
            Self::TimedOut(Phase::Job)
            | Self::Failed(
                Reason::TooLarge
                | Reason::Redirect
                | Reason::Unexpected
                | Reason::BadRow
                | Reason::GivenUp
                | Reason::Local
                | Reason::Panicked,
            )
            | Self::Unexpected(_) => CauseKind::GaveUp,
        }
    }
}

/// A kind of cause, by what the user can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    /// The upstream refused the request: fix the request, or send fewer at once.
    Refused,
    /// The upstream did not answer in time: allow more time, or send fewer at once.
    WasSlow,
    /// There was no connection to the upstream, or it broke.
    NoConnection,
    /// inflight gave up, because of a rule of the plan or a lack of local resources.
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
            Self::Unexpected(expected) => write!(f, "expected {expected}"),
        }
    }
}
