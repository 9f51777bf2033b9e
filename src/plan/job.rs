//! A job, which succeeds or fails exactly once, and the rules for running it.
//!
//! Start at [`Job`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use crate::event::EndpointId;

/// One job, as drawn from the plan. What many jobs share is shared. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Job {
    /// Its place in the plan: reports are in this order.
    pub place: Place,
    /// The endpoint it belongs to.
    pub endpoint: EndpointId,
    /// HTTP method.
    pub method: Method,
    /// Absolute, http or https, without a fragment.
    pub url: Url,
    /// Method and URL, secrets masked.
    pub target: Arc<str>,
    /// Secret values of the plan, which are masked wherever a server repeats them.
    pub secrets: Arc<[Box<str>]>,
    /// Headers the plan sets.
    pub headers: Arc<HeaderMap>,
    /// Body to send; empty for none.
    pub body: Bytes,
    /// The rules for running and judging it.
    pub policy: Arc<Policy>,
}

/// A job's place in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which source, from 0.
    pub source: u32,
    /// Which row of it, from 0.
    pub row: u64,
}

/// The rules for running a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The time-outs of its parts.
    pub timeouts: Timeouts,
    /// Hops to follow; 0 leaves redirects as answers.
    pub redirects: u32,
    /// Whether, when and how often to try again.
    pub retry: Retry,
    /// The expected statuses.
    pub status: Statuses,
    /// Largest body that is read, in bytes.
    pub max_body: u64,
}

/// The time-outs, all finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeouts {
    /// DNS, connection and TLS.
    pub connect: Duration,
    /// From the connection to the response head.
    pub first_byte: Duration,
    /// Between two chunks of the body.
    pub idle: Duration,
    /// One attempt, from the slot to the last byte.
    pub attempt: Duration,
    /// A shorter time-out, as a multiple of the endpoint's median, once that is known.
    pub times_median: Option<f64>,
    /// The whole job, from its first attempt, waits and retries included.
    pub job: Duration,
}

/// When a failed attempt is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The number of attempts, the first included; 1 means no retry.
    pub attempts: u32,
    /// The maximum of the first wait; it doubles with each attempt …
    pub backoff_from: Duration,
    /// … and never exceeds this.
    pub backoff_to: Duration,
    /// The outcomes that are retried.
    pub on: RetryOn,
    /// Also retry methods that are not idempotent.
    pub non_idempotent: bool,
    /// The longest wait that a server can request.
    pub longest_wait: Duration,
}

/// The outcomes that are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOn {
    /// 429, and a 503 or 403 that asks for a wait.
    pub throttled: bool,
    /// A time-out in any phase.
    pub timeout: bool,
    /// No connection, or a broken one.
    pub connect: bool,
    /// Statuses 500 to 599.
    pub server_error: bool,
}

/// The expected statuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// 200 to 399.
    Success,
    /// Any status.
    Any,
    /// Only these.
    Listed(Arc<[u16]>),
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("place", &self.place)
            .field("endpoint", &self.endpoint)
            .field("target", &self.target)
            .field("headers", &self.headers.keys())
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Statuses {
    /// Whether this status is expected.
    pub fn holds(&self, status: u16) -> bool {
        match self {
            Self::Success => (200..400).contains(&status),
            Self::Any => true,
            Self::Listed(listed) => listed.contains(&status),
        }
    }
}
