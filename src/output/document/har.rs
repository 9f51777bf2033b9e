//! The attempts of a recording as an HTTP archive, HAR 1.2.
//!
//! A recording has no headers and bodies, so these lists are empty. An attempt without an answer has status 0 and an
//! `_error`, as browsers write it. The format: <http://www.softwareishard.com/blog/har-12-spec/>. Start at [`write()`].

use std::io::{self, Write};

use serde_json::{Value, json};
use url::Url;

use crate::event::Micros;
use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::output::document::job_log::{RecordedAttempt, RecordedJob, status};
use crate::output::document::{RecordedRun, milliseconds};
use crate::text::safe_json;

/// Writes the archive, a line for each attempt.
pub(super) fn write(run: &RecordedRun<'_>, to: &mut dyn Write) -> io::Result<()> {
    let creator = json!({"name": "inflight", "version": env!("CARGO_PKG_VERSION")});
    to.write_all(b"{\"log\":{\"version\":\"1.2\",\"creator\":")?;
    safe_json::write(&mut *to, &creator)?;
    to.write_all(b",\"pages\":[],\"entries\":[\n")?;
    let mut is_first = true;
    run.for_each_job(|job| {
        for attempt in &job.attempts {
            if !std::mem::take(&mut is_first) {
                to.write_all(b",\n")?;
            }
            safe_json::write(&mut *to, &entry(run, job, attempt))?;
        }
        Ok(())
    })?;
    to.write_all(b"\n]}}\n")
}

fn entry(run: &RecordedRun<'_>, job: &RecordedJob, attempt: &RecordedAttempt) -> Value {
    let (method, url) = attempt.target.split_once(' ').unwrap_or(("GET", &attempt.target));
    let query: Vec<Value> = Url::parse(url).map_or_else(
        |_| Vec::new(),
        |url| url.query_pairs().map(|(name, value)| json!({"name": name, "value": value})).collect(),
    );
    let outcome = attempt.outcome.as_ref();
    let size = match outcome {
        Some(Outcome::Answered { bytes, .. }) => i64::try_from(*bytes).unwrap_or(i64::MAX),
        _ => -1,
    };
    let status = outcome.and_then(status).unwrap_or(0);
    let mut entry = json!({
        "startedDateTime": run.wall_clock(attempt.started),
        "time": milliseconds(attempt.ended.since(attempt.started)),
        "request": {
            "method": method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
            "queryString": query, "headersSize": -1, "bodySize": -1,
        },
        "response": {
            "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
            "content": {"size": size.max(0), "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": size,
        },
        "cache": {},
        "timings": timings(job, attempt),
        "_endpoint": &*job.endpoint,
        "_attempt": attempt.n,
        "_slot": attempt.slot,
    });
    if status == 0 {
        let cause =
            outcome.and_then(Cause::from_outcome).map_or_else(|| "no answer".to_owned(), |cause| cause.to_string());
        entry["_error"] = Value::from(cause);
    }
    entry
}

/// The phases; −1 is what did not happen. A handshake counts as part of connecting, as the standard asks.
fn timings(job: &RecordedJob, attempt: &RecordedAttempt) -> Value {
    let spent = attempt.spent;
    let or_none = |time: Option<Micros>| time.map_or(-1.0, milliseconds);
    let connect = spent.connect.map(|connect| Micros(connect.0 + spent.tls.unwrap_or_default().0));
    // What the job waited for before its first attempt is not known per attempt.
    let blocked = if job.attempts.len() == 1 { milliseconds(job.waited.total()) } else { -1.0 };
    json!({
        "blocked": blocked, "dns": or_none(spent.resolve), "connect": or_none(connect), "ssl": or_none(spent.tls),
        "send": 0, "wait": milliseconds(spent.first_byte.unwrap_or_default()),
        "receive": milliseconds(spent.body.unwrap_or_default()),
    })
}
