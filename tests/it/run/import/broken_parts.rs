//! Files of which a part is broken, compressed or in another encoding: the rest is imported.

use std::fs;
use std::io::Write;

use serde_json::json;

use crate::run::program::Folder;

/// Imports a file as a list. Returns the list, and what is reported.
#[track_caller]
fn imported(name: &str, bytes: &[u8]) -> (String, String) {
    let folder = Folder::new();
    fs::write(folder.path(name), bytes).unwrap();
    let ended = folder.inflight("import --as urls").arg(name).run().exits(0);
    (ended.out().to_owned(), ended.err().to_owned())
}

#[test]
fn broken_entries_of_a_recording_are_left_out_with_their_place() {
    let good = json!({"request": {"method": "GET", "url": "http://a.b/good", "headers": null, "postData": null}});
    let entries = json!([
        {"request": null}, good, null, 7, {}, {"request": {"method": "GET"}}, {"request": {"method": 1, "url": "http://a.b/1"}},
        {"request": {"method": "GET", "url": "http://a.b/null", "headers": [{"name": "a", "value": null}]}, "response": 3},
        {"request": {"method": "POST", "url": "http://a.b/file?canary", "postData": {"mimeType": "multipart/form-data", "params": [{"name": "f", "fileName": "x"}]}}},
        {"request": {"method": "GET", "url": "file:///etc/passwd"}}, {"request": {"method": "GET", "url": ""}},
    ]);
    let (list, reported) = imported("a.har", json!({"log": {"entries": entries}}).to_string().as_bytes());
    assert_eq!(list, "http://a.b/good\nhttp://a.b/null\n", "{reported}");
    for note in [
        "entry 1: a value has another type",
        "entry 3: ",
        "entry 4: ",
        "entry 5: missing key `request`",
        "entry 6: missing key `url`",
        "entry 7: ",
        "POST http://a.b/file: its form has files",
        "2 requests with another scheme",
    ] {
        assert!(reported.contains(note), "{note}: {reported}");
    }
    assert!(!reported.contains("canary"), "{reported}");
}

#[test]
fn broken_items_of_a_collection_are_left_out_with_their_place() {
    let parts = json!({"protocol": "http", "host": ["a", "b"], "port": "81", "path": ["x", "y"], "query": [{"key": "q", "value": "1"}, {"key": "r", "disabled": true}]});
    let items = json!([
        null, 7, {"name": "folder", "item": [{}, {"name": "good", "request": "http://a.b/good"}]}, {"name": "none", "request": null},
        {"name": "number", "request": 5}, {"request": {"url": {"raw": ""}}}, {"name": "parts", "request": {"url": parts}},
        {"name": "file", "request": "file:///etc/passwd"}, {"name": "header", "request": {"url": "http://a.b/h", "header": [{"key": "x", "value": 7}, {"key": "y", "value": {}}]}},
    ]);
    let collection = json!({"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": items});
    let (list, reported) = imported("c.json", collection.to_string().as_bytes());
    assert_eq!(list, "http://a.b/good\nhttp://a.b:81/x/y?q=1\n", "{reported}");
    for note in [
        "item 1: it has no request",
        "item 2: ",
        "folder / item 1: it has no request",
        "none: it has no request",
        "number: its request is not valid",
        "item 6: it has no URL",
        "file: its scheme is not http or https",
        "header: the value of a header is not a text",
    ] {
        assert!(reported.contains(&format!("left out: {note}")), "{note}: {reported}");
    }
}

#[test]
fn broken_paths_of_a_description_are_left_out_with_their_place() {
    let paths = json!({
        "/null": null, "/lost": {"$ref": "#/nowhere"}, "/number": {"get": 5, "post": {}},
        "/login": {"get": {"security": [{"tls": []}]}},
    });
    let schemes = json!({"tls": {"type": "mutualTLS"}});
    let description = json!({"openapi": "3.1.0", "servers": [{"url": "http://a.b"}], "paths": paths, "components": {"securitySchemes": schemes}});
    let (list, reported) = imported("o.json", description.to_string().as_bytes());
    assert_eq!(list, "http://a.b/login\nPOST http://a.b/number\n", "{reported}");
    for note in [
        "left out: /null: it has no operations",
        "left out: /lost: it has no operations",
        "left out: GET /number: it is no operation",
        "note: GET /login: credentials of the kind `mutualTLS` are left out",
    ] {
        assert!(reported.contains(note), "{note}: {reported}");
    }
}

#[test]
fn sitemaps_may_be_compressed_or_cut_and_pages_without_a_url_are_left_out() {
    let whole = "<urlset><url><loc>http://a.b/1</loc></url><url><loc> </loc></url><url><loc>ftp://a.b/2</loc></url><url><loc>http://a.b/3</loc></url></urlset>";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(whole.as_bytes()).unwrap();
    let (list, reported) = imported("sitemap.xml.gz", &gzip.finish().unwrap());
    assert_eq!(list, "http://a.b/1\nhttp://a.b/3\n");
    assert!(
        reported.contains("left out: page 2: it has no URL\n") && reported.contains("ftp://a.b/2: its scheme"),
        "{reported}"
    );
    let (list, reported) = imported("sitemap.xml", whole.replace("</urlset>", "<url><loc>http://a").as_bytes());
    assert_eq!(list, "http://a.b/1\nhttp://a.b/3\n");
    assert!(reported.contains("the sitemap ends too early"), "{reported}");
}

#[test]
fn files_may_be_in_utf_16_or_have_a_mark() {
    let text = "curl http://a.b/x\r\n";
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [wide, format!("\u{feff}{text}").into_bytes()] {
        assert_eq!(imported("a.sh", &bytes).0, "http://a.b/x\n");
    }
}
