//! A job: one request, and the rules for running it.
//!
//! Each job succeeds or fails exactly once, after any number of attempts.
//!
//! Start at [`Job`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};

use crate::event::EndpointId;
use crate::plan::auth::digest::DigestLogin;
use crate::plan::content::RequestContent;
use crate::plan::exact::field_names::FieldNames;
use crate::plan::exact::request_url::RequestUrl;
use crate::plan::expected::ExpectedAnswer;
use crate::plan::network::cookies::CookieMode;
use crate::plan::pages::PageRules;
use crate::plan::retry_on::RetryOn;
use crate::plan::row_values::RowValues;
use crate::plan::statuses::{StatusSet, Throttled};

/// One job of the plan. Data that is common to many jobs is shared. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Job {
    /// Its place in the plan, which decides its place in reports.
    pub place: Place,
    /// The endpoint it belongs to.
    pub endpoint: EndpointId,
    /// HTTP method.
    pub method: Method,
    /// Absolute, http or https, without a fragment.
    pub url: RequestUrl,
    /// Method and URL, secrets masked.
    pub target: Arc<str>,
    /// Secret values of the plan. They are masked if a server repeats them.
    pub secrets: Arc<[Box<str>]>,
    /// The headers that the plan sets.
    pub headers: Arc<HeaderMap>,
    /// The names of those headers as they are sent.
    pub header_names: Arc<FieldNames>,
    /// The body to send; empty if there is none.
    pub body: RequestContent,
    /// The values of its row, secrets masked, if it has any.
    pub row_values: Option<Arc<RowValues>>,
    /// The login that answers challenges of its host.
    pub login: Option<Arc<DigestLogin>>,
    /// Its position among the pages of its row, if that has pages.
    pub page: Option<Box<PagePosition>>,
    /// The rules for running and judging it.
    pub policy: Arc<Policy>,
}

/// A job's place in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The index of the source.
    pub source: u32,
    /// The index of the row in the source.
    pub row: u64,
}

/// The position of a job among the pages of its row.
#[derive(Clone, Default)]
pub struct PagePosition {
    /// Which page it is, from 1.
    pub n: u32,
    /// Its number, if pages are counted by the plan.
    pub number: u64,
    /// Hashes of the URLs or bodies of this page and those before it.
    pub known: Vec<u64>,
    /// The request without its number, if pages are counted by the plan.
    pub(in crate::plan) unnumbered: Option<Arc<Job>>,
}

/// The rules for running a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The time-outs of the job and its phases.
    pub timeouts: Timeouts,
    /// The most redirects to follow; with 0, a redirect is the final response.
    pub redirects: u32,
    /// Whether to follow redirects from https to http.
    pub downgrade: bool,
    /// Whether cookies are kept, and for how long.
    pub cookies: CookieMode,
    /// Whether a row may leave a segment of the path empty.
    pub allow_empty: bool,
    /// Whether the path is sent as it is written.
    pub path_as_is: bool,
    /// Whether, when and how often to retry.
    pub retry: Retry,
    /// The expected statuses.
    pub status: Statuses,
    /// What is expected of an answer with such a status.
    pub answer: ExpectedAnswer,
    /// How the pages of its row follow each other, if it has pages.
    pub pages: Option<Arc<PageRules>>,
    /// Whether it is a step before the batch, whose answer gives values.
    pub is_step: bool,
    /// The statuses that count as refusals.
    pub throttled: Throttled,
    /// The largest response body, in bytes. If absent, only bodies that are kept are limited.
    pub max_body: Option<u64>,
}

/// The time-outs of a job. All are finite.
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
    /// A shorter time-out for attempts, as a multiple of the endpoint's median. It applies once the median is known.
    pub times_median: Option<f64>,
    /// The whole job, from its first attempt, including waits and retries.
    pub job: Duration,
}

/// When a failed attempt is retried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The most attempts, including the first; 1 means no retry.
    pub attempts: u32,
    /// The maximum of the first wait. It doubles with each attempt.
    pub backoff_from: Duration,
    /// The longest wait.
    pub backoff_to: Duration,
    /// The outcomes that are retried.
    pub on: RetryOn,
    /// Whether to retry methods that are not idempotent, too.
    pub non_idempotent: bool,
    /// The longest wait that a server can request.
    pub longest_wait: Duration,
}

/// The expected statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// 200 to 399.
    Success,
    /// Any status.
    Any,
    /// Only these.
    Listed(StatusSet),
}

/// Parses an HTTP method; lower case is accepted.
pub(in crate::plan) fn parse_method(name: &str) -> Option<Method> {
    Method::from_bytes(name.trim().to_ascii_uppercase().as_bytes()).ok()
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("place", &self.place)
            .field("endpoint", &self.endpoint)
            .field("target", &self.target)
            .field("headers", &self.headers.keys())
            .field("body", &self.body.len_in_memory())
            .finish_non_exhaustive()
    }
}

impl Policy {
    /// Whether the body of a good response must be read for what the plan does with it.
    pub fn needs_body(&self) -> bool {
        self.is_step || self.answer.needs_body() || self.pages.as_ref().is_some_and(|pages| pages.needs_body())
    }
}

impl Statuses {
    /// Whether this status is expected.
    pub fn contains(&self, status: u16) -> bool {
        match self {
            Self::Success => (200..400).contains(&status),
            Self::Any => true,
            Self::Listed(listed) => listed.contains(status),
        }
    }
}
