//! The table of cases for both wires: what a server does, and how the exchanges end.
//!
//! Start at [`CASES`].

use std::time::Duration;

use http::Method;
use inflight::plan::job::Job;

use crate::wire::rules;
use crate::wire::server::Do::{self, Glance, Hang, Hear, Pour, Reset, Say, Wait};

/// A server, the requests to it, and how they end.
pub struct Case {
    pub name: &'static str,
    /// What the server does on each connection.
    pub scripts: &'static [&'static [Do]],
    /// One exchange after the other.
    pub asks: &'static [fn(&mut Job)],
    /// How each of them ends.
    pub summary: &'static [&'static str],
    /// How many requests the server receives on each connection.
    pub heard: &'static [usize],
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Long enough for an immediate answer on a busy machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(900);

fn get(_: &mut Job) {}

fn head(job: &mut Job) {
    job.method = Method::HEAD;
}

fn post(job: &mut Job) {
    (job.method, job.body) = (Method::POST, "x".repeat(1_000_000).into());
}

fn post_more(job: &mut Job) {
    (job.method, job.body) = (Method::POST, "x".repeat(20_000_000).into());
}

fn impatient(job: &mut Job) {
    rules(job, |policy| policy.timeouts.first_byte = SHORT);
}

fn restless(job: &mut Job) {
    rules(job, |policy| policy.timeouts.idle = SHORT);
}

fn brief(job: &mut Job) {
    rules(job, |policy| policy.timeouts.attempt = SHORT);
}

fn frugal(job: &mut Job) {
    rules(job, |policy| policy.max_body = Some(1_000));
}

/// A case of one exchange on one connection.
macro_rules! one {
    ($name:literal, [$($step:expr),* $(,)?], $ask:expr, $summary:literal) => {
        Case { name: $name, scripts: &[&[Hear, $($step),*]], asks: &[$ask], summary: &[$summary], heard: &[1] }
    };
}

/// A case whose first answer is followed by another exchange, on the same connection or on a second one.
macro_rules! then {
    ($name:literal, [$($step:expr),* $(,)?], $ask:expr, $summary:literal, same) => {
        Case {
            name: $name,
            scripts: &[&[Hear, $($step,)* Hear, Say(OK), Hear]],
            asks: &[$ask, get],
            summary: &[$summary, "200 ok"],
            heard: &[2],
        }
    };
    ($name:literal, [$($step:expr),* $(,)?], $ask:expr, $summary:literal, anew) => {
        Case {
            name: $name,
            scripts: &[&[Hear, $($step),*], &[Hear, Say(OK), Hear]],
            asks: &[$ask, get],
            summary: &[$summary, "200 ok"],
            heard: &[1, 1],
        }
    };
}

/// A text seven times.
macro_rules! many_fields {
    ($($text:tt)*) => {
        concat!($($text)*, $($text)*, $($text)*, $($text)*, $($text)*, $($text)*, $($text)*)
    };
}

pub const CASES: &[Case] = &[
    // Answers of every form, after which the connection is used again.
    then!("a body of known length", [Say(OK)], get, "200 ok", same),
    then!("no body", [Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")], get, "200 ", same),
    then!(
        "a head in pieces",
        [Say("HTTP/1.1 200"), Wait(20), Say(" OK\r\ncontent-length: 0\r\n\r\n")],
        get,
        "200 ",
        same
    ),
    then!(
        "a body in pieces",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab"), Wait(20), Say("cd")],
        get,
        "200 abcd",
        same
    ),
    then!("chunks, extensions and trailers", [Say(CHUNKS)], get, "200 hello, world", same),
    then!(
        "a length, but only asked for the head",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n")],
        head,
        "200 ",
        same
    ),
    then!("no content", [Say("HTTP/1.1 204 No Content\r\n\r\n")], get, "204 ", same),
    then!(
        "not modified, with a length",
        [Say("HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n")],
        get,
        "304 ",
        same
    ),
    then!("words before the answer", [Say(INTERIM), Say(OK)], get, "200 ok", same),
    then!("a redirect, which is not the wire's to follow", [Say(MOVED)], get, "302 ", same),
    then!("an error", [Say("HTTP/1.1 503 No\r\ncontent-length: 4\r\n\r\nbusy")], get, "503 busy", same),
    then!("a large request", [Say(OK)], post, "200 ok", same),
    then!(
        "a large answer",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n"), Pour(9_000_000)],
        get,
        "200 9000000 bytes",
        same
    ),
    then!("an old server that stays", [Say(STAYS)], get, "200 ok", same),
    then!("fields of doubtful form", [Say(DOUBTFUL)], get, "200 ok", same),
    then!("more than a hundred fields", [Say(MANY_FIELDS)], get, "200 ok", same),
    // … and those after which it is not.
    then!(
        "connection: close",
        [Say("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")],
        get,
        "200 ok",
        anew
    ),
    then!(
        "a body up to the connection's end",
        [Say("HTTP/1.1 200 OK\r\n\r\nuntil the end")],
        get,
        "200 until the end",
        anew
    ),
    then!("an old server", [Say("HTTP/1.0 200 OK\r\n\r\nok")], get, "200 ok", anew),
    then!("bytes after an answer without a body", [Say("HTTP/1.1 204 No Content\r\n\r\nok"), Hang], get, "204 ", anew),
    then!("a second answer, unasked", [Say(TWICE), Hang], get, "200 ok", anew),
    Case {
        name: "an answer to more than the server cares to read",
        scripts: &[&[Glance, Say("HTTP/1.1 413 Too Much\r\ncontent-length: 0\r\n\r\n"), Wait(100), Hang]],
        asks: &[post_more],
        summary: &["413 "],
        heard: &[1],
    },
    // Invalid answers.
    one!("closed without a word", [], get, "closed-early"),
    one!("closed within the head", [Say("HTTP/1.1 200 OK\r\ncontent-")], get, "closed-early"),
    one!("closed within the body", [Say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")], get, "closed-early"),
    one!(
        "closed before the last chunk",
        [Say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")],
        get,
        "closed-early"
    ),
    one!("reset without a word", [Reset], get, "reset"),
    one!(
        "reset within the body",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"), Wait(20), Reset],
        get,
        "reset"
    ),
    one!(
        "two lengths",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk"), Hang],
        get,
        "bad-response"
    ),
    one!(
        "no number for a length",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nok"), Hang],
        get,
        "bad-response"
    ),
    one!(
        "no number for a chunk's length",
        [Say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nabc\r\n"), Hang],
        get,
        "bad-response"
    ),
    one!("no status", [Say("HTTP/1.1 OK\r\n\r\n"), Hang], get, "bad-response"),
    one!("no HTTP", [Say("220 mail.example ESMTP\r\n"), Hang], get, "bad-response"),
    one!("a head that does not end", [Say("HTTP/1.1 200 OK\r\nx: "), Pour(1_000_000), Hang], get, "bad-response"),
    one!("more than is allowed", [Say("HTTP/1.1 200 OK\r\n\r\n"), Pour(100_000), Hang], frugal, "too-large"),
    // Time-outs.
    one!("no answer in time", [Hang], impatient, "timeout first-byte"),
    one!("half a head in time", [Say("HTTP/1.1 200 OK\r\nx: "), Hang], impatient, "timeout first-byte"),
    one!("words before the answer, and then none", [Say(INTERIM), Hang], impatient, "timeout first-byte"),
    one!(
        "half a body in time",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"), Hang],
        restless,
        "timeout body"
    ),
    one!(
        "a body that comes slowly",
        [
            Say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"),
            Say("a"),
            Wait(350),
            Say("b"),
            Wait(350),
            Say("c"),
            Wait(350),
            Say("d")
        ],
        restless,
        "200 abcd"
    ),
    one!(
        "a body that comes too slowly on the whole",
        [Say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"), Say("a"), Wait(350), Say("b"), Wait(350), Say("c"), Hang],
        brief,
        "timeout body"
    ),
];

const DOUBTFUL: &str = "HTTP/1.1 200 OK\r\nx-folded: a\r\n  b\r\n\tc\r\nx-blank : d\r\nx-control: e\x07\x1b[31mf\r\n\
    no colon here\r\ncontent-length : 2\r\n\r\nok";
const MANY_FIELDS: &str = concat!(
    "HTTP/1.1 200 OK\r\n",
    many_fields!(many_fields!(many_fields!("x-many: 1\r\n"))),
    "content-length: 2\r\n\r\nok"
);
const CHUNKS: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;name=value\r\nhello\r\n7\r\n, world\r\n0\r\nx-sum: 1\r\n\r\n";
const INTERIM: &str = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n";
const MOVED: &str = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
const STAYS: &str = "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok";
const TWICE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad";
