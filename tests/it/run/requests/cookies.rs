//! Cookies: what comes back to which server, and that no output has them.

use super::{Recorder, Request};
use crate::run::program::{Ended, Folder};

/// Asserts that no output and no file of a run has a cookie.
#[track_caller]
fn assert_hidden(folder: &Folder, ended: &Ended) {
    let files = folder.names().into_iter().filter(|name| name != "plan.toml");
    let files = files.map(|name| String::from_utf8_lossy(&folder.bytes(&name)).into_owned());
    for text in files.chain([ended.out().to_owned(), ended.err().to_owned()]) {
        assert!(!text.contains("s3cret") && !text.contains("s3%63ret"), "{text}");
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A page that sets a cookie and redirects to itself until the cookie comes back.
fn visit() -> Recorder {
    Recorder::answering(|n, request| match request.header("cookie") {
        Some(cookie) if cookie.contains("seen=s3cret") => answer("200 OK", "", "ok"),
        _ => answer("302 Found", &format!("location: /?n={n}\r\nset-cookie: seen=s3cret{n}; HttpOnly\r\n"), ""),
    })
}

/// The `Cookie` headers of all requests.
fn cookies(recorder: &Recorder) -> Vec<String> {
    let cookies = |request: &Request| {
        let all = request.headers.iter().filter(|(name, _)| name == "cookie");
        all.map(|(_, value)| value.clone()).collect::<Vec<_>>().join(" AND ")
    };
    recorder.requests().iter().map(cookies).collect()
}

#[test]
fn a_redirect_that_sets_a_cookie_gets_it_back_where_cookies_are_kept() {
    for wire in ["direct", "reqwest"] {
        let recorder = visit();
        let flags = ["--cookies", "row", "-n", "3", "-c", "1", "--wire", wire];
        let folder = Folder::new();
        let run = folder.inflight("run --json --report r.json --events e.jsonl").arg(recorder.url()).args(flags);
        let ended = run.run().exits(0);
        // Each job has its own.
        assert_eq!(cookies(&recorder), ["", "seen=s3cret0", "", "seen=s3cret2", "", "seen=s3cret4"], "{wire}");
        assert_hidden(&folder, &ended);
    }
    let ended = Folder::new().inflight("run --tries 1 --json").arg(visit().url()).run().exits(1);
    assert!(ended.out().contains("too many redirects"), "{}", ended.out());
}

#[test]
fn a_jar_of_the_run_is_shared_by_its_endpoints_and_only_by_those_that_ask_for_it() {
    let recorder = Recorder::answering(|_, request| {
        let sets = if request.line.starts_with("POST") { "set-cookie: sid=s3cret; Path=/\r\n" } else { "" };
        answer("200 OK", sets, "ok")
    });
    let url = recorder.url();
    let plan = format!(
        "cookies = \"run\"\n\
         [[endpoint]]\nurl = \"{url}login\"\nmethod = \"POST\"\n\
         [[endpoint]]\nurl = \"{url}me\"\nheaders = {{ cookie = \"lang=de\" }}\n\
         [[endpoint]]\nurl = \"{url}own\"\nheaders = {{ cookie = [\"sid=mine\", \"a=b\"] }}\n\
         [[endpoint]]\nurl = \"{url}off\"\ncookies = \"off\"\n\
         [[endpoint]]\nurl = \"{url}row\"\ncookies = \"row\"\n"
    );
    let folder = Folder::new().with("plan.toml", &plan);
    let ended = folder.inflight("run plan.toml -c 1 --events e.jsonl --report r.json").run().exits(0);
    let lines: Vec<_> = recorder.requests().into_iter().map(|request| request.line).zip(cookies(&recorder)).collect();
    let expected = [
        ("POST /login", ""),
        ("GET /me", "lang=de; sid=s3cret"),
        // What the plan sets is sent as it is, and wins.
        ("GET /own", "sid=mine AND a=b"),
        ("GET /off", ""),
        ("GET /row", ""),
    ];
    assert_eq!(lines, expected.map(|(line, cookie)| (line.to_owned(), cookie.to_owned())));
    assert_hidden(&folder, &ended);
    let check = folder.inflight("check plan.toml").run().exits(0);
    assert!(check.out().contains("cookies") && check.out().contains("plan.toml:1"), "{}", check.out());
    let flag = folder.inflight("check plan.toml --cookies off").run().exits(0);
    assert!(flag.out().contains("--cookies"), "{}", flag.out());
}

#[test]
fn a_retry_has_the_cookies_of_the_attempt_before_it() {
    let recorder = Recorder::answering(|n, _| match n {
        0 => answer("503 Busy", "set-cookie: node=s3cret\r\n", "s3cret: try again"),
        _ => answer("200 OK", "", "ok"),
    });
    let folder = Folder::new();
    let run = folder.inflight("run --cookies row --json --events e.jsonl").arg(recorder.url());
    let ended = run.run().exits(0);
    assert_eq!(cookies(&recorder), ["", "node=s3cret"]);
    assert_hidden(&folder, &ended);
}

#[test]
fn cookies_go_to_no_other_host_and_are_masked_where_a_server_repeats_them() {
    let other = Recorder::answering(|_, _| answer("500 No", "", "why s3cretvalue?"));
    let there = other.url().replace("127.0.0.1", "localhost");
    let recorder = Recorder::answering(move |_, _| {
        let sets = "set-cookie: a=s3cretvalue; Domain=localhost\r\nset-cookie: b=s3cretvalue\r\n";
        answer("302 Found", &format!("location: {there}s3%63retvalue?x=s3cretvalue\r\n{sets}"), "")
    });
    let folder = Folder::new();
    let run = folder.inflight("run --cookies run --tries 1 --json --events e.jsonl").arg(recorder.url());
    let ended = run.args(["-b", "own=mine"]).run().exits(1);
    assert_eq!((cookies(&recorder), cookies(&other)), (vec!["own=mine".to_owned()], vec![String::new()]));
    assert_hidden(&folder, &ended);
    assert!(ended.out().contains("***"), "{}", ended.out());
}

#[test]
fn a_challenge_and_its_answer_share_the_cookies() {
    let recorder = Recorder::answering(|n, _| match n {
        0 => answer(
            "401 Unauthorized",
            "www-authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\nset-cookie: sid=s3cret\r\n",
            "",
        ),
        _ => answer("200 OK", "", "ok"),
    });
    let run = Folder::new();
    run.inflight("run --cookies row --digest -u a:b").arg(recorder.url()).run().exits(0);
    assert_eq!(cookies(&recorder), ["", "sid=s3cret"]);
    assert!(recorder.requests()[1].header("authorization").is_some());
}

#[test]
fn cookies_of_flags_are_one_header() {
    let recorder = Recorder::start();
    let folder = Folder::new();
    let run = |flags: &[&str]| folder.inflight("run").arg(recorder.url()).args(flags).run();
    run(&["-b", "a=s3cret", "--cookie", "b=2; c=3;"]).exits(0);
    run(&["-b", "a=1", "-H", "Cookie: d=4"]).exits(0);
    assert_eq!(cookies(&recorder), ["a=s3cret; b=2; c=3", "d=4"]);
    let check = folder.inflight("check").arg(recorder.url()).args(["-b", "a=s3cret"]).run().exits(0);
    assert!(check.out().contains("--cookie"), "{}", check.out());
    assert_hidden(&folder, &check);
    let file = run(&["-b", "jar.txt"]).exits(2);
    assert!(file.err().contains("files of cookies are not read"), "{}", file.err());
    run(&["--cookies", "on"]).exits(2);
}
