//! Whether cookies are kept, and for how long, as set by a plan or a flag.
//!
//! It only parses the word. Start at [`parse_cookie_mode`].

use crate::text::value_error::ValueError;

/// Whether cookies are kept, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CookieMode {
    /// They are ignored.
    #[default]
    Off,
    /// Each job has its own, over its redirects and retries.
    Row,
    /// All jobs of the run share them.
    Run,
}

impl CookieMode {
    /// The word in a plan.
    pub fn label(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Row => "row",
            Self::Run => "run",
        }
    }
}

/// Parses `run`, `row` or `off`.
pub fn parse_cookie_mode(text: &str) -> Result<CookieMode, ValueError> {
    let modes = [CookieMode::Off, CookieMode::Row, CookieMode::Run];
    let wrong = || ValueError::new("not a way to keep cookies", "write `run`, `row` or `off`");
    modes.into_iter().find(|mode| mode.label() == text).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::{CookieMode, parse_cookie_mode};

    #[test]
    fn cookies_are_kept_in_one_of_three_ways() {
        assert_eq!(
            ["run", "row", "off"].map(parse_cookie_mode),
            [Ok(CookieMode::Run), Ok(CookieMode::Row), Ok(CookieMode::Off)]
        );
        assert_eq!(
            parse_cookie_mode("on").unwrap_err().to_string(),
            "not a way to keep cookies: write `run`, `row` or `off`"
        );
    }
}
