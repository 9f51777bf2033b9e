//! Steps before the batch: what their answers give, where it is sent, and that it is shown nowhere.

use super::{Recorder, Request};
use crate::run::program::{Ended, Folder};

/// An answer with this status and body.
fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nx-session: s3ssion\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// A server with a login, whose token is accepted so many times; it answers anything else with what it got.
fn server(accepts: usize) -> Recorder {
    Recorder::answering(move |n, request| {
        if request.line.starts_with("POST /login") {
            return answer("200 OK", &format!("{{\"access_token\": \"tok+n/{n}\", \"n\": 7}}"));
        }
        let token = request.header("authorization").unwrap_or_default().to_owned();
        let since: usize = token.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        if n - since > accepts {
            answer("401 No", &token)
        } else {
            answer("500 No", &format!("{token} {}", request.text()))
        }
    })
}

fn plan(server: &Recorder, more: &str) -> String {
    format!(
        "[defaults]\nheaders = {{ authorization = \"Bearer ${{before.token}}\" }}\n[retry]\nattempts = 1\n\
         [limits]\nconcurrency = 1\n\
         [[before]]\nname = \"login\"\nurl = \"{0}login\"\nform = {{ user = \"ann\" }}\n\
         gives = {{ token = \"$.access_token\", n = \"$.n\", session = \"header x-session\" }}\n{more}",
        server.url()
    )
}

/// Asserts that nothing that a run shows or writes has a value of a step.
#[track_caller]
fn assert_masked(folder: &Folder, ended: &Ended) {
    let mut texts = vec![ended.out().to_owned(), ended.err().to_owned()];
    texts.extend(folder.names().iter().map(|name| String::from_utf8_lossy(&folder.bytes(name)).into_owned()));
    for text in texts {
        assert!(!text.contains("tok+n") && !text.contains("tok%2Bn") && !text.contains("s3ssion"), "{text}");
        assert!(!has_marker(&text), "{text}");
    }
}

/// Whether a text has something that takes the place of a value until it is known.
fn has_marker(text: &str) -> bool {
    let is_hex = |part: &str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split("late").skip(1).any(|rest| rest.split('x').next().is_some_and(is_hex))
}

/// The requests that begin like this.
fn requests_to<'r>(requests: &'r [Request], start: &str) -> Vec<&'r Request> {
    requests.iter().filter(|request| request.line.starts_with(start)).collect()
}

#[test]
fn values_reach_headers_urls_and_bodies_and_no_output() {
    let server = server(99);
    let batch = format!(
        "[[endpoint]]\nname = \"a\"\nurl = \"{0}a/${{before.token}}?s=${{before.session}}\"\nexpect = {{ status = [500] }}\n\
         [[endpoint]]\nname = \"b\"\nurl = \"{0}b\"\njson = {{ t = \"${{before.token}}\", n = \"${{before.n}}\" }}\n\
         [[endpoint]]\nname = \"c\"\nurl = \"{0}c\"\nform = {{ t = \"${{before.token}}\" }}\n",
        server.url()
    );
    let folder = Folder::new().with("plan.toml", &plan(&server, &batch));
    let ended = folder.inflight("run plan.toml --json --events run.jsonl").run().exits(1);
    let requests = server.requests();
    assert_eq!(requests[0].line, "POST /login");
    assert!(requests[0].header("authorization").is_none() && requests[0].text() == "user=ann");
    assert_eq!(requests_to(&requests, "GET /a")[0].line, "GET /a/tok%2Bn%2F0?s=s3ssion");
    assert_eq!(requests_to(&requests, "POST /b")[0].text(), "{\"t\":\"tok+n/0\",\"n\":\"7\"}");
    assert_eq!(requests_to(&requests, "POST /c")[0].text(), "t=tok%2Bn%2F0");
    assert_eq!(requests.len(), 4);
    assert!(requests[1..].iter().all(|request| request.header("authorization") == Some("Bearer tok+n/0")));
    // The server repeats the token in its answers, of which the recording has samples.
    assert!(String::from_utf8_lossy(&folder.bytes("run.jsonl")).contains("answer-seen"));
    assert_masked(&folder, &ended);
    let check = folder.inflight("check plan.toml").run().exits(0);
    assert!(
        check.out().contains("gives token, n, session") && check.out().contains("${before.token}"),
        "{}",
        check.out()
    );
    assert_masked(&folder, &check);
}

#[test]
fn a_token_that_expires_is_renewed_once_and_no_job_fails_for_it() {
    let server = server(3);
    let batch = format!("[[endpoint]]\nurl = \"{}a\"\nrepeat = 8\nexpect = {{ status = [500] }}\n", server.url());
    let folder = Folder::new().with("plan.toml", &plan(&server, &batch));
    let ended = folder.inflight("run plan.toml --json").run().exits(0);
    assert_eq!(ended.summary()["jobs"]["done"], 8);
    let requests = server.requests();
    // Each token serves three jobs, and the fourth finds that it has expired.
    assert_eq!((requests_to(&requests, "POST /login").len(), requests_to(&requests, "GET /a").len()), (3, 10));
    assert_masked(&folder, &ended);
}

#[test]
fn a_401_that_new_values_do_not_help_is_final_and_asks_for_no_more() {
    let server = server(0);
    let batch = format!("[[endpoint]]\nurl = \"{}a\"\nrepeat = 5\n", server.url());
    let folder = Folder::new().with("plan.toml", &plan(&server, &batch));
    let ended = folder.inflight("run plan.toml --json --events run.jsonl").run().exits(1);
    assert_eq!(ended.summary()["jobs"]["failed"], 5);
    let requests = server.requests();
    assert_eq!((requests_to(&requests, "POST /login").len(), requests_to(&requests, "GET /a").len()), (2, 6));
    assert_masked(&folder, &ended);
}

#[test]
fn a_step_that_fails_stops_the_run_before_the_batch() {
    let server = Recorder::answering(|_, _| answer("200 OK", "{\"error\": \"tok+n\"}"));
    let batch = format!("[[endpoint]]\nurl = \"{}a\"\nrepeat = 5\n", server.url());
    let folder = Folder::new().with("plan.toml", &plan(&server, &batch));
    let ended = folder.inflight("run plan.toml --events run.jsonl --report out.json").run().exits(1);
    assert_eq!(server.requests().len(), 1);
    let wanted = "the step `login` before the batch failed: $.access_token is missing in its answer";
    assert!(ended.err().contains(wanted), "{}", ended.err());
    assert_masked(&folder, &ended);
}

#[test]
fn a_step_uses_the_values_and_cookies_of_the_steps_before_it() {
    let server = Recorder::answering(|n, _| {
        format!("HTTP/1.1 200 OK\r\nset-cookie: c{n}=v; path=/\r\ncontent-length: 12\r\n\r\n{{\"v\": \"val{n}\"}}")
            .replace(": 12", ": 13")
    });
    let plan = format!(
        "cookies = \"run\"\n[[before]]\nurl = \"{0}one\"\ngives = {{ first = \"$.v\" }}\n\
         [[before]]\nurl = \"{0}two/${{before.first}}\"\ngives = {{ second = \"$.v\" }}\n\
         [[endpoint]]\nurl = \"{0}three/${{before.second}}\"\n",
        server.url()
    );
    let folder = Folder::new().with("plan.toml", &plan);
    folder.inflight("run plan.toml").run().exits(0);
    let requests = server.requests();
    let lines: Vec<_> = requests.iter().map(|request| request.line.as_str()).collect();
    assert_eq!(lines, ["GET /one", "GET /two/val0", "GET /three/val1"]);
    assert_eq!(requests[2].header("cookie"), Some("c0=v; c1=v"));
}
