//! Recordings of browsers, curl commands and sitemaps.

use serde_json::json;

use super::{import_and_run, lines};
use crate::run::program::Folder;
use crate::run::requests::{Recorder, Request};

/// A recording of three requests, with what a browser adds.
fn har(base: &str) -> String {
    let header = |name: &str, value: &str| json!({"name": name, "value": value});
    let own = [header(":authority", "a.b"), header("Connection", "keep-alive"), header("Host", "a.b")];
    let secret = [header("Cookie", "session=canary"), header("Authorization", "Bearer canary-token")];
    let post = json!({"mimeType": "application/json", "text": "{\"a\": {\"b\": \"{name} ${HOME}\"}}\n"});
    let entries = [
        json!({"request": {"method": "GET", "url": format!("{base}page?q=%7Bx%7D&token=canary-query"), "headers": own}}),
        json!({"request": {"method": "POST", "url": format!("{base}api"), "headers": secret, "postData": post}}),
        json!({"request": {"method": "POST", "url": format!("{base}form"), "headers": [header("X-A", "1"), header("x-a", "2")],
            "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a b", "value": "c&d"}]}}}),
        json!({"request": {"method": "GET", "url": "wss://a.b/socket", "headers": []}}),
        json!({"request": {"method": "POST", "url": "http://a.b/upload", "headers": [], "postData": {"text": "AA==", "encoding": "base64"}}}),
    ];
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

#[test]
fn a_recording_becomes_a_plan_that_sends_the_same() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("a.har", &har(&recorder.url()));
    let variables = [("TOKEN", "t1"), ("TOKEN_2", "t2")];
    let requests = import_and_run(&folder, "a.har -o plan.toml", &recorder, &variables);
    assert_eq!(lines(&requests), ["GET /page?q=%7Bx%7D&token=t1", "POST /api", "POST /form"]);
    assert_eq!(requests[1].text(), "{\"a\": {\"b\": \"{name} ${HOME}\"}}\n");
    assert_eq!((requests[1].header("authorization"), requests[1].header("cookie")), (Some("Bearer t2"), None));
    assert_eq!(requests[2].text(), "a%20b=c%26d");
    let own: Vec<_> = requests[2].headers.iter().filter(|(name, _)| name == "x-a").map(|(_, value)| &**value).collect();
    assert_eq!(own, ["1", "2"]);
}

#[test]
fn secrets_stay_out_of_the_output_unless_they_are_asked_for() {
    let folder = Folder::new().with("a.har", &har("http://127.0.0.1:1/"));
    for words in ["", "--as jsonl"] {
        let ended = folder.inflight("import a.har").args(words.split_whitespace()).run().exits(0);
        assert!(!ended.out().contains("canary") && !ended.err().contains("canary"), "{words}: {}", ended.out());
    }
    let ended = folder.inflight("import a.har").run().exits(0);
    for note in [
        "left out: POST http://a.b/upload: its body is not text\n",
        "note: the cookies of 1 request are left out",
        "note: 1 request with another scheme than http left out\n",
        "note: 2 secret values became environment variables",
        "note: set these environment variables before a run, or use `--env-file`: `TOKEN`, `TOKEN_2`\n",
    ] {
        assert!(ended.err().contains(note), "{note}: {}", ended.err());
    }
    assert!(ended.out().starts_with("# 3 requests of a HAR file, imported from a.har"), "{}", ended.out());
    let kept = folder.inflight("import a.har --keep-secrets").run().exits(0);
    assert!(kept.out().contains("Bearer canary-token") && kept.out().contains("token=canary-query"), "{}", kept.out());
}

#[test]
fn secrets_of_bodies_become_variables() {
    let recorder = Recorder::start();
    let post = |text: &str| json!({"request": {"method": "POST", "url": format!("{}x", recorder.url()), "postData": {"text": text}}});
    let entries = [
        post("{\"user\": \"ann\", \"password\": \"canary-1\", \"a\": {\"access_token\":\"canary-2\"}}"),
        post("user=ann&password=canary-1&n=1"),
    ];
    let folder = Folder::new().with("a.har", &json!({"log": {"entries": entries}}).to_string());
    let requests =
        import_and_run(&folder, "a.har -o plan.toml", &recorder, &[("PASSWORD", "p"), ("ACCESS_TOKEN", "t")]);
    assert!(!String::from_utf8(folder.bytes("plan.toml")).unwrap().contains("canary"));
    let mut bodies: Vec<String> = requests.iter().map(Request::text).collect();
    bodies.sort();
    let json = "{\"user\": \"ann\", \"password\": \"p\", \"a\": {\"access_token\":\"t\"}}";
    assert_eq!(bodies, ["user=ann&password=p&n=1", json]);
}

#[test]
fn a_recording_becomes_json_lines() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("a.har", &har(&recorder.url()));
    let requests = import_and_run(&folder, "a.har --keep-secrets -o requests.jsonl", &recorder, &[]);
    assert_eq!(lines(&requests), ["GET /page?q=%7Bx%7D&token=canary-query", "POST /api", "POST /form"]);
    assert_eq!(requests[1].header("authorization"), Some("Bearer canary-token"));
    assert_eq!(requests[1].text(), "{\"a\": {\"b\": \"{name} ${HOME}\"}}\n");
    assert_eq!(requests[2].header("content-type"), Some("application/x-www-form-urlencoded"));
}

#[test]
fn curl_commands_are_imported_as_browsers_copy_them() {
    let recorder = Recorder::start();
    let base = recorder.url();
    let script = format!(
        "#!/bin/sh\nset -e\n# from a browser\ncurl '{base}a?x=1&y=2' \\\n  -H 'accept: text/html' \\\n  -H 'Authorization: Bearer canary' \\\n  \
         -b 'k=canary' \\\n  --data-raw $'{{\"a\":\"\\u0021\\'\"}}' \\\n  --compressed -k\n\
         curl -sX PUT -d a=1 -d b=2 {base}b -u ann:canary-password\ncurl -G {base}c --data-urlencode 'q=a b' -m 2.5; curl -I {base}d -o /dev/null\n\
         $ curl -F 'n=1' -F 'f=@part.txt;type=text/plain' {base}e\ncurl --data-binary @part.txt {base}f\ncurl \"{base}$(id)\"\ncurl \"{base}g?$ID\" \"{base}h?\\$x=1\" -H \"x-b: $B\"\n"
    );
    let folder = Folder::new().with("requests.sh", &script).with("part.txt", "content");
    let variables = [("TOKEN", "t"), ("COOKIE", "k=v"), ("PASSWORD", "p"), ("ID", "7"), ("B", "b")];
    let requests = import_and_run(&folder, "requests.sh -o plan.toml", &recorder, &variables);
    assert_eq!(
        lines(&requests),
        ["GET /c?q=a%20b", "GET /g?7", "GET /h?$x=1", "HEAD /d", "POST /a?x=1&y=2", "POST /e", "POST /f", "PUT /b"]
    );
    assert_eq!(requests[1].header("x-b"), Some("b"));
    assert_eq!(requests[4].text(), "{\"a\":\"!'\"}");
    assert_eq!((requests[4].header("authorization"), requests[4].header("cookie")), (Some("Bearer t"), Some("k=v")));
    assert!(requests[5].text().contains("content") && requests[5].text().contains("name=\"n\""));
    assert_eq!(requests[6].text(), "content");
    assert_eq!((requests[7].text().as_str(), requests[7].header("authorization")), ("a=1&b=2", Some("Basic YW5uOnA=")));
    let ended = folder.inflight("import requests.sh").run().exits(0);
    assert!(!ended.out().contains("canary"), "{}", ended.out());
    assert!(ended.out().contains("\ntimeout = \"2500ms\"\n"), "{}", ended.out());
    for note in
        ["it has the output of another command in it", "`-k` is left out", "note: 1 command other than curl left out"]
    {
        assert!(ended.err().contains(note), "{note}: {}", ended.err());
    }
}

#[test]
fn a_sitemap_becomes_a_list() {
    let recorder = Recorder::start();
    let base = recorder.url();
    let sitemap = format!(
        "<?xml version=\"1.0\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:i=\"http://i\">\n\
         <url><loc> {base}a?x=1&amp;y=2 </loc><i:image><i:loc>{base}image</i:loc></i:image></url>\n\
         <!-- <url><loc>{base}no</loc></url> --><url><loc><![CDATA[{base}b]]></loc></url></urlset>\n"
    );
    let folder = Folder::new().with("sitemap.xml", &sitemap);
    let requests = import_and_run(&folder, "sitemap.xml -o urls.txt", &recorder, &[]);
    assert_eq!(lines(&requests), ["GET /a?x=1&y=2", "GET /b"]);
    assert_eq!(folder.bytes("urls.txt"), format!("{base}a?x=1&y=2\n{base}b\n").into_bytes());
}
