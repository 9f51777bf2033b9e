//! One entry of the report: the outcome of a job, with its data.
//!
//! A pure conversion from a result to JSON. Start at [`ReportEntry::new`] and [`data_of`].

use std::sync::Arc;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::event::cause::Cause;
use crate::event::outcome::{JobEnd, Outcome, Phase, Reason};
use crate::job_result::{Answer, JobResult};
use crate::output::failure_kind;
use crate::output::report::portable_json;

/// Bytes kept of an unexpected answer: enough for its message, not for stack traces.
const EXCERPT: usize = 4096;

/// One job in the report.
#[derive(Debug, Serialize)]
pub struct ReportEntry<'a> {
    endpoint: &'a str,
    /// Method and masked URL; absent for a row that is not a valid request.
    request: Option<&'a str>,
    ok: bool,
    status: Option<u16>,
    tries: u32,
    total_ms: f64,
    waited_ms: f64,
    /// File name of the saved body.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<EntryError<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
    /// Whether `data` is cut.
    #[serde(skip_serializing_if = "is_false")]
    cut: bool,
}

/// Why a job failed.
#[derive(Debug, Serialize)]
struct EntryError<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// The message of the library or the operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a Arc<str>>,
}

/// The body of an answer, represented in JSON.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Data<'a> {
    /// The body is empty.
    Nothing,
    /// The body is JSON and is embedded unchanged.
    Json(&'a RawValue),
    /// The body is text.
    Text(&'a str),
    /// The body is binary.
    Binary {
        /// The bytes in Base64.
        #[serde(serialize_with = "as_base64")]
        base64: &'a [u8],
    },
}

impl<'a> ReportEntry<'a> {
    /// The entry of a settled job, whose body may have been saved as `file`.
    pub fn new(result: &'a JobResult, file: Option<&'a str>) -> Self {
        let is_ok = result.end == JobEnd::Done;
        let error = match &result.end {
            JobEnd::Done => None,
            JobEnd::Failed { last } => Some(EntryError::from_outcome(last)),
            JobEnd::Cancelled => Some(EntryError::from_outcome(&Outcome::Cancelled)),
        };
        let is_request = !matches!(result.end, JobEnd::Failed { last: Outcome::Failed { reason: Reason::BadRow, .. } });
        let (data, cut) = match &result.answer {
            Some(answer) if is_ok => (Some(data_of(answer)), false),
            Some(answer) => {
                let (data, cut) = excerpt_of(answer);
                (Some(data), cut)
            }
            None => (is_ok.then_some(Data::Nothing), false),
        };
        Self {
            endpoint: &result.endpoint,
            request: is_request.then_some(&*result.target),
            ok: is_ok,
            status: result.answer.as_ref().map(|answer| answer.status).or(error.as_ref().and_then(|e| e.status)),
            tries: result.tries,
            total_ms: result.total.0 as f64 / 1e3,
            waited_ms: result.waited.0 as f64 / 1e3,
            file,
            error,
            data,
            cut,
        }
    }
}

impl<'a> EntryError<'a> {
    fn from_outcome(last: &'a Outcome) -> Self {
        let (phase, detail) = match last {
            Outcome::TimedOut { phase } => (Some(*phase), None),
            Outcome::Failed { detail, .. } => (None, detail.as_ref()),
            Outcome::Answered { .. } | Outcome::Redirected { .. } | Outcome::Throttled { .. } | Outcome::Cancelled => {
                (None, None)
            }
        };
        Self {
            kind: failure_kind::outcome_kind(last),
            phase,
            status: failure_kind::status_of(last),
            cause: Cause::from_outcome(last).map(|cause| cause.to_string()),
            detail,
        }
    }
}

/// The whole body: as JSON if its content type or its start indicates JSON, as text if it is UTF-8, else as Base64.
pub fn data_of(answer: &Answer) -> Data<'_> {
    let body = &*answer.body;
    if body.is_empty() {
        return Data::Nothing;
    }
    let Ok(text) = str::from_utf8(body) else { return Data::Binary { base64: body } };
    let is_json = answer.content_type.as_deref().is_some_and(is_json_type) || looks_like_json(text);
    match is_json.then(|| portable_json::portable(text)).flatten() {
        Some(raw) => Data::Json(raw),
        None => Data::Text(text),
    }
}

/// The start of the body, and whether it was cut.
fn excerpt_of(answer: &Answer) -> (Data<'_>, bool) {
    let body = &*answer.body;
    if body.len() <= EXCERPT {
        return (data_of(answer), false);
    }
    let data = match str::from_utf8(body) {
        Ok(text) => {
            let mut end = EXCERPT;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            Data::Text(&text[..end])
        }
        // The start of a large body may end within a character.
        Err(error) if error.error_len().is_none() && answer.file.is_some() => {
            Data::Text(str::from_utf8(&body[..error.valid_up_to().min(EXCERPT)]).unwrap_or_default())
        }
        Err(_) => Data::Binary { base64: &body[..EXCERPT] },
    };
    (data, true)
}

/// Whether a text starts like a JSON object or array. A single number or word is taken as text.
pub fn looks_like_json(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\n', '\r']).starts_with(['{', '['])
}

/// Whether a content type is a JSON type.
pub fn is_json_type(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// A content type without its parameters.
pub fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn as_base64<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&Base64Display::new(bytes, &STANDARD))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(cut: &bool) -> bool {
    !cut
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::ReportEntry;
    use crate::event::outcome::{JobEnd, Outcome, Phase, Reason};
    use crate::event::{JobId, Micros};
    use crate::job_result::{Answer, JobResult};
    use crate::plan::job::Place;
    use crate::text::safe_json::text;

    fn result(end: JobEnd, answer: Option<(u16, Option<&str>, &[u8])>) -> JobResult {
        JobResult {
            place: Place { source: 0, row: 0 },
            job: JobId(1),
            endpoint: "orders".into(),
            target: "GET https://a.b/orders".into(),
            end,
            tries: 2,
            total: Micros(12_345),
            waited: Micros(345),
            answer: answer.map(|(status, content_type, body)| Answer {
                status,
                content_type: content_type.map(str::to_owned),
                bytes: body.len() as u64,
                body: body.to_vec().into(),
                file: None,
                is_encoded: false,
            }),
        }
    }

    #[track_caller]
    fn entry(end: JobEnd, answer: Option<(u16, Option<&str>, &[u8])>) -> Value {
        serde_json::from_str(&text(&ReportEntry::new(&result(end, answer), None)).unwrap()).unwrap()
    }

    #[track_caller]
    fn data(content_type: Option<&str>, body: &[u8]) -> Value {
        entry(JobEnd::Done, Some((200, content_type, body)))["data"].clone()
    }

    #[test]
    fn a_good_answer_has_its_data_and_no_error() {
        assert_eq!(
            entry(JobEnd::Done, Some((200, Some("application/json"), b"{\"sum\": 3}"))),
            json!({
                "endpoint": "orders", "request": "GET https://a.b/orders", "ok": true, "status": 200,
                "tries": 2, "total_ms": 12.345, "waited_ms": 0.345, "data": {"sum": 3},
            })
        );
    }

    #[test]
    fn a_body_is_json_if_its_type_is_or_if_it_looks_like_it() {
        assert_eq!(data(Some("application/problem+json; charset=utf-8"), b"3"), json!(3));
        assert_eq!(data(Some("text/plain"), b" [1]"), json!([1]));
        assert_eq!(data(None, b"3"), json!("3"));
        assert_eq!(data(Some("application/json"), b"{\"a\":"), json!("{\"a\":"));
        assert_eq!(data(Some("application/json"), b""), json!(null));
        assert_eq!(data(Some("image/png"), b"\x89PNG\xff"), json!({"base64": "iVBOR/8="}));
        assert_eq!(data(None, b"a\0b"), json!("a\0b"));
    }

    #[test]
    fn a_failure_has_its_cause_and_the_answer() {
        let last = Outcome::Answered { status: 503, bytes: 4, expected: false };
        let entry = entry(JobEnd::Failed { last }, Some((503, Some("text/html"), b"busy")));
        assert_eq!(entry["ok"], false);
        assert_eq!(entry["error"], json!({"kind": "status", "status": 503, "cause": "503 Service Unavailable"}));
        assert_eq!(entry["data"], "busy");
        assert!(entry.get("cut").is_none());
    }

    #[test]
    fn a_failure_without_an_answer_has_no_data() {
        let entry = entry(JobEnd::Failed { last: Outcome::TimedOut { phase: Phase::FirstByte } }, None);
        assert_eq!(entry["error"], json!({"kind": "timeout", "phase": "first-byte", "cause": "timeout, first byte"}));
        assert_eq!((entry["status"].clone(), entry.get("data")), (json!(null), None));
    }

    #[test]
    fn a_long_failed_answer_is_cut_at_a_character_and_marked() {
        let last = Outcome::Answered { status: 500, bytes: 0, expected: false };
        let entry = entry(JobEnd::Failed { last }, Some((500, None, "ä".repeat(4_000).as_bytes())));
        assert_eq!(entry["data"], "ä".repeat(2_048));
        assert_eq!(entry["cut"], true);
    }

    #[test]
    fn a_bad_row_has_no_request_and_a_cancelled_job_is_listed() {
        let last = Outcome::Failed { reason: Reason::BadRow, detail: Some("line 3".into()) };
        let bad = entry(JobEnd::Failed { last }, None);
        assert_eq!((&bad["request"], &bad["error"]["kind"]), (&json!(null), &json!("bad-row")));
        assert_eq!(bad["error"]["detail"], "line 3");
        let cancelled = entry(JobEnd::Cancelled, None);
        assert_eq!((&cancelled["ok"], &cancelled["error"]), (&json!(false), &json!({"kind": "cancelled"})));
    }
}
