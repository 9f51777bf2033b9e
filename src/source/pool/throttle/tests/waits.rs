//! Refusals, and for how long. Start at [`WAITS`].

use crate::event::Micros;
use crate::source::pool::throttle::WaitSource::{self, RateLimit, RetryAfter, RetryAfterMs, XRateLimit};
use crate::source::pool::throttle::tests::parse;
use crate::source::pool::throttle::{Ask, RetryWait};

use ExpectedWait::{Fine, For, Vague};

/// The wait that a refusal asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ExpectedWait {
    /// It is no refusal.
    Fine,
    /// It asks to slow down, without a time.
    Vague,
    /// It asks to wait so many seconds.
    For(WaitSource, f64),
}

/// The server, its answer, the wait in it, and how many fields cannot be parsed.
#[rustfmt::skip]
const WAITS: &[(&str, &str, ExpectedWait, u32)] = &[
    ("no field", "429", Vague, 0),
    ("no field", "503", Fine, 0),
    ("no field", "403", Fine, 0),
    ("no field", "200", Fine, 0),

    ("seconds", "429 | Retry-After: 2", For(RetryAfter, 2.0), 0),
    ("seconds", "429 | Retry-After: 0", For(RetryAfter, 0.0), 0),
    ("seconds", "429 | Retry-After:   120\t ", For(RetryAfter, 120.0), 0),
    ("seconds", "429 | RETRY-AFTER: 007", For(RetryAfter, 7.0), 0),
    ("seconds", "503 | Retry-After: 1", For(RetryAfter, 1.0), 0),
    ("seconds", "403 | Retry-After: 60", For(RetryAfter, 60.0), 0),
    ("seconds", "200 | Retry-After: 60", Fine, 0),
    ("seconds", "301 | Retry-After: 60", Fine, 0),
    ("absurd", "429 | Retry-After: 1000000000000", For(RetryAfter, 1e12), 0),
    ("too large", "429 | Retry-After: 18446744073709551616", Vague, 1),
    ("too large", "429 | Retry-After: 99999999999999999999999999", Vague, 1),
    ("several lines", "429 | Retry-After: 5 | Retry-After: 9", For(RetryAfter, 9.0), 0),
    ("several lines", "429 | Retry-After: soon | Retry-After: 9", For(RetryAfter, 9.0), 1),

    ("IMF-fixdate", "429 | Retry-After: Fri, 15 Jan 2027 08:00:10 GMT", For(RetryAfter, 10.0), 0),
    ("RFC 850 date", "429 | Retry-After: Friday, 15-Jan-27 08:00:10 GMT", For(RetryAfter, 10.0), 0),
    ("asctime date", "429 | Retry-After: Fri Jan 15 08:00:10 2027", For(RetryAfter, 10.0), 0),
    ("date", "503 | Retry-After: Fri, 15 Jan 2027 09:00:00 GMT", For(RetryAfter, 3600.0), 0),
    ("past date", "429 | Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", For(RetryAfter, 0.0), 0),
    ("wrong weekday", "429 | Retry-After: Mon, 15 Jan 2027 08:00:10 GMT", Vague, 1),
    ("no such day", "429 | Retry-After: Fri, 31 Feb 2027 08:00:10 GMT", Vague, 1),
    ("not GMT", "429 | Retry-After: Fri, 15 Jan 2027 08:00:10 CET", Vague, 1),
    ("their clock", "429 | Date: Fri, 15 Jan 2027 07:00:00 GMT | Retry-After: Fri, 15 Jan 2027 07:00:10 GMT", For(RetryAfter, 10.0), 0),
    ("their clock", "429 | Date: today | Retry-After: Fri, 15 Jan 2027 08:00:10 GMT", For(RetryAfter, 10.0), 0),

    ("Shopify", "429 | Retry-After: 2.0", For(RetryAfter, 2.0), 0),
    ("a fraction", "429 | Retry-After: 0.25", For(RetryAfter, 1.0), 0),
    ("a fraction", "429 | Retry-After: 2.5", For(RetryAfter, 3.0), 0),
    ("UTC", "429 | Retry-After: Fri, 15 Jan 2027 08:00:10 UTC", For(RetryAfter, 10.0), 0),
    ("an offset", "429 | Retry-After: Fri, 15 Jan 2027 08:00:10 +0000", For(RetryAfter, 10.0), 0),
    ("ISO 8601", "429 | Retry-After: 2027-01-15T08:00:10Z", For(RetryAfter, 10.0), 0),
    ("ISO 8601", "429 | Retry-After: 2027-01-15T10:00:09.5+02:00", For(RetryAfter, 10.0), 0),
    ("malformed", "429 | Retry-After: 2.", Vague, 1),
    ("malformed", "429 | Retry-After: -1", Vague, 1),
    ("malformed", "429 | Retry-After: +1", Vague, 1),
    ("malformed", "429 | Retry-After: 1e3", Vague, 1),
    ("malformed", "429 | Retry-After: 5, 9", Vague, 1),
    ("malformed", "429 | Retry-After: 5s", Vague, 1),
    ("malformed", "429 | Retry-After:", Vague, 1),
    ("malformed", "429 | Retry-After: \u{b2}", Vague, 1),
    ("malformed", "429 | Retry-After: \u{e9}t\u{e9}", Vague, 1),
    ("malformed", "503 | Retry-After: soon", Fine, 1),
    ("malformed", "403 | Retry-After: soon", Fine, 1),

    ("Azure", "429 | x-ms-retry-after-ms: 480", For(RetryAfterMs, 0.48), 0),
    ("Azure", "503 | x-ms-retry-after-ms: 480", For(RetryAfterMs, 0.48), 0),
    ("OpenAI", "429 | retry-after-ms: 1250.5", For(RetryAfterMs, 1.2505), 0),
    ("Azure", "429 | Retry-After: 1 | retry-after-ms: 480", For(RetryAfter, 1.0), 0),
    ("Azure", "429 | Retry-After: 0 | retry-after-ms: 480", For(RetryAfterMs, 0.48), 0),
    ("Azure", "429 | Retry-After-Ms: -5", Vague, 1),

    ("draft 10", r#"429 | RateLimit: "default";r=0;t=5"#, For(RateLimit, 5.0), 0),
    ("draft 10", r#"429 | RateLimit: "default";r=0;t=0"#, For(RateLimit, 0.0), 0),
    ("draft 10", r#"429 | RateLimit: "burst";r=0;t=5, "daily";r=0;t=600"#, For(RateLimit, 600.0), 0),
    ("draft 10", r#"429 | RateLimit: "burst";r=0;t=5, "daily";r=9;t=600"#, For(RateLimit, 5.0), 0),
    ("draft 10", r#"429 | RateLimit: "burst";r=0;t=5 | RateLimit: "daily";r=0;t=60"#, For(RateLimit, 60.0), 0),
    ("draft 10", r#"429 | RateLimit: "default"; r=0; t=5; pk=:c2VjcmV0:;acme=?1"#, For(RateLimit, 5.0), 0),
    ("draft 10", r#"429 | RateLimit: "default";r=3;t=5"#, Vague, 0),
    ("draft 10", r#"429 | RateLimit: "default";r=0"#, Vague, 0),
    ("draft 10", r#"403 | RateLimit: "default";r=0;t=5"#, For(RateLimit, 5.0), 0),
    ("draft 10", r#"503 | RateLimit: "default";r=0;t=5"#, Fine, 0),
    ("draft 10", r#"429 | Retry-After: 1 | RateLimit: "default";r=0;t=7"#, For(RetryAfter, 1.0), 0),
    ("draft 10", r#"429 | Retry-After: soon | RateLimit: "default";r=0;t=7"#, For(RateLimit, 7.0), 1),
    ("draft 10", r#"429 | RateLimit: "default";r=0;t=7 | X-RateLimit-Reset: 9"#, For(RateLimit, 7.0), 0),
    ("draft 10, the last counts", r#"429 | RateLimit: "default";r=9;r=0;t=1;t=5"#, For(RateLimit, 5.0), 0),
    ("draft 8", "429 | RateLimit: default;r=0;t=5", For(RateLimit, 5.0), 0),
    ("draft 8", "429 | RateLimit: default;t=1", For(RateLimit, 1.0), 0),
    ("draft 7", "429 | RateLimit: limit=10, remaining=0, reset=5", For(RateLimit, 5.0), 0),
    ("draft 7", "429 | RateLimit: limit=10, remaining=4, reset=5", Vague, 0),
    ("draft 6", "429 | RateLimit-Limit: 10 | RateLimit-Remaining: 0 | RateLimit-Reset: 5", For(RateLimit, 5.0), 0),
    ("draft 3", "429 | RateLimit-Limit: 10, 10;w=60;comment=\"a, b\" | RateLimit-Reset: 50", For(RateLimit, 50.0), 0),
    ("GitLab", "429 | RateLimit-Remaining: 0 | RateLimit-Reset: 1800000060 | RateLimit-ResetTime: later", For(RateLimit, 60.0), 0),
    ("absurd", r#"429 | RateLimit: "default";r=0;t=999999999999999"#, For(RateLimit, f64::INFINITY), 0),
    ("malformed", r#"429 | RateLimit: "default";r=0;t=1000000000000000"#, Vague, 1),
    ("malformed", r#"429 | RateLimit: "default";r=0;t=-5"#, Vague, 1),
    ("malformed", r#"429 | RateLimit: "default";r=0;t=5.5"#, Vague, 1),
    ("malformed", r#"429 | RateLimit: "default";r=0;t="5""#, Vague, 1),
    ("malformed", r#"429 | RateLimit: "default";r=0;t"#, Vague, 1),
    ("malformed", r#"429 | RateLimit: "default"#, Vague, 1),
    ("malformed", r#"429 | RateLimit: "default";r=0;t=5,"#, Vague, 1),
    ("malformed", r#"429 | RateLimit: "default""#, Vague, 1),
    ("malformed", r#"429 | RateLimit: ("default");r=0;t=5"#, Vague, 1),
    ("malformed", "429 | RateLimit: limit=10", Vague, 1),
    ("malformed", "429 | RateLimit: limit=10, remaining=none, reset=5", Vague, 1),
    ("malformed", "429 | RateLimit:", Vague, 1),
    ("one bad line spoils a field", r#"429 | RateLimit: "a";r=0;t=5 | RateLimit: "b";r="#, Vague, 1),
    ("one bad field spoils no other", r#"429 | RateLimit: "a | X-RateLimit-Reset: 9"#, For(XRateLimit, 9.0), 1),

    ("GitHub", "403 | X-RateLimit-Limit: 60 | X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1800000900 | X-RateLimit-Used: 60 | X-RateLimit-Resource: core", For(XRateLimit, 900.0), 0),
    ("GitHub", "403 | X-RateLimit-Remaining: 4999 | X-RateLimit-Reset: 1800000900", Fine, 0),
    ("GitHub, secondary", "429 | X-RateLimit-Remaining: 4999 | X-RateLimit-Reset: 1800003600", Vague, 0),
    ("GitHub, its clock", "429 | Date: Fri, 15 Jan 2027 08:10:00 GMT | X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1800000900", For(XRateLimit, 300.0), 0),
    ("Twitter", "429 | x-rate-limit-limit: 75 | x-rate-limit-remaining: 0 | x-rate-limit-reset: 1800000015", For(XRateLimit, 15.0), 0),
    ("Reddit", "429 | x-ratelimit-used: 600 | x-ratelimit-remaining: 0.0 | x-ratelimit-reset: 295", For(XRateLimit, 295.0), 0),
    ("Discord", "429 | X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1800000001.25 | X-RateLimit-Bucket: abcd", For(XRateLimit, 1.25), 0),
    ("Discord", "429 | X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1800000090 | X-RateLimit-Reset-After: 1.125", For(XRateLimit, 1.125), 0),
    ("Discord", "429 | X-RateLimit-Remaining: 0 | X-RateLimit-Reset-After: 64.57", For(XRateLimit, 64.57), 0),
    ("Discord, global", "429 | Retry-After: 65 | X-RateLimit-Global: true | X-RateLimit-Scope: user", For(RetryAfter, 65.0), 0),
    ("epoch ms", "429 | X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1800000002500", For(XRateLimit, 2.5), 0),
    ("milliseconds left", "429 | X-RateLimit-Reset: 300000", For(XRateLimit, 300.0), 0),
    ("a day in seconds", "429 | X-RateLimit-Reset: 86400", For(XRateLimit, 86_400.0), 0),
    ("epoch, past", "429 | X-RateLimit-Reset: 1799999999", For(XRateLimit, 0.0), 0),
    ("epoch ms, past", "429 | X-RateLimit-Reset: 1000000000000", For(XRateLimit, 0.0), 0),
    ("HTTP-date", "429 | X-RateLimit-Reset: Fri, 15 Jan 2027 08:00:30 GMT", For(XRateLimit, 30.0), 0),
    ("Vimeo", "429 | X-RateLimit-Reset: 2027-01-15T08:00:30+00:00", For(XRateLimit, 30.0), 0),
    ("Rachio", "429 | X-RateLimit-Reset: 2027-01-15T08:00:30Z", For(XRateLimit, 30.0), 0),
    ("Jira", "429 | X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 2027-01-15T08:01Z", For(XRateLimit, 60.0), 0),
    ("ISO, fraction", "429 | X-RateLimit-Reset: 2027-01-15t08:00:30.5z", For(XRateLimit, 30.5), 0),
    ("ISO, ahead", "429 | X-RateLimit-Reset: 2027-01-15T13:30:30+05:30", For(XRateLimit, 30.0), 0),
    ("ISO, behind", "429 | X-RateLimit-Reset: 2027-01-15T03:00:30-05:00", For(XRateLimit, 30.0), 0),
    ("Brave", "429 | X-RateLimit-Remaining: 0, 14523 | X-RateLimit-Reset: 1, 1419704", For(XRateLimit, 1.0), 0),
    ("Brave", "429 | X-RateLimit-Remaining: 1, 0 | X-RateLimit-Reset: 1, 50000", For(XRateLimit, 50_000.0), 0),
    ("Docker Hub", "429 | ratelimit-limit: 100;w=21600 | ratelimit-remaining: 0;w=21600", Vague, 0),
    ("Shopify", "429 | X-Shopify-Shop-Api-Call-Limit: 40/40 | Retry-After: 2", For(RetryAfter, 2.0), 0),
    ("Kong", "429 | X-RateLimit-Limit-Minute: 5 | X-RateLimit-Remaining-Minute: 0 | RateLimit-Reset: 24", For(RateLimit, 24.0), 0),
    ("nothing remains", "403 | X-RateLimit-Remaining: 0", Vague, 0),
    ("nothing remains", "503 | X-RateLimit-Remaining: 0", Fine, 0),
    ("nothing remains", "200 | X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 5", Fine, 0),
    ("absurd", "429 | X-RateLimit-Reset: 99999999999999999999", For(XRateLimit, f64::INFINITY), 0),
    ("malformed", "429 | X-RateLimit-Reset: -30", Vague, 1),
    ("malformed", "429 | X-RateLimit-Reset: 30.", Vague, 1),
    ("malformed", "429 | X-RateLimit-Reset: 2027-13-15T08:00:30Z", Vague, 1),
    ("malformed", "429 | X-RateLimit-Reset: 2027-01-15T08:00:30+5:30", Vague, 1),
    ("malformed", "429 | X-RateLimit-Reset: \u{ff}\u{80}", Vague, 1),
    ("malformed", "429 | X-RateLimit-Remaining: -1 | X-RateLimit-Reset: 9", For(XRateLimit, 9.0), 1),
    ("malformed", "403 | X-RateLimit-Remaining: none", Fine, 1),
];

#[test]
fn every_wait_is_read_from_the_answer_as_the_server_means_it() {
    for &(who, answer, expected, malformed) in WAITS {
        let notice = parse(answer);
        let wait = match notice.ask {
            None => Fine,
            Some(Ask { wait: None }) => Vague,
            Some(Ask { wait: Some(RetryWait { length: Micros(u64::MAX), source }) }) => For(source, f64::INFINITY),
            Some(Ask { wait: Some(RetryWait { length, source }) }) => For(source, length.as_secs_f64()),
        };
        assert_eq!((wait, notice.malformed), (expected, malformed), "{who}: {answer}");
    }
}

#[test]
fn the_table_has_not_shrunk() {
    assert!(WAITS.len() >= 100, "{}", WAITS.len());
}
