//! The addresses of jobs: parsed from written text, and shown with secrets masked.
//!
//! Schemes other than `http`, `https` and `practice` are refused; [`bare_address`](crate::text::bare_address) supplies a missing one. This module sends nothing and resolves no name. Start at `Address::resolve`.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use url::Position;

use crate::plan::exact::request_url::RequestUrl;
use crate::text::bare_address::with_scheme;
use crate::text::host_name::PRACTICE_SUFFIX;
use crate::text::sanitize::sanitize;
use crate::text::secret::mask_query;

/// The top-level domain of practice hosts; it resolves to this machine.
pub const PRACTICE: &str = PRACTICE_SUFFIX;

/// The longest part of a row that a message quotes, in characters.
const MAX_QUOTED: usize = 60;

/// The fix for a practice URL without a practice upstream.
pub(in crate::plan) const NO_UPSTREAM: &str = "add `[upstream]` to the plan";

/// How the addresses of a source are read.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::plan) struct AddressRules {
    /// The port of the practice upstream, if there is one.
    pub(in crate::plan) practice_port: Option<u16>,
    /// Whether paths are sent as they are written.
    pub(in crate::plan) path_as_is: bool,
}

/// The target of a job.
#[derive(Clone)]
pub(in crate::plan) struct Address {
    /// Absolute, http or https, without a fragment.
    pub(in crate::plan) url: RequestUrl,
    /// Whether it was written as `practice://`.
    pub(in crate::plan) practice: bool,
}

impl Address {
    /// Parses a URL. Practice URLs go to the practice upstream of this machine.
    pub(in crate::plan) fn resolve(text: &str, rules: AddressRules) -> Result<Self, String> {
        let text = without_comment(text.trim());
        if let Some(rest) = strip_scheme(text, "practice") {
            return Self::practice(text, rest, rules);
        }
        let text = match scheme(text) {
            Some(scheme) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
                // The parser accepts any number of slashes, but the search for credentials does not.
                let rest = text[scheme.len() + 1..].strip_prefix("//");
                if rest.is_none_or(|rest| rest.starts_with(['/', '\\'])) {
                    let scheme = scheme.to_ascii_lowercase();
                    return Err(format!("`{scheme}:` is not followed by two slashes: write `{scheme}://host/path`"));
                }
                Cow::Borrowed(text)
            }
            Some(scheme) => {
                return Err(format!("scheme `{}` is not one of http, https and practice", quoted(scheme)));
            }
            None => Cow::Owned(with_scheme(text).ok_or_else(|| not_an_address(text))?),
        };
        Ok(Self { url: parse(&text, rules.path_as_is)?, practice: false })
    }

    fn practice(text: &str, rest: &str, rules: AddressRules) -> Result<Self, String> {
        let Some(port) = rules.practice_port else {
            return Err(format!("`{}` needs the practice upstream: {NO_UPSTREAM}", quoted(text)));
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        if host.is_empty() {
            return Err(format!("`{}` has no host", quoted(text)));
        }
        if host.contains([':', '@', '[']) {
            return Err(format!("`{}`: a practice host is a name alone", quoted(text)));
        }
        let url = parse(&format!("http://{host}{PRACTICE}:{port}{path}"), rules.path_as_is)?;
        Ok(Self { url, practice: true })
    }

    /// Returns the URL with secrets masked; a practice URL is shown as written.
    pub(in crate::plan) fn masked_url(&self) -> String {
        let shown = self.url.masked();
        if !self.practice {
            return shown;
        }
        let name = practice_name(&self.url);
        let path = shown.find("://").and_then(|at| shown[at + 3..].find(['/', '?']).map(|end| at + 3 + end));
        format!("practice://{name}{}", &shown[path.unwrap_or(shown.len())..])
    }

    /// Returns the host, with its port if that is not the default.
    pub(in crate::plan) fn host_shown(&self) -> String {
        if self.practice {
            return practice_name(&self.url).to_owned();
        }
        let key = self.url.host_key();
        key.split_once("://").map_or("", |(_, host)| host).to_owned()
    }
}

fn practice_name(url: &RequestUrl) -> &str {
    let name = url.host_str().unwrap_or_default();
    name.strip_suffix(PRACTICE).unwrap_or(name)
}

/// Removes user and password from a URL with placeholders, and masks secret query parameters.
pub(in crate::plan) fn mask_written_url(text: &str) -> String {
    let text = &text[..text.find('#').unwrap_or(text.len())];
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find(['/', '?', '\\']).map_or(text.len(), |at| start + at);
    let host = text[start..end].rfind('@').map_or(start, |at| start + at + 1);
    let shown = format!("{}{}", &text[..start], &text[host..]);
    match shown.split_once('?') {
        Some((path, query)) => format!("{path}?{}", mask_query(query)),
        None => shown,
    }
}

/// Whether a URL with placeholders contains a user or a password.
pub(in crate::plan) fn has_credentials(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())].contains('@')
}

/// Shortens a URL for a message, without user, password and query.
pub(in crate::plan) fn quoted(text: &str) -> String {
    let text = &text[..text.find(['?', '#']).unwrap_or(text.len())];
    let start = text.find("://").map_or(0, |at| at + 3);
    let text = match text[start..].rfind('@') {
        Some(at) => format!("{}{}", &text[..start], &text[start + at + 1..]),
        None => text.to_owned(),
    };
    let short: String = text.chars().take(MAX_QUOTED).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("{}{rest}", sanitize(&short))
}

fn parse(text: &str, path_as_is: bool) -> Result<RequestUrl, String> {
    // The parser would accept tabs, line breaks and blanks. In a list they are mistakes.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_plain && text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let what = if text.contains(char::is_whitespace) { "a blank" } else { "a control character" };
        return Err(format!("`{}` has {what} in it", quoted(text)));
    }
    let url = RequestUrl::parse(text, path_as_is).map_err(|why| format!("`{}` is not a URL: {why}", quoted(text)))?;
    if url.host_str().is_none_or(str::is_empty) || url[Position::BeforeHost..Position::AfterHost].is_empty() {
        return Err(format!("`{}` has no host", quoted(text)));
    }
    Ok(url)
}

/// Removes a comment: a `#` after a blank, and the text that follows.
fn without_comment(text: &str) -> &str {
    let is_comment = |at: &usize| text[..*at].ends_with([' ', '\t']);
    match memchr::memchr_iter(b'#', text.as_bytes()).find(is_comment) {
        Some(at) => text[..at].trim_end(),
        None => text,
    }
}

fn not_an_address(text: &str) -> String {
    let fix = if text.parse::<Ipv6Addr>().is_ok() { format!(": write `http://[{text}]/`") } else { String::new() };
    format!("`{}` is neither a URL nor a domain{fix}", quoted(text))
}

fn strip_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let head = text.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| text[scheme.len()..].strip_prefix("://")).flatten()
}

/// Returns the scheme, if there is one; `localhost:8080` has none.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let is_port = rest.starts_with(|c: char| c.is_ascii_digit());
    (is_scheme && (rest.starts_with("//") || !is_port)).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressRules};
    use crate::plan::exact::request_url::RequestUrl;

    fn rules(practice_port: Option<u16>) -> AddressRules {
        AddressRules { practice_port, path_as_is: false }
    }

    #[track_caller]
    fn url(text: &str) -> String {
        Address::resolve(text, rules(Some(9))).map_or_else(|why| why, |address| address.url.to_string())
    }

    #[test]
    fn an_address_without_a_scheme_gets_one() {
        assert_eq!(url("example.org"), "https://example.org/");
        assert_eq!(url("example.org:8443/x?y#z"), "https://example.org:8443/x?y");
        assert_eq!(url("localhost:8080"), "http://localhost:8080/");
        assert_eq!(url("[::1]:8080/x"), "http://[::1]:8080/x");
        assert_eq!(url("::1"), "`::1` is neither a URL nor a domain: write `http://[::1]/`");
        assert_eq!(url("HTTP://Example.ORG"), "http://example.org/");
        assert_eq!(url("  example.org/x   # the shop"), "https://example.org/x");
    }

    #[test]
    fn a_scheme_is_followed_by_two_slashes() {
        for wrong in [
            "http:/ann:pw@a.b/x",
            "HTTP:///ann:pw@a.b/x",
            "http:ann:pw@a.b",
            "http:\\\\ann:pw@a.b",
            "http://\\ann:pw@a.b",
        ] {
            assert_eq!(url(wrong), "`http:` is not followed by two slashes: write `http://host/path`", "{wrong}");
        }
        assert_eq!(url("https:/a.b"), "`https:` is not followed by two slashes: write `https://host/path`");
        assert_eq!(url("http:8080/x"), "http://http:8080/x");
    }

    #[test]
    fn other_schemes_and_texts_are_refused() {
        assert_eq!(url("file:///etc/passwd"), "scheme `file` is not one of http, https and practice");
        assert_eq!(url("javascript:alert(1)"), "scheme `javascript` is not one of http, https and practice");
        assert_eq!(url("hello"), "`hello` is neither a URL nor a domain");
        assert_eq!(url("https://a b/"), "`https://a b/` has a blank in it");
        assert_eq!(url("https://a/\0"), "`https://a/␀` has a control character in it");
        assert_eq!(url("https://a.b:99999/"), "`https://a.b:99999/` is not a URL: invalid port number");
    }

    #[test]
    fn messages_quote_no_credentials() {
        assert_eq!(url("ftp://ann:pw@a.b/"), "scheme `ftp` is not one of http, https and practice");
        assert_eq!(url("https://ann:pw@a.b:x/?token=1"), "`https://a.b:x/` is not a URL: invalid port number");
    }

    #[test]
    fn practice_urls_go_to_the_practice_upstream() {
        let address = Address::resolve("practice://d0001.example/delay/1s?token=abc", rules(Some(4321))).ok().unwrap();
        assert_eq!(address.url.as_str(), "http://d0001.example.practice:4321/delay/1s?token=abc");
        assert_eq!(address.masked_url(), "practice://d0001.example/delay/1s?token=***");
        assert_eq!(address.host_shown(), "d0001.example");
        assert_eq!(url("practice://slow"), "http://slow.practice:9/");
        let without = Address::resolve("practice://slow/x", rules(None)).err().unwrap();
        assert_eq!(without, "`practice://slow/x` needs the practice upstream: add `[upstream]` to the plan");
        assert!(url("practice:///x").contains("has no host"));
    }

    #[test]
    fn a_host_key_includes_a_port_other_than_the_default() {
        let host_key = |url: &str| url.parse::<RequestUrl>().unwrap().host_key().into_owned();
        assert_eq!(host_key("https://a.b/x"), "https://a.b");
        assert_eq!(host_key("http://[::1]:81/x"), "http://[::1]:81");
        assert_eq!(host_key("HTTP://A.b:80?q"), "http://a.b");
        for user in ["", "@", "ann@", ":pw@", "ann:pw@"] {
            assert_eq!(host_key(&format!("https://{user}ü.b:8443/x")), "https://xn--tda.b:8443");
        }
    }
}
