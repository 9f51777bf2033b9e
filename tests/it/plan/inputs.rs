//! Tests of the formats in which requests and rows are given.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use inflight::plan::Plan;
use inflight::plan::job::Statuses;

use crate::plan::{Drawn, folder, var};

/// Reads a file with this content as a plan, and draws all of it.
#[track_caller]
fn drawn(name: &str, text: &str) -> Drawn {
    let (_folder, path) = folder(&[(name, text)]);
    Drawn::from_plan(&read(&path))
}

#[track_caller]
fn read(path: &Path) -> Plan {
    Plan::read(path, &var).map_err(|error| error.render(false, 100)).unwrap()
}

/// The messages about bad rows, without the name of the file.
fn whys(drawn: &Drawn) -> Vec<&str> {
    drawn.bad.iter().map(|why| why.split_once("` ").unwrap().1).collect()
}

#[test]
fn a_json_array_and_objects_over_several_lines_are_requests() {
    let array =
        "[\n  {\"url\": \"https://a.b/1\"},\n  \"https://a.b/2\",\n  {\n    \"method\": \"DELETE\"\n  },\n  7\n]\n";
    for name in ["jobs.json", "jobs.jsonl", "jobs"] {
        let drawn = drawn(name, array);
        assert_eq!(drawn.urls(), ["https://a.b/1", "https://a.b/2"], "{name}");
        assert_eq!(
            whys(&drawn),
            ["row 3, line 4: `url` is missing", "row 4, line 7 is a number, not an object"],
            "{name}"
        );
    }
    let pretty =
        drawn("jobs.json", "{\n  \"url\": \"https://a.b/1\"\n}\n{\n  \"url\": \"https://a.b/2\",\n  \"bdy\": 1\n}\n");
    assert_eq!(pretty.urls(), ["https://a.b/1"]);
    assert_eq!(whys(&pretty), ["line 4: unknown key `bdy`: did you mean `body`?"]);
    let plan = Plan::from_stdin(Box::new(array.as_bytes()), &var).unwrap();
    assert_eq!(Drawn::from_plan(&plan).bad[0], "standard input row 3, line 4: `url` is missing");
}

#[test]
fn a_row_fills_in_the_method_and_the_timeout_of_an_endpoint() {
    let plan = "[[endpoint]]\nname = \"all\"\nurl = \"https://a.b/{id}\"\nmethod = \"{m}\"\ntimeout = \"{t}\"\nrows = \"rows.csv\"\n";
    let rows = "id,m,t\n1,delete,2s\n2,GET,5x median\n3,N O,1s\n4,PUT,soon\n5,,1s\n6,PUT,7\n";
    let (_folder, path) = folder(&[("plan.toml", plan), ("rows.csv", rows)]);
    let drawn = Drawn::from_plan(&read(&path));
    assert_eq!(
        drawn.jobs.iter().map(|job| &*job.target).collect::<Vec<_>>(),
        ["DELETE https://a.b/1", "GET https://a.b/2"]
    );
    assert_eq!(
        (drawn.jobs[0].method.as_str(), drawn.jobs[0].policy.timeouts.attempt),
        ("DELETE", Duration::from_secs(2))
    );
    assert_eq!(drawn.jobs[1].policy.timeouts.times_median, Some(5.0));
    assert_eq!(
        whys(&drawn),
        [
            "line 4: `N O` is not a method",
            "line 5: `timeout` is not a duration: write one such as `250ms`, `2s` or `1m30s`",
            "line 6: `method` is empty: write one such as `GET`",
            "line 7: `timeout` is a number without a unit: write `7ms` or `7s`",
        ]
    );
}

#[test]
fn a_method_of_the_row_may_go_to_one_url_and_names_its_endpoint() {
    let plan = "[[endpoint]]\nurl = \"https://a.b/x\"\nmethod = \"{m}\"\neach = { m = [\"PUT\", \"DELETE\"] }\n";
    let (_folder, path) = folder(&[("plan.toml", plan)]);
    let drawn = Drawn::from_plan(&read(&path));
    assert_eq!(drawn.endpoints, ["{m} /x"]);
    assert_eq!(
        drawn.jobs.iter().map(|job| &*job.target).collect::<Vec<_>>(),
        ["PUT https://a.b/x", "DELETE https://a.b/x"]
    );
}

#[test]
fn a_row_has_its_own_rules_and_weight() {
    let rows = r#"{"url": "https://a.b/1", "timeout": "2s", "expect": {"status": [404]}, "weight": 3}
{"url": "https://a.b/2", "json": {"a": 1.0}, "method": "PUT"}
{"url": "https://a.b/3", "weight": 0}
"#;
    let drawn = drawn("jobs.jsonl", rows);
    assert_eq!(drawn.urls(), ["https://a.b/1", "https://a.b/1", "https://a.b/1", "https://a.b/2"]);
    let policy = &drawn.jobs[0].policy;
    assert_eq!((policy.timeouts.attempt, policy.timeouts.first_byte), (Duration::from_secs(2), Duration::from_secs(2)));
    assert!(policy.status.contains(404) && !policy.status.contains(200));
    assert_eq!(
        (&drawn.jobs[3].body, drawn.jobs[3].policy.status),
        (&"{\"a\": 1.0}".to_owned().into(), Statuses::Success)
    );
    let rows: Vec<u64> = drawn.jobs.iter().map(|job| job.place.row).collect();
    assert_eq!(rows, [0, 1, 2, 3], "each job has its own place");
}

#[test]
fn a_list_may_have_methods_headers_and_bodies() {
    let (_folder, path) = folder(&[
        ("targets", "GET https://a.b/1\nX-A: 1\n\nPOST https://a.b/2\n@body.json\n\nDELETE localhost:81/3\n"),
        ("body.json", "{}"),
    ]);
    let drawn = Drawn::from_plan(&read(&path));
    assert_eq!(drawn.targets(), ["GET https://a.b/1", "POST https://a.b/2", "DELETE http://localhost:81/3"]);
    assert_eq!((drawn.jobs[0].headers["x-a"].as_bytes(), drawn.jobs[1].body.len_with_files()), (&b"1"[..], 2));
}

#[test]
fn a_table_of_requests_is_a_plan() {
    let text = "id;URL;method;expect;body;weight\n1;a.b/1;delete;204 404;;2\n2;a.b/2;;;x;\n3;;;;;\n4;a.b/4;G T;;;\n";
    let drawn = drawn("jobs.csv", text);
    assert_eq!(drawn.targets(), ["DELETE https://a.b/1", "DELETE https://a.b/1", "POST https://a.b/2"]);
    assert!(drawn.jobs[0].policy.status.contains(404) && !drawn.jobs[0].policy.status.contains(200));
    assert_eq!(whys(&drawn), ["line 4 has no `url`", "line 5 `G T` is not a method"]);
    let (_folder, path) = folder(&[("ids.csv", "id\n1\n")]);
    let error = Plan::read(&path, &var).unwrap_err().render(false, 100);
    assert!(error.contains("is a table without a column `url`"), "{error}");
    let plan = Plan::from_stdin(Box::new(&b"url,name\na.b,x\n"[..]), &var).unwrap();
    assert_eq!(Drawn::from_plan(&plan).urls(), ["https://a.b/"]);
}

#[test]
fn one_open_quote_costs_one_row() {
    let mut text = "id,name\n".to_owned();
    for id in 1..=1000 {
        writeln!(text, "{id},{}Ann", if id == 10 { "\"" } else { "" }).unwrap();
    }
    let plan = "[[endpoint]]\nurl = \"https://a.b/{id}\"\nrows = \"ids.csv\"\n";
    let (_folder, path) = folder(&[("plan.toml", plan), ("ids.csv", &text)]);
    let drawn = Drawn::from_plan(&read(&path));
    assert_eq!((drawn.jobs.len(), whys(&drawn)), (999, vec!["line 11 has a quote that is never closed"]));
    assert_eq!(drawn.urls()[9], "https://a.b/11");
}

#[test]
fn numbers_of_json_rows_keep_their_digits() {
    let rows = "{\"id\": 12345678901234567890123}\n{\"id\": 1.0}\n{\"id\": 1e5}\n";
    let plan = "[[endpoint]]\nurl = \"https://a.b/{id}\"\nrows = \"ids.jsonl\"\n";
    let (_folder, path) = folder(&[("plan.toml", plan), ("ids.jsonl", rows)]);
    let drawn = Drawn::from_plan(&read(&path));
    assert_eq!(drawn.urls(), ["https://a.b/12345678901234567890123", "https://a.b/1.0", "https://a.b/1e5"]);
}

#[test]
fn text_of_other_encodings_and_line_ends_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let texts = [
        ("urls.txt", "https://a.b/ä\r\nDELETE https://a.b/2\r\n"),
        ("jobs.jsonl", "{\"url\": \"https://a.b/ä\"}\r\n{\"url\": \"a.b/2\", \"method\": \"DELETE\"}\r\n"),
        ("jobs.csv", "url;method\r\nhttps://a.b/ä;\r\na.b/2;DELETE\r\n"),
        (
            "plan.toml",
            "[[endpoint]]\r\nurl = \"https://a.b/ä\"\r\n[[endpoint]]\r\nurl = \"https://a.b/2\"\r\nmethod = \"DELETE\"\r\n",
        ),
    ];
    let le = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let be = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    for (name, text) in texts {
        let marked = format!("\u{feff}{text}");
        for bytes in [text.as_bytes().to_vec(), marked.clone().into_bytes(), le(&marked), be(&marked), le(text)] {
            let path = folder.path().join(name);
            fs::write(&path, &bytes).unwrap();
            let targets = ["GET https://a.b/%C3%A4", "DELETE https://a.b/2"];
            assert_eq!(Drawn::from_plan(&read(&path)).targets(), targets, "{name}");
            let plan = Plan::from_stdin(Box::new(std::io::Cursor::new(bytes)), &var).unwrap();
            assert_eq!(Drawn::from_plan(&plan).targets(), targets, "{name}");
        }
    }
    assert_eq!(drawn("urls.txt", "a.b/1\ra.b/2\r").urls(), ["https://a.b/1", "https://a.b/2"]);
}

#[test]
fn files_of_other_tools_are_named_with_the_way_to_use_them() {
    for (name, text, what, help) in [
        ("x.har", "{\"log\": {}}", "is a recording of a browser (HAR), not a plan", " -o plan.toml` makes a plan"),
        ("sitemap.xml", "<urlset></urlset>", "is a sitemap, not a plan", " -o urls.txt` makes a list"),
        ("run.sh", "curl https://a.b\n", "is a script of `curl` commands, not a plan", "inflight import "),
        (
            "api.json",
            "{\"openapi\": \"3.0.0\"}",
            "is an OpenAPI description, not a plan",
            " -o plan.toml` makes a plan",
        ),
        ("api.yaml", "swagger: '2.0'\n", "is an OpenAPI description, not a plan", " -o plan.toml` makes a plan"),
        ("load.js", "import http from 'k6/http';\n", "is a k6 script, not a plan", "no scripts"),
    ] {
        let (_folder, path) = folder(&[(name, text)]);
        let error = Plan::read(&path, &var).unwrap_err().render(false, 300);
        assert!(error.contains(what) && error.contains(help), "{error}");
        let error = Plan::from_stdin(Box::new(text.as_bytes()), &var).unwrap_err().render(false, 300);
        assert!(error.contains(&format!("standard input {what}")), "{error}");
    }
}
