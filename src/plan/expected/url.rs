//! The final address that a job must reach: one URL, or all that start with it.
//!
//! Start at [`ExpectedUrl::parse`].

use std::fmt;

use url::Url;

use crate::text::secret::{mask_queries, remove_users};
use crate::text::value_error::ValueError;

/// An expected address. Its `Display` and its `Debug` show no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ExpectedUrl {
    url: Url,
    /// Whether any text may follow.
    is_start: bool,
    /// As written, secrets masked.
    shown: Box<str>,
}

impl ExpectedUrl {
    /// Parses a URL that may end in `*`. `masked` is the same text without the secret values of the plan.
    ///
    /// It is normalised like the URLs of requests, so that `https://a.b*` means `https://a.b/*` and no other host.
    ///
    /// # Errors
    ///
    /// The text is not an http or https URL, or has a `*` or a placeholder elsewhere.
    pub fn parse(text: &str, masked: &str) -> Result<Self, ValueError> {
        let wrong = |problem: &str| {
            ValueError::new(problem, "write a URL such as `https://a.example/me`, or with `*` at its end")
        };
        let (start, is_start) = text.trim().strip_suffix('*').map_or((text.trim(), false), |start| (start, true));
        if start.contains('*') {
            return Err(wrong("a URL with `*` before its end"));
        }
        if start.contains(['{', '}']) {
            return Err(wrong("a URL with a placeholder"));
        }
        let mut url = Url::parse(start).map_err(|_| wrong("not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("not an http or https URL"));
        }
        url.set_fragment(None);
        let shown = mask_queries(&remove_users(masked.trim())).into();
        Ok(Self { url, is_start, shown })
    }

    /// Whether this address is expected. User and password are not compared.
    pub fn matches(&self, address: &Url) -> bool {
        if self.url.origin() != address.origin() {
            return false;
        }
        let [own, other] = [&self.url, address].map(|url| &url[url::Position::BeforePath..url::Position::AfterQuery]);
        if self.is_start { other.starts_with(own) } else { other == own }
    }
}

impl fmt::Display for ExpectedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for ExpectedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::ExpectedUrl;

    #[track_caller]
    fn matches(expected: &str, address: &str) -> bool {
        ExpectedUrl::parse(expected, expected).unwrap().matches(&address.parse().unwrap())
    }

    #[test]
    fn without_a_star_the_whole_address_counts() {
        assert!(matches("https://A.b:443/me", "https://a.b/me"));
        assert!(matches("https://a.b", "https://ann:pw@a.b/"));
        for address in ["https://a.b/me/", "https://a.b/me?x=1", "http://a.b/me", "https://a.b:1/me", "https://c.b/me"]
        {
            assert!(!matches("https://a.b/me", address), "{address}");
        }
    }

    #[test]
    fn a_star_at_the_end_matches_any_rest_of_the_same_origin() {
        assert!(matches("https://a.b*", "https://a.b/me?x=1"));
        assert!(matches("https://a.b/me?*", "https://a.b/me?x=1"));
        for address in ["https://a.b.evil/", "https://a.b:8443/", "https://a.b@evil/"] {
            assert!(!matches("https://a.b*", address), "{address}");
        }
        assert!(!matches("https://a.b/me*", "https://a.b/login"));
    }

    #[test]
    fn other_patterns_are_refused() {
        for text in ["", "*", "/me", "a.b/me", "ftp://a.b/", "https://*.b/", "https://a.b/{id}"] {
            assert!(ExpectedUrl::parse(text, text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_are_masked() {
        let url = "https://ann:pw@a.b/key/me?token=abc*";
        let shown = ExpectedUrl::parse(url, &url.replace("key", "***")).unwrap().to_string();
        assert!(
            ["key", "abc", "pw"].iter().all(|secret| !shown.contains(secret)) && shown.contains("a.b/***/me"),
            "{shown}"
        );
    }
}
