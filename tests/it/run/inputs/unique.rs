//! Rows that repeat an earlier one: reported always, and left out on request.

use std::fmt::Write;
use std::io::Write as _;

use serde_json::json;

use crate::run::program::Folder;
use crate::run::{at, upstream};

/// The note about three rows of which one is a repeat.
const NOTE: &str = "1 of 3 rows in `urls.txt` repeats an earlier one; `--unique` drops them";

#[test]
fn repeats_are_reported_and_sent() {
    let upstream = upstream();
    let [a, b] = ["/status/200", "/status/204"].map(|path| at(&upstream, path));
    let folder = Folder::new().with("urls.txt", &format!("{a}\n{b}\n{a}\n"));
    let ended = folder.inflight("run urls.txt --json").run().exits(0);
    assert_eq!(ended.summary()["jobs"]["settled"], 3);
    assert!(ended.err().contains(&format!("warning: {NOTE}\n")), "{}", ended.err());
    // It is the same in each round, and reported once.
    let ended = folder.inflight("run urls.txt --every 10ms --rounds 3").run().exits(0);
    assert_eq!(ended.err().matches(NOTE).count(), 1, "{}", ended.err());
    let ended = folder.inflight("check urls.txt").run().exits(0);
    assert_eq!(ended.err(), format!("note: {NOTE}\n"));
}

#[test]
fn repeats_are_left_out_on_request() {
    let upstream = upstream();
    let [a, b] = ["/status/200", "/status/204"].map(|path| at(&upstream, path));
    let list = format!("{a}\n{a}\n{b}\n{a}\n{b}\n");
    let folder = Folder::new().with("urls.txt", &list);
    let note = "3 of 5 rows in `urls.txt` repeat an earlier one and are left out";
    let ended = folder.inflight("run urls.txt --unique --report report.json --json").run().exits(0);
    assert_eq!(ended.summary()["jobs"]["settled"], 2);
    assert!(ended.err().contains(note) && ended.err().contains("2 jobs, "), "{}", ended.err());
    // Rows keep their numbers.
    let report = folder.json("report.json");
    let rows: Vec<_> = report["results"].as_array().unwrap().iter().map(|result| result["row"].clone()).collect();
    assert_eq!(rows, [json!(1), json!(3)]);
    folder.inflight("run urls.txt --unique --every 10ms --rounds 2").run().exits(0);
    assert_eq!(upstream.tally().requests, 6);

    let mut piped = folder.inflight("run - --unique --json").with_input().start();
    piped.input().write_all(list.as_bytes()).unwrap();
    let piped = piped.wait().exits(0);
    assert_eq!(piped.summary()["jobs"]["settled"], 2);
    let note = "3 of 5 rows in standard input repeat an earlier one and are left out";
    assert!(piped.err().contains(note), "{}", piped.err());
}

#[test]
fn a_repeat_has_the_same_method_url_headers_and_body() {
    let list = [
        json!({"url": "http://127.0.0.1:1/"}),
        json!({"url": "http://127.0.0.1:1/?a"}),
        json!({"url": "http://127.0.0.1:1/", "method": "PUT"}),
        json!({"url": "http://127.0.0.1:1/", "headers": {"a": "1"}}),
        json!({"url": "http://127.0.0.1:1/", "headers": {"a": "2"}}),
        json!({"url": "http://127.0.0.1:1/", "method": "PUT", "body": "x"}),
        json!({"url": "http://127.0.0.1:1/#fragment", "name": "other", "timeout": "1s"}),
        json!({"url": "http://127.0.0.1:1/b", "weight": 3}),
        json!({"url": "http://127.0.0.1:1/b", "weight": 2}),
    ];
    let list: String = list.iter().fold(String::new(), |mut list, row| {
        writeln!(list, "{row}").unwrap();
        list
    });
    let folder = Folder::new().with("list.jsonl", &list);
    let document = folder.inflight("check list.jsonl --unique --json").run().exits(0).summary();
    // The row with a fragment, and the second one of `/b` with both its jobs.
    assert_eq!((&document["jobs"], &document["rows"]["read"]), (&json!(9), &json!(9)));
    assert_eq!(
        document["rows"]["notes"],
        json!(["2 of 9 rows in `list.jsonl` repeat an earlier one and are left out"])
    );
    assert_eq!(
        document["endpoints"][0]["unique"],
        json!({"value": true, "from": {"kind": "flag", "flag": "--unique"}})
    );
}

#[test]
fn a_plan_can_leave_out_repeats() {
    let plan = "[[endpoint]]\nurl = \"http://127.0.0.1:1/{id}\"\nrows = \"ids.csv\"\nunique = true\n";
    let folder = Folder::new().with("plan.toml", plan).with("ids.csv", "id,n\n1,a\n1,b\n2,c\n");
    let document = folder.inflight("check plan.toml --json").run().exits(0).summary();
    // The column `n` is not a part of the request.
    assert_eq!(document["jobs"], 2);
    assert_eq!(document["endpoints"][0]["unique"]["from"]["line"], 4);
    let wrong = plan.replace("rows = \"ids.csv\"", "each = { id = \"1..=3\" }");
    let ended = folder.with("wrong.toml", &wrong).inflight("check wrong.toml").run().exits(3);
    assert!(ended.err().contains("useless without `rows`"), "{}", ended.err());
}

#[test]
fn slow_jobs_first_and_repeats_left_out_agree() {
    let upstream = upstream();
    let [slow, fast] = ["/delay/300ms", "/status/200"].map(|path| at(&upstream, path));
    let list = format!("{fast}\n{slow}\n{}{slow}\n{slow}\n", format!("{fast}\n").repeat(20));
    let folder = Folder::new().with("urls.txt", &list);
    folder.inflight("run urls.txt --events last.jsonl").run().exits(0);
    let requests = upstream.tally().requests;
    let ended = folder.inflight("run urls.txt --unique --order slow-first --from last.jsonl --json").run().exits(0);
    assert_eq!(ended.summary()["jobs"]["settled"], 2);
    assert_eq!(upstream.tally().requests, requests + 2);
}

#[test]
fn urls_of_the_command_line_are_no_rows() {
    let ended = Folder::new().inflight("run http://127.0.0.1:1/ --unique").run().exits(2);
    assert!(ended.err().contains("`--unique` compares the rows of a list or a file"), "{}", ended.err());
}
