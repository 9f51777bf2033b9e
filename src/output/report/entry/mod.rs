//! One entry of the report: the outcome of a job, with its data.
//!
//! A pure conversion from a result to JSON. Start at [`ReportEntry::new`] and [`data_of`].

pub mod stored;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::event::cause::Cause;
use crate::event::outcome::{JobEnd, Outcome, Phase, Reason};
use crate::job_result::{Answer, JobResult};
use crate::output::failure_kind;
use crate::output::report::portable_json;
use crate::plan::extract::Extraction;
use crate::plan::row_values::RowObject;

/// Bytes kept of an unexpected answer: enough for its message, not for stack traces.
const EXCERPT: usize = 4096;

/// One job in the report.
#[derive(Debug, Serialize)]
pub struct ReportEntry<'a> {
    endpoint: &'a str,
    /// Method and masked URL as asked; absent for a row that is not a valid request.
    request: Option<&'a str>,
    /// The masked URL of the last request, after redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    final_url: Option<&'a str>,
    /// The number of the row, from 1.
    row: u64,
    /// The values of the row, secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<RowObject<'a>>,
    /// The number of its page, from 1, if its row has pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    ok: bool,
    status: Option<u16>,
    tries: u32,
    /// Whether it was in flight when an earlier part of the run stopped, so that it may have been answered twice.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) resent: bool,
    /// When its first attempt started.
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    total_ms: f64,
    waited_ms: f64,
    /// From when it was due by the rate to its end, if the run has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    since_due_ms: Option<f64>,
    /// Body bytes received.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    /// File name of the saved body.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<EntryError<'a>>,
    /// The values that the plan takes out of a good answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    extract: Option<ExtractedValues>,
    /// What `data` is: `json`, `text` or `base64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
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
    /// The expectation of the plan that was not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a Arc<str>>,
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
    /// The body is binary; the value is in Base64.
    #[serde(serialize_with = "as_base64")]
    Binary(&'a [u8]),
}

impl Data<'_> {
    /// What its value in JSON is.
    fn encoding(&self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Json(_) => Some("json"),
            Self::Text(_) => Some("text"),
            Self::Binary(_) => Some("base64"),
        }
    }
}

/// Values by the name of their column.
#[derive(Debug)]
struct ExtractedValues(Vec<(Arc<str>, Option<Value>)>);

impl<'a> ReportEntry<'a> {
    /// The entry of a settled job of a run that started at `run_started`. Its body may have been saved as `file`.
    /// `extract` is what the plan takes out of its answer.
    pub fn new(result: &'a JobResult, file: Option<&'a str>, run_started: SystemTime, extract: &[Extraction]) -> Self {
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
        let started = result.started.map(|after| run_started + Duration::from(after));
        let answer = result.answer.as_ref();
        Self {
            endpoint: &result.endpoint,
            request: is_request.then_some(&*result.target),
            final_url: result
                .final_target
                .as_deref()
                .map(|target| target.split_once(' ').map_or(target, |(_, url)| url)),
            row: result.place.row.saturating_add(1),
            with: result.row_values.as_deref().map(RowObject),
            page: result.page,
            started: started.map(|at| humantime::format_rfc3339_millis(at).to_string()),
            bytes: answer.map(|answer| answer.bytes),
            content_type: answer.and_then(|answer| answer.content_type.as_deref()),
            resent: false,
            ok: is_ok,
            status: result.answer.as_ref().map(|answer| answer.status).or(error.as_ref().and_then(|e| e.status)),
            tries: result.tries,
            total_ms: result.total.0 as f64 / 1e3,
            waited_ms: result.waited.0 as f64 / 1e3,
            since_due_ms: result.since_due.map(|since_due| since_due.0 as f64 / 1e3),
            file,
            error,
            extract: answer.filter(|_| is_ok && !extract.is_empty()).map(|answer| extracted(answer, extract)),
            encoding: data.as_ref().and_then(Data::encoding),
            data,
            cut,
        }
    }
}

impl ReportEntry<'_> {
    /// Leaves out the body, for a report without bodies.
    pub(super) fn drop_data(&mut self) {
        (self.data, self.encoding, self.cut) = (None, None, false);
    }
}

impl<'a> EntryError<'a> {
    fn from_outcome(last: &'a Outcome) -> Self {
        let (phase, detail, expected) = match last {
            Outcome::TimedOut { phase } => (Some(*phase), None, None),
            Outcome::Failed { detail, expected, .. } => (None, detail.as_ref(), expected.as_ref()),
            Outcome::Answered { .. } | Outcome::Redirected { .. } | Outcome::Throttled { .. } | Outcome::Cancelled => {
                (None, None, None)
            }
        };
        Self {
            kind: failure_kind::outcome_kind(last),
            phase,
            status: failure_kind::status_of(last),
            cause: Cause::from_outcome(last).map(|cause| cause.to_string()),
            detail,
            expected,
        }
    }
}

/// The whole body: as JSON if its content type or its start indicates JSON, as text if it is UTF-8, else as Base64.
pub fn data_of(answer: &Answer) -> Data<'_> {
    let body = &*answer.body;
    if body.is_empty() {
        return Data::Nothing;
    }
    let Ok(text) = str::from_utf8(body) else { return Data::Binary(body) };
    let is_json = answer.content_type.as_deref().is_some_and(is_json_type) || looks_like_json(text);
    match is_json.then(|| portable_json::portable(text)).flatten() {
        Some(raw) => Data::Json(raw),
        None => Data::Text(text),
    }
}

/// Takes values out of a body. If that is not JSON, all are missing.
fn extracted(answer: &Answer, extract: &[Extraction]) -> ExtractedValues {
    let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
    let document: Option<Value> = serde_json::from_slice(body).ok();
    let value = |column: &Extraction| document.as_ref().and_then(|document| column.value(document));
    ExtractedValues(extract.iter().map(|column| (Arc::clone(&column.name), value(column))).collect())
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
        Err(_) => Data::Binary(&body[..EXCERPT]),
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

impl Serialize for ExtractedValues {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (&**name, value)))
    }
}

fn as_base64<S: Serializer>(bytes: &&[u8], to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&Base64Display::new(bytes, &STANDARD))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(cut: &bool) -> bool {
    !cut
}
