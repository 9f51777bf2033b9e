//! The one door to HTTP: a job goes in, what happened comes out.
//!
//! Tests swap in a script. Start at [`Wire`].

pub mod body;
pub mod descriptors;
pub mod direct;
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
use crate::source::pool::wire::body::Drained;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::progress::Progress;

/// Sends one request and reads its answer to the end, within the job's time limits.
pub trait Wire: 'static {
    /// One exchange, within `timeout`, that can be watched. Dropping the future cancels it.
    fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> impl Future<Output = Exchange>;
}

/// What happened on the wire.
#[derive(Debug)]
pub struct Exchange {
    /// What came back, or why nothing did.
    pub reply: Reply,
    /// Where the time went.
    pub spent: PhaseTimes,
    /// What had come of an answer that never was whole.
    pub begun: Option<Box<Begun>>,
}

/// The beginning of an answer.
#[derive(Debug)]
pub struct Begun {
    /// Its head.
    pub head: Head,
    /// Body bytes read.
    pub bytes: u64,
    /// What was kept of them.
    pub body: Bytes,
}

/// What came back, or why nothing did.
#[derive(Debug)]
pub enum Reply {
    /// A whole answer, of any status.
    Answer {
        /// Its head.
        head: Head,
        /// Body bytes read.
        bytes: u64,
        /// The body, where it was asked for; else how it begins, where the status is a bad one.
        body: Bytes,
    },
    /// We gave up waiting.
    TimedOut(Phase),
    /// No answer, and the library's or system's words for it.
    Failed(Reason, Option<String>),
    /// We ended it.
    Cancelled,
}

/// What a wire ends with that has no whole answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// We gave up waiting.
    TimedOut(Phase),
    /// There will be none.
    Failed(Failure),
}

/// An answer's head.
#[derive(Debug)]
pub struct Head {
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
    /// What an answer's body came to, after its head: the whole answer, or the beginning of one.
    pub fn answered(head: Head, drained: Drained) -> Self {
        let Drained { bytes, body, broken } = drained;
        match broken {
            None => Self::new(Reply::Answer { head, bytes, body }),
            Some(ended) => Self { begun: Some(Box::new(Begun { head, bytes, body })), ..Self::new(ended.into()) },
        }
    }

    /// An exchange of which nothing else is known.
    pub fn new(reply: Reply) -> Self {
        Self { reply, spent: PhaseTimes::default(), begun: None }
    }

    /// The same, and where its time went.
    #[must_use]
    pub fn after(self, spent: PhaseTimes) -> Self {
        Self { spent, ..self }
    }
}
