//! The behaviours of the practice upstream: a closed list.
//!
//! They are only descriptions: `serve` waits and sends, and the table says which path selects which behaviour.
//! Start at [`Behaviour`].

use std::ops::Range;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::upstream::arguments::DelayRange;

/// A behaviour, which can be run any number of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// The wait before the answer. A limit refuses without it.
    pub delay: DelayRange,
    /// Length of the answer's body, if it is not the default record.
    pub bytes: Option<u64>,
    /// Names the record in the answer and distinguishes URLs; nothing else depends on it.
    pub id: Option<String>,
    /// What is done.
    pub act: Act,
}

/// What the upstream can do.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Answers with the list of behaviours.
    Help,
    /// Answers.
    Answer {
        /// With this status.
        status: StatusCode,
        /// And this `Retry-After`.
        retry_after: RetryAfter,
    },
    /// Answers 200, except for a share of the requests.
    Flaky {
        /// The share, from 0 to 1.
        fail: f64,
        /// What those requests get.
        with: Fault,
        /// The `Retry-After` of failures that are answers. By default seconds with 429, else none.
        retry_after: Option<RetryAfter>,
    },
    /// Answers 200 within a limit and 429 above it.
    Limit {
        /// The limit.
        limit: Limit,
        /// The period in which it is halved, counted from its first request.
        half: Option<Range<Duration>>,
        /// The `Retry-After` of the 429.
        retry_after: RetryAfter,
    },
    /// Replies in a way that breaks HTTP.
    Raw(RawReply),
    /// Never answers.
    Hang,
    /// Answers 200, one byte at a time.
    Trickle {
        /// How many bytes; `None` for an endless body.
        bytes: Option<u64>,
        /// Time between two bytes.
        every: Duration,
    },
    /// Answers 200 with a body that never ends, as fast as it is read.
    Infinite,
    /// Answers 200 with one record.
    Json {
        /// What the record is of, such as `orders`.
        kind: String,
        /// Which one.
        id: String,
    },
    /// Answers 200 with what was received.
    Echo,
    /// Redirects.
    Redirect {
        /// The `Location`.
        to: HeaderValue,
        /// 301, 302, 303, 307 or 308.
        status: StatusCode,
    },
    /// Answers 200 with these headers.
    Headers(HeaderMap),
    /// Answers 200, with text that would act on a terminal wherever HTTP allows it.
    Hostile,
}

/// What a flaky answer fails with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error status.
    Status(StatusCode),
    /// A reset before the first byte.
    Reset,
    /// No answer at all.
    Hang,
    /// A body that ends early.
    Cut,
    /// 500, 503, 429, reset and cut in turn.
    Mixed,
}

/// Replies that break HTTP and still happen. Each ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawReply {
    /// Resets the connection (RST): before the first byte, or within the body.
    Reset(Option<Cut>),
    /// Closes the connection (FIN): before the first byte, or within the body.
    Close(Option<Cut>),
    /// Answers correctly, then closes the idle connection without notice.
    Stale,
    /// Answers with something that is not HTTP.
    Garbage(Garbage),
}

/// Where a body ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Body bytes that are sent.
    pub after: u64,
    /// Body bytes that were promised.
    pub of: u64,
}

/// Replies that are not HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garbage {
    /// Bytes without any form, escape sequences among them.
    Noise,
    /// A status that is no number, and a reason that would act on a terminal.
    Status,
    /// A status line of a megabyte.
    Line,
    /// Ten thousand headers.
    Headers,
    /// Two lengths that contradict each other.
    Lengths,
    /// A chunk whose size is no number.
    Chunk,
}

/// How much a limit allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A token bucket.
    Rate {
        /// Requests per second in the long run.
        rps: f64,
        /// Requests that may come at once after a pause.
        burst: u32,
    },
    /// So many in service at once.
    Concurrent(u32),
    /// So many in each window of time, which starts with its first request.
    Window {
        /// Requests.
        n: u32,
        /// The window's length.
        window: Duration,
    },
}

/// The value of the field `Retry-After` (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// The field is left out.
    Absent,
    /// The true wait in whole seconds, rounded up, at least 1.
    Seconds,
    /// The true wait as an HTTP date, rounded up to a second.
    Date,
    /// A fixed number of seconds, true or not.
    Fixed(u64),
    /// Something that is neither a number nor a date.
    Garbage,
}

impl Limit {
    /// Half of the limit, at least 1. A bucket keeps its size and fills half as fast.
    #[must_use]
    pub fn halved(self) -> Self {
        match self {
            Self::Rate { rps, burst } => Self::Rate { rps: rps / 2.0, burst },
            Self::Concurrent(n) => Self::Concurrent((n / 2).max(1)),
            Self::Window { n, window } => Self::Window { n: (n / 2).max(1), window },
        }
    }
}
