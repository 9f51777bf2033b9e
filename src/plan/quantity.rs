//! Parsers of durations, counts, rates, shares and sizes.
//!
//! They only read text. They refuse a number without a unit, zero, and values outside the bounds of
//! [`defaults`]. Start at [`parse_duration`].

use std::time::Duration;

use crate::plan::defaults;
use crate::text::value_error::ValueError;

/// Parses a duration above zero: `250ms`, `2s`, `1m30s`.
pub fn parse_duration(text: &str) -> Result<Duration, ValueError> {
    let text = text.trim();
    if text.parse::<f64>().is_ok() {
        return Err(missing_unit(text));
    }
    let Ok(length) = humantime::parse_duration(text) else {
        return Err(ValueError::new("not a duration", "write one such as `250ms`, `2s` or `1m30s`"));
    };
    if length.is_zero() {
        return Err(ValueError::new("zero", "write a duration such as `250ms`, or leave it out"));
    }
    if length > defaults::MAX_DURATION {
        return Err(ValueError::new("longer than 30 days", "write a shorter time, such as `10m`"));
    }
    Ok(length)
}

/// Parses a duration, or `off` or `0s` for none.
pub fn parse_duration_or_off(text: &str) -> Result<Duration, ValueError> {
    match text.trim() {
        "off" | "0" | "0s" | "0ms" => Ok(Duration::ZERO),
        other => parse_duration(other),
    }
}

/// Returns the error for a duration without a unit.
pub(super) fn missing_unit(number: &str) -> ValueError {
    ValueError::new("a number without a unit", format!("write `{number}ms` or `{number}s`"))
}

/// Parses two durations in ascending order: `500ms..30s`.
pub fn parse_backoff(text: &str) -> Result<(Duration, Duration), ValueError> {
    let wrong = |what: &str| ValueError::new(what, "write the first and the longest wait, such as `500ms..30s`");
    let (from, to) = text.split_once("..").ok_or_else(|| wrong("not a range of times"))?;
    let (from, to) = (parse_duration(from)?, parse_duration(to.trim_start_matches('='))?);
    if from > to {
        return Err(wrong("a range that ends before it starts"));
    }
    Ok((from, to))
}

/// Parses a whole number, with `k` for a thousand and `m` for a million: `500`, `10k`, `1.5m`.
pub fn parse_count(text: &str) -> Result<u64, ValueError> {
    let wrong = || ValueError::new("not a count", "write a whole number such as `500`, `10k` or `1m`");
    let digits = text.trim().replace('_', "");
    let (digits, factor) = match digits.char_indices().last() {
        Some((at, 'k' | 'K')) => (&digits[..at], 1_000),
        Some((at, 'm' | 'M')) => (&digits[..at], 1_000_000),
        _ => (digits.as_str(), 1),
    };
    multiply_exactly(digits, factor).ok_or_else(wrong)
}

/// Parses a number of bytes: `4096`, `64MiB`, `10 MB`.
pub fn parse_size(text: &str) -> Result<u64, ValueError> {
    let wrong = || ValueError::new("not a size", "write one such as `64MiB`, `10MB` or `4096`");
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "kib" => 1 << 10,
        "m" | "mb" => 1_000_000,
        "mib" => 1 << 20,
        "g" | "gb" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    multiply_exactly(&digits.trim().replace('_', ""), factor).ok_or_else(wrong)
}

/// Multiplies a decimal number by a factor. The product must be a whole number.
fn multiply_exactly(digits: &str, factor: u64) -> Option<u64> {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) || digits.ends_with('.') {
        return None;
    }
    let scale = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let rest = if decimals.is_empty() { 0 } else { decimals.parse::<u64>().ok()?.checked_mul(factor)? };
    if rest % scale != 0 {
        return None;
    }
    whole.parse::<u64>().ok()?.checked_mul(factor)?.checked_add(rest / scale)
}

/// Parses a concurrency limit: a count from 1 to 1,000,000.
pub fn parse_limit(text: &str) -> Result<u32, ValueError> {
    check_limit(parse_count(text)?)
}

/// Checks that a count is a valid concurrency limit.
pub(super) fn check_limit(count: u64) -> Result<u32, ValueError> {
    if count == 0 {
        return Err(ValueError::new("zero: nothing would ever start", "write at least 1"));
    }
    if count > defaults::MAX_CONCURRENCY {
        return Err(ValueError::new(
            "more than 1,000,000 at once",
            "write a limit that one machine can handle, such as `1000`",
        ));
    }
    u32::try_from(count).map_err(|_| ValueError::new("too large", "write a smaller number"))
}

/// Parses a rate, and returns the time between two starts: `100/s`, `30/m`, `5/h`, `3/15m`, `1000/day`.
pub fn parse_rate(text: &str) -> Result<Duration, ValueError> {
    let wrong = |what: &str| ValueError::new(what, "write one such as `100/s`, `30/m` or `3/15m`");
    let Some((number, unit)) = text.split_once('/') else {
        return Err(match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => {
                ValueError::new("a number without a unit", format!("write `{number}/s` or `{number}/m`"))
            }
            Ok(_) | Err(_) => wrong("not a rate"),
        });
    };
    let span = span_of_rate(unit.trim()).ok_or_else(|| wrong("a rate without a known unit"))?;
    let number: f64 = number.trim().parse().map_err(|_| wrong("not a rate"))?;
    if !number.is_finite() {
        return Err(wrong("not a rate"));
    }
    if number <= 0.0 {
        return Err(wrong("zero or less: nothing would ever start"));
    }
    let gap = Duration::try_from_secs_f64(span / number).unwrap_or(Duration::MAX);
    if gap > defaults::MAX_DURATION {
        return Err(wrong("less than one start in 30 days"));
    }
    if gap < Duration::from_micros(1) {
        return Err(wrong("more than 1,000,000 starts per second"));
    }
    Ok(gap)
}

/// Returns the seconds of a unit, or of a time such as `15m`.
fn span_of_rate(text: &str) -> Option<f64> {
    let unit = |text: &str| match text {
        "s" | "sec" | "second" | "seconds" => Some(1.0),
        "m" | "min" | "minute" | "minutes" => Some(60.0),
        "h" | "hour" | "hours" => Some(3600.0),
        "d" | "day" | "days" => Some(86_400.0),
        _ => None,
    };
    unit(text).or_else(|| parse_duration(text).ok().map(|span| span.as_secs_f64()))
}

/// Returns the value of an upper bound: `< 1%` gives `1%`.
fn upper_bound<'t>(text: &'t str, example: &str) -> Result<&'t str, ValueError> {
    match text.trim().strip_prefix('<') {
        Some(bound) if !bound.starts_with('=') => Ok(bound.trim()),
        _ => Err(ValueError::new("not an upper bound", format!("write one such as `{example}`"))),
    }
}

/// Parses an upper bound on a share of jobs: `< 1%` gives 0.01.
pub fn parse_share_below(text: &str) -> Result<f64, ValueError> {
    let wrong = |what: &str| ValueError::new(what, "write a share such as `< 1%`");
    let percent = upper_bound(text, "< 1%")?.strip_suffix('%').ok_or_else(|| wrong("a number without a unit"))?;
    let percent: f64 = percent.trim().parse().map_err(|_| wrong("not a share"))?;
    if !(percent > 0.0 && percent <= 100.0) {
        return Err(ValueError::new(
            "not between 0 % and 100 %",
            "write a share such as `< 1%`; without it no job may fail",
        ));
    }
    Ok(percent / 100.0)
}

/// Parses a share: `20%` gives 0.2.
pub fn parse_share(text: &str) -> Result<f64, ValueError> {
    let wrong = |what: &str| ValueError::new(what, "write a share such as `20%`");
    let percent = text.trim().strip_suffix('%').ok_or_else(|| wrong("a number without a unit"))?;
    let percent: f64 = percent.trim().parse().map_err(|_| wrong("not a share"))?;
    if (0.0..=100.0).contains(&percent) { Ok(percent / 100.0) } else { Err(wrong("not between 0 % and 100 %")) }
}

/// Parses an upper bound on a duration: `< 1s`.
pub fn parse_duration_below(text: &str) -> Result<Duration, ValueError> {
    parse_duration(upper_bound(text, "< 1s")?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        parse_backoff, parse_count, parse_duration, parse_duration_below, parse_duration_or_off, parse_limit,
        parse_rate, parse_share, parse_share_below, parse_size,
    };

    #[test]
    fn a_number_without_a_unit_is_refused_and_two_fixes_are_offered() {
        let wrong = parse_duration("250").unwrap_err();
        assert_eq!(wrong.to_string(), "a number without a unit: write `250ms` or `250s`");
        assert_eq!(parse_duration("1m30s").unwrap(), Duration::from_secs(90));
    }

    #[test]
    fn a_wait_can_be_turned_off() {
        for text in ["off", "0s", "0"] {
            assert_eq!(parse_duration_or_off(text).unwrap(), Duration::ZERO, "{text}");
        }
        assert_eq!(parse_duration_or_off("1ms").unwrap(), Duration::from_millis(1));
        assert!(parse_duration_or_off("no").is_err() && parse_duration_or_off("5").is_err());
    }

    #[test]
    fn unusable_durations_are_refused() {
        for text in ["0s", "", "soon", "99years", "-1s", "NaN"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_accept_thousands_and_millions() {
        for (text, count) in [("500", 500), ("10k", 10_000), ("1m", 1_000_000), ("1.5k", 1500), ("1_000", 1000)] {
            assert_eq!(parse_count(text).unwrap(), count, "{text}");
        }
        for text in ["", "k", "-1", "1.5", "1.0005k", "10kk", "1e3", "99999999999999999999", "1."] {
            assert!(parse_count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_are_above_zero_and_at_most_a_million() {
        assert_eq!(parse_limit("1m").unwrap(), 1_000_000);
        assert!(parse_limit("0").is_err());
        assert!(parse_limit("1000000000").is_err());
    }

    #[test]
    fn a_rate_is_the_time_between_two_starts() {
        assert_eq!(parse_rate("100/s").unwrap(), Duration::from_millis(10));
        assert_eq!(parse_rate("30/m").unwrap(), Duration::from_secs(2));
        assert_eq!(parse_rate("5/h").unwrap(), Duration::from_secs(720));
        assert_eq!(parse_rate("3/15m").unwrap(), Duration::from_secs(300));
        assert_eq!(parse_rate("10 / 1m30s").unwrap(), Duration::from_secs(9));
        assert_eq!(parse_rate("1/day").unwrap(), Duration::from_secs(86_400));
        for text in ["0/s", "NaN/s", "inf/s", "-1/s", "5", "5/15", "5/0s", "5/week", "fast", "1e9/s", "1e-300/h"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bound_is_an_upper_bound_with_a_unit() {
        assert!((parse_share_below("< 1%").unwrap() - 0.01).abs() < 1e-12);
        assert_eq!(parse_duration_below("<1s").unwrap(), Duration::from_secs(1));
        assert!((parse_share("20 %").unwrap() - 0.2).abs() < 1e-12);
        for text in ["20", "-1%", "101%", "NaN%", "much"] {
            assert!(parse_share(text).is_err(), "{text}");
        }
        for text in ["1%", "< 1", "<= 1%", "< 0%", "< 101%", "< NaN%"] {
            assert!(parse_share_below(text).is_err(), "{text}");
        }
        assert!(parse_duration_below("> 1s").is_err());
    }

    #[test]
    fn sizes_and_backoffs_are_parsed() {
        assert_eq!(parse_size("64MiB").unwrap(), 64 << 20);
        assert_eq!(parse_size("1.5 kB").unwrap(), 1500);
        assert!(parse_size("many").is_err());
        assert_eq!(parse_backoff("500ms..30s").unwrap(), (Duration::from_millis(500), Duration::from_secs(30)));
        assert!(parse_backoff("30s..1s").is_err());
        assert!(parse_backoff("5s").is_err());
    }
}
