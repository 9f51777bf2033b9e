//! Saved bodies: decoded, named by content, as large as they are.

use std::path::Path;

use serde_json::json;

use crate::run::program::Folder;
use crate::run::{at, upstream};
use crate::wire::server::Do::{self, Bytes, Hear};
use crate::wire::server::Server;

/// `{}` in gzip, as a server that compresses everything sends it.
const GZIP: Do = Bytes(
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 22\r\n\r\n\
    \x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0",
);
const ONE: &[&[Do]] = &[&[Hear, GZIP, Hear]];

#[test]
fn compressed_answers_are_decoded_in_the_report_and_in_saved_bodies() {
    let server = Server::start(ONE);
    let folder = Folder::new();
    let url = format!("http://{}/x", server.address());
    let run = folder.inflight("run --tries 1 --json --report r.json --bodies b").arg(&url);
    let summary = run.run().exits(0).summary();
    assert_eq!((&summary["bytes"], &summary["decoded_bytes"]), (&json!(22), &json!(2)));
    let entry = folder.json("r.json")["results"][0].clone();
    assert_eq!(entry["data"], json!({}));
    let name = entry["file"].as_str().unwrap().to_owned();
    assert_eq!(Path::new(&name).extension(), Some("json".as_ref()), "{name}");
    assert_eq!(folder.bytes(&format!("b/{name}")), b"{}");
    server.end();
}

#[test]
fn a_result_has_its_row_and_where_it_ended() {
    let upstream = upstream();
    let url = at(&upstream, "/redirect-to?url=") + &at(&upstream, "/bytes/5");
    let rows = "id,token\n7,s3cret-a\n=8+1,s3cret-b\n";
    let plan = format!(
        "[[endpoint]]\nname = \"e\"\nurl = \"{url}\"\nrows = \"rows.csv\"\n\
        headers = {{ x-id = \"{{id}}\", x-token = \"{{token}}\" }}\n"
    );
    let folder = Folder::new().with("rows.csv", rows).with("plan.toml", &plan);
    folder.inflight("run plan.toml --report r.json").run().exits(0);
    let report = folder.json("r.json");
    let first = &report["results"][0];
    assert_eq!((&first["row"], &first["with"]), (&json!(1), &json!({"id": "7", "token": "***"})));
    assert!(first["request"].as_str().unwrap().contains("/redirect-to?url="), "{first}");
    assert!(first["final_url"].as_str().unwrap().ends_with("/bytes/5"), "{first}");
    assert_eq!(first["bytes"], 5);
    assert!(first["content_type"].is_string() && first["started"].as_str() >= report["started"].as_str(), "{first}");

    // CSV on standard output: a header, and a line for each row.
    let ended = folder.inflight("run plan.toml --report -").run().exits(0);
    assert!(ended.out().starts_with("{\"inflight\":\"report\""), "{}", ended.out());
    folder.inflight("run plan.toml --report r.csv").run().exits(0);
    let csv = String::from_utf8(folder.bytes("r.csv")).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("endpoint,row,with,request,final_url,ok,status,"), "{csv}");
    assert!(lines[2].starts_with("e,2,\"{\"\"id\"\":\"\"=8+1\"\",\"\"token\"\":\"\"***\"\"}\",GET http"), "{csv}");
    assert!(!csv.contains("s3cret"));
    folder.inflight("run plan.toml --report - --json").run().exits(2);
}

#[test]
fn raw_bodies_are_saved_as_they_came_and_named_by_what_they_are() {
    let server = Server::start(ONE);
    let url = format!("http://{}/x", server.address());
    let plan = format!("[[endpoint]]\nname = \"e\"\nurl = \"{url}\"\n[output]\nbodies = \"b\"\nraw = true\n");
    let folder = Folder::new().with("plan.toml", &plan);
    folder.inflight("run plan.toml --tries 1").run().exits(0);
    assert_eq!(folder.bytes("b/1-000001-e.gz").len(), 22);
    server.end();
}

#[test]
fn a_size_is_allowed_unless_bodies_are_kept_and_then_the_setting_is_named() {
    let (folder, upstream) = (Folder::new(), upstream());
    let url = at(&upstream, "/bytes/70000000");
    folder.inflight("run --tries 1").arg(&url).run().exits(0);
    folder.inflight("run --tries 1 --max-body 1MB").arg(&url).run().exits(1);
    let ended = folder.inflight("run --tries 1 --bodies b").arg(&url).run().exits(1);
    assert!(ended.out().contains("`max_body` or `--max-body` allows more"), "{}", ended.out());
    folder.inflight("run --tries 1 --bodies b --max-body 100MB").arg(&url).run().exits(0);
    let names: Vec<_> = std::fs::read_dir(folder.path("b")).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].metadata().unwrap().len(), 70_000_000);
}
