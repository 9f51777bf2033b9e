//! A text that a body must contain, or a regular expression that it must match.
//!
//! Start at [`ExpectedText::parse`].

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;
use regex_lite::Regex;

use crate::text::value_error::ValueError;

/// What a body must contain. Its `Display` and its `Debug` show no secret.
pub struct ExpectedText {
    pattern: Pattern,
    /// The pattern as written, secrets masked.
    shown: Box<str>,
}

enum Pattern {
    Contains(Box<str>),
    Matches(Regex),
}

impl ExpectedText {
    /// Parses a text, or a regular expression between slashes. `masked` is the same without the secrets of the plan.
    ///
    /// # Errors
    ///
    /// The text is empty, or no regular expression.
    pub fn parse(text: &str, masked: &str) -> Result<Self, ValueError> {
        const FIX: &str = "write a text such as `\"welcome\"`, or a regular expression such as `\"/id: [0-9]+/\"`";
        if text.is_empty() {
            return Err(ValueError::new("empty: every body contains that", FIX));
        }
        let pattern = match text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|re| !re.is_empty()) {
            Some(expression) => {
                // The message of the library could quote a secret.
                let wrong = |_| ValueError::new("not a regular expression", FIX);
                Pattern::Matches(Regex::new(expression).map_err(wrong)?)
            }
            None => Pattern::Contains(text.into()),
        };
        Ok(Self { pattern, shown: masked.into() })
    }

    /// Takes a text as it is written, also between slashes. `masked` is the same without the secrets of the plan.
    ///
    /// # Errors
    ///
    /// The text is empty.
    pub fn literal(text: &str, masked: &str) -> Result<Self, ValueError> {
        if text.is_empty() {
            return Err(ValueError::new("empty: every body contains that", "write a text such as `\"welcome\"`"));
        }
        Ok(Self { pattern: Pattern::Contains(text.into()), shown: masked.into() })
    }

    /// Whether it is a regular expression.
    pub fn is_regex(&self) -> bool {
        matches!(self.pattern, Pattern::Matches(_))
    }

    /// Whether a body has it. Bytes that are not UTF-8 only match a regular expression's `.`.
    pub fn is_in(&self, body: &[u8]) -> bool {
        match &self.pattern {
            Pattern::Contains(text) => memmem::find(body, text.as_bytes()).is_some(),
            Pattern::Matches(regex) => {
                let text: Cow<'_, str> = String::from_utf8_lossy(body);
                regex.is_match(&text)
            }
        }
    }
}

impl PartialEq for ExpectedText {
    fn eq(&self, other: &Self) -> bool {
        match (&self.pattern, &other.pattern) {
            (Pattern::Contains(own), Pattern::Contains(other)) => own == other,
            (Pattern::Matches(own), Pattern::Matches(other)) => own.as_str() == other.as_str(),
            (Pattern::Contains(_), Pattern::Matches(_)) | (Pattern::Matches(_), Pattern::Contains(_)) => false,
        }
    }
}

impl fmt::Display for ExpectedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for ExpectedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::ExpectedText;

    #[track_caller]
    fn is_in(expected: &str, body: &[u8]) -> bool {
        ExpectedText::parse(expected, expected).unwrap().is_in(body)
    }

    #[test]
    fn a_text_is_searched_as_it_is_written() {
        assert!(is_in("a.c", b"xa.cx") && !is_in("a.c", b"abc"));
        assert!(is_in("größe", "die größe".as_bytes()));
        assert!(is_in("ok", b"\xff\xfeok\0"));
        // A slash alone, or at one end, makes no expression.
        assert!(is_in("/", b"a/b") && is_in("//", b"a//b") && is_in("/api", b"/api") && !is_in("api/", b"api"));
    }

    #[test]
    fn slashes_make_a_regular_expression() {
        assert!(is_in("/^id: [0-9]+$/", b"id: 12") && !is_in("/^id: [0-9]+$/", b"id: x"));
        assert!(is_in("/(?i)WELCOME/", b"\xff welcome"));
        assert!(is_in("/a/b/", b"xa/bx"));
    }

    #[test]
    fn a_literal_text_is_never_an_expression() {
        let text = ExpectedText::literal("/a.c/", "***").unwrap();
        assert!(text.is_in(b"x/a.c/") && !text.is_in(b"abc") && text.to_string() == "***");
        assert!(ExpectedText::literal("", "").is_err());
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_quoting_it() {
        for text in ["", "/(s3cret/"] {
            let error = ExpectedText::parse(text, text).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
