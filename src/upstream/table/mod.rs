//! The table of behaviours: the name of each path, examples that work, and the reader of its arguments.
//!
//! The parser, the help page and all hints come from this table. It runs no behaviour.
//! Start at [`TABLE`]; a new behaviour is a new row and a new [`Act`].

use std::fmt::{self, Write};

use http::StatusCode;

use crate::upstream::arguments::PathArguments;
use crate::upstream::behaviour::{Act, Behaviour, RawReply};
use crate::upstream::read;

/// Reads a path and query, such as `/limit?rps=20`, as a behaviour.
///
/// # Errors
/// The table has no such path, the path takes no such segment or key, or a value cannot be read. The error names
/// it and gives a correct example.
pub fn parse(path_and_query: &str) -> Result<Behaviour, Refused> {
    let mut arguments = PathArguments::new(path_and_query);
    let name = arguments.word().unwrap_or_default();
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

/// A behaviour, as the help page describes it.
pub struct BehaviourRow {
    /// The first word of the path.
    name: &'static str,
    /// Paths that work, and what each of them does. Never empty.
    examples: &'static [(&'static str, &'static str)],
    /// Reads the rest of the path, and the query.
    read: fn(&mut PathArguments<'_>) -> Result<Behaviour, String>,
}

/// Every behaviour there is.
pub const TABLE: &[BehaviourRow] = &[
    BehaviourRow {
        name: "",
        examples: &[("/", "this page, unless a host rule says otherwise")],
        read: |arguments| read::bare(arguments, Act::Help),
    },
    BehaviourRow {
        name: "delay",
        examples: &[
            ("/delay/250ms", "waits, then answers 200"),
            ("/delay/20ms..200ms", "waits a length from this range, drawn from the seed"),
        ],
        read: read::delay,
    },
    BehaviourRow {
        name: "status",
        examples: &[
            ("/status/404", "answers with this status"),
            ("/status/503?retry_after=2", "and a Retry-After: seconds, `date`, `none` or `garbage`"),
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
            ("/limit?concurrent=10&delay=100ms", "so many at once, each served for so long; above it 429"),
            ("/limit?per_window=20&window=1s", "so many in each window; above it 429"),
            ("/limit?rps=20&half=40s..80s", "half as much for a while, counted from its first request"),
            ("/limit?rps=20&retry_after=date", "what the 429 says: seconds, `date`, `none` or `garbage`"),
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
        read: |arguments| read::bare(arguments, Act::Raw(RawReply::Stale)),
    },
    BehaviourRow {
        name: "hang",
        examples: &[("/hang", "accepts the request and never answers")],
        read: |arguments| read::bare(arguments, Act::Hang),
    },
    BehaviourRow {
        name: "trickle",
        examples: &[
            ("/trickle?bytes=100&every=100ms", "answers 200, one byte at a time"),
            ("/trickle?every=100ms&for=ever", "and never stops"),
        ],
        read: read::trickle,
    },
    BehaviourRow {
        name: "infinite",
        examples: &[("/infinite", "answers 200 with a body that never ends, as fast as it is read")],
        read: |arguments| read::bare(arguments, Act::Infinite),
    },
    BehaviourRow { name: "bytes", examples: &[("/bytes/4096", "answers 200 with so many bytes")], read: read::bytes },
    BehaviourRow {
        name: "json",
        examples: &[("/json/orders/7", "answers 200 with this record, the same one every time")],
        read: read::json,
    },
    BehaviourRow {
        name: "echo",
        examples: &[("/echo", "answers 200 with method, path, headers and body length as received")],
        read: |arguments| read::bare(arguments, Act::Echo),
    },
    BehaviourRow {
        name: "redirect",
        examples: &[
            ("/redirect/3?to=/bytes/10&status=307", "so many hops, then there, or 200 without `to`"),
            ("/redirect/ever", "a redirect to itself"),
        ],
        read: read::redirect,
    },
    BehaviourRow {
        name: "redirect-to",
        examples: &[("/redirect-to?url=http://127.0.0.1/", "one hop to any place")],
        read: read::redirect_to,
    },
    BehaviourRow {
        name: "headers",
        examples: &[("/headers?x-note=a%9bb", "answers 200 with these headers, bytes above 0x7f included")],
        read: read::headers,
    },
    BehaviourRow {
        name: "hostile",
        examples: &[("/hostile", "answers 200 with reason, headers and body that would act on a terminal")],
        read: |arguments| read::bare(arguments, Act::Hostile),
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
the practice upstream of inflight: every path is a behaviour

";

/// The keys that the help page explains once for all.
const COMMON_KEYS: [&str; 2] = ["delay", "id"];

const MORE: &str = "
All of them take `delay`, a wait before anything else (except /delay, which has its own), and `id`, any text:
it names the record in the body and distinguishes URLs. `bytes` replaces the record by so many bytes. A limit
belongs to a host and is shared by its ids. Durations have units: 250ms, 2s, 1m30s. Random choices depend
only on the seed, host, path, query and count.

  GET  /_tally           the upstream's counts, as JSON; not counted itself
  GET  /_tally/arrivals  when each request arrived, the first ten thousand
  POST /_tally/reset     restarts the counts
";

/// The page that lists every behaviour with its keys.
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

/// The row of that name.
fn row(name: &str) -> Option<&'static BehaviourRow> {
    TABLE.iter().find(|row| row.name == name)
}

/// An example of the behaviour whose name is most similar to this one, if any is.
fn nearest(name: &str) -> Option<&'static str> {
    let alike = |row: &BehaviourRow| strsim::normalized_damerau_levenshtein(row.name, name);
    let near = TABLE.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(near) >= 0.5).then(|| near.example())
}

impl BehaviourRow {
    /// A path and query that work.
    pub fn example(&self) -> &'static str {
        self.examples.first().map_or("/", |(example, _)| example)
    }

    /// Reads what follows the name.
    pub fn read(&self, arguments: &mut PathArguments<'_>) -> Result<Behaviour, String> {
        (self.read)(arguments)
    }

    /// The keys that only some behaviours take: those that are read from its example.
    fn own_keys(&self) -> Vec<&'static str> {
        let mut arguments = PathArguments::new(self.example());
        arguments.word();
        // A test ensures that every example works.
        let _ = self.read(&mut arguments);
        arguments.known().iter().copied().filter(|key| !COMMON_KEYS.contains(key)).collect()
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
    let near = nearest(name).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    Refused {
        status: StatusCode::NOT_FOUND,
        why: format!("no behaviour is called `/{name}`"),
        hint: format!("{near}`GET /` lists them all"),
    }
}

#[cfg(test)]
mod tests;
