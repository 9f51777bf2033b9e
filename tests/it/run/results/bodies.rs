//! Saved bodies: decoded, named by content, as large as they are.

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
    assert!(name.ends_with(".json"), "{name}");
    assert_eq!(folder.bytes(&format!("b/{name}")), b"{}");
    server.end();
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
