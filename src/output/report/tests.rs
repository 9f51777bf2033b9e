//! Tests of whole reports.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::time::SystemTime;

use crate::event::outcome::{JobEnd, Outcome, Phase};
use crate::event::reasons::RunEnd;
use crate::event::{JobId, Micros};
use crate::job_result::{Answer, JobResult};
use crate::output::report::spool::Spool;
use crate::output::report::target::ReportTarget;
use crate::output::report::{Finish, Report, ReportHeading};
use crate::plan::extract::json_path::WrittenPath;
use crate::plan::extract::{Extraction, RESERVED};
use crate::plan::job::Place;

const FINISH: Finish = Finish { finished: SystemTime::UNIX_EPOCH, how: Some(RunEnd::Finished), not_started: Some(0) };

fn heading() -> ReportHeading {
    ReportHeading::new("n", SystemTime::UNIX_EPOCH)
}

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
    let mut report = Report::begin(&path, heading()).unwrap();
    report.add(&result(1, "[2]"), None).unwrap();
    report.add(&result(0, "[1]"), Some("1-000001-e.json")).unwrap();
    assert_eq!(report.finish(&FINISH).unwrap().ok, 2);
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "{\"inflight\":\"report\",\"schema\":2,\"name\":\"n\",\"started\":\"1970-01-01T00:00:00.000Z\",\
         \"finished\":\"1970-01-01T00:00:00.000Z\",\"ended\":\"finished\",\
         \"jobs\":{\"ok\":2,\"failed\":0,\"cancelled\":0,\"not_started\":0},\"results\":[\n\
         {\"endpoint\":\"e\",\"request\":\"GET http://a.b/\",\"row\":1,\"ok\":true,\"status\":200,\"tries\":1,\
         \"total_ms\":1.0,\"waited_ms\":0.0,\"bytes\":3,\"file\":\"1-000001-e.json\",\"encoding\":\"json\",\"data\":[1]},\n\
         {\"endpoint\":\"e\",\"request\":\"GET http://a.b/\",\"row\":2,\"ok\":true,\"status\":200,\"tries\":1,\
         \"total_ms\":1.0,\"waited_ms\":0.0,\"bytes\":3,\"encoding\":\"json\",\"data\":[2]}\n]}\n"
    );
}

#[test]
fn an_empty_run_has_an_empty_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    Report::begin(&path, heading()).unwrap().finish(&FINISH).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(document["results"], serde_json::json!([]));
}

#[test]
fn a_folder_or_a_missing_folder_is_refused_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let begin = |name: &str| Report::begin(&folder.path().join(name), heading()).unwrap_err().kind();
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
    Report::begin(&link, heading()).unwrap().finish(&FINISH).unwrap();
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
    let mut report = Report::with_parts(ReportTarget::File(path.clone()), full, heading());
    let body = "x".repeat(10_000);
    let refused = (0..10).find_map(|row| report.add(&result(row, &body), None).err());
    assert_eq!(refused.unwrap().kind(), ErrorKind::StorageFull);
    drop(report);
    assert_eq!(fs::read_to_string(&path).unwrap(), "older");
}

fn extract(name: &str, path: &str) -> Extraction {
    Extraction { name: name.into(), path: WrittenPath::parse(path).unwrap() }
}

/// The report of two good answers and a failure, in a format.
fn written(file: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    let columns = [extract("sum", "$.sum"), extract("first name", "$.names[0]")];
    let mut report = Report::begin(&path, ReportHeading { extract: vec![columns.into()], ..heading() }).unwrap();
    let last = Outcome::TimedOut { phase: Phase::FirstByte };
    report.add(&JobResult { end: JobEnd::Failed { last }, answer: None, ..result(2, "") }, None).unwrap();
    report.add(&result(1, "{\"sum\": -5, \"names\": [\"=1|<b>\"]}"), None).unwrap();
    report.add(&result(0, "{\"sum\": 7}"), None).unwrap();
    report.finish(&FINISH).unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_ending_decides_the_format_and_every_format_has_the_extracted_values() {
    let same = "\"tries\":1,\"total_ms\":1.0,\"waited_ms\":0.0";
    let start = "{\"endpoint\":\"e\",\"request\":\"GET http://a.b/\"";
    assert_eq!(
        written("x.JSONL"),
        format!(
            "{start},\"row\":1,\"ok\":true,\"status\":200,{same},\"bytes\":10,\
             \"extract\":{{\"sum\":7,\"first name\":null}},\"encoding\":\"json\",\"data\":{{\"sum\":7}}}}\n\
             {start},\"row\":2,\"ok\":true,\"status\":200,{same},\"bytes\":32,\
             \"extract\":{{\"sum\":-5,\"first name\":\"=1|<b>\"}},\"encoding\":\"json\",\
             \"data\":{{\"sum\":-5,\"names\":[\"=1|<b>\"]}}}}\n\
             {start},\"row\":3,\"ok\":false,\"status\":null,{same},\
             \"error\":{{\"kind\":\"timeout\",\"phase\":\"first-byte\",\"cause\":\"timeout, first byte\"}}}}\n"
        )
    );
    assert_eq!(
        written("x.csv"),
        "endpoint,row,with,request,final_url,ok,status,tries,started,total_ms,waited_ms,bytes,content_type,file,error,\
         detail,since_due_ms,page,sum,first name\n\
         e,1,,GET http://a.b/,,true,200,1,,1,0,10,,,,,,,7,\n\
         e,2,,GET http://a.b/,,true,200,1,,1,0,32,,,,,,,-5,\"'=1|<b>\"\n\
         e,3,,GET http://a.b/,,false,,1,,1,0,,,,\"timeout, first byte\",,,,,\n"
    );
    assert_eq!(
        written("x.md"),
        "## n\n\n2 jobs ok, 1 failed; started 1970-01-01T00:00:00.000Z, finished 1970-01-01T00:00:00.000Z\n\n\
         | Endpoint | Row | Request | Status | Time (ms) | sum | first name | Error |\n\
         | --- | ---: | --- | ---: | ---: | --- | --- | --- |\n\
         | e | 1 | GET http://a.b/ | 200 | 1 | 7 |  |  |\n\
         | e | 2 | GET http://a.b/ | 200 | 1 | -5 | =1\\|&lt;b\\> |  |\n\
         | e | 3 | GET http://a.b/ |  | 1 |  |  | timeout, first byte |\n"
    );
    let page = written("x.html");
    assert!(
        page.starts_with("<!DOCTYPE html><html lang=\"en\"><head>") && page.ends_with("</body></html>\n"),
        "{page}"
    );
    assert_eq!(page.matches("<tr>").count(), 4, "{page}");
    assert!(page.contains("<td>-5</td><td class=\"text\">=1|&lt;b&gt;</td>") && !page.contains("<script"), "{page}");
}

#[test]
fn no_column_has_the_name_of_one_that_every_report_has() {
    let csv = written("x.csv");
    let names = csv.lines().next().unwrap().split(',').take(17);
    assert!(names.into_iter().all(|name| RESERVED.contains(&name)));
}
