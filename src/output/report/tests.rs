//! Tests of whole reports.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::time::SystemTime;

use crate::event::outcome::JobEnd;
use crate::event::reasons::RunEnd;
use crate::event::{JobId, Micros};
use crate::job_result::{Answer, JobResult};
use crate::output::report::spool::Spool;
use crate::output::report::target::ReportTarget;
use crate::output::report::{Finish, Report};
use crate::plan::job::Place;

const FINISH: Finish = Finish { finished: SystemTime::UNIX_EPOCH, how: Some(RunEnd::Finished), not_started: Some(0) };

fn result(row: u64, body: &str) -> JobResult {
    JobResult {
        place: Place { source: 0, row },
        job: JobId(row + 1),
        endpoint: "e".into(),
        target: "GET http://a.b/".into(),
        final_target: None,
        row_values: None,
        page: None,
        started: None,
        end: JobEnd::Done,
        tries: 1,
        total: Micros(1_000),
        waited: Micros::ZERO,
        since_due: None,
        answer: Some(Answer {
            status: 200,
            content_type: None,
            bytes: body.len() as u64,
            body: body.to_owned().into(),
            file: None,
            is_encoded: false,
        }),
    }
}

#[test]
fn the_document_is_one_header_line_and_one_line_for_each_result() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let mut report = Report::begin(&path, "n", SystemTime::UNIX_EPOCH).unwrap();
    report.add(&result(1, "[2]"), None).unwrap();
    report.add(&result(0, "[1]"), Some("1-000001-e.json")).unwrap();
    assert_eq!(report.finish(&FINISH).unwrap().ok, 2);
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "{\"inflight\":\"report\",\"schema\":1,\"name\":\"n\",\"started\":\"1970-01-01T00:00:00.000Z\",\
         \"finished\":\"1970-01-01T00:00:00.000Z\",\"ended\":\"finished\",\
         \"jobs\":{\"ok\":2,\"failed\":0,\"cancelled\":0,\"not_started\":0},\"results\":[\n\
         {\"endpoint\":\"e\",\"request\":\"GET http://a.b/\",\"row\":1,\"ok\":true,\"status\":200,\"tries\":1,\
         \"total_ms\":1.0,\"waited_ms\":0.0,\"bytes\":3,\"file\":\"1-000001-e.json\",\"data\":[1]},\n\
         {\"endpoint\":\"e\",\"request\":\"GET http://a.b/\",\"row\":2,\"ok\":true,\"status\":200,\"tries\":1,\
         \"total_ms\":1.0,\"waited_ms\":0.0,\"bytes\":3,\"data\":[2]}\n]}\n"
    );
}

#[test]
fn an_empty_run_has_an_empty_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    Report::begin(&path, "n", SystemTime::UNIX_EPOCH).unwrap().finish(&FINISH).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(document["results"], serde_json::json!([]));
}

#[test]
fn a_folder_or_a_missing_folder_is_refused_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let begin = |name: &str| Report::begin(&folder.path().join(name), "n", SystemTime::UNIX_EPOCH).unwrap_err().kind();
    assert_eq!(begin(""), ErrorKind::IsADirectory);
    assert_eq!(begin("missing/x.json"), ErrorKind::NotFound);
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(begin("file/x.json"), ErrorKind::NotADirectory);
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.json"), folder.path().join("latest.json"));
    fs::write(&real, "older").unwrap();
    std::os::unix::fs::symlink("real.json", &link).unwrap();
    Report::begin(&link, "n", SystemTime::UNIX_EPOCH).unwrap().finish(&FINISH).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("\"results\""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_during_the_run_is_an_error_and_leaves_the_older_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    fs::write(&path, "older").unwrap();
    let full = Spool::on(File::options().write(true).open("/dev/full").unwrap());
    let mut report = Report::with_parts(ReportTarget::File(path.clone()), full, "n", SystemTime::UNIX_EPOCH);
    let body = "x".repeat(10_000);
    let refused = (0..10).find_map(|row| report.add(&result(row, &body), None).err());
    assert_eq!(refused.unwrap().kind(), ErrorKind::StorageFull);
    drop(report);
    assert_eq!(fs::read_to_string(&path).unwrap(), "older");
}
