//! The one door to HTTP: a job goes in, what happened comes out.
//!
//! Tests swap in a script. Start at [`Wire`].

use std::future::Future;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;

use crate::event::outcome::{Phase, Reason, Spent};
use crate::plan::job::Job;
use crate::source::pool::progress::Progress;

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
    pub spent: Spent,
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

impl Exchange {
    /// An exchange of which nothing else is known.
    pub fn new(reply: Reply) -> Self {
        Self { reply, spent: Spent::default(), begun: None }
    }

    /// The same, and where its time went.
    #[must_use]
    pub fn after(self, spent: Spent) -> Self {
        Self { spent, ..self }
    }
}
