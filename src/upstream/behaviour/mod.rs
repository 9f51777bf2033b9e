//! What one request to the practice upstream gets: a closed list, read from its path and query.
//!
//! Pure: it never waits, draws, sends or reads a clock; `serve` does that. What each path means stands
//! in the table, and nowhere else. Start at [`parse`].

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::upstream::asked::Asked;
use crate::upstream::table;

/// Reads a path and query, such as `/limit?rps=20`, as a behaviour.
///
/// # Errors
/// A path that no row of the table names, a word or key that its row does not take, or a value that
/// cannot be read. The refusal says which, and what would be right.
pub fn parse(path_and_query: &str) -> Result<Behaviour, Refused> {
    let mut asked = Asked::new(path_and_query);
    let name = asked.word().unwrap_or_default();
    let Some(row) = table::row(&name) else {
        return Err(unknown(&name));
    };
    let read = row.read(&mut asked).and_then(|behaviour| asked.finish().map(|()| behaviour));
    read.map_err(|why| Refused {
        status: StatusCode::BAD_REQUEST,
        why: format!("`/{name}`: {why}"),
        hint: format!("try `{}`; `GET /` lists them all", row.example()),
    })
}

/// One behaviour, ready to be performed any number of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// What passes before anything is answered. A limit refuses without waiting.
    pub delay: Wait,
    /// Length of the answer's body, where it is not the usual record.
    pub bytes: Option<u64>,
    /// Names the record in the answer and tells URLs apart; nothing else hangs on it.
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
        /// The `Retry-After` of failures that are answers; in seconds with 429, else none, where absent.
        retry_after: Option<RetryAfter>,
    },
    /// Answers 200 within a limit and 429 above it.
    Limit {
        /// The limit.
        limit: Limit,
        /// When it is half as much, counted from its first request.
        half: Option<Range<Duration>>,
        /// What the 429 says.
        retry_after: RetryAfter,
    },
    /// Mistreats the connection.
    Rough(Rough),
    /// Never answers.
    Hang,
    /// Answers 200, one byte at a time.
    Trickle {
        /// How many bytes; for ever where absent.
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
    /// Points elsewhere.
    Redirect {
        /// The `Location`.
        to: HeaderValue,
        /// 301, 302, 303, 307 or 308.
        status: StatusCode,
    },
    /// Answers 200 with these headers.
    Headers(HeaderMap),
    /// Answers 200, with text that would act on a terminal wherever HTTP lets it stand.
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

/// What HTTP does not allow, and servers do. Each ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rough {
    /// Resets the connection (RST): before the first byte, or within the body.
    Reset(Option<Cut>),
    /// Closes the connection (FIN): before the first byte, or within the body.
    Close(Option<Cut>),
    /// Answers well, then closes the idle connection without having said so.
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

/// Ways not to speak HTTP.
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

/// How much a limit lets pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A token bucket.
    Rate {
        /// Requests per second in the long run.
        rps: f64,
        /// Requests that may come at once after a rest.
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

/// What the field `Retry-After` says (RFC 9110, section 10.2.3).
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

/// A length of time, drawn anew for each request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// At least.
    pub from: Duration,
    /// At most.
    pub to: Duration,
}

/// Why a path and query are no behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// 404 for an unknown path, 400 for anything else.
    pub status: StatusCode,
    /// What is wrong.
    pub why: String,
    /// What would be right.
    pub hint: String,
}

impl Limit {
    /// Half as much, but never nothing. A bucket keeps its size and fills half as fast.
    #[must_use]
    pub fn halved(self) -> Self {
        match self {
            Self::Rate { rps, burst } => Self::Rate { rps: rps / 2.0, burst },
            Self::Concurrent(n) => Self::Concurrent((n / 2).max(1)),
            Self::Window { n, window } => Self::Window { n: (n / 2).max(1), window },
        }
    }
}

impl Wait {
    /// The same length every time.
    pub fn exactly(length: Duration) -> Self {
        Self { from: length, to: length }
    }

    /// One draw.
    pub fn draw(self, rng: &mut fastrand::Rng) -> Duration {
        if self.from == self.to {
            return self.from;
        }
        self.from + self.to.saturating_sub(self.from).mul_f64(rng.f64())
    }
}

impl Refused {
    /// The refusal as an answer's body.
    pub fn page(&self) -> String {
        format!("error: {}\nhint: {}\n", self.why, self.hint)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Refused {}

fn unknown(name: &str) -> Refused {
    let near = table::nearest(name).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    Refused {
        status: StatusCode::NOT_FOUND,
        why: format!("no behaviour is called `/{name}`"),
        hint: format!("{near}`GET /` lists them all"),
    }
}

#[cfg(test)]
mod tests;
