//! A report of many results: what is held does not grow with their number.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use inflight::event::outcome::JobEnd;
use inflight::event::{JobId, Micros};
use inflight::job_result::{Answer, JobResult};
use inflight::output::report::{Finish, Report, ReportHeading};
use inflight::plan::extract::Extraction;
use inflight::plan::extract::json_path::WrittenPath;
use inflight::plan::job::Place;

use crate::alone;
use crate::held::Held;

const JOBS: u64 = 200_000;

/// A result out of plan order, as jobs that take different times settle.
fn result(i: u64) -> JobResult {
    let row = if i.is_multiple_of(50) { i + 49 } else { i - 1 }.min(JOBS - 1);
    let body = format!("{{\"sum\": {i}, \"name\": \"order {i}\"}}");
    JobResult {
        place: Place { source: 0, row },
        job: JobId(i + 1),
        endpoint: "orders".into(),
        target: "GET http://shop.internal/orders".into(),
        final_target: None,
        row_values: None,
        page: None,
        started: Some(Micros(i)),
        end: JobEnd::Done,
        tries: 1,
        total: Micros(1_000 + i),
        waited: Micros::ZERO,
        since_due: None,
        answer: Some(Answer {
            status: 200,
            content_type: Some("application/json".to_owned()),
            bytes: body.len() as u64,
            body: body.into(),
            file: None,
            is_encoded: false,
        }),
    }
}

/// Writes a report of many results. Returns the most bytes that were held more than before.
fn write(path: &Path) -> usize {
    let extract = vec![[Extraction { name: "sum".into(), path: WrittenPath::parse("$.sum").unwrap() }].into()];
    let heading = ReportHeading { extract, ..ReportHeading::new("many", SystemTime::UNIX_EPOCH) };
    let before = Held::over(0..0);
    before.see(0);
    let (held, is_done, begun) = (Held::over(0..0), AtomicBool::new(false), Instant::now());
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                held.see(0);
                thread::sleep(Duration::from_micros(200));
            }
        });
        let mut report = Report::begin(path, heading).unwrap();
        for i in 0..JOBS {
            report.add(&result(i), None).unwrap();
        }
        let finish = Finish { finished: SystemTime::UNIX_EPOCH, how: None, not_started: Some(0) };
        assert_eq!(report.finish(&finish).unwrap().ok, JOBS);
        is_done.store(true, Ordering::Relaxed);
    });
    let most = held.most() - before.most();
    println!("{}: {most} bytes were held at most, in {:.1?}", path.display(), begun.elapsed());
    most
}

#[test]
fn a_report_of_many_results_takes_little_memory() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    for name in ["many.jsonl", "many.csv"] {
        let path = folder.path().join(name);
        // Half of it are the positions of one run, while it is sorted and written.
        assert!(write(&path) < 4 << 20);
        assert!(path.metadata().unwrap().len() > JOBS * 50);
    }
}
