//! Redirects: each hop is an attempt, and headers of the plan stay with their origin.

use serde_json::{Value, json};

use super::program::Folder;
use super::{at, upstream};

/// A plan of one endpoint with keys and cookies, at this URL.
fn plan(url: &str) -> String {
    format!(
        r#"
        [defaults]
        redirects = 5
        headers = {{ authorization = "Bearer key", cookie = "a=b", x-api-key = "key", x-note = "kept here", accept = "text/x" }}
        [retry]
        attempts = 1
        [[endpoint]]
        url = "{url}"
        "#
    )
}

/// Runs a plan; returns the summary and the one entry of the report.
#[track_caller]
fn run(plan: &str, code: i32) -> (Value, Value) {
    let folder = Folder::new().with("plan.toml", plan);
    let summary = folder.inflight("run plan.toml --json --report report.json").run().exits(code).summary();
    (summary, folder.json("report.json")["results"][0].clone())
}

/// The names of the headers that the upstream received, in lower case, if it echoed them.
#[track_caller]
fn received(entry: &Value) -> Vec<String> {
    let headers = entry["data"]["headers"].as_array().unwrap();
    headers.iter().map(|header| header[0].as_str().unwrap().to_lowercase()).collect()
}

/// Whether one of the names is this one.
fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|own| own == name)
}

const OURS: [&str; 4] = ["authorization", "cookie", "x-api-key", "x-note"];

#[test]
fn no_header_of_the_plan_crosses_to_another_origin() {
    let upstream = upstream();
    let port = upstream.local_addr().port();
    // The same server under another name, as another origin.
    let elsewhere = format!("http://other.practice:{port}/echo");
    for status in [301, 302, 303, 307, 308] {
        let hop = at(&upstream, &format!("/redirect-to?url={elsewhere}&status={status}"));
        let (summary, entry) = run(&plan(&hop), 0);
        let received = received(&entry);
        assert!(OURS.iter().all(|name| !has(&received, name)), "{status}: {received:?}");
        assert!(has(&received, "accept") && has(&received, "user-agent"), "{received:?}");
        assert_eq!(summary["attempts"]["redirected"], 1);
    }
    // Neither does a user with a password, and dropped headers do not return with the first origin.
    let back = at(&upstream, "/echo").replace("://", "%3A%2F%2F");
    let hop = format!("http://user:secret@other.practice:{port}/redirect-to?url={back}");
    let (_, entry) = run(&plan(&hop), 0);
    assert!(OURS.iter().all(|name| !has(&received(&entry), name)), "{entry}");
    let there = format!("http%3A%2F%2Fother.practice%3A{port}%2Fredirect-to%3Furl%3D{}", back.replace('%', "%25"));
    let (summary, entry) = run(&plan(&at(&upstream, &format!("/redirect-to?url={there}"))), 0);
    assert!(OURS.iter().all(|name| !has(&received(&entry), name)), "{entry}");
    assert_eq!(summary["attempts"]["started"], 3);
}

#[test]
fn the_same_origin_keeps_them() {
    let upstream = upstream();
    let (summary, entry) = run(&plan(&at(&upstream, "/redirect/3?to=/echo")), 0);
    let received = received(&entry);
    assert!(OURS.iter().all(|name| has(&received, name)), "{received:?}");
    assert_eq!((&summary["attempts"]["started"], &summary["attempts"]["redirected"]), (&json!(4), &json!(3)));
    assert_eq!((&summary["jobs"]["done"], &entry["tries"]), (&json!(1), &json!(1)));
    assert_eq!(upstream.tally().requests, 4);
}

#[test]
fn a_loop_ends_at_the_limit_and_is_reported_as_a_redirect() {
    let upstream = upstream();
    let (summary, entry) = run(&plan(&at(&upstream, "/redirect/ever")), 1);
    let error = json!({"kind": "redirect", "cause": "redirect not followed", "detail": "too many redirects"});
    assert_eq!((&entry["error"]["kind"], &entry["error"]["detail"]), (&error["kind"], &error["detail"]), "{entry}");
    // The first exchange and five hops.
    assert_eq!((&summary["attempts"]["started"], &summary["attempts"]["redirected"]), (&json!(6), &json!(5)));
    assert_eq!(upstream.tally().requests, 6);
}

#[test]
fn a_redirect_to_another_scheme_is_not_followed() {
    let upstream = upstream();
    for to in ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:alert(1)", "data:,x"] {
        let (summary, entry) = run(&plan(&at(&upstream, &format!("/redirect-to?url={to}"))), 1);
        assert_eq!(entry["error"]["detail"], "a redirect to another scheme", "{to}");
        assert_eq!(summary["attempts"]["started"], 1);
    }
}

#[test]
fn a_redirect_is_an_answer_where_the_plan_follows_none() {
    let upstream = upstream();
    let plan = plan(&at(&upstream, "/redirect/3")).replace("redirects = 5", "redirects = 0");
    let (summary, entry) = run(&plan, 0);
    assert_eq!((&entry["status"], &summary["attempts"]["started"]), (&json!(302), &json!(1)));
}

#[test]
fn a_job_that_ends_at_another_address_than_expected_fails() {
    let upstream = upstream();
    let hop = at(&upstream, "/redirect-to?url=/echo");
    let expecting = |url: &str| format!("{}\nexpect = {{ url = \"{url}\" }}\n", plan(&hop));
    for good in ["/ec*", "/echo"] {
        let (_, entry) = run(&expecting(&at(&upstream, good)), 0);
        assert!(!received(&entry).is_empty(), "{good}: {entry}");
    }
    let (summary, entry) = run(&expecting(&at(&upstream, "/me?token=s3cret")), 1);
    assert_eq!((&summary["jobs"]["failed"], &summary["attempts"]["started"]), (&json!(1), &json!(2)));
    let shown = entry.to_string();
    let [reached, expected] = ["/echo", "/me?token=***"].map(|path| at(&upstream, path));
    assert!(shown.contains(&format!("the final address is {reached}, not {expected} as expected")), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
}
