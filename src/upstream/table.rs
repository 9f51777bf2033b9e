//! The table of behaviours: each path's name, examples that work, and how its words are read.
//!
//! The parser, the help page and the hints of every refusal are this table. It performs nothing.
//! Start at [`TABLE`]; a new behaviour is a new row and a new [`Act`].

use std::fmt::Write;

use crate::upstream::asked::Asked;
use crate::upstream::behaviour::{Act, Behaviour, Rough};
use crate::upstream::read;

/// One behaviour, as a person finds it.
pub struct Row {
    /// The first word of the path.
    name: &'static str,
    /// Paths that work, and what each of them does. Never empty.
    examples: &'static [(&'static str, &'static str)],
    /// Reads the rest of the path, and the query.
    read: fn(&mut Asked<'_>) -> Result<Behaviour, String>,
}

/// Every behaviour there is.
pub const TABLE: &[Row] = &[
    Row {
        name: "",
        examples: &[("/", "this page, unless a host rule says otherwise")],
        read: |asked| read::bare(asked, Act::Help),
    },
    Row {
        name: "delay",
        examples: &[
            ("/delay/250ms", "waits, then answers 200"),
            ("/delay/20ms..200ms", "waits a length from this range, drawn from the seed"),
        ],
        read: read::delay,
    },
    Row {
        name: "status",
        examples: &[
            ("/status/404", "answers with this status"),
            ("/status/503?retry_after=2", "and a Retry-After: seconds, `date`, `none` or `garbage`"),
        ],
        read: read::status,
    },
    Row {
        name: "flaky",
        examples: &[
            ("/flaky?fail=0.1", "answers 500 to a tenth of the requests, 200 to the rest"),
            ("/flaky?fail=10%&with=mixed", "fails with a status, `reset`, `hang`, `cut`, or `mixed` in turn"),
        ],
        read: read::flaky,
    },
    Row {
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
    Row {
        name: "reset",
        examples: &[
            ("/reset", "resets the connection (RST) before the first byte"),
            ("/reset?after=100&bytes=200", "after 100 body bytes of 200"),
        ],
        read: |asked| read::cut(asked, Rough::Reset),
    },
    Row {
        name: "close",
        examples: &[
            ("/close", "closes the connection (FIN) before the first byte"),
            ("/close?after=100&bytes=200", "after 100 body bytes of 200"),
        ],
        read: |asked| read::cut(asked, Rough::Close),
    },
    Row {
        name: "stale",
        examples: &[("/stale", "answers 200, then closes the idle connection without having said so")],
        read: |asked| read::bare(asked, Act::Rough(Rough::Stale)),
    },
    Row {
        name: "hang",
        examples: &[("/hang", "accepts the request and never answers")],
        read: |asked| read::bare(asked, Act::Hang),
    },
    Row {
        name: "trickle",
        examples: &[
            ("/trickle?bytes=100&every=100ms", "answers 200, one byte at a time"),
            ("/trickle?every=100ms&for=ever", "and never stops"),
        ],
        read: read::trickle,
    },
    Row {
        name: "infinite",
        examples: &[("/infinite", "answers 200 with a body that never ends, as fast as it is read")],
        read: |asked| read::bare(asked, Act::Infinite),
    },
    Row { name: "bytes", examples: &[("/bytes/4096", "answers 200 with so many bytes")], read: read::bytes },
    Row {
        name: "json",
        examples: &[("/json/orders/7", "answers 200 with this record, the same one every time")],
        read: read::json,
    },
    Row {
        name: "echo",
        examples: &[("/echo", "answers 200 with method, path, headers and body length as received")],
        read: |asked| read::bare(asked, Act::Echo),
    },
    Row {
        name: "redirect",
        examples: &[
            ("/redirect/3?to=/bytes/10&status=307", "so many hops, then there, or 200 without `to`"),
            ("/redirect/ever", "a redirect to itself"),
        ],
        read: read::redirect,
    },
    Row {
        name: "redirect-to",
        examples: &[("/redirect-to?url=http://127.0.0.1/", "one hop to any place")],
        read: read::redirect_to,
    },
    Row {
        name: "headers",
        examples: &[("/headers?x-note=a%9bb", "answers 200 with these headers, bytes above 0x7f included")],
        read: read::headers,
    },
    Row {
        name: "hostile",
        examples: &[("/hostile", "answers 200 with reason, headers and body that would act on a terminal")],
        read: |asked| read::bare(asked, Act::Hostile),
    },
    Row {
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

/// The keys of which the help page speaks once.
const COMMON_KEYS: [&str; 2] = ["delay", "id"];

const MORE: &str = "
All of them take `delay`, a wait before anything else (but /delay, which has its own), and `id`, which is
anything you like: it names the record in the body and tells URLs apart. `bytes` puts so many bytes in place
of the record. A limit belongs to a host and is shared by its ids. Lengths of time have units: 250ms, 2s,
1m30s. Random choices hang on the seed, host, path, query and count, and on nothing else.

  GET  /_tally           what the upstream has seen, as JSON; not counted itself
  GET  /_tally/arrivals  when each request arrived, the first ten thousand
  POST /_tally/reset     starts counting anew
";

/// The page that lists every behaviour, its keys, and what is common to all.
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
pub fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// An example of the behaviour whose name looks most like this one, if any does.
pub fn nearest(name: &str) -> Option<&'static str> {
    let alike = |row: &Row| strsim::normalized_damerau_levenshtein(row.name, name);
    let near = TABLE.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(near) >= 0.5).then(|| near.example())
}

impl Row {
    /// A path and query that work.
    pub fn example(&self) -> &'static str {
        self.examples.first().map_or("/", |(example, _)| example)
    }

    /// Reads what follows the name.
    pub fn read(&self, asked: &mut Asked<'_>) -> Result<Behaviour, String> {
        (self.read)(asked)
    }

    /// The keys that not every behaviour takes: those that reading its example asks for.
    fn own_keys(&self) -> Vec<&'static str> {
        let mut asked = Asked::new(self.example());
        asked.word();
        // An example that does not work is a test's to find.
        let _ = self.read(&mut asked);
        asked.known().iter().copied().filter(|key| !COMMON_KEYS.contains(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::upstream::behaviour::parse;
    use crate::upstream::table::{TABLE, help};

    #[test]
    fn every_example_works_and_is_on_the_help_page() {
        let page = help();
        for (example, does) in TABLE.iter().flat_map(|row| row.examples) {
            parse(example).unwrap_or_else(|refused| panic!("{example}: {refused}"));
            assert!(page.contains(example) && page.contains(does), "{example}");
        }
    }

    #[test]
    fn the_help_page_fits_a_terminal() {
        let page = help();
        for line in page.lines() {
            assert!(line.len() <= 120, "{line}");
        }
    }
}
