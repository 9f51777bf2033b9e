//! What is sent exactly as it was written: the names of headers, paths, and URLs of any length.

use std::fmt::Write;

use crate::run::program::Folder;
use crate::wire::server::Do::{self, Hear, Say};
use crate::wire::server::Server;

const OK: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Hear]];

const AGENT: &str = concat!("User-Agent: inflight/", env!("CARGO_PKG_VERSION"), "\r\n");

/// The only request of a run with these arguments. `URL` is the server's, without a slash at the end.
#[track_caller]
fn sent(args: &[&str], files: &[(&str, &str)]) -> String {
    let server = Server::start(OK);
    let address = server.address().to_string();
    let mut folder = Folder::new();
    for (name, text) in files {
        folder = folder.with(name, &text.replace("URL", &format!("http://{address}")));
    }
    let args: Vec<_> = args.iter().map(|arg| arg.replace("URL", &format!("http://{address}"))).collect();
    folder.inflight("run --tries 1").args(&args).run().exits(0);
    server.end().concat().concat().replace(&address, "HOST")
}

#[test]
fn the_names_of_headers_are_sent_as_written_in_order_and_each_with_all_its_values() {
    let expected = format!(
        "GET /x HTTP/1.1\r\nHost: HOST\r\nX-myAPI-Key: 1\r\nlower: 2\r\nx-Two: a\r\nX-TWO: b\r\nX-Usual: 3\r\naccept: text/plain\r\n{AGENT}\r\n"
    );
    let flags = [
        "URL/x",
        "-H",
        "X-myAPI-Key: 1",
        "-H",
        "lower: 2",
        "-H",
        "x-Two: a",
        "-H",
        "X-TWO: b",
        "-H",
        "X-Usual: 3",
        "-H",
        "accept: text/plain",
    ];
    assert_eq!(sent(&flags, &[]), expected);
    let list = "GET URL/x\nX-myAPI-Key: 1\nlower: 2\nx-Two: a\nX-TWO: b\nX-Usual: 3\naccept: text/plain\n";
    assert_eq!(sent(&["list.txt"], &[("list.txt", list)]), expected);
    let plan = "[defaults]\nheaders = { X-MYAPI-KEY = \"0\" }\n[[endpoint]]\nurl = \"URL/x\"\n[endpoint.headers]\nX-myAPI-Key = \"1\"\n\
                lower = \"2\"\nx-Two = \"a\"\nX-TWO = \"b\"\nX-Usual = \"3\"\naccept = \"text/plain\"\n";
    assert_eq!(sent(&["plan.toml"], &[("plan.toml", plan)]), expected);
    let row = r#"{"url": "URL/x", "headers": {"X-myAPI-Key": "1", "lower": "2", "x-Two": "a", "X-TWO": "b", "X-Usual": "3", "accept": "text/plain"}}"#;
    assert_eq!(sent(&["rows.jsonl"], &[("rows.jsonl", row)]), expected);
}

#[test]
fn a_header_of_a_plan_can_have_a_list_of_values() {
    let plan = "[[endpoint]]\nurl = \"URL/\"\nmethod = \"POST\"\nbody = \"a\"\nheaders = { Accept = [\"a\", \"b\"] }\n";
    let expected =
        format!("POST / HTTP/1.1\r\nHost: HOST\r\nAccept: a\r\nAccept: b\r\n{AGENT}Content-Length: 1\r\n\r\na");
    assert_eq!(sent(&["plan.toml"], &[("plan.toml", plan)]), expected);
}

#[test]
fn a_flag_replaces_a_header_of_any_case_and_secrets_stay_masked() {
    let plan = "[[endpoint]]\nurl = \"URL/\"\nheaders = { x-API-key = \"s3cret\", OTHER = \"1\" }\n";
    let request = sent(&["plan.toml", "-H", "x-Api-KEY: s3cret2"], &[("plan.toml", plan)]);
    assert!(request.contains("\r\nOTHER: 1\r\nx-Api-KEY: s3cret2\r\n") && !request.contains("s3cret\r\n"), "{request}");
    let folder = Folder::new().with("plan.toml", &plan.replace("URL", "http://a.invalid"));
    let ended = folder.inflight("check plan.toml").run().exits(0);
    let check = ended.out();
    assert!(!check.contains("s3cret") && check.contains("***"), "{check}");
}

#[test]
fn a_path_is_sent_as_it_is_where_that_is_asked_for() {
    for (written, as_is, usual) in [
        ("/a/../b", "/a/../b", "/b"),
        ("//x/./y?a=/../", "//x/./y?a=/../", "//x/y?a=/../"),
        ("/%2e%2e/%2E/x", "/%2e%2e/%2E/x", "/x"),
        ("/{a}|\"<^>`?\"<>'", "/{a}|\"<^>`?\"<>'", "/%7Ba%7D|%22%3C^%3E%60?%22%3C%3E%27"),
    ] {
        let line = |request: &str| request.lines().next().unwrap().to_owned();
        let url = format!("URL{written}");
        assert_eq!(line(&sent(&[&url, "--path-as-is"], &[])), format!("GET {as_is} HTTP/1.1"));
        assert_eq!(line(&sent(&[&url], &[])), format!("GET {usual} HTTP/1.1"));
        let plan = format!("[[endpoint]]\nurl = '{}'\npath_as_is = true\n", url.replace('{', "{{").replace('}', "}}"));
        let expected = format!("GET {as_is} HTTP/1.1");
        if !written.contains('\'') {
            assert_eq!(line(&sent(&["plan.toml"], &[("plan.toml", &plan)])), expected);
        }
    }
}

#[test]
fn a_digest_signs_the_path_that_is_sent() {
    const ASKS: &str =
        "HTTP/1.1 401 No\r\nwww-authenticate: Digest realm=\"a\", nonce=\"n\"\r\ncontent-length: 0\r\n\r\n";
    const SCRIPT: &[&[Do]] = &[&[Hear, Say(ASKS), Hear, Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Hear]];
    let server = Server::start(SCRIPT);
    let url = format!("http://{}/a/../b", server.address());
    Folder::new().inflight("run --path-as-is -u ann:pw --digest").arg(url).run().exits(0);
    let requests = server.end().concat();
    assert!(
        requests[1].starts_with("GET /a/../b HTTP/1.1\r\n") && requests[1].contains("uri=\"/a/../b\""),
        "{requests:?}"
    );
}

#[test]
fn a_url_has_no_longest_length() {
    const TOO_LONG: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 414 URI Too Long\r\ncontent-length: 2\r\n\r\nno"), Hear]];
    for kib in [70, 200] {
        let path = "a".repeat(kib << 10);
        let request = sent(&["list.txt"], &[("list.txt", &format!("URL/{path}\n"))]);
        assert_eq!(request.find(" HTTP/1.1\r\n"), Some("GET /".len() + path.len()));
    }
    let server = Server::start(TOO_LONG);
    let mut list = format!("http://{}/", server.address());
    write!(list, "{}", "a".repeat(70 << 10)).unwrap();
    let folder = Folder::new().with("list.txt", &list);
    let ended = folder.inflight("run list.txt --tries 1 --json").run().exits(1);
    let out = ended.out();
    assert!(out.contains("414"), "{out}");
    let ended = folder.inflight("run list.txt --tries 1 --json --wire reqwest").run().exits(1);
    let out = ended.out();
    assert!(out.contains("reqwest takes no URL beyond 64 KiB: leave out `--wire reqwest`"), "{out}");
    drop(server.end());
}
