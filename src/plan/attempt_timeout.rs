//! The time-out of one attempt: a duration, or a multiple of the endpoint's median.
//!
//! It only parses text. Start at [`parse_attempt_timeout`].

use std::time::Duration;

use crate::plan::quantity::parse_duration;
use crate::text::value_error::ValueError;

/// The time-out of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttemptTimeout {
    /// A duration.
    Fixed(Duration),
    /// A multiple of the endpoint's median, but no more than the default.
    TimesMedian(f64),
}

/// Parses a duration, or a multiple of the median such as `5x median`.
pub fn parse_attempt_timeout(text: &str) -> Result<AttemptTimeout, ValueError> {
    let Some(times) = text.trim().strip_suffix("median") else {
        return parse_duration(text).map(AttemptTimeout::Fixed);
    };
    let wrong = |what: &str| ValueError::new(what, "write how many times the median, such as `5x median`");
    let times = times.trim_end().strip_suffix('x').ok_or_else(|| wrong("not a multiple of the median"))?;
    let times: f64 = times.trim_end().parse().map_err(|_| wrong("not a multiple of the median"))?;
    if (2.0..=1_000.0).contains(&times) {
        Ok(AttemptTimeout::TimesMedian(times))
    } else if times < 2.0 {
        Err(ValueError::new("too short: it would cut off ordinary attempts", "write `2x median` or more"))
    } else {
        Err(wrong("more than 1000 times the median"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{AttemptTimeout, parse_attempt_timeout};

    #[test]
    fn a_timeout_is_a_duration_or_a_multiple_of_the_median() {
        assert_eq!(parse_attempt_timeout("10s"), Ok(AttemptTimeout::Fixed(Duration::from_secs(10))));
        for text in ["5x median", "5 x median", "5xmedian", " 5.0x  median"] {
            assert_eq!(parse_attempt_timeout(text), Ok(AttemptTimeout::TimesMedian(5.0)), "{text}");
        }
        for text in ["5 median", "median", "x median", "1x median", "2000x median", "NaNx median", "-5x median", "5"] {
            assert!(parse_attempt_timeout(text).is_err(), "{text}");
        }
    }
}
