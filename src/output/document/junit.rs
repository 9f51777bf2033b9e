//! The jobs of a recording as `JUnit` XML: a suite for each endpoint, a test case for each job.
//!
//! A cancelled or unfinished job is skipped. Start at [`write()`].

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::event::cause::Cause;
use crate::event::outcome::{JobEnd, Outcome};
use crate::event::{Micros, Offset};
use crate::output::document::RecordedRun;
use crate::output::document::csv::end_word;
use crate::output::document::job_log::RecordedJob;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Writes the document. It is built in memory, as its head has the totals.
pub(super) fn write(run: &RecordedRun<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<Arc<str>, TestSuite> = BTreeMap::new();
    run.for_each_job(|job| {
        let suite = suites.entry(Arc::clone(&job.endpoint)).or_insert_with(|| {
            let name = sanitize(&job.endpoint);
            TestSuite::new(if name.is_empty() { "requests" } else { &*name })
        });
        suite.add_test_case(case_of_job(job));
        Ok(())
    })?;
    let mut report = Report::new(sanitize(&run.model().name));
    report.set_time(lasting(run.end().since(Offset::ZERO)));
    for mut suite in suites.into_values() {
        let time = suite.test_cases.iter().filter_map(|case| case.time).sum();
        suite.set_time(time);
        report.add_test_suite(suite);
    }
    report.serialize(to).map_err(io::Error::other)
}

fn case_of_job(job: &RecordedJob) -> TestCase {
    let status = match &job.end {
        Some(JobEnd::Done) => TestCaseStatus::success(),
        Some(JobEnd::Failed { last }) => failed(last, job),
        Some(JobEnd::Cancelled) | None => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(end_word(job));
            skipped
        }
    };
    let target = sanitize(job.target.as_deref().unwrap_or("never sent")).into_owned();
    let name = match job.row {
        Some(row) => format!("{target} #{}", row + 1),
        None => target,
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(sanitize(&job.endpoint)).set_time(lasting(job.total));
    case
}

fn failed(last: &Outcome, job: &RecordedJob) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let cause = Cause::from_outcome(last).map_or_else(|| "failed".to_owned(), |cause| cause.to_string());
    status.set_type(cause.clone()).set_message(cause);
    let attempts = job.attempts.iter().map(|attempt| {
        let how = attempt.outcome.as_ref().and_then(Cause::from_outcome);
        let how = how.map_or_else(|| "ended".to_owned(), |cause| cause.to_string());
        let took = units::length(attempt.ended.since(attempt.started));
        format!("{} attempt {}: {how} after {took}", units::clock(attempt.started), attempt.n)
    });
    let detail = match last {
        Outcome::Failed { detail, expected, .. } => expected.as_deref().or(detail.as_deref()),
        _ => None,
    };
    let lines: Vec<String> = attempts.chain(detail.map(|detail| sanitize(detail).into_owned())).collect();
    status.set_description(lines.join("\n"));
    status
}

fn lasting(time: Micros) -> Duration {
    Duration::from_micros(time.0)
}
