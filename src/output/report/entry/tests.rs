//! Tests of report entries: answers, failures, bodies of each kind.

use serde_json::{Value, json};

use crate::event::outcome::{JobEnd, Outcome, Phase, Reason};
use crate::event::{JobId, Micros};
use crate::job_result::{Answer, JobResult};
use crate::output::report::entry::ReportEntry;
use crate::plan::job::Place;
use crate::text::safe_json::text;

fn result(end: JobEnd, answer: Option<(u16, Option<&str>, &[u8])>) -> JobResult {
    JobResult {
        place: Place { source: 0, row: 0 },
        job: JobId(1),
        endpoint: "orders".into(),
        target: "GET https://a.b/orders".into(),
        final_target: None,
        row_values: None,
        page: None,
        started: None,
        end,
        tries: 2,
        total: Micros(12_345),
        waited: Micros(345),
        since_due: None,
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
    serde_json::from_str(
        &text(&ReportEntry::new(&result(end, answer), None, std::time::SystemTime::UNIX_EPOCH, &[])).unwrap(),
    )
    .unwrap()
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
            "endpoint": "orders", "request": "GET https://a.b/orders", "row": 1, "ok": true, "status": 200,
            "bytes": 10, "content_type": "application/json",
            "tries": 2, "total_ms": 12.345, "waited_ms": 0.345, "encoding": "json", "data": {"sum": 3},
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
    let binary = entry(JobEnd::Done, Some((200, Some("image/png"), b"\x89PNG\xff")));
    assert_eq!((&binary["data"], &binary["encoding"]), (&json!("iVBOR/8="), &json!("base64")));
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
    let last = Outcome::Failed { reason: Reason::BadRow, detail: Some("line 3".into()), expected: None };
    let bad = entry(JobEnd::Failed { last }, None);
    assert_eq!((&bad["request"], &bad["error"]["kind"]), (&json!(null), &json!("bad-row")));
    assert_eq!(bad["error"]["detail"], "line 3");
    let cancelled = entry(JobEnd::Cancelled, None);
    assert_eq!((&cancelled["ok"], &cancelled["error"]), (&json!(false), &json!({"kind": "cancelled"})));
}
