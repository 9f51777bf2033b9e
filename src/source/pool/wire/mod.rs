//! The HTTP client, which sends one request of a job and returns the response or the failure.
//!
//! It decides neither redirects nor retries, and depends on neither the schedule nor the run. Tests replace it with
//! a script. Start at [`Wire`].

pub mod body;
mod client_slot;
pub mod content_coding;
pub mod descriptors;
pub mod direct;
pub mod dns_prefetch;
pub mod failure;
pub mod kept_body;
mod marking_resolver;
pub mod message;
pub mod milestones;
pub mod progress;
pub mod reach;
mod reqwest_connections;
mod reqwest_limits;
pub mod reqwest_wire;
pub mod route;
pub mod tls;
pub mod upload;

use std::future::Future;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;

use crate::body_file::BodyFile;
use crate::event::outcome::{Phase, PhaseTimes, Reason};
use crate::plan::job::Job;
use crate::source::pool::wire::body::ReadBody;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::kept_body::KeptBody;
use crate::source::pool::wire::progress::Progress;

/// An HTTP client: sends one request and reads the complete response, within the job's time-outs.
pub trait Wire: 'static {
    /// Performs one exchange within `timeout`, and updates `progress`. Dropping the future cancels it.
    fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> impl Future<Output = Exchange>;

    /// Keeps no connection of the job's host open that another attempt could need: the host limits what is in flight,
    /// and perhaps connections.
    fn spare_connections(&self, _job: &Job) {}

    /// Does what is to be done between exchanges, until it is dropped.
    fn run(&self) -> impl Future<Output = ()> {
        std::future::pending()
    }
}

/// The result of one request.
#[derive(Debug)]
pub struct Exchange {
    /// The response, or the reason why there is none.
    pub reply: Reply,
    /// The time in each phase.
    pub phase_times: PhaseTimes,
    /// The beginning of an incomplete response.
    pub partial: Option<Box<PartialAnswer>>,
    /// The whole body, if it is collected and too large for memory.
    pub file: Option<Box<io::Result<BodyFile>>>,
    /// The number of body bytes after decoding, if the body was decoded.
    pub decoded: Option<u64>,
    /// Whether the body is still encoded.
    pub is_encoded: bool,
    /// What is wrong with its body, if anything is.
    pub wrong_answer: Option<Box<WrongAnswer>>,
    /// The page after this one, if its row has pages.
    pub next_page: Option<NextPage>,
}

/// The page after an answer.
#[derive(Clone, Debug)]
pub enum NextPage {
    /// This request gets it.
    Job(Box<Job>),
    /// There is one, but the plan reads no more.
    BeyondMost,
}

/// What is wrong with an answer that has a good status.
#[derive(Clone, Debug)]
pub struct WrongAnswer {
    /// The reason, and a sentence.
    pub failure: Failure,
    /// The expectation that is not met; absent if the answer could not be checked.
    pub expected: Option<String>,
}

/// The beginning of a response.
#[derive(Debug)]
pub struct PartialAnswer {
    /// Its head.
    pub head: AnswerHead,
    /// The number of body bytes read.
    pub bytes: u64,
    /// The kept bytes.
    pub body: Bytes,
}

/// The response, or the reason why there is none.
#[derive(Debug)]
pub enum Reply {
    /// A complete response with any status.
    Answer {
        /// Its head.
        head: AnswerHead,
        /// The number of body bytes read.
        bytes: u64,
        /// The body if bodies are collected, or else its beginning if the status is unexpected.
        body: Bytes,
    },
    /// A phase took too long.
    TimedOut(Phase),
    /// There is no response, with the message of the library or the system.
    Failed(Reason, Option<String>),
    /// The run cancelled the exchange.
    Cancelled,
}

/// The reason why there is no complete response.
#[derive(Debug)]
pub enum NoAnswer {
    /// A phase took too long.
    TimedOut(Phase),
    /// The exchange failed.
    Failed(Failure),
}

/// The head of a response.
#[derive(Debug)]
pub struct AnswerHead {
    /// HTTP status.
    pub status: u16,
    /// The header fields; foreign text.
    pub headers: HeaderMap,
    /// The time of arrival by the wall clock, because `Retry-After` may contain a date.
    pub received: SystemTime,
}

impl From<Failure> for WrongAnswer {
    fn from(failure: Failure) -> Self {
        Self { failure, expected: None }
    }
}

impl From<Failure> for NoAnswer {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<NoAnswer> for Reply {
    fn from(ended: NoAnswer) -> Self {
        match ended {
            NoAnswer::TimedOut(phase) => Self::TimedOut(phase),
            NoAnswer::Failed((reason, detail)) => Self::Failed(reason, Some(detail)),
        }
    }
}

impl Exchange {
    /// Returns an exchange with only this reply.
    pub fn new(reply: Reply) -> Self {
        let phase_times = PhaseTimes::default();
        Self {
            reply,
            phase_times,
            partial: None,
            file: None,
            decoded: None,
            is_encoded: false,
            wrong_answer: None,
            next_page: None,
        }
    }

    /// Returns an exchange with a response, which is incomplete if its body is.
    pub fn with_answer(head: AnswerHead, body: ReadBody) -> Self {
        let ReadBody { bytes, kept, broken } = body;
        let KeptBody { start: body, file, decoded, is_encoded } = kept;
        match broken {
            None => {
                let exchange = Self::new(Reply::Answer { head, bytes, body });
                Self { file: file.map(Box::new), decoded, is_encoded, ..exchange }
            }
            Some(ended) => {
                Self { partial: Some(Box::new(PartialAnswer { head, bytes, body })), ..Self::new(ended.into()) }
            }
        }
    }

    /// Sets the time in each phase.
    #[must_use]
    pub fn with_phase_times(self, phase_times: PhaseTimes) -> Self {
        Self { phase_times, ..self }
    }
}
