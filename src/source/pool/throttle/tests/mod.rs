//! Answers of existing servers, and of some that should not exist, are parsed correctly.
//!
//! An answer is written `status | field: value | …`. It is received at [`NOW`]. Start at any test's name.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};

use crate::event::Micros;
use crate::plan::statuses::Throttled;
use crate::source::pool::throttle::{Hint, Notice, Remaining, read};

/// Friday, 15 January 2027, 08:00:00 UTC.
const NOW: u64 = 1_800_000_000;

mod waits;

#[test]
fn policies_give_hints_in_answers_of_any_status() {
    let (minute, hour, day) = (60, 3600, 86_400);
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[Hint])] = &[
        ("nothing", "200", &[]),
        ("draft 10", r#"200 | RateLimit-Policy: "default";q=100;w=60"#, &[per(100, minute)]),
        ("draft 10", r#"200 | RateLimit-Policy: "default";q=100;w=60;qu="requests";pk=:YWJj:"#, &[per(100, minute)]),
        ("draft 10", r#"200 | RateLimit-Policy: "slots";q=12;qu="concurrent-requests""#, &[Hint::AtOnce(12)]),
        ("draft 10", r#"200 | RateLimit-Policy: "slots";q=12;qu="concurrent-requests", "rate";q=9;w=1"#, &[Hint::AtOnce(12), per(9, 1)]),
        ("the fewest slots", r#"200 | RateLimit-Policy: "a";q=12;qu="concurrent-requests", "b";q=4;qu="concurrent-requests""#, &[Hint::AtOnce(4)]),
        ("absurdly many slots", r#"200 | RateLimit-Policy: "a";q=999999999999999;qu="concurrent-requests""#, &[Hint::AtOnce(u32::MAX)]),
        ("other units", r#"200 | RateLimit-Policy: "bytes";q=100000;w=60;qu="content-bytes""#, &[]),
        ("no window", r#"200 | RateLimit-Policy: "default";q=100"#, &[]),
        ("no quota to pace by", r#"200 | RateLimit-Policy: "a";q=0;w=60, "b";q=0;qu="concurrent-requests""#, &[]),
        ("the lowest rate", r#"200 | RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400"#, &[per(1000, day)]),
        ("the one named", r#"200 | RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400 | RateLimit: "burst";r=7;t=30"#, &[per(100, minute)]),
        ("the one that runs out", r#"200 | RateLimit-Policy: "burst";q=100;w=60, "hourly";q=900;w=3600 | RateLimit: "burst";r=80;t=9, "hourly";r=2;t=30"#, &[per(900, hour)]),
        ("the same partition", r#"200 | RateLimit-Policy: "a";q=1;w=1;pk=:YQ==:, "a";q=5;w=1;pk=:Yg==: | RateLimit: "a";r=1;pk=:Yg==:"#, &[per(5, 1)]),
        ("draft 8", "200 | RateLimit-Policy: default;l=100;w=60", &[per(100, minute)]),
        ("draft 7", "200 | RateLimit-Policy: 10;w=1, 100;w=60;name=\"fast\"", &[per(100, minute)]),
        ("draft 3", "200 | RateLimit-Limit: 100, 100;w=60", &[per(100, minute)]),
        ("Docker Hub", "200 | ratelimit-limit: 100;w=21600", &[per(100, 6 * hour)]),
        ("Brave", "200 | X-RateLimit-Policy: 1;w=1, 15000;w=2592000", &[per(15_000, 30 * day)]),
        ("Kong", "200 | X-RateLimit-Limit-Second: 5 | X-RateLimit-Limit-Hour: 10000", &[per(10_000, hour)]),
        ("Sentry", "200 | X-Sentry-Rate-Limit-ConcurrentLimit: 25", &[Hint::AtOnce(25)]),
        ("the standard first", r#"200 | X-RateLimit-Limit-Second: 5 | RateLimit-Policy: "a";q=9;w=1"#, &[per(9, 1)]),
        ("malformed", r#"200 | RateLimit-Policy: "a";w=60"#, &[]),
        ("malformed", r#"200 | RateLimit-Policy: "a";q=9;w=0"#, &[]),
        ("malformed", r#"200 | RateLimit-Policy: "a";q=-9;w=1"#, &[]),
        ("malformed", r#"200 | RateLimit-Policy: "a";q=9;w=1, "b""#, &[]),
        ("malformed", r#"200 | RateLimit-Policy: "a";q=9;w=1;qu=7"#, &[]),
        ("malformed", "200 | RateLimit-Policy: 1.5;w=1", &[]),
    ];
    for &(which, answer, expected) in cases {
        let notice = parse(answer);
        assert_eq!(notice.hints, expected, "{which}: {answer}");
        assert_eq!(notice.malformed, u32::from(which == "malformed"), "{answer}");
        assert_eq!(notice.ask, None, "{answer}");
    }
}

/// Requests, and seconds until the reset.
type RemainingQuota = (u64, Option<u64>);

#[test]
fn the_remaining_quota_is_read_from_answers_of_any_status() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, Option<RemainingQuota>)] = &[
        ("nothing", "200", None),
        ("draft 10", r#"200 | RateLimit: "default";r=50;t=30"#, Some((50, Some(30)))),
        ("draft 10, no reset", r#"200 | RateLimit: "default";r=50"#, Some((50, None))),
        ("draft 10, least", r#"200 | RateLimit: "a";r=50;t=30, "b";r=9;t=600"#, Some((9, Some(600)))),
        ("draft 10, equals", r#"200 | RateLimit: "a";r=9;t=30, "b";r=9;t=600, "c";r=9"#, Some((9, Some(600)))),
        ("draft 10, bytes", r#"200 | RateLimit-Policy: "b";q=9;qu="content-bytes" | RateLimit: "a";r=50;t=30, "b";r=9;t=600"#, Some((50, Some(30)))),
        ("draft 7", "200 | RateLimit: limit=100, remaining=50, reset=5", Some((50, Some(5)))),
        ("draft 6", "200 | RateLimit-Remaining: 7 | RateLimit-Reset: 5", Some((7, Some(5)))),
        ("GitHub", "200 | X-RateLimit-Remaining: 4999 | X-RateLimit-Reset: 1800000900", Some((4999, Some(900)))),
        ("Reddit", "200 | x-ratelimit-remaining: 598.0 | x-ratelimit-reset: 295", Some((598, Some(295)))),
        ("Brave", "200 | X-RateLimit-Remaining: 1, 14523 | X-RateLimit-Reset: 1, 50000", Some((1, Some(1)))),
        ("Kong", "200 | X-RateLimit-Remaining-Second: 4 | X-RateLimit-Remaining-Hour: 900", Some((4, None))),
        ("Docker Hub", "200 | ratelimit-remaining: 76;w=21600", Some((76, None))),
        ("Shopify", "200 | X-Shopify-Shop-Api-Call-Limit: 32/40", Some((8, None))),
        ("Shopify, overfull", "200 | X-Shopify-Shop-Api-Call-Limit: 42/40", Some((0, None))),
        ("absurd", "200 | X-RateLimit-Remaining: 18446744073709551616", Some((u64::MAX, None))),
        ("the standard first", r#"200 | X-RateLimit-Remaining: 1 | RateLimit: "a";r=2"#, Some((2, None))),
        ("malformed", "200 | X-RateLimit-Remaining: -1", None),
        ("malformed", "200 | X-Shopify-Shop-Api-Call-Limit: 32", None),
        ("malformed", "200 | X-RateLimit-Remaining-Day: many", None),
    ];
    for &(which, answer, expected) in cases {
        let notice = parse(answer);
        let second = |seconds| Micros(seconds * 1_000_000);
        let expected = expected.map(|(requests, resets)| Remaining { requests, resets: resets.map(second) });
        assert_eq!(notice.remaining, expected, "{which}: {answer}");
        assert_eq!(notice.malformed, u32::from(which == "malformed"), "{answer}");
    }
}

#[test]
fn a_field_that_is_too_long_is_not_parsed() {
    let long = format!("200 | RateLimit: {}\"a\";r=1", "\"a\";r=1, ".repeat(500));
    assert_eq!(parse(&long), Notice { malformed: 1, ..Notice::default() });
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_fail(
        status in prop::sample::select(vec![200_u16, 403, 429, 503]),
        fields in prop::collection::vec((prop::sample::select(NAMES), value()), 0..6),
        since_epoch in any::<u32>(),
    ) {
        let received = SystemTime::UNIX_EPOCH + Duration::from_secs(since_epoch.into());
        let fields: Vec<_> = fields
            .iter()
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_bytes(value).ok()?)))
            .collect();
        let n_fields = fields.len();
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name, value);
        }
        let notice = read(status, &headers, received, Throttled::Inferred);
        assert!(notice.malformed as usize <= n_fields);
        assert!(notice.hints.len() <= 2);
        assert!(status != 200 || notice.ask.is_none());
    }
}

const NAMES: &[&str] = &[
    "date",
    "retry-after",
    "retry-after-ms",
    "x-ms-retry-after-ms",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-rate-limit-reset",
    "x-ratelimit-reset-after",
    "x-ratelimit-limit-minute",
    "x-ratelimit-remaining-hour",
    "x-ratelimit-",
    "x-shopify-shop-api-call-limit",
    "x-sentry-rate-limit-concurrentlimit",
];

/// Arbitrary bytes, and valid values with one byte changed or the end cut.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let sound = prop::sample::select(vec![
        "Fri, 15 Jan 2027 08:00:10 GMT",
        "Wednesday, 15-Jan-27 08:00:10 GMT",
        "Fri Jan  5 08:00:10 2027",
        "2027-01-15T13:30:30.123456789+05:30",
        "1970-01-01T00:00Z",
        "9999-12-31T23:59:59-23:59",
        "18446744073709551615.999999",
        "limit=10, remaining=0, reset=5",
        r#""a";q=100;w=60;qu="concurrent-requests";pk=:YQ==:, b;q=1;w=2, 3;w=4"#,
        r#""a";r=0;t=999999999999999, b;r=1"#,
        "0, 14523;w=7",
        "32/40",
    ]);
    let bent = (sound, any::<prop::sample::Index>(), any::<u8>(), any::<prop::sample::Index>());
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        "[0-9.,;:=+\"a-z-]{0,30}".prop_map(String::into_bytes),
        bent.prop_map(|(sound, at, byte, end)| {
            let mut bytes = sound.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes.truncate(end.index(sound.len() * 3) + 1);
            bytes
        }),
    ]
}

fn per(quota: u64, seconds: u64) -> Hint {
    Hint::PerWindow { quota, window: Micros(seconds * 1_000_000) }
}

/// Reads `status | field: value | …`; a character is the byte with its number.
#[track_caller]
fn parse(answer: &str) -> Notice {
    let mut parts = answer.split(" | ");
    let status = parts.next().unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for field in parts {
        let (name, value) = field.split_once(':').unwrap();
        let bytes: Vec<u8> = value.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(&bytes).unwrap());
    }
    read(status, &headers, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW), Throttled::Inferred)
}
