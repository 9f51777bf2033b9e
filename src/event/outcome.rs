//! Outcomes of attempts and jobs, and the time spent in each phase.
//!
//! Start at [`Outcome`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The server answered, and did not ask to slow down.
    Answered {
        /// HTTP status.
        status: u16,
        /// Body bytes read.
        bytes: u64,
        /// Whether the plan expects this answer; goodput counts only expected ones.
        expected: bool,
    },
    /// The server answered with a redirect, which the job follows.
    Redirected {
        /// HTTP status.
        status: u16,
    },
    /// The server asked to slow down: 429, or 503 or 403 with a header that says so.
    Throttled {
        /// HTTP status.
        status: u16,
        /// The wait that the server asked for, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Micros>,
    },
    /// A time-out ended the attempt.
    TimedOut {
        /// The phase in which it ended.
        phase: Phase,
    },
    /// No complete answer arrived.
    Failed {
        /// Why.
        reason: Reason,
        /// The message of the library or the operating system.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Arc<str>>,
        /// The expectation of the plan that was not met, secrets masked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Arc<str>>,
    },
    /// The client cancelled it: inflight, or the watched program.
    Cancelled,
}

/// What an outcome is for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeClass {
    /// An expected answer.
    Good,
    /// A redirect that was followed.
    Followed,
    /// A request to slow down.
    Refused,
    /// An unexpected answer, a time-out, or no answer.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl Outcome {
    /// What it is for the user.
    pub fn class(&self) -> OutcomeClass {
        match self {
            Self::Answered { expected: true, .. } => OutcomeClass::Good,
            Self::Redirected { .. } => OutcomeClass::Followed,
            Self::Throttled { .. } => OutcomeClass::Refused,
            Self::Answered { .. } | Self::TimedOut { .. } | Self::Failed { .. } => OutcomeClass::Failed,
            Self::Cancelled => OutcomeClass::Cancelled,
        }
    }
}

/// The phases of an attempt, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Looking up the host's name.
    Resolve,
    /// Opening a connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Waiting for the answer's head.
    FirstByte,
    /// Reading the body.
    Body,
    /// The job as a whole: its time-out expired between attempts.
    Job,
}

/// Why no complete answer arrived. A new reason is a new variant, never a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The name has no address.
    Dns,
    /// The host refused the connection.
    Refused,
    /// There is no route to the host.
    Unreachable,
    /// The proxy failed, or refused to connect.
    Proxy,
    /// The TLS handshake failed.
    Tls,
    /// The connection was reset.
    Reset,
    /// The connection closed before the answer was complete.
    ClosedEarly,
    /// The answer violates the protocol.
    BadResponse,
    /// The body is larger than allowed.
    TooLarge,
    /// A redirect that is not followed: too many, another scheme, or no valid location.
    Redirect,
    /// The answer has a good status, but is not what the plan expects.
    Unexpected,
    /// The plan's row does not make a valid request.
    BadRow,
    /// The job was never sent: its host was given up before.
    GivenUp,
    /// This machine ran out of descriptors, ports or memory.
    Local,
    /// The worker panicked: a bug in inflight.
    Panicked,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
pub enum JobEnd {
    /// With an expected answer.
    Done,
    /// Without an expected answer.
    Failed {
        /// How its last attempt ended.
        last: Outcome,
    },
    /// It was cancelled, before or after it started.
    Cancelled,
}

/// The time that an attempt spent in each phase. A phase that did not happen or was not measured is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTimes {
    /// Lost on a kept connection that turned out to be closed; the other phases are those of its replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Micros>,
    /// The DNS look-up; absent if the address was cached or prefetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<Micros>,
    /// The part of the look-up in which it waited for others to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_queued: Option<Micros>,
    /// Connecting; absent on a reused connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<Micros>,
    /// The TLS handshake; absent on a reused connection, and without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Micros>,
    /// From the connection to the head of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte: Option<Micros>,
    /// From the head of the answer to its last byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Micros>,
}

impl PhaseTimes {
    /// Whether no phase was measured.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
