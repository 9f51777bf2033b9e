//! How long an attempt may take, as a plan says it: a length of time, or so many times what is usual.
//!
//! Pure. Start at [`parse_patience`].

use std::time::Duration;

use crate::plan::quantity::parse_duration;
use crate::text::value_error::ValueError;

/// How long to wait for one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Patience {
    /// So long.
    Fixed(Duration),
    /// So many times what its endpoint usually takes, and the default at most.
    TimesMedian(f64),
}

/// A length of time, or a multiple of the median such as `5x median`.
pub fn parse_patience(text: &str) -> Result<Patience, ValueError> {
    let Some(times) = text.trim().strip_suffix("median") else { return parse_duration(text).map(Patience::Fixed) };
    let wrong = |what: &str| ValueError::new(what, "write how many times the median, such as `5x median`");
    let times = times.trim_end().strip_suffix('x').ok_or_else(|| wrong("no multiple of the median"))?;
    let times: f64 = times.trim_end().parse().map_err(|_| wrong("no multiple of the median"))?;
    if (2.0..=1_000.0).contains(&times) {
        Ok(Patience::TimesMedian(times))
    } else if times < 2.0 {
        Err(ValueError::new("so tight that it would end ordinary attempts", "write `2x median` or more"))
    } else {
        Err(wrong("beyond 1000 times the median"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Patience, parse_patience};

    #[test]
    fn an_attempt_may_take_so_long_or_so_many_times_the_median() {
        assert_eq!(parse_patience("10s"), Ok(Patience::Fixed(Duration::from_secs(10))));
        for text in ["5x median", "5 x median", "5xmedian", " 5.0x  median"] {
            assert_eq!(parse_patience(text), Ok(Patience::TimesMedian(5.0)), "{text}");
        }
        for text in ["5 median", "median", "x median", "1x median", "2000x median", "NaNx median", "-5x median", "5"] {
            assert!(parse_patience(text).is_err(), "{text}");
        }
    }
}
