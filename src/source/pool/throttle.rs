//! Reads what a server says about slowing down.
//!
//! Pure. A malformed field is no field. Start at [`throttled`].

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::event::Micros;

/// Whether this answer asks us to slow down, and for how long, counted from `received`.
///
/// 429 always does (RFC 6585 §4); 503 when it says until when (RFC 9110 §15.6.4); 403 when it does
/// so or reports that nothing remains of a quota, as several large APIs do.
pub fn throttled(status: u16, headers: &HeaderMap, received: SystemTime) -> Option<Ask> {
    let asked = retry_after(headers, received);
    let says_so = match status {
        429 => true,
        503 => asked.is_some(),
        403 => asked.is_some() || has_nothing_left(headers),
        _ => false,
    };
    says_so.then_some(Ask { retry_after: asked })
}

/// A request to slow down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// For how long, where the server said.
    pub retry_after: Option<Micros>,
}

/// `Retry-After` in either of its forms, seconds or HTTP-date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, received: SystemTime) -> Option<Micros> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit mean longer than anything we would wait.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Micros(seconds.saturating_mul(1_000_000)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(received).unwrap_or(Duration::ZERO).into())
}

fn has_nothing_left(headers: &HeaderMap) -> bool {
    headers.get("x-ratelimit-remaining").is_some_and(|value| value.as_bytes().trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderValue};

    use super::{Ask, throttled};
    use crate::event::Micros;

    #[track_caller]
    fn read(status: u16, name: &'static str, value: &str) -> Option<Ask> {
        let received = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        throttled(
            status,
            &HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())]),
            received,
        )
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_ignored_in_any_other() {
        let cases = [
            ("2", Some(2_000_000)),
            (" 120 ", Some(120_000_000)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000_000)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(10_000_000)),
            ("Sun Nov  6 08:49:47 1994", Some(10_000_000)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("2.5", None),
            ("soon", None),
            ("", None),
        ];
        for (value, expected) in cases {
            assert_eq!(read(429, "retry-after", value), Some(Ask { retry_after: expected.map(Micros) }), "{value:?}");
        }
    }

    #[test]
    fn a_403_or_503_is_throttling_only_when_it_says_so() {
        assert_eq!(read(503, "retry-after", "1"), Some(Ask { retry_after: Some(Micros(1_000_000)) }));
        assert_eq!(read(503, "x-ratelimit-remaining", "0"), None);
        assert_eq!(read(403, "x-ratelimit-remaining", "0"), Some(Ask { retry_after: None }));
        assert_eq!(read(403, "x-ratelimit-remaining", "5"), None);
        assert_eq!(read(200, "retry-after", "1"), None);
    }
}
