//! How attempts and jobs end, and where their time went.
//!
//! Start at [`Outcome`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The server answered, with any status that does not ask us to slow down.
    Answered {
        /// HTTP status.
        status: u16,
        /// Body bytes read.
        bytes: u64,
        /// Whether it is what the plan expects; goodput counts only these.
        expected: bool,
    },
    /// The answer pointed elsewhere, and the job follows.
    Redirected {
        /// HTTP status.
        status: u16,
    },
    /// The server asked us to slow down: 429, or a 503 or 403 that says so.
    Throttled {
        /// HTTP status.
        status: u16,
        /// The wait that it asked for, if it named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Micros>,
    },
    /// We gave up waiting.
    TimedOut {
        /// What we were waiting for.
        phase: Phase,
    },
    /// No answer arrived, for a reason we can name.
    Failed {
        /// Which reason.
        reason: Reason,
        /// The library's or the system's own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Arc<str>>,
    },
    /// It was ended from this side, by us or by the program that is watched.
    Cancelled,
}

/// What an attempt is doing, in order.
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
    /// The job as a whole: its time ran out between attempts.
    Job,
}

/// Why no answer arrived. Closed: see the first paragraph of `Fact`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The name has no address.
    Dns,
    /// The host refused the connection.
    Refused,
    /// There is no way to the host.
    Unreachable,
    /// The TLS handshake failed.
    Tls,
    /// The connection was reset.
    Reset,
    /// The connection closed before the answer was complete.
    ClosedEarly,
    /// The answer broke the protocol.
    BadResponse,
    /// The body is larger than allowed.
    TooLarge,
    /// A redirect that we do not follow: too many, to another scheme, or without a place to go.
    Redirect,
    /// The plan's row cannot be made into a request.
    BadRow,
    /// This machine ran out of descriptors, ports or memory.
    Local,
    /// The worker itself broke: a bug of ours.
    Panicked,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
pub enum JobEnd {
    /// With an answer the plan expects.
    Done,
    /// Without one.
    Failed {
        /// How its last attempt ended.
        last: Outcome,
    },
    /// We ended it, or never started it.
    Cancelled,
}

/// Where an attempt's time went. What was not measured, or did not happen, is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTimes {
    /// On a connection that was kept and had died meanwhile; the rest was spent on another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Micros>,
    /// Waiting for the name's look-up; absent where the name was known, as it is if it was looked up ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<Micros>,
    /// Connecting; absent on a reused connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<Micros>,
    /// The TLS handshake; absent on a reused connection, and without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Micros>,
    /// From the connection to the answer's head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte: Option<Micros>,
    /// From the answer's head to the last byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Micros>,
}

impl PhaseTimes {
    /// Nothing was measured.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
