//! Tests of plans: read from every kind of source, and drawn to the end.
//!
//! Start at [`Drawn`].

#![expect(clippy::unwrap_used, reason = "tests may take what they need for granted")]

mod ahead;
mod examples;
mod inputs;
mod mistakes;
mod refusals;
mod streams;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use inflight::plan::Plan;
use inflight::plan::attempt_timeout::AttemptTimeout;
use inflight::plan::cursor::{Cursor, Draw};
use inflight::plan::defaults;
use inflight::plan::error::PlanError;
use inflight::plan::http_client::HttpClient;
use inflight::plan::job::{Job, Statuses};
use inflight::plan::retry_on::{RetryOn, parse_retry_on};
use inflight::plan::rules::Rules;
use inflight::plan::source::Overrides;

/// Looks up a variable of these tests.
fn var(name: &str) -> Option<String> {
    match name {
        "REPORT_TOKEN" => Some("canary-1234".to_owned()),
        "BASE" => Some("https://shop.internal".to_owned()),
        "TENANT" => Some("canary/5678".to_owned()),
        _ => None,
    }
}

/// The jobs of a plan that was drawn to its end.
struct Drawn {
    jobs: Vec<Job>,
    bad: Vec<String>,
    endpoints: Vec<String>,
    expected: Option<u64>,
}

impl Drawn {
    #[track_caller]
    fn from_plan(plan: &Plan) -> Self {
        let drawn = Self::remaining(Cursor::open(plan, Some(9)).unwrap());
        if let Some(expected) = drawn.expected {
            assert_eq!(expected, (drawn.jobs.len() + drawn.bad.len()) as u64, "the count agrees");
        }
        drawn
    }

    /// Draws the remaining jobs.
    fn remaining(mut cursor: Cursor) -> Self {
        let (mut jobs, mut bad, expected) = (Vec::new(), Vec::new(), cursor.jobs());
        for source in 0..cursor.sources() {
            loop {
                match cursor.draw(source) {
                    Draw::Row(Ok(job)) => jobs.push(*job),
                    Draw::Row(Err(row)) => bad.push(row.why),
                    Draw::Pending => std::thread::sleep(Duration::from_millis(1)),
                    Draw::End => break,
                }
            }
        }
        let endpoints = cursor.endpoints().iter().map(|endpoint| endpoint.name.to_string()).collect();
        Self { jobs, bad, endpoints, expected }
    }

    fn urls(&self) -> Vec<&str> {
        self.jobs.iter().map(|job| job.url.as_str()).collect()
    }

    fn targets(&self) -> Vec<&str> {
        self.jobs.iter().map(|job| &*job.target).collect()
    }
}

#[track_caller]
fn toml(text: &str) -> Plan {
    try_toml(text).map_err(|error| error.render(false, 100)).unwrap()
}

fn try_toml(text: &str) -> Result<Plan, PlanError> {
    Plan::from_toml(text, "shop.toml", Path::new(""), &var)
}

/// Returns a folder with these files, and the path of the first.
fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let first = folder.path().join(files[0].0);
    (folder, first)
}

#[test]
fn the_plan_of_the_manual_is_read_completely() {
    let plan = toml(
        r#"
        name = "morning report"
        fail_fast = true
        [defaults]
        timeout = "10s"
        connect_timeout = "3s"
        headers = { accept = "application/json", authorization = "Bearer ${REPORT_TOKEN}" }
        redirects = 5
        max_body = "1MiB"
        [limits]
        concurrency = "1k"
        per_host = 10
        rate = "100/s"
        per_host_gap = "50ms"
        adaptive = false
        [retry]
        attempts = 5
        backoff = "100ms..3s"
        on = ["throttled", "5xx"]
        unsafe = true
        [[endpoint]]
        name = "orders"
        url = "https://shop.internal/orders/{id}"
        each = { id = "1..=1200" }
        expect = { status = [200, "3xx"] }
        timeout = "2s"
        retry = { attempts = 1 }
        [expect]
        failed = "< 1%"
        p95 = "< 1s"
        [output]
        report = "morning.json"
        bodies = "bodies/"
        "#,
    );
    assert_eq!((&*plan.name, plan.wire), ("morning report", HttpClient::Auto));
    assert!(plan.fail_fast);
    assert_eq!(plan.limits.concurrency.get(), 1000);
    assert_eq!(plan.limits.per_host.unwrap().get(), 10);
    assert_eq!(plan.limits.gap, Some(Duration::from_millis(10)));
    assert_eq!(plan.limits.per_host_gap, Some(Duration::from_millis(50)));
    assert_eq!(plan.expect.p95_below, Some(Duration::from_secs(1)));
    assert_eq!(plan.output.report.as_deref(), Some(Path::new("morning.json")));
    assert_eq!(plan.line_of("limits.concurrency"), Some(11));
    assert_eq!(plan.line_of("retry.budget"), None);

    let drawn = Drawn::from_plan(&plan);
    assert_eq!(drawn.expected, Some(1200));
    assert_eq!(drawn.endpoints, ["orders"]);
    let job = &drawn.jobs[1199];
    assert_eq!(&*job.target, "GET https://shop.internal/orders/1200");
    assert_eq!(job.headers["authorization"], "Bearer canary-1234");
    assert_eq!((job.place.source, job.place.row), (0, 1199));
    let policy = &job.policy;
    assert_eq!((policy.redirects, policy.max_body), (5, Some(1 << 20)));
    assert_eq!(policy.timeouts.attempt, Duration::from_secs(2));
    assert_eq!(policy.timeouts.connect, Duration::from_secs(2), "never longer than the attempt");
    assert_eq!((policy.retry.attempts, policy.retry.backoff_to), (1, Duration::from_secs(3)));
    assert!(policy.retry.non_idempotent && policy.retry.on.server_error && !policy.retry.on.timeout);
    assert!(policy.status.contains(200) && policy.status.contains(301) && !policy.status.contains(404));
}

#[test]
fn no_secret_is_in_a_target_or_in_debug_output() {
    let plan = toml(
        r#"
        [defaults]
        headers = { x-tenant = "${TENANT}", authorization = "Bearer literal-canary" }
        [[endpoint]]
        url = "${BASE}/t/${TENANT}/x?page={n}&token=url-canary&t=${REPORT_TOKEN}"
        each = { n = "1..=2" }
        body = "${REPORT_TOKEN}"
        [[endpoint]]
        url = "https://ann:pw-canary@shop.internal/${TENANT}"
        "#,
    );
    let drawn = Drawn::from_plan(&plan);
    assert_eq!(drawn.urls()[1], "https://shop.internal/t/canary/5678/x?page=2&token=url-canary&t=canary-1234");
    assert_eq!(
        drawn.targets(),
        [
            "POST https://shop.internal/t/***/x?page=1&token=***&t=***",
            "POST https://shop.internal/t/***/x?page=2&token=***&t=***",
            "GET https://shop.internal/***",
        ]
    );
    assert_eq!(drawn.endpoints, ["POST /t/***/x", "GET /***"]);
    let cursor = Cursor::open(&plan, None).unwrap();
    let shown = format!("{plan:?} {cursor:?} {:?}", drawn.jobs);
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn secrets_stay_out_of_mistakes_and_bad_rows() {
    let text = "[defaults]\ntimeout = \"${REPORT_TOKEN}\"\n[[endpoint]]\nurl = \"ftp://${TENANT}/${REPORT_TOKEN}\"\n";
    let error = try_toml(text).unwrap_err();
    let shown = format!("{} {error:?} {error}", error.render(false, 100));
    assert!(!shown.contains("canary-1234"), "{shown}");

    let (_folder, path) = folder(&[("list.txt", "https://ann:canary@/x?canary\nhttps://a b/?q=canary")]);
    let drawn = Drawn::from_plan(&Plan::read(&path, &var).unwrap());
    assert_eq!(drawn.bad.len(), 2);
    assert!(!drawn.bad.concat().contains("canary"), "{:?}", drawn.bad);
}

#[test]
fn numbers_of_a_json_body_keep_their_digits() {
    let numbers = "p = 1.10, q = 1e3, r = +5, s = +1.50, t = 1_000, u = 0xff, v = -0.0, w = 12345678901234567890123";
    let plan = format!("[[endpoint]]\nurl = \"https://a.b/\"\njson = {{ {numbers}, x = 1_0.0_5E+2 }}\n");
    let drawn = Drawn::from_plan(&Plan::from_toml(&plan, "plan.toml", Path::new("."), &var).unwrap());
    let sent =
        r#"{"p":1.10,"q":1e3,"r":5,"s":1.50,"t":1000,"u":255,"v":-0.0,"w":12345678901234567890123,"x":10.05E+2}"#;
    assert_eq!(drawn.jobs[0].body, sent.into());
}

#[test]
fn rows_of_a_table_fill_url_headers_and_body() {
    let (_folder, path) = folder(&[
        (
            "plan.toml",
            r#"
            [[endpoint]]
            url = "https://a.b/{id}?q={name}"
            rows = "ids.csv"
            headers = { x-id = "{id}" }
            json = { who = "{name}", n = 1, list = [true, 1.5, "{{id}}"] }
            [[endpoint]]
            url = "https://a.b/{n}"
            rows = "rows.jsonl"
            method = "put"
            body = '{"n": {n}}'
            "#,
        ),
        ("ids.csv", "\u{feff}id,name\r\n1,\"Ann \"\"A\"\"\"\r\n2,ü/?\r\n3\r\n"),
        ("rows.jsonl", "{\"n\": 7}\n\n{\"m\": 8}\n{\"n\": \"x y\"}"),
    ]);
    let drawn = Drawn::from_plan(&Plan::read(&path, &var).unwrap());
    assert_eq!(
        drawn.urls(),
        ["https://a.b/1?q=Ann%20%22A%22", "https://a.b/2?q=%C3%BC%2F%3F", "https://a.b/7", "https://a.b/x%20y"]
    );
    assert_eq!(drawn.jobs[0].body, r#"{"who":"Ann \"A\"","n":1,"list":[true,1.5,"{id}"]}"#.into());
    assert_eq!(drawn.jobs[0].headers["content-type"], "application/json");
    assert_eq!(drawn.jobs[1].headers["x-id"], "2");
    assert_eq!((drawn.jobs[0].method.as_str(), drawn.jobs[2].method.as_str()), ("POST", "PUT"));
    assert_eq!(drawn.jobs[2].body, r#"{"n": 7}"#.into());
    assert_eq!(
        drawn.bad,
        ["`ids.csv` line 4 has 1 values where the header has 2 names", "`rows.jsonl` line 3 has no `n`"]
    );
    assert_eq!(drawn.endpoints, ["POST /{id}", "PUT /{n}"]);
}

#[test]
fn a_row_cannot_inject_a_header() {
    let (_folder, path) = folder(&[
        ("plan.toml", "[[endpoint]]\nurl = \"https://a.b\"\nrows = \"r.jsonl\"\nheaders = { x = \"{v}\" }"),
        ("r.jsonl", "{\"v\": \"a\\r\\nx-evil: 1\"}"),
    ]);
    let drawn = Drawn::from_plan(&Plan::read(&path, &var).unwrap());
    assert_eq!(drawn.bad, ["`r.jsonl` line 1: header `x` has a line break or control character in it"]);
}

#[test]
fn keys_of_each_combine_in_written_order() {
    let plan = toml("[[endpoint]]\nurl = \"https://a.b/{z}/{a}\"\neach = { z = [\"x\", 2], a = \"08..=10\" }");
    assert_eq!(
        Drawn::from_plan(&plan).urls(),
        [
            "https://a.b/x/08",
            "https://a.b/x/09",
            "https://a.b/x/10",
            "https://a.b/2/08",
            "https://a.b/2/09",
            "https://a.b/2/10"
        ]
    );
}

#[test]
fn endpoints_with_one_path_are_named_by_host() {
    let plan = toml(
        r#"
        [[endpoint]]
        url = "https://a.b/health"
        repeat = 2
        [[endpoint]]
        url = "c.d/health?x=1"
        [[endpoint]]
        url = "https://a.b"
        [[endpoint]]
        url = "https://{host}/{x}"
        each = { host = ["a.b", "c.d:81"], x = "1..=2" }
        "#,
    );
    let mut cursor = Cursor::open(&plan, None).unwrap();
    assert_eq!(cursor.host_of(0), Some("https://a.b"));
    assert_eq!(cursor.host_of(1), Some("https://c.d"));
    assert_eq!(cursor.host_of(3), None);
    assert_eq!(cursor.endpoints().len(), 3);
    assert_eq!(cursor.endpoints()[0].jobs, Some(2));
    assert!(matches!(cursor.draw(3), Draw::Row(Ok(job)) if job.endpoint.0 == 3));
    assert_eq!(Drawn::from_plan(&plan).endpoints, ["GET a.b/health", "GET c.d/health", "GET /", "a.b", "c.d:81"]);
}

#[test]
fn urls_of_a_command_line_share_the_count() {
    let urls = ["https://a.b/x?{y}", "c.d", "practice://slow/delay/1s"].map(str::to_owned);
    let drawn = Drawn::from_plan(&Plan::from_urls(&urls, Some(10)).unwrap());
    let of = |endpoint| drawn.jobs.iter().filter(|job| job.endpoint.0 == endpoint).count();
    assert_eq!([of(0), of(1), of(2)], [4, 3, 3]);
    assert_eq!(drawn.endpoints, ["a.b/x", "c.d", "slow/delay/1s"]);
    assert_eq!(drawn.targets()[9], "GET practice://slow/delay/1s");
    assert_eq!(drawn.urls()[9], "http://slow.practice:9/delay/1s");

    let wrong = ["ftp://a.b", "c.d", "x y"].map(str::to_owned);
    assert_eq!(Plan::from_urls(&wrong, None).unwrap_err().mistakes().len(), 2);
    let few = Plan::from_urls(&urls, Some(2)).unwrap_err();
    assert_eq!(few.to_string(), "`-n 2` is fewer than the 3 URLs");
    assert!(Plan::from_urls(&urls, Some(0)).unwrap_err().has_no_jobs());
}

#[test]
fn flags_override_the_plan_and_default_rules_complete_it() {
    let mut plan = toml(
        "[defaults]\nredirects = 1\nheaders = { accept = \"a\", x = \"1\" }\n[[endpoint]]\nurl = \"https://a.b\"\n",
    );
    plan.add_default_rules(&Rules { redirects: Some(9), attempts: Some(9), ..Rules::default() });
    plan.override_requests(&Overrides {
        method: Some(http::Method::PUT),
        headers: vec![(http::header::ACCEPT.into(), Some("canary".to_owned()))],
        body: Some("{}".into()),
        auth: None,
        default_headers: vec![(http::header::ACCEPT, http::HeaderValue::from_static("text/x"))],
        rules: Rules {
            timeout: Some(AttemptTimeout::Fixed(Duration::from_secs(2))),
            status: Some(Statuses::Any),
            ..Rules::default()
        },
        retry_also: Some(parse_retry_on("500").unwrap()),
    });
    let drawn = Drawn::from_plan(&plan);
    let job = &drawn.jobs[0];
    assert_eq!(job.policy.retry.on, RetryOn { statuses: defaults::RETRY_ON.statuses.with(500), ..defaults::RETRY_ON });
    assert_eq!((&*job.target, &job.body), ("PUT https://a.b/", &"{}".into()));
    assert!(job.headers["accept"] == "canary" && job.headers["x"] == "1");
    assert_eq!((job.policy.redirects, job.policy.retry.attempts), (1, 9));
    assert_eq!((job.policy.timeouts.first_byte, &job.policy.status), (Duration::from_secs(2), &Statuses::Any));
    assert!(!format!("{plan:?} {job:?}").contains("canary"));
}

#[test]
fn a_plan_can_have_a_byte_order_mark_and_crlf() {
    let plan = toml("\u{feff}# note\r\n[[endpoint]]\r\nurl = \"https://a.b/x\"\r\nbody = \"\"\"\r\na\r\nb\"\"\"\r\n");
    assert_eq!(Drawn::from_plan(&plan).jobs[0].body, "a\r\nb".into(), "a body is sent as it is written");
    let error = try_toml("\u{feff}[limits]\r\nconcurency = 1\r\n").unwrap_err();
    assert_eq!((error.mistakes()[0].line, error.mistakes()[0].column), (Some(2), Some(1)));
    assert!(!error.render(false, 80).contains('␍'));
}

#[test]
fn the_first_host_rule_that_matches_applies() {
    let text = r#"
        [[endpoint]]
        url = "https://a.partner.example/"
        [limits]
        per_host = 10
        [host."*.partner.example"]
        concurrency = 2
        [host."*.example"]
        concurrency = 5
        gap = "50ms"
    "#;
    let plan = Plan::from_toml(text, "hosts.toml", Path::new(""), &|_| None).unwrap();
    let of = |key| {
        let (limit, gap) = plan.limits.limits_for_host(key);
        (limit.map(std::num::NonZeroU32::get), gap.as_millis())
    };
    assert_eq!(of("https://a.partner.example"), (Some(2), 0));
    assert_eq!(of("http://b.example.practice:4711"), (Some(5), 50));
    assert_eq!(of("http://[::1]:8080"), (Some(10), 0));
}

#[test]
fn an_unknown_key_in_a_host_rule_is_reported_with_its_place() {
    let text = "[[endpoint]]\nurl = \"https://a.example/\"\n[host.\"*.example\"]\nconcurency = 2\n";
    let error = Plan::from_toml(text, "hosts.toml", Path::new(""), &|_| None).unwrap_err();
    let rendered = error.render(false, 100);
    assert!(rendered.contains("hosts.toml:4:1") && rendered.contains("did you mean `concurrency`?"), "{rendered}");
}
