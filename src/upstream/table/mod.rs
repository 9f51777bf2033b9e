//! The table of behaviours: the name of each path, examples that work, and the reader of its arguments.
//!
//! The parser, the help page and all hints use this table. It runs no behaviour.
//! Start at [`TABLE`]. A new behaviour needs a new row and a new [`Act`].

use std::fmt::{self, Write};

use http::StatusCode;

use crate::upstream::arguments::PathArguments;
use crate::upstream::behaviour::{Act, Behaviour, RawReply};
use crate::upstream::read;

/// Parses a path and query such as `/limit?rps=20`.
///
/// # Errors
/// The path, a segment, a key or a value is not valid. The error names it and gives a correct example.
pub fn parse(path_and_query: &str) -> Result<Behaviour, Refused> {
    let mut arguments = PathArguments::new(path_and_query);
    let name = arguments.next_segment().unwrap_or_default();
    let Some(row) = row(&name) else {
        return Err(unknown(&name));
    };
    let read = row.read(&mut arguments).and_then(|behaviour| arguments.finish().map(|()| behaviour));
    read.map_err(|why| Refused {
        status: StatusCode::BAD_REQUEST,
        why: format!("`/{name}`: {why}"),
        hint: format!("try `{}`; `GET /` lists them all", row.example()),
    })
}

/// The error of a path and query without a behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// 404 for an unknown path, 400 for anything else.
    pub status: StatusCode,
    /// The problem.
    pub why: String,
    /// The fix.
    pub hint: String,
}

/// A behaviour, with its reader and its help.
pub struct BehaviourRow {
    /// The first segment of the path.
    name: &'static str,
    /// Example paths with their effects. Never empty.
    examples: &'static [(&'static str, &'static str)],
    /// Reads the rest of the path, and the query.
    read: fn(&mut PathArguments<'_>) -> Result<Behaviour, String>,
}

/// All behaviours.
pub const TABLE: &[BehaviourRow] = &[
    BehaviourRow {
        name: "",
        examples: &[("/", "this page, unless a host rule replaces it")],
        read: |arguments| read::with_common_keys(arguments, Act::Help),
    },
    BehaviourRow {
        name: "delay",
        examples: &[
            ("/delay/250ms", "waits, then answers 200"),
            ("/delay/20ms..200ms", "waits a random time in this range, by the seed"),
        ],
        read: read::delay,
    },
    BehaviourRow {
        name: "status",
        examples: &[
            ("/status/404", "answers with this status"),
            ("/status/503?retry_after=2", "adds a Retry-After: seconds, `date`, `none` or `garbage`"),
        ],
        read: read::status,
    },
    BehaviourRow {
        name: "flaky",
        examples: &[
            ("/flaky?fail=0.1", "answers 500 to a tenth of the requests, 200 to the rest"),
            ("/flaky?fail=10%&with=mixed", "fails with a status, `reset`, `hang`, `cut`, or `mixed` in turn"),
        ],
        read: read::flaky,
    },
    BehaviourRow {
        name: "limit",
        examples: &[
            ("/limit?rps=20&burst=5", "a token bucket; above it 429 with Retry-After"),
            ("/limit?concurrent=10&delay=100ms", "ten requests at once, each served for 100 ms; above it 429"),
            ("/limit?per_window=20&window=1s", "20 requests in each window; above it 429"),
            ("/limit?rps=20&half=40s..80s", "halves the limit for a period after its first request"),
            ("/limit?rps=20&retry_after=date", "sets the Retry-After of the 429: seconds, `date`, `none` or `garbage`"),
        ],
        read: read::limit,
    },
    BehaviourRow {
        name: "reset",
        examples: &[
            ("/reset", "resets the connection (RST) before the first byte"),
            ("/reset?after=100&bytes=200", "after 100 body bytes of 200"),
        ],
        read: |arguments| read::cut(arguments, RawReply::Reset),
    },
    BehaviourRow {
        name: "close",
        examples: &[
            ("/close", "closes the connection (FIN) before the first byte"),
            ("/close?after=100&bytes=200", "after 100 body bytes of 200"),
        ],
        read: |arguments| read::cut(arguments, RawReply::Close),
    },
    BehaviourRow {
        name: "stale",
        examples: &[("/stale", "answers 200, then closes the idle connection without notice")],
        read: |arguments| read::with_common_keys(arguments, Act::Raw(RawReply::Stale)),
    },
    BehaviourRow {
        name: "hang",
        examples: &[("/hang", "accepts the request and never answers")],
        read: |arguments| read::with_common_keys(arguments, Act::Hang),
    },
    BehaviourRow {
        name: "trickle",
        examples: &[
            ("/trickle?bytes=100&every=100ms", "answers 200, one byte at a time"),
            ("/trickle?every=100ms&for=ever", "the same, without an end"),
        ],
        read: read::trickle,
    },
    BehaviourRow {
        name: "infinite",
        examples: &[("/infinite", "answers 200 with a body that never ends, as fast as it is read")],
        read: |arguments| read::with_common_keys(arguments, Act::Infinite),
    },
    BehaviourRow { name: "bytes", examples: &[("/bytes/4096", "answers 200 with this many bytes")], read: read::bytes },
    BehaviourRow {
        name: "json",
        examples: &[("/json/orders/7", "answers 200 with this record, which is always the same")],
        read: read::json,
    },
    BehaviourRow {
        name: "echo",
        examples: &[("/echo", "answers 200 with method, path, headers and body length as received")],
        read: |arguments| read::with_common_keys(arguments, Act::Echo),
    },
    BehaviourRow {
        name: "redirect",
        examples: &[
            ("/redirect/3?to=/bytes/10&status=307", "redirects 3 times, then to `to`, or answers 200 without `to`"),
            ("/redirect/ever", "redirects to itself"),
        ],
        read: read::redirect,
    },
    BehaviourRow {
        name: "redirect-to",
        examples: &[("/redirect-to?url=http://127.0.0.1/", "redirects once to this URL")],
        read: read::redirect_to,
    },
    BehaviourRow {
        name: "headers",
        examples: &[("/headers?x-note=a%9bb", "answers 200 with these headers, bytes above 0x7f included")],
        read: read::headers,
    },
    BehaviourRow {
        name: "hostile",
        examples: &[("/hostile", "answers 200; reason, headers and body try to control a terminal")],
        read: |arguments| read::with_common_keys(arguments, Act::Hostile),
    },
    BehaviourRow {
        name: "garbage",
        examples: &[
            ("/garbage", "answers with bytes that are not HTTP"),
            ("/garbage?as=lengths", "`noise`, `status`, `line`, `headers`, `lengths` or `chunk`"),
        ],
        read: read::garbage,
    },
];

const ABOUT: &str = "\
the practice upstream of inflight: the path selects the behaviour

";

/// The keys that the help page explains only once.
const COMMON_KEYS: [&str; 2] = ["delay", "id"];

const MORE: &str = "
All behaviours take the keys `delay` and `id`. `delay` is a wait before anything else; /delay has its own.
`id` is any text: it names the record in the body and distinguishes URLs. `bytes` replaces the record with
this many bytes. All ids of a host share its limits. Durations have units: 250ms, 2s, 1m30s. Random choices
depend only on the seed, host, path, query and count.

  GET  /_tally           the upstream's counts, as JSON; this request is not counted
  GET  /_tally/arrivals  the arrival times of the first 10,000 requests
  POST /_tally/reset     restarts the counts
";

/// Returns the page that lists all behaviours with their keys.
pub fn help() -> String {
    let examples = TABLE.iter().flat_map(|row| row.examples);
    let width = examples.map(|(example, _)| example.len()).max().unwrap_or(0);
    let mut page = ABOUT.to_owned();
    for row in TABLE {
        for (example, does) in row.examples {
            // Writing to a string cannot fail.
            let _ = writeln!(page, "  {example:width$}  {does}");
        }
        let keys = row.own_keys().join(", ");
        if !keys.is_empty() {
            let _ = writeln!(page, "  {:width$}  keys: {keys}", "");
        }
    }
    page + MORE
}

/// Returns the row with this name.
fn row(name: &str) -> Option<&'static BehaviourRow> {
    TABLE.iter().find(|row| row.name == name)
}

/// Returns an example of the behaviour with the most similar name, if it is similar enough.
fn nearest(name: &str) -> Option<&'static str> {
    let similarity = |row: &BehaviourRow| strsim::normalized_damerau_levenshtein(row.name, name);
    let near = TABLE.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(near) >= 0.5).then(|| near.example())
}

impl BehaviourRow {
    /// Returns an example path and query.
    pub fn example(&self) -> &'static str {
        self.examples.first().map_or("/", |(example, _)| example)
    }

    /// Reads the arguments after the name.
    pub fn read(&self, arguments: &mut PathArguments<'_>) -> Result<Behaviour, String> {
        (self.read)(arguments)
    }

    /// Returns the keys that are not common. Reading the example finds them.
    fn own_keys(&self) -> Vec<&'static str> {
        let mut arguments = PathArguments::new(self.example());
        arguments.next_segment();
        // A test ensures that every example works.
        let _ = self.read(&mut arguments);
        arguments.known().iter().copied().filter(|key| !COMMON_KEYS.contains(key)).collect()
    }
}

impl Refused {
    /// Returns the error as the body of a response.
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
    let near = nearest(name).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    Refused {
        status: StatusCode::NOT_FOUND,
        why: format!("there is no behaviour `/{name}`"),
        hint: format!("{near}`GET /` lists them all"),
    }
}

#[cfg(test)]
mod tests;
