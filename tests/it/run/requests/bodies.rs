//! `--data` and its variants, and the content type that a body gets.

use std::io::Write;

use super::{Recorder, Request};
use crate::run::program::{Ended, Folder};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Sends one request with these flags from this folder; returns it with what the program printed.
#[track_caller]
fn send_in(folder: &Folder, flags: &[&str]) -> (Request, Ended) {
    let recorder = Recorder::start();
    let ended = folder.inflight("run").arg(recorder.url()).args(flags).run().exits(0);
    (recorder.request(), ended)
}

#[track_caller]
fn send(flags: &[&str]) -> Request {
    send_in(&Folder::new(), flags).0
}

#[test]
fn data_is_joined_in_the_order_of_the_flags() {
    let request = send(&["-d", "a=1", "--data-raw", "@b", "--data-urlencode", "c=d e&", "--data", "e"]);
    assert_eq!((request.line.as_str(), request.text().as_str()), ("POST /", "a=1&@b&c=d%20e%26&e"));
    assert_eq!(request.header("content-type"), Some(FORM));
    assert_eq!(request.header("content-length"), Some("19"));
}

#[test]
fn a_file_after_data_loses_its_line_breaks_and_one_after_data_binary_does_not() {
    let folder = Folder::new().with("a.txt", "a=1\r\nb=2\n");
    let (request, ended) = send_in(&folder, &["-d", "@a.txt"]);
    assert_eq!(request.text(), "a=1b=2");
    assert!(ended.err().contains("note: `-d @a.txt` joins the lines of `a.txt`"), "{}", ended.err());
    let (request, ended) = send_in(&folder, &["--data-binary", "@a.txt"]);
    assert_eq!(request.text(), "a=1\r\nb=2\n");
    assert!(!ended.err().contains("note:"), "{}", ended.err());
    // Without a line break in it, nothing is lost.
    let folder = Folder::new().with("token.txt", "token=1\n");
    let (request, ended) = send_in(&folder, &["-d", "@token.txt"]);
    assert_eq!(request.text(), "token=1");
    assert!(!ended.err().contains("note:"), "{}", ended.err());
}

#[test]
fn standard_input_is_a_body() {
    for flag in ["-d", "--data-binary"] {
        let recorder = Recorder::start();
        let run = Folder::new();
        let mut running = run.inflight("run -n 2").arg(recorder.url()).args([flag, "@-"]).with_input().start();
        running.input().write_all(b"a=1").unwrap();
        running.wait().exits(0);
        assert!(recorder.requests().iter().all(|request| request.text() == "a=1"));
        assert_eq!(recorder.requests().len(), 2);
    }
    let twice = Folder::new().inflight("run -").args(["-d", "@-"]).run().exits(2);
    assert!(twice.err().contains("standard input can be read only once"), "{}", twice.err());
}

#[test]
fn data_urlencode_has_all_forms_of_curl() {
    let folder = Folder::new().with("f", "x y\n");
    for (given, sent) in
        [("a b", "a%20b"), ("=a=b", "a%3Db"), ("n=a&b", "n=a%26b"), ("@f", "x%20y%0A"), ("n@f", "n=x%20y%0A")]
    {
        let (request, _) = send_in(&folder, &["--data-urlencode", given]);
        assert_eq!(request.text(), sent, "{given}");
        assert_eq!(request.header("content-type"), Some(FORM));
    }
}

#[test]
fn json_is_recognized_and_reported_once_and_another_type_wins() {
    let (request, ended) = send_in(&Folder::new(), &["-d", "{\"a\": 1}"]);
    assert_eq!(request.header("content-type"), Some(JSON));
    assert_eq!(ended.err().matches("the body is JSON").count(), 1, "{}", ended.err());
    assert_eq!(send(&["-d", "{a}"]).header("content-type"), Some(FORM));
    let (request, ended) = send_in(&Folder::new(), &["-d", "{\"a\": 1}", "-H", "Content-Type: text/x"]);
    assert_eq!(request.header("content-type"), Some("text/x"));
    assert!(!ended.err().contains("note:"), "{}", ended.err());
    assert_eq!(request.headers.iter().filter(|(name, _)| name == "content-type").count(), 1);
}

#[test]
fn json_after_its_flag_sets_both_types() {
    let folder = Folder::new().with("a.json", "[1,\n2]\n");
    for (flag, sent) in [("{\"a\":1}", "{\"a\":1}"), ("@a.json", "[1,\n2]\n")] {
        let (request, ended) = send_in(&folder, &["--json", flag]);
        assert_eq!(request.text(), sent);
        assert_eq!((request.header("content-type"), request.header("accept")), (Some(JSON), Some(JSON)));
        assert!(!ended.out().starts_with('{'), "{}", ended.out());
    }
    // Alone, it still asks for the summary.
    let (_, ended) = send_in(&folder, &["--json"]);
    assert_eq!(ended.summary()["jobs"]["done"], 1);
}

#[test]
fn a_file_that_is_missing_is_an_error_before_anything_is_sent() {
    for flag in ["-d", "--data-binary", "--json-body"] {
        let recorder = Recorder::start();
        let ended = Folder::new().inflight("run").arg(recorder.url()).args([flag, "@none"]).run().exits(2);
        assert!(ended.err().contains("cannot read `none`: no such file"), "{}", ended.err());
        assert_eq!(recorder.requests().len(), 0);
    }
    let mixed = Folder::new().inflight("run http://127.0.0.1:1/").args(["-d", "a", "-F", "b=c"]).run().exits(2);
    assert!(mixed.err().contains("`--data` and `--form` cannot be combined"), "{}", mixed.err());
}

#[test]
fn a_body_of_a_plan_that_is_json_has_that_type() {
    for (body, wanted) in [
        (r#"body = '{"id": {id}}'"#, Some(JSON)),
        (r#"body = "<id>{id}</id>""#, None),
        ("body = '{\"id\": {id}}'\nheaders = { content-type = \"text/x\" }", Some("text/x")),
    ] {
        let recorder = Recorder::start();
        let plan = format!("[[endpoint]]\nurl = \"{}\"\neach = {{ id = [7] }}\n{body}\n", recorder.url());
        Folder::new().with("plan.toml", &plan).inflight("run plan.toml").run().exits(0);
        assert_eq!(recorder.request().header("content-type"), wanted, "{body}");
    }
}

#[test]
fn a_flag_replaces_the_body_of_a_plan_with_its_type() {
    let recorder = Recorder::start();
    let plan = format!("[[endpoint]]\nurl = \"{}\"\njson = {{ a = 1 }}\n", recorder.url());
    Folder::new().with("plan.toml", &plan).inflight("run plan.toml -d b=2").run().exits(0);
    let request = recorder.request();
    assert_eq!((request.text().as_str(), request.header("content-type")), ("b=2", Some(FORM)));
}
