//! `check`: what it finds in the rows of files, lists and standard input.

use std::fmt::Write;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::run::program::Folder;

/// A plan with rows from `file`.
fn plan(file: &str) -> String {
    format!("[[endpoint]]\nname = \"a\"\nurl = \"http://127.0.0.1:1/{{id}}\"\nrows = \"{file}\"\n")
}

fn messages(document: &Value) -> Vec<String> {
    let mistakes = document["mistakes"].as_array().unwrap();
    mistakes.iter().map(|mistake| mistake["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn bad_rows_are_listed_with_their_lines_and_the_plan_is_shown() {
    let rows = "id,name\n1,a\n2,\"b\n3,c,d\n,e\n..,f\n6,g\n";
    let folder = Folder::new().with("plan.toml", &plan("ids.csv")).with("ids.csv", rows);
    let ended = folder.inflight("check plan.toml").run().exits(3);
    let expected = "error: 4 of 6 rows are bad\nhint: a run counts a bad row as a failed job\n\n\
        error: `ids.csv` line 3 has a quote that is never closed\n\n\
        error: `ids.csv` line 4 has 3 values where the header has 2 names\n\n\
        error: `ids.csv` line 5: leaves a part of the path empty: fill in the value, or set `allow_empty =\n       true`\n\n\
        error: `ids.csv` line 6: the value `..` cannot be part of a path\n";
    assert_eq!(ended.err(), expected);
    assert!(ended.out().contains("\nrows\n  rows ") && ended.out().contains("\n  bad rows "), "{}", ended.out());
    let document = folder.inflight("check plan.toml --json").run().exits(3).summary();
    assert_eq!((&document["is_valid"], &document["name"]), (&json!(false), &json!("plan")));
    assert_eq!((&document["rows"]["read"], &document["rows"]["bad"]), (&json!(6), &json!(4)));
    assert_eq!(messages(&document).len(), 5);
    assert_eq!(document["rows"]["endpoints"], json!([{"name": "a", "jobs": 6}]));
}

#[test]
fn mistakes_of_lists_are_found_before_a_run() {
    for (name, list, wrong) in [
        ("a.txt", "http://127.0.0.1:1/\nhttp://127.0.0.1:x/\n", "line 2"),
        ("a.txt", "GET http://127.0.0.1:1/\nX-A: 1\n\nX-B: 2\n", "line 4 is a header without a request"),
        ("a.jsonl", "{\"url\": \"http://127.0.0.1:1/\", \"methd\": \"PUT\"}\n", "unknown key `methd`"),
        (
            "a.jsonl",
            "{\"url\": \"http://127.0.0.1:1/\", \"headers\": {\"a b\": \"c\"}}\n",
            "`a b` is not a header name",
        ),
        ("a.jsonl", "{\"url\": \"http://127.0.0.1:1/\", \"method\": \"G T\"}\n", "is not a method"),
        ("a.csv", "url,timeout\nhttp://127.0.0.1:1/,soon\n", "`timeout`"),
    ] {
        let folder = Folder::new().with(name, list);
        let ended = folder.inflight("check").arg(name).run().exits(3);
        assert!(ended.err().contains(wrong), "{wrong}: {}", ended.err());
        let mut piped = folder.inflight("check -").with_input().start();
        piped.input().write_all(list.as_bytes()).unwrap();
        let piped = piped.wait().exits(3);
        assert!(piped.err().contains(wrong) && piped.err().contains("standard input"), "{wrong}: {}", piped.err());
    }
}

#[test]
fn only_the_first_bad_rows_are_listed_and_all_are_counted() {
    let rows: String = (0..1_000).fold("id\n".to_owned(), |mut rows, n| {
        writeln!(rows, "{}", if n % 2 == 0 { ".." } else { "x" }).unwrap();
        rows
    });
    let folder = Folder::new().with("plan.toml", &plan("ids.csv")).with("ids.csv", &rows);
    let ended = folder.inflight("check plan.toml").run().exits(3);
    assert!(ended.err().contains("error: 500 of 1,000 rows are bad\nhint: "), "{}", ended.err());
    assert!(ended.err().contains("the first 19 are listed"), "{}", ended.err());
    assert_eq!(ended.err().matches("error: `ids.csv` line ").count(), 19);
}

#[test]
fn jobs_are_counted_by_endpoint_and_hosts_are_counted() {
    let list = "{\"url\": \"http://127.0.0.1:1/\", \"weight\": 3}\n{\"url\": \"http://127.0.0.2:1/\"}\n\
                {\"url\": \"http://127.0.0.3:1/\", \"name\": \"mine\"}\n{\"url\": \"http://127.0.0.1:1/\", \"weight\": 0}\n";
    let folder = Folder::new().with("a.jsonl", list);
    let document = folder.inflight("check a.jsonl --json").run().exits(0).summary();
    let endpoints =
        json!([{"name": "127.0.0.1:1", "jobs": 3}, {"name": "127.0.0.2:1", "jobs": 1}, {"name": "mine", "jobs": 1}]);
    assert_eq!(document["rows"], json!({"read": 5, "bad": 0, "hosts": 3, "notes": [], "endpoints": endpoints}));
    assert_eq!(document["jobs"], 5);
    let ended = folder.inflight("check a.jsonl").run().exits(0);
    assert!(ended.out().contains("\njobs by endpoint\n  127.0.0.1:1  "), "{}", ended.out());
    assert_eq!(ended.err(), "");
}

#[test]
fn a_number_of_jobs_is_the_same_everywhere() {
    let rows: Vec<_> = (0..20).map(|n| format!("http://127.0.0.{}:1/{n}", if n < 4 { 1 } else { 2 })).collect();
    let rows = rows.join("\n");
    let folder = Folder::new().with("a.txt", &rows);
    for (number, first, second) in [(5, 4, 1), (20, 4, 16), (46, 12, 34)] {
        let document = folder.inflight(&format!("check a.txt -n {number} --json")).run().exits(0).summary();
        assert_eq!((&document["jobs"], &document["endpoints"][0]["jobs"]["value"]), (&json!(number), &json!(number)));
        let endpoints = json!([{"name": "127.0.0.1:1", "jobs": first}, {"name": "127.0.0.2:1", "jobs": second}]);
        assert_eq!((&document["rows"]["endpoints"], &document["rows"]["read"]), (&endpoints, &json!(20)));
        let ended = folder.inflight(&format!("run a.txt -n {number} --tries 1 --json")).run().exits(5).summary();
        let failed = |i: usize| ended["endpoints"][i]["failed"].clone();
        assert_eq!((failed(0), failed(1)), (json!(first), json!(second)), "{ended}");
    }
    let text = folder.inflight("check a.txt -n 5").run().exits(0);
    assert!(text.out().starts_with("inflight check  a  each host an endpoint, 5 jobs\n"), "{}", text.out());
    assert!(text.out().contains("\n  jobs                5 "), "{}", text.out());
    // Several endpoints share the number as their turns come.
    let plan = "[[endpoint]]\nurl = \"http://127.0.0.1:1/a\"\n[[endpoint]]\nurl = \"http://127.0.0.1:1/b\"\n";
    let document = Folder::new().with("p.toml", plan).inflight("check p.toml -n 7 --json").run().exits(0).summary();
    assert_eq!((&document["jobs"], &document["endpoints"][0]["jobs"]["value"]), (&json!(7), &json!(null)));
}

#[test]
fn values_of_each_are_checked_too() {
    let plan = "[[endpoint]]\nurl = \"http://127.0.0.1:1/{id}/x\"\neach = { id = [\"1\", \"\", \"3\"] }\n\
                [[endpoint]]\nurl = \"http://127.0.0.1:1/{n}\"\neach = { n = \"1..=1000000\" }\n";
    let folder = Folder::new().with("plan.toml", plan);
    let ended = folder.inflight("check plan.toml").run().exits(3);
    assert!(ended.err().contains("row 2: leaves a part of the path empty"), "{}", ended.err());
    let note = "note: only the first 100,000 of 1,000,000 combinations of `each` were checked\n";
    assert!(ended.err().contains(note), "{}", ended.err());
    assert!(ended.out().starts_with("inflight check  plan  2 endpoints, 1,000,003 jobs\n"), "{}", ended.out());
}

#[test]
fn a_record_of_many_lines_is_reported_by_check_and_run() {
    let rows = format!("id,name\n1,\"{}\"\n2,b\n", "x\n".repeat(150));
    let folder = Folder::new().with("plan.toml", &plan("ids.csv")).with("ids.csv", &rows);
    let note = "`ids.csv` line 2 begins a row of 151 lines: is a quote left open?";
    let ended = folder.inflight("check plan.toml").run().exits(0);
    assert_eq!(ended.err(), format!("note: {note}\n"));
    let ended = folder.inflight("run plan.toml --tries 1").run().exits(5);
    assert!(ended.err().contains(&format!("warning: {note}\n")), "{}", ended.err());
    assert!(ended.out().contains("1 warning, last: `ids.csv` line 2"), "{}", ended.out());
}

#[test]
fn a_named_pipe_of_a_plan_is_not_opened() {
    let folder = Folder::new().with("plan.toml", &plan("ids.csv"));
    let made = std::process::Command::new("mkfifo").arg(folder.path("ids.csv")).status().unwrap();
    assert!(made.success());
    let ended = folder.inflight("check plan.toml").run().exits(0);
    assert!(ended.err().contains("note: `ids.csv` is a pipe, so its rows were not checked"), "{}", ended.err());
}
