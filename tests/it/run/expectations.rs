//! Answers with a good status that are not what the plan expects.

use serde_json::{Value, json};

use super::program::{Ended, Folder};
use super::requests::Recorder;
use super::{at, upstream};
use crate::wire::server::Do::{self, Bytes, Hear};
use crate::wire::server::Server;

/// `hello`, encoded.
const BROTLI: &[&[Do]] =
    &[&[Hear, Bytes(b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\nconnection: close\r\n\r\n\x0b\x02\x80hello\x03")]];
/// A coding that does not exist.
const UNKNOWN: &[&[Do]] =
    &[&[Hear, Bytes(b"HTTP/1.1 200 OK\r\ncontent-encoding: what\r\nconnection: close\r\n\r\nhello")]];

/// Answers with this body.
fn serving(body: &str) -> Recorder {
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    Recorder::answering(move |_, _| answer.clone())
}

/// Runs one job that expects this, with further arguments.
#[track_caller]
fn run(url: &str, expect: &str, args: &str) -> (Folder, Ended) {
    let plan = format!("[[endpoint]]\nurl = \"{url}\"\nexpect = {{ {expect} }}\n");
    let folder = Folder::new().with("plan.toml", &plan);
    let ended = folder.inflight("run plan.toml --json --events e.jsonl").args(args.split_whitespace());
    (folder, ended.var("TOKEN", "s3cret-token").run())
}

/// The detail of the only failure, which is a mismatch and the only attempt.
#[track_caller]
fn mismatch(url: &str, expect: &str, args: &str) -> String {
    let (folder, ended) = run(url, expect, args);
    let ended = ended.exits(1);
    let recording = String::from_utf8(folder.bytes("e.jsonl")).unwrap();
    assert!(!recording.contains("s3cret") && !ended.out().contains("s3cret"), "{recording}");
    let summary = ended.summary();
    let failure = &summary["failures"][0];
    assert_eq!((&failure["kind"], &summary["attempts"]["started"]), (&json!("unexpected"), &json!(1)), "{summary}");
    failure["example"]["detail"].as_str().unwrap().to_owned()
}

#[test]
fn a_body_must_contain_every_text_and_match_every_expression() {
    let server = serving("Welcome, ann\n");
    for good in ["body = \"Welcome\"", "body = [\"Welcome\", '/(?i)ANN\\s$/']", "body = []", "json = {}"] {
        run(&server.url(), good, "").1.exits(0);
    }
    for (expect, detail) in [
        ("body = \"welcome\"", "the body does not contain `welcome`: it is `Welcome, ann`"),
        ("body = [\"ann\", \"/^ann/\"]", "the body does not match `/^ann/`: it is `Welcome, ann`"),
    ] {
        assert_eq!(mismatch(&server.url(), expect, ""), detail);
    }
    let long = serving(&format!("{} {}", "x ".repeat(30), "y".repeat(9_000)));
    let detail = mismatch(&long.url(), "body = \"z\"", "");
    assert_eq!(
        detail,
        format!("the body does not contain `z`: it begins with `{}{}`", "x ".repeat(30), "y".repeat(20))
    );
    assert_eq!(mismatch(&serving("").url(), "body = \"z\"", ""), "the body does not contain `z`: it is empty");
    assert_eq!(mismatch(&serving("\0\u{1}").url(), "body = \"z\"", ""), "the body does not contain `z`: it is binary");
}

#[test]
fn values_of_json_must_be_the_expected_ones() {
    let server = serving(r#" {"status": "down", "n": 2, "items": [{"id": 1}, {"id": 2}], "token": "s3cret-token"}"#);
    run(&server.url(), r#"json = { "$.n" = 2.0, "$.items[0]" = { id = 1 }, "$['status']" = "down" }"#, "").1.exits(0);
    for (expect, detail) in [
        (r#""$.status" = "ok""#, r#"$.status is "down", not "ok""#),
        (r#""$.n" = "2""#, r#"$.n is 2, not "2""#),
        (r#""$.items[*].id" = 1"#, "$.items[*].id is 2, not 1"),
        (r#""$.token" = "x""#, "$.token is not as expected; both values are secret"),
        (r#""$.status" = "${TOKEN}""#, r#"$.status is "down", not "***""#),
    ] {
        assert_eq!(mismatch(&server.url(), &format!("json = {{ {expect} }}"), ""), detail);
    }
    let detail = mismatch(&server.url(), r#"json = { "$.no" = true }"#, "");
    assert!(detail.starts_with(r#"$.no is missing, not true: the body is `{"status": "down", "n": 2"#), "{detail}");
    let detail = mismatch(&serving("<html>").url(), r#"json = { "$.no" = true }"#, "");
    assert_eq!(detail, "$.no is not true, because the body is not JSON: it is `<html>`");
}

#[test]
fn the_quoted_part_of_a_body_is_safe() {
    let server = serving("\u{1b}[31mred\u{202e} s3cret-token \"api_key\": \"s3cret-key\"");
    let detail = mismatch(&server.url(), "body = [\"${TOKEN}\", \"blue\"]", "");
    assert_eq!(detail, "the body does not contain `blue`: it is `\u{241b}[31mred\u{fffd} *** \"api_key\": \"***\"`");
}

#[test]
fn a_large_body_is_checked_as_a_whole_and_within_its_limit() {
    let server = serving(&format!("[{}1]", "0,".repeat(300_000)));
    for args in ["", "--report r.json --bodies b"] {
        let (folder, ended) = run(&server.url(), r#"json = { "$[-1]" = 1 }, body = "0,1]""#, args);
        ended.exits(0);
        assert_eq!(folder.names().iter().filter(|name| name.starts_with(".inflight-")).count(), 0);
        let detail = mismatch(&server.url(), "json = { \"$[300000]\" = 2 }", args);
        assert_eq!(detail, "$[300000] is 1, not 2");
    }
    let summary = run(&server.url(), "body = \"1\"", "--max-body 1kB").1.exits(1).summary();
    assert_eq!(summary["failures"][0]["kind"], "too-large");
}

#[test]
fn an_encoded_body_is_decoded_first_however_it_is_kept() {
    for args in ["", "--report r.json", "--report r.json --raw"] {
        let url = |scripts| {
            let server = Server::start(scripts);
            (format!("http://{}/", server.address()), server)
        };
        let (good, server) = url(BROTLI);
        run(&good, "body = \"hello\"", args).1.exits(0);
        server.end();
        let (bad, server) = url(BROTLI);
        assert_eq!(mismatch(&bad, "body = \"no\"", args), "the body does not contain `no`: it is `hello`", "{args}");
        server.end();
        let (unknown, server) = url(UNKNOWN);
        let detail = mismatch(&unknown, "body = \"hello\"", args);
        assert_eq!(detail, "the body cannot be checked, because it is encoded as what");
        server.end();
    }
}

#[test]
fn only_a_good_status_is_checked_further_and_a_report_has_the_answer() {
    let server = Recorder::answering(|_, _| "HTTP/1.1 404 No\r\ncontent-length: 2\r\n\r\nno".to_owned());
    let (_, ended) = run(&server.url(), "body = \"yes\"", "");
    assert_eq!(ended.exits(1).summary()["failures"][0]["kind"], "status");
    let (folder, ended) = run(&serving("no").url(), "body = \"yes\"", "--report r.json");
    ended.exits(1);
    let entry = folder.json("r.json")["results"][0].clone();
    let known: [&Value; 4] = [&entry["ok"], &entry["status"], &entry["data"], &entry["error"]["kind"]];
    assert_eq!(known, [&json!(false), &json!(200), &json!("no"), &json!("unexpected")], "{entry}");
}

#[test]
fn headers_plain_texts_and_the_time_are_checked() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nset-cookie: a=s3cret\r\ncontent-length: 3\r\n\r\n/x/";
    let server = Recorder::answering(move |_, _| answer.to_owned());
    for good in [
        "header = { content-type = \"html\", Content-Type = \"/^text/\" }, max_ms = 60000",
        "contains = \"/x/\"",
        "contains = [\"/\", \"x\"], header = {}",
    ] {
        run(&server.url(), good, "").1.exits(0);
    }
    for (expect, detail) in [
        ("contains = \"/y/\"", "the body does not contain `/y/`: it is `/x/`"),
        (
            "header = { content-type = \"json\" }",
            "the header `content-type` is `text/html; charset=utf-8`, without `json`",
        ),
        ("header = { etag = \"/./\" }", "the answer has no `etag`"),
        ("header = { set-cookie = \"b=\" }", "the header `set-cookie` is not as expected; both values are secret"),
    ] {
        assert_eq!(mismatch(&server.url(), expect, ""), detail);
    }
    let slow = upstream();
    let detail = mismatch(&at(&slow, "/delay/120ms"), "max_ms = 100", "");
    assert!(detail.starts_with("it took ") && detail.ends_with(" ms, not at most 100 ms"), "{detail}");
}

#[test]
fn a_value_that_is_missing_fails_only_if_the_user_says_so() {
    let server = serving(r#"{"sum": 3, "none": null, "list": []}"#);
    let plan = |extract: &str| {
        let url = server.url();
        let plan = format!("[[endpoint]]\nname = \"a\"\nurl = \"{url}\"\nextract = {{ {extract} }}\n");
        Folder::new().with("plan.toml", &plan)
    };
    let all = "sum = \"$.sum\", none = \"$.none\", absent = \"$.absent\", ids = \"$.list[*].id\"";
    plan(all).inflight("run plan.toml --report r.json").run().exits(0);
    plan("sum = \"$.sum\", none = \"$.none\"").inflight("run plan.toml --fail-on missing").run().exits(0);
    for (extract, cause) in
        [(all, "expected a value at $.absent"), ("ids = \"$.list[*].id\"", "expected a value at $.list[*].id")]
    {
        let summary = plan(extract).inflight("run plan.toml --fail-on missing --json").run().exits(1).summary();
        assert_eq!((&summary["failures"][0]["cause"], &summary["attempts"]["started"]), (&json!(cause), &json!(1)));
    }
    let text = serving("hello");
    let plan = format!("[[endpoint]]\nurl = \"{}\"\nextract = {{ sum = \"$.sum\" }}\n", text.url());
    let run = Folder::new().with("plan.toml", &plan).inflight("run plan.toml --fail-on missing --json").run().exits(1);
    let detail = "$.sum is missing, because the body is not JSON: it is `hello`";
    assert_eq!(run.summary()["failures"][0]["example"]["detail"], detail);
}

#[test]
fn what_is_expected_is_shown_by_check_and_mistakes_in_it_are_found() {
    let plan = |expect: &str| format!("[[endpoint]]\nurl = \"http://a.b/\"\nexpect = {{ {expect} }}\n");
    let good = plan(r#"body = ["a", "/b/"], json = { "$.t" = "${TOKEN}" }"#);
    let check = Folder::new().with("plan.toml", &good).inflight("check plan.toml").var("TOKEN", "s3cret-token").run();
    let check = check.exits(0);
    for line in ["expect.body", "a, /b/", "expect.json", "$.t = \"***\"", "plan.toml:3 with ${TOKEN}"] {
        assert!(check.out().contains(line), "{line}: {}", check.out());
    }
    for (expect, message) in [
        ("body = \"\"", "empty"),
        ("body = 1", "a text such as"),
        ("body = \"/(/\"", "not a regular expression"),
        ("body = \"{id}\"", "a text with a placeholder"),
        ("json = { status = \"ok\" }", "not a JSON path"),
        ("json = { \"$.a\" = \"{id}\" }", "a text with a placeholder"),
        ("json = \"$.a\"", "a table such as"),
        ("url = \"/me\"", "not a URL"),
        ("contains = \"\"", "empty"),
        ("header = { \"a b\" = \"x\" }", "not a header name"),
        ("header = \"x\"", "a table such as"),
        ("max_ms = 0", "not between 1 and"),
    ] {
        let check = Folder::new().with("plan.toml", &plan(expect)).inflight("check plan.toml").run().exits(3);
        assert!(check.err().contains(message), "{expect}: {}", check.err());
    }
}

#[test]
fn each_expectation_is_a_cause_of_its_own() {
    let server = serving(r#"{"status": "down", "token": "abc"}"#);
    let url = server.url();
    let plan = format!(
        "[defaults]\nmethod = \"GET\"\n\
         [[endpoint]]\nname = \"a\"\nurl = \"{url}\"\nrepeat = 2\nexpect = {{ json = {{ \"$.status\" = \"ok\" }} }}\n\
         [[endpoint]]\nname = \"b\"\nurl = \"{url}\"\nexpect = {{ body = \"\u{1b}welcome, ${{TOKEN}}\" }}\n\
         [[endpoint]]\nname = \"c\"\nurl = \"{url}\"\nexpect = {{ url = \"http://a.test/*\" }}\n\
         [[endpoint]]\nname = \"d\"\nurl = \"{url}\"\nexpect = {{ json = {{ \"$.token\" = \"xyz\" }} }}\n"
    );
    let plan = plan.replace('\u{1b}', "\\u001b");
    let folder = Folder::new().with("plan.toml", &plan);
    let args = "run plan.toml --json --events e.jsonl --report r.json";
    let ended = folder.inflight(args).var("TOKEN", "s3cret-token").run().exits(1);
    let summary = ended.summary();
    let failures = summary["failures"].as_array().unwrap();
    let of = |n: u64, endpoint: &str| -> Vec<(&str, &str)> {
        let is_it = |failure: &&Value| failure["count"] == n && failure["endpoints"][0]["name"] == endpoint;
        failures.iter().filter(is_it).map(|f| (f["cause"].as_str().unwrap(), f["expected"].as_str().unwrap())).collect()
    };
    assert_eq!(failures.len(), 4, "{summary}");
    assert!(failures.iter().all(|failure| failure["kind"] == "unexpected"), "{summary}");
    assert_eq!(of(2, "a"), [("expected $.status = \"ok\"", "$.status = \"ok\"")]);
    assert_eq!(of(1, "c"), [("expected the final address http://a.test/*", "the final address http://a.test/*")]);
    assert_eq!(of(1, "d"), [("expected $.token = ***", "$.token = ***")]);
    let (cause, _) = of(1, "b")[0];
    assert!(cause.contains("welcome, ***` in the body") && !cause.contains('\u{1b}'), "{cause:?}");
    let report: Value = serde_json::from_slice(&folder.bytes("r.json")).unwrap();
    assert_eq!(report["results"][0]["error"]["expected"], "$.status = \"ok\"", "{report}");
    // A replay has them, too.
    let text = folder.inflight("replay e.jsonl --plain").run();
    assert!(text.out().contains("expected $.status = \"ok\""), "{}{}", text.out(), text.err());
}

#[test]
fn a_row_in_json_expects_what_a_plan_can_expect() {
    let server = serving(r#"{"status": "down"}"#);
    let url = server.url();
    let rows = format!(
        "{{\"url\": \"{url}\", \"expect\": {{\"json\": {{\"$.status\": \"down\"}}, \"status\": 200}}}}\n\
         {{\"url\": \"{url}\", \"expect\": {{\"json\": {{\"$.status\": \"ok\"}}}}}}\n\
         {{\"url\": \"{url}\", \"expect\": {{\"body\": [\"down\", \"/^up/\"]}}}}\n\
         {{\"url\": \"{url}\", \"expect\": {{\"url\": \"http://a.test/*\"}}}}\n\
         {{\"url\": \"{url}\", \"expect\": {{\"bdy\": \"x\"}}}}\n"
    );
    let folder = Folder::new().with("rows.jsonl", &rows);
    let summary = folder.inflight("run rows.jsonl --json").run().exits(1).summary();
    assert_eq!((&summary["jobs"]["done"], &summary["jobs"]["failed"]), (&json!(1), &json!(4)), "{summary}");
    let kinds: Vec<_> = summary["failures"].as_array().unwrap().iter().map(|failure| &failure["kind"]).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "unexpected").count(), 3, "{summary}");
    let ended = folder.inflight("check rows.jsonl").run().exits(3);
    assert!(ended.err().contains("line 5: unknown key `bdy`: did you mean `body`?"), "{}", ended.err());
}
