//! The parsers of numbers, dates and durations in throttle fields.
//!
//! A number that is too large becomes the maximum. Signs, exponents and inner blanks are errors.
//! Start at [`reset`].

use std::time::{Duration, SystemTime};

use crate::event::Micros;

const MICROS: u64 = 1_000_000;
/// The longest countdown in seconds. A larger number is in milliseconds.
const DAY: u64 = 86_400;
/// The first number of seconds of the epoch: September 2001. As milliseconds, it would be eleven days.
const FIRST_EPOCH_SECONDS: u64 = 1_000_000_000;
/// The first number of milliseconds of the epoch: March 1973. As seconds, it would be the year 5138.
const FIRST_EPOCH_MILLIS: u64 = 100_000_000_000;

/// Parses `X-RateLimit-Reset`, and returns the time until the quota is full again.
///
/// Its forms are: seconds left (Reddit), milliseconds left, seconds of the epoch (GitHub, Twitter; with fractions
/// Discord), milliseconds of the epoch, an HTTP-date, an ISO date (Vimeo, Jira). The size of a number shows its
/// form.
pub fn reset(text: &str, now: SystemTime) -> Option<Micros> {
    let Some(scaled) = scaled(text) else { return date(text).map(|at| left(at, now)) };
    if scaled == u64::MAX {
        return Some(Micros(u64::MAX));
    }
    let epoch = |since: u64| Micros(since) - since_epoch(now);
    Some(match scaled / MICROS {
        0..=DAY => Micros(scaled),
        whole if whole < FIRST_EPOCH_SECONDS => Micros(scaled / 1000),
        whole if whole < FIRST_EPOCH_MILLIS => epoch(scaled),
        _ => epoch(scaled / 1000),
    })
}

/// Parses `Retry-After`: seconds or an HTTP-date (RFC 9110 §10.2.3).
///
/// The standard has whole seconds only, but Shopify sends `2.0`. Other forms of dates are read, too. A number that is
/// too large names no moment.
pub fn retry_after(text: &str, now: SystemTime) -> Option<Micros> {
    let wait = seconds(text).or_else(|| any_date(text).map(|at| left(at, now))).map(whole_seconds);
    wait.filter(|wait| *wait < Micros(u64::MAX))
}

/// Rounds up to a second, because a server that counts whole seconds refuses what comes earlier.
fn whole_seconds(wait: Micros) -> Micros {
    Micros(wait.0.checked_next_multiple_of(MICROS).unwrap_or(u64::MAX))
}

/// Parses a date in any form that servers send: of HTTP, with another name of its zone, or ISO 8601.
fn any_date(text: &str) -> Option<SystemTime> {
    let zone = [" UTC", " +0000", " -0000", " Z"].into_iter().find_map(|zone| text.strip_suffix(zone));
    date(text).or_else(|| http_date(&format!("{} GMT", zone?)))
}

/// Parses seconds, with an optional fraction.
pub fn seconds(text: &str) -> Option<Micros> {
    scaled(text).map(Micros)
}

/// Parses milliseconds, with an optional fraction.
pub fn millis(text: &str) -> Option<Micros> {
    scaled(text).map(|micros| Micros(micros / 1000))
}

/// Parses a count. Reddit writes it with a fraction.
pub fn count(text: &str) -> Option<u64> {
    let (whole, fraction) = halves(text)?;
    is_digits(fraction).then(|| number(whole))
}

/// Parses a date in one of the three forms of RFC 9110 §5.6.7.
pub fn http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

fn date(text: &str) -> Option<SystemTime> {
    http_date(text).or_else(|| iso_date(text))
}

/// Parses a date of RFC 3339 §5.6. Jira omits the seconds. Others omit the zone, which then is UTC.
fn iso_date(text: &str) -> Option<SystemTime> {
    let text = text.is_ascii().then(|| text.to_ascii_uppercase())?;
    let (local, ahead, behind) = match text.as_bytes() {
        [.., b'Z'] => (&text[..text.len() - 1], 0, 0),
        [.., sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let two = |tens: u8, ones: u8| {
                (tens.is_ascii_digit() && ones.is_ascii_digit())
                    .then(|| u64::from(tens - b'0') * 10 + u64::from(ones - b'0'))
            };
            let (hours, minutes) = (two(*h1, *h2)?, two(*m1, *m2)?);
            let zone = hours * 3600 + minutes * 60;
            let (ahead, behind) = if *sign == b'+' { (zone, 0) } else { (0, zone) };
            (&text[..text.len() - 6], ahead, behind)
        }
        _ => (text.as_str(), 0, 0),
    };
    let whole = if local.len() == "2027-01-15T08:00".len() { format!("{local}:00") } else { local.to_owned() };
    let at = humantime::parse_rfc3339_weak(&whole).ok()?;
    at.checked_sub(Duration::from_secs(ahead))?.checked_add(Duration::from_secs(behind))
}

/// Returns the time from `now` until `at`; zero if `at` has passed.
fn left(at: SystemTime, now: SystemTime) -> Micros {
    at.duration_since(now).unwrap_or(Duration::ZERO).into()
}

fn since_epoch(at: SystemTime) -> Micros {
    left(at, SystemTime::UNIX_EPOCH)
}

/// Parses a number with an optional fraction, in millionths.
fn scaled(text: &str) -> Option<u64> {
    let (whole, fraction) = halves(text)?;
    let mut millionths = 0;
    let digits = fraction.bytes().chain(std::iter::repeat(b'0'));
    for digit in digits.take(6) {
        millionths = millionths * 10 + u64::from(digit.checked_sub(b'0')?);
    }
    is_digits(fraction).then(|| number(whole).saturating_mul(MICROS).saturating_add(millionths))
}

/// Splits a number at the decimal point.
fn halves(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(halves) => halves,
        None => (text, "0"),
    };
    (!whole.is_empty() && is_digits(whole)).then_some((whole, fraction))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Parses digits. A number that is too large becomes the maximum.
fn number(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}
