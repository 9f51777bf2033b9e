//! One thing that must end well or badly, exactly once, and the rules it is run by.
//!
//! Start at [`Job`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use crate::event::EndpointId;

/// One job, as drawn from the plan. What many jobs share is shared. Its `Debug` shows what people may see.
#[derive(Clone)]
pub struct Job {
    /// Where it stands in the plan: reports are in this order.
    pub place: Place,
    /// The endpoint it belongs to.
    pub endpoint: EndpointId,
    /// HTTP method.
    pub method: Method,
    /// Absolute, http or https, without a fragment.
    pub url: Url,
    /// Method and URL as people may see it: secrets masked.
    pub target: Arc<str>,
    /// Values of the plan that nobody may see, wherever a server repeats them.
    pub secrets: Arc<[Box<str>]>,
    /// Headers the plan sets.
    pub headers: Arc<HeaderMap>,
    /// Body to send; empty for none.
    pub body: Bytes,
    /// How it is run and judged.
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

/// The rules a job is run by.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How long each part may take.
    pub timeouts: Timeouts,
    /// Hops to follow; 0 leaves redirects as answers.
    pub redirects: u32,
    /// Whether, when and how often to try again.
    pub retry: Retry,
    /// What a good answer is.
    pub status: Statuses,
    /// Largest body that is read, in bytes.
    pub max_body: u64,
}

/// Finite limits on waiting, layered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeouts {
    /// Name look-up, connection and TLS.
    pub connect: Duration,
    /// From the connection to the answer's head.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// One attempt, from the slot to the last byte.
    pub attempt: Duration,
    /// Less than that: so many times the endpoint's median, once that is known.
    pub times_median: Option<f64>,
    /// The whole job, from its first attempt, waits and retries included.
    pub job: Duration,
}

/// When a failed attempt is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all, the first included; 1 means never again.
    pub attempts: u32,
    /// The first wait is at most this; the most doubles with each try …
    pub backoff_from: Duration,
    /// … and never exceeds this.
    pub backoff_to: Duration,
    /// Which ends are worth another try.
    pub on: RetryOn,
    /// Also retry methods that are not idempotent.
    pub non_idempotent: bool,
    /// No wait that a server asks of us is longer.
    pub longest_wait: Duration,
}

/// Which ends are worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOn {
    /// 429, and 503 or 403 that ask for patience.
    pub throttled: bool,
    /// A time-out in any phase.
    pub timeout: bool,
    /// No connection, or one that broke.
    pub connect: bool,
    /// Statuses 500 to 599.
    pub server_error: bool,
}

/// Which statuses are good answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// 200 to 399.
    Success,
    /// Any status at all: an answer is enough.
    Any,
    /// Just these.
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
    /// Whether an answer with this status is what the plan expects.
    pub fn holds(&self, status: u16) -> bool {
        match self {
            Self::Success => (200..400).contains(&status),
            Self::Any => true,
            Self::Listed(listed) => listed.contains(&status),
        }
    }
}
