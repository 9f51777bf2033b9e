//! Tests of the parser of behaviours.

use std::time::Duration;

use http::{HeaderValue, StatusCode};

use crate::upstream::arguments::DelayRange;
use crate::upstream::behaviour::{Act, Cut, Fault, Limit, RawReply, RetryAfter};
use crate::upstream::table::{TABLE, help, parse};

#[track_caller]
fn act(path: &str) -> Act {
    parse(path).unwrap().act
}

#[track_caller]
fn refusal(path: &str) -> String {
    let refused = parse(path).unwrap_err();
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    refused.page()
}

#[test]
fn a_delay_is_a_duration_or_a_range() {
    let ms = Duration::from_millis;
    assert_eq!(parse("/delay/250ms").unwrap().delay, DelayRange::exactly(ms(250)));
    assert_eq!(parse("/delay/20ms..200ms").unwrap().delay, DelayRange { from: ms(20), to: ms(200) });
    assert_eq!(parse("/status/503?delay=1m30s").unwrap().delay, DelayRange::exactly(ms(90_000)));
    assert!(refusal("/delay/200ms..20ms").contains("`200ms..20ms` ends before it begins"));
}

#[test]
fn a_bare_number_is_not_a_duration() {
    let message = refusal("/delay/250");
    assert_eq!(
        message,
        "error: `/delay`: `250` has no unit: write `250ms` or `250s`\n\
         hint: try `/delay/250ms`; `GET /` lists them all\n"
    );
}

#[test]
fn the_error_for_an_unknown_key_lists_the_known_ones() {
    let message = refusal("/limit?rsp=20");
    assert!(message.contains("no key `rsp`"), "{message}");
    for key in ["rps", "burst", "concurrent", "per_window", "window", "half", "retry_after", "delay", "bytes", "id"] {
        assert!(message.contains(&format!("`{key}`")), "{key} is missing: {message}");
    }
}

#[test]
fn the_error_for_an_unknown_path_suggests_a_similar_one() {
    let refused = parse("/dealy/250ms").unwrap_err();
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(refused.why, "there is no behaviour `/dealy`");
    assert_eq!(refused.hint, "did you mean `/delay/250ms`? `GET /` lists them all");
}

#[test]
fn unexpected_segments_and_values_are_refused() {
    for path in [
        "/delay",
        "/delay/soon",
        "/delay/1s/2s",
        "/status/99",
        "/status/100",
        "/status/abc",
        "/flaky?fail=2",
        "/flaky?with=rain",
        "/flaky?fail=NaN",
        "/limit",
        "/limit?rps=0",
        "/limit?rps=20&concurrent=5",
        "/limit?rps=20&window=1s",
        "/limit?rps=inf",
        "/limit?rps=20&half=40s",
        "/limit?concurrent=0",
        "/bytes/-1",
        "/json/orders",
        "/redirect/3?status=200",
        "/redirect-to",
        "/trickle?every=0s",
        "/trickle?for=now",
        "/close?after=10&bytes=10",
        "/garbage?as=poetry",
        "/hang?bytes=3",
        "/headers?content-length=3",
        "/status/503?delay=1s&delay=2s",
        "/hostile/x",
    ] {
        refusal(path);
    }
}

#[test]
fn a_limit_is_one_of_three_kinds() {
    let limit = |path| match act(path) {
        Act::Limit { limit, .. } => limit,
        other => panic!("{other:?}"),
    };
    assert_eq!(limit("/limit?rps=2.5"), Limit::Rate { rps: 2.5, burst: 3 });
    assert_eq!(limit("/limit?rps=20&burst=1"), Limit::Rate { rps: 20.0, burst: 1 });
    assert_eq!(limit("/limit?concurrent=10"), Limit::Concurrent(10));
    assert_eq!(limit("/limit?per_window=20"), Limit::Window { n: 20, window: Duration::from_secs(1) });
    let halves = |path| matches!(act(path), Act::Limit { half: Some(half), .. } if half == (Duration::from_secs(40)..Duration::from_secs(80)));
    assert!(halves("/limit?rps=20&half=40s..80s") && !halves("/limit?rps=20&half=1s..80s"));
    assert_eq!(parse("/limit?concurrent=10").unwrap().delay, DelayRange::exactly(Duration::from_millis(100)));
    assert_eq!(parse("/limit?rps=20").unwrap().delay, DelayRange::default());
}

#[test]
fn a_share_can_be_written_in_percent() {
    let flaky = Act::Flaky { fail: 0.25, with: Fault::Status(StatusCode::BAD_GATEWAY), retry_after: None };
    assert_eq!(act("/flaky?fail=0.25&with=502"), flaky);
    assert_eq!(act("/flaky?fail=25%25&with=502"), flaky);
    assert_eq!(act("/flaky?fail=25%&with=502"), flaky);
}

#[test]
fn a_retry_after_may_be_a_number_a_date_or_nonsense() {
    for (value, expected) in [
        ("2", RetryAfter::Fixed(2)),
        ("1000000000000", RetryAfter::Fixed(1_000_000_000_000)),
        ("date", RetryAfter::Date),
        ("none", RetryAfter::Absent),
        ("garbage", RetryAfter::Garbage),
    ] {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let path = format!("/status/503?retry_after={value}");
        assert_eq!(act(&path), Act::Answer { status, retry_after: expected });
    }
}

#[test]
fn a_cut_body_is_shorter_than_announced() {
    assert_eq!(act("/close"), Act::Raw(RawReply::Close(None)));
    assert_eq!(act("/close?after=100"), Act::Raw(RawReply::Close(Some(Cut { after: 100, of: 200 }))));
    assert_eq!(act("/reset?after=0"), Act::Raw(RawReply::Reset(Some(Cut { after: 0, of: 1 }))));
    assert_eq!(act("/reset?after=9&bytes=10"), Act::Raw(RawReply::Reset(Some(Cut { after: 9, of: 10 }))));
}

#[test]
fn a_redirect_counts_its_hops_down_and_keeps_its_query() {
    let to = |path| match act(path) {
        Act::Redirect { to, .. } => to.to_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(to("/redirect/3?to=/bytes/1&status=307"), "/redirect/2?to=/bytes/1&status=307");
    assert_eq!(to("/redirect/1?to=/bytes/1&status=307"), "/bytes/1");
    assert_eq!(to("/redirect/1"), "/redirect/0");
    assert_eq!(to("/redirect/ever"), "/redirect/ever");
    assert_eq!(to("/redirect-to?url=http%3A%2F%2Felsewhere%2F%3Fa%3D1"), "http://elsewhere/?a=1");
    assert!(matches!(act("/redirect/0"), Act::Answer { status: StatusCode::OK, .. }));
}

#[test]
fn headers_may_hold_bytes_beyond_ascii_but_no_controls() {
    let Act::Headers(headers) = act("/headers?x-note=a%9bb&x-note=two+words") else { panic!() };
    let values: Vec<_> = headers.get_all("x-note").iter().map(HeaderValue::as_bytes).collect();
    assert_eq!(values, [b"a\x9bb".as_slice(), b"two words"]);
    assert!(refusal("/headers?x-note=a%1bb").contains("x-note"));
}

#[test]
fn every_example_works_and_is_on_the_help_page() {
    let page = help();
    for (example, does) in TABLE.iter().flat_map(|row| row.examples) {
        parse(example).unwrap_or_else(|refused| panic!("{example}: {refused}"));
        assert!(page.contains(example) && page.contains(does), "{example}");
    }
}

#[test]
fn the_help_page_fits_a_terminal() {
    for line in help().lines() {
        assert!(line.len() <= 120, "{line}");
    }
}
