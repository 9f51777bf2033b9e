//! The HTTP client: it sends a job's request and returns what came back.
//!
//! It makes one exchange; redirects and retries are decided elsewhere. It knows neither the schedule nor the
//! run, and tests replace it by a script. Start at [`Wire`].

pub mod body;
pub mod descriptors;
pub mod direct;
pub mod dns_prefetch;
pub mod failure;
pub mod message;
pub mod milestones;
pub mod progress;
pub mod reqwest_wire;
pub mod route;
pub mod secure;

use std::future::Future;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;

use crate::event::outcome::{Phase, PhaseTimes, Reason};
use crate::plan::job::Job;
use crate::source::pool::wire::body::ReadBody;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::progress::Progress;

/// Sends one request and reads its answer to the end, within the job's time limits.
pub trait Wire: 'static {
    /// One exchange, within `timeout`, whose progress can be followed. Dropping the future cancels it.
    fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> impl Future<Output = Exchange>;
}

/// A request that was sent, and what came back.
#[derive(Debug)]
pub struct Exchange {
    /// What came back, or why nothing did.
    pub reply: Reply,
    /// Time spent in each phase.
    pub phase_times: PhaseTimes,
    /// What had come of an answer that was never complete.
    pub partial: Option<Box<PartialAnswer>>,
}

/// The beginning of an answer.
#[derive(Debug)]
pub struct PartialAnswer {
    /// Its head.
    pub head: AnswerHead,
    /// Body bytes read.
    pub bytes: u64,
    /// What was kept of them.
    pub body: Bytes,
}

/// What came back, or why nothing did.
#[derive(Debug)]
pub enum Reply {
    /// A complete answer, of any status.
    Answer {
        /// Its head.
        head: AnswerHead,
        /// Body bytes read.
        bytes: u64,
        /// The body, if bodies are collected; else its beginning, if the status is unexpected.
        body: Bytes,
    },
    /// A phase took too long.
    TimedOut(Phase),
    /// There is no answer; with the message of the library or the system.
    Failed(Reason, Option<String>),
    /// The run ended it.
    Cancelled,
}

/// Why a wire has no complete answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// A phase took too long.
    TimedOut(Phase),
    /// The exchange failed.
    Failed(Failure),
}

/// The head of an answer.
#[derive(Debug)]
pub struct AnswerHead {
    /// HTTP status.
    pub status: u16,
    /// Its fields; foreign text.
    pub headers: HeaderMap,
    /// When it arrived, by the wall clock: `Retry-After` may name a date.
    pub received: SystemTime,
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
    /// An exchange that ended like this, with nothing else known of it.
    pub fn new(reply: Reply) -> Self {
        Self { reply, phase_times: PhaseTimes::default(), partial: None }
    }

    /// An exchange whose answer had this head and this body: a complete answer or the beginning of one.
    pub fn with_answer(head: AnswerHead, body: ReadBody) -> Self {
        let ReadBody { bytes, body, broken } = body;
        match broken {
            None => Self::new(Reply::Answer { head, bytes, body }),
            Some(ended) => {
                Self { partial: Some(Box::new(PartialAnswer { head, bytes, body })), ..Self::new(ended.into()) }
            }
        }
    }

    /// The same, with the time spent in each phase.
    #[must_use]
    pub fn with_phase_times(self, phase_times: PhaseTimes) -> Self {
        Self { phase_times, ..self }
    }
}
