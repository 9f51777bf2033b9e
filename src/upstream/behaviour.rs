//! The behaviours of the practice upstream.
//!
//! They are only descriptions. `serve` waits and sends, and the table defines the path of each behaviour.
//! Start at [`Behaviour`].

use std::ops::Range;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::upstream::arguments::DelayRange;

/// A behaviour. It can be run any number of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// The wait before the response. A limit refuses without it.
    pub delay: DelayRange,
    /// The length of the body; the default record if absent.
    pub bytes: Option<u64>,
    /// The name of the record in the body. It also distinguishes URLs.
    pub id: Option<String>,
    /// The action.
    pub act: Act,
}

/// An action of the upstream.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Answers with the list of behaviours.
    Help,
    /// Answers.
    Answer {
        /// The status.
        status: StatusCode,
        /// The `Retry-After`.
        retry_after: RetryAfter,
    },
    /// Answers 200, except for a share of the requests.
    Flaky {
        /// The share, from 0 to 1.
        fail: f64,
        /// The fault of those requests.
        with: Fault,
        /// The `Retry-After` of error responses. The default is seconds for 429, and none for others.
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
        /// The number of bytes; `None` for an endless body.
        bytes: Option<u64>,
        /// Time between two bytes.
        every: Duration,
    },
    /// Answers 200 with a body that never ends, as fast as it is read.
    Infinite,
    /// Answers 200 with one record.
    Json {
        /// The kind of record, such as `orders`.
        kind: String,
        /// The id of the record.
        id: String,
    },
    /// Answers 200 with the request as received.
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
    /// Answers 200 with text that tries to control a terminal, in every place that HTTP allows.
    Hostile,
}

/// The fault of a flaky response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error status.
    Status(StatusCode),
    /// A reset before the first byte.
    Reset,
    /// No response at all.
    Hang,
    /// A body that ends early.
    Cut,
    /// 500, 503, 429, reset and cut, in turn.
    Mixed,
}

/// Replies that break HTTP, as real servers do. Each ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawReply {
    /// Resets the connection (RST): before the first byte, or within the body.
    Reset(Option<Cut>),
    /// Closes the connection (FIN): before the first byte, or within the body.
    Close(Option<Cut>),
    /// Answers correctly, then closes the idle connection without notice.
    Stale,
    /// Answers with bytes that are not HTTP.
    Garbage(Garbage),
}

/// A body that ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The number of bytes that are sent.
    pub after: u64,
    /// The announced length of the body.
    pub of: u64,
}

/// Replies that are not HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garbage {
    /// Arbitrary bytes, including escape sequences.
    Noise,
    /// A status that is not a number, and a reason that tries to control a terminal.
    Status,
    /// A status line of a megabyte.
    Line,
    /// Ten thousand headers.
    Headers,
    /// Two contradictory lengths.
    Lengths,
    /// A chunk whose size is not a number.
    Chunk,
}

/// The limit of a behaviour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A token bucket.
    Rate {
        /// The average rate, in requests per second.
        rps: f64,
        /// The most requests at once after a pause.
        burst: u32,
    },
    /// The most requests in service at once.
    Concurrent(u32),
    /// The most requests in a window of time, which starts with its first request.
    Window {
        /// The most requests.
        n: u32,
        /// The length of the window.
        window: Duration,
    },
}

/// The value of the field `Retry-After` (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// The field is left out.
    Absent,
    /// The actual wait in whole seconds, rounded up, at least 1.
    Seconds,
    /// The actual wait as an HTTP date, rounded up to a second.
    Date,
    /// A fixed number of seconds.
    Fixed(u64),
    /// A text that is neither a number nor a date.
    Garbage,
}

impl Limit {
    /// Returns half the limit, at least 1. A bucket keeps its size and fills half as fast.
    #[must_use]
    pub fn halved(self) -> Self {
        match self {
            Self::Rate { rps, burst } => Self::Rate { rps: rps / 2.0, burst },
            Self::Concurrent(n) => Self::Concurrent((n / 2).max(1)),
            Self::Window { n, window } => Self::Window { n: (n / 2).max(1), window },
        }
    }
}
