//! Endpoints with weights: how often each is requested, over real sockets.

use serde_json::json;

use crate::run::program::Folder;
use crate::run::requests::Recorder;

/// A plan with two endpoints, the first of weight 3.
fn plan(first: &str, second: &str) -> String {
    format!("[[endpoint]]\nurl = \"{first}a\"\nweight = 3\n[[endpoint]]\nurl = \"{second}b\"\n")
}

/// How often each endpoint of a plan is requested.
#[track_caller]
fn counts(args: &str, is_one_host: bool) -> [usize; 2] {
    let (first, second) = (Recorder::start(), Recorder::start());
    let urls = [first.url(), if is_one_host { first.url() } else { second.url() }];
    let folder = Folder::new().with("p.toml", &plan(&urls[0], &urls[1]));
    folder.inflight(&format!("run p.toml {args}")).run().exits(0);
    let requests: Vec<_> = first.requests().into_iter().chain(second.requests()).collect();
    ["/a", "/b"].map(|path| requests.iter().filter(|request| request.line == format!("GET {path}")).count())
}

#[test]
fn a_number_of_jobs_is_divided_by_weight() {
    for args in ["-n 40 -c 1", "-n 40 -c 8", "-n 40 --rate 400/s"] {
        assert_eq!(counts(args, true), [30, 10], "{args}");
    }
    // With more at once, each host begins gently, and the other one does not wait for it.
    assert_eq!(counts("-n 40 -c 1", false), [30, 10]);
}

#[test]
fn a_run_for_a_time_is_divided_by_weight() {
    let [first, second] = counts("-z 300ms -c 2 --rate 200/s", false);
    assert!(second > 0 && first.abs_diff(3 * second) <= 3, "{first} and {second}");
}

#[test]
fn without_a_number_every_job_is_done_once() {
    assert_eq!(counts("-c 1", true), [1, 1]);
}

#[test]
fn a_weight_is_checked_and_shown() {
    let folder = Folder::new().with("p.toml", &plan("http://127.0.0.1:1/", "http://127.0.0.1:1/"));
    let document = folder.inflight("check p.toml --json").run().exits(0).summary();
    let from = json!({"kind": "plan", "file": "p.toml", "line": 3, "given": []});
    assert_eq!(document["endpoints"][0]["weight"], json!({"value": 3, "from": from}));
    assert_eq!(document["endpoints"][1]["weight"]["value"], 1);
    let folder = Folder::new().with("p.toml", "[[endpoint]]\nurl = \"http://a.test/\"\nweight = 0\n");
    let ended = folder.inflight("check p.toml").run().exits(3);
    assert!(ended.err().contains("`weight` is not from 1 to 100,000"), "{}", ended.err());
}
