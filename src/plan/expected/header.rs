//! A header that an answer must have.
//!
//! Start at [`ExpectedHeader::parse`].

use std::fmt;

use http::{HeaderMap, HeaderName};

use crate::plan::expected::text::ExpectedText;
use crate::text::secret_name::is_secret_header;
use crate::text::value_error::ValueError;

/// A header, and what one of its values must contain. Its `Display` and its `Debug` show no secret.
#[derive(PartialEq)]
pub struct ExpectedHeader {
    name: HeaderName,
    value: ExpectedText,
}

/// What an answer has instead of the expected header.
#[derive(Debug, PartialEq, Eq)]
pub enum OtherHeader {
    /// No such header.
    Missing,
    /// These values; foreign text.
    Values(String),
}

impl ExpectedHeader {
    /// Parses a name, and a text or a regular expression between slashes. `masked` is the same without the secrets of
    /// the plan.
    ///
    /// # Errors
    ///
    /// The name or the value is none.
    pub fn parse(name: &str, value: &str, masked: &str) -> Result<Self, ValueError> {
        let wrong = |_| ValueError::new("not a header name", "write one such as `content-type`");
        let name = HeaderName::try_from(name).map_err(wrong)?;
        Ok(Self { name, value: ExpectedText::parse(value, masked)? })
    }

    /// What an answer has instead of it, if it has not this header.
    pub fn find_other(&self, headers: &HeaderMap) -> Option<OtherHeader> {
        let values: Vec<&[u8]> = headers.get_all(&self.name).iter().map(http::HeaderValue::as_bytes).collect();
        if values.is_empty() {
            return Some(OtherHeader::Missing);
        }
        let shown = || values.iter().map(|value| String::from_utf8_lossy(value)).collect::<Vec<_>>().join(", ");
        (!values.iter().any(|value| self.value.is_in(value))).then(|| OtherHeader::Values(shown()))
    }

    /// Its name.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// What a value must contain.
    pub fn value(&self) -> &ExpectedText {
        &self.value
    }

    /// Whether its values must not be shown.
    pub fn is_secret(&self) -> bool {
        is_secret_header(self.name.as_str())
    }
}

impl fmt::Display for ExpectedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}

impl fmt::Debug for ExpectedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{ExpectedHeader, OtherHeader};

    #[test]
    fn one_of_the_values_must_contain_the_text_or_match_the_expression() {
        let mut headers = HeaderMap::new();
        for value in ["accept", "origin"] {
            headers.append(HeaderName::from_static("vary"), HeaderValue::from_static(value));
        }
        let other = |name: &str, value: &str| ExpectedHeader::parse(name, value, value).unwrap().find_other(&headers);
        assert_eq!(other("Vary", "origin"), None);
        assert_eq!(other("vary", "/^acc/"), None);
        assert_eq!(other("vary", "cookie"), Some(OtherHeader::Values("accept, origin".to_owned())));
        assert_eq!(other("etag", "x"), Some(OtherHeader::Missing));
        assert!(ExpectedHeader::parse("a b", "x", "x").is_err());
    }
}
