//! Tests of priority jobs: each is drawn first, and only once, from rows of any kind.

use std::sync::Arc;

use inflight::event::Micros;
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::order::JobOrder;
use inflight::plan::priority_jobs::{PriorityCount, SlowJob};

use crate::plan::{Drawn, folder, toml, var};

fn slow(endpoint: &str, row: u64, target: &str) -> SlowJob {
    SlowJob { endpoint: endpoint.into(), row, target: target.into(), took: Micros(1_000_000 - row) }
}

/// Draws a plan. Returns the targets of priority jobs and of all others, and the number of priority jobs.
#[track_caller]
fn drawn(plan: &Plan, slow: Vec<SlowJob>) -> (Vec<Arc<str>>, Vec<Arc<str>>, PriorityCount) {
    let mut cursor = Cursor::open(plan, None).unwrap();
    cursor.prioritize(slow);
    let sources = 0..cursor.sources();
    let first = sources
        .clone()
        .flat_map(|source| cursor.take_priority_jobs(source))
        .map(|priority| priority.job.target)
        .collect();
    let count = cursor.priority_count().unwrap();
    let rest = Drawn::remaining(cursor);
    (first, rest.jobs.into_iter().map(|job| job.target).collect(), count)
}

#[test]
fn rows_of_every_kind_are_found_by_endpoint_row_and_target() {
    let (_folder, file) = folder(&[
        (
            "plan.toml",
            "[[endpoint]]\nname = \"each\"\nurl = \"https://a.b/{i}\"\neach = { i = \"0..=4\" }\n\
             [[endpoint]]\nname = \"repeat\"\nurl = \"https://a.b/\"\nrepeat = 1_000\n\
             [[endpoint]]\nname = \"csv\"\nurl = \"https://c.d/{id}\"\nrows = \"ids.csv\"\n\
             [[endpoint]]\nname = \"json\"\nurl = \"https://e.f/{id}\"\nrows = \"ids.jsonl\"\n",
        ),
        ("ids.csv", "id\nx\ny\n"),
        ("ids.jsonl", "{\"id\": 1}\n{\"id\": 2}\n{\"id\": 3}\n"),
    ]);
    let plan = Plan::read(&file, &var).unwrap();
    let (first, rest, count) = drawn(
        &plan,
        vec![
            slow("each", 3, "GET https://a.b/3"),
            slow("each", 0, "GET https://a.b/0"),
            slow("each", 2, "GET https://a.b/elsewhere"),
            slow("each", 5, "GET https://a.b/5"),
            slow("repeat", 998, "GET https://a.b/"),
            slow("csv", 1, "GET https://c.d/y"),
            slow("json", 2, "GET https://e.f/3"),
            slow("missing", 0, "GET https://a.b/0"),
        ],
    );
    let targets: Vec<&str> = first.iter().map(|target| &**target).collect();
    assert_eq!(
        targets,
        ["GET https://a.b/0", "GET https://a.b/3", "GET https://a.b/", "GET https://c.d/y", "GET https://e.f/3"]
    );
    assert_eq!((count, rest.len()), (PriorityCount { jobs: 5, of: 8 }, 5 - 2 + 999 + 1 + 2));
    assert_eq!(rest[..3].iter().map(|t| &t[16..]).collect::<Vec<_>>(), ["1", "2", "4"]);
}

#[test]
fn a_list_is_identified_by_its_rows_not_its_hosts() {
    let (_folder, file) = folder(&[("urls.txt", "https://a.b/\n# not one\nhttps://c.d/1\nhttps://c.d/2\n")]);
    let plan = Plan::read(&file, &var).unwrap();
    let (first, rest, count) =
        drawn(&plan, vec![slow("c.d", 2, "GET https://c.d/2"), slow("e.f", 9, "GET https://e.f/")]);
    assert_eq!((first, count), (vec!["GET https://c.d/2".into()], PriorityCount { jobs: 1, of: 2 }));
    assert_eq!(rest, ["GET https://a.b/".into(), "GET https://c.d/1".into()]);
}

#[test]
fn a_masked_secret_in_the_url_does_not_hide_a_priority_job() {
    let plan =
        toml("[[endpoint]]\nname = \"x\"\nurl = \"https://a.b/{i}?token=${REPORT_TOKEN}\"\neach = { i = \"0..=2\" }");
    let mut cursor = Cursor::open(&plan, None).unwrap();
    cursor.prioritize(vec![slow("x", 1, "GET https://a.b/1?token=***")]);
    let priority = cursor.take_priority_jobs(0).pop().unwrap();
    assert_eq!(priority.job.url.as_str(), "https://a.b/1?token=canary-1234");
}

#[test]
fn the_default_order_is_that_of_the_plan() {
    assert_eq!(toml("[[endpoint]]\nurl = \"https://a.b/\"").order, JobOrder::AsGiven);
    let (folder, file) = folder(&[(
        "plan.toml",
        "order = \"slow-first\"\nfrom = \"runs/last.jsonl\"\n[[endpoint]]\nurl = \"https://a.b/\"",
    )]);
    let from = folder.path().join("runs/last.jsonl");
    assert_eq!(Plan::read(&file, &var).unwrap().order, JobOrder::SlowFirst { from });
}
