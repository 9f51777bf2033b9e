//! The URL of a request: what the `url` crate parses, and what it has no place for.
//!
//! That is the zone of an IPv6 address (RFC 6874), and a path that is sent as it was written. Start at [`RequestUrl`].

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use url::{ParseError, Position, Url};

use crate::text::secret::{mask_query, mask_url};

/// What ends the authority of a URL.
const AFTER_AUTHORITY: [char; 4] = ['/', '?', '#', '\\'];

/// The URL of a request: absolute, without a fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestUrl {
    url: Url,
    /// Boxed, because few requests have it.
    more: Option<Box<Unparsed>>,
}

/// What a parsed URL does not contain.
#[derive(Clone, Default, PartialEq, Eq)]
struct Unparsed {
    zone: Option<Zone>,
    /// Path and query as they were written.
    target: Option<Box<str>>,
}

/// The zone of an IPv6 address, such as `eth0` in `fe80::1%eth0`.
#[derive(Clone, PartialEq, Eq)]
struct Zone {
    name: Box<str>,
    /// Everything before the path, with the zone.
    before_path: Box<str>,
}

impl RequestUrl {
    /// Parses a URL. With `path_as_is`, its path and query are sent as written, with `..` and all characters.
    pub fn parse(text: &str, path_as_is: bool) -> Result<Self, ParseError> {
        let (text, zone) =
            split_zone(text).map_or((Cow::Borrowed(text), None), |(text, zone)| (text.into(), Some(zone)));
        let mut url = Url::parse(&text)?;
        url.set_fragment(None);
        let target = if path_as_is { written_target(&text) } else { None };
        let target = target.filter(|target| **target != url[Position::BeforePath..]);
        Ok(Self::new(url, zone, target))
    }

    fn new(url: Url, zone: Option<Box<str>>, target: Option<Box<str>>) -> Self {
        if zone.is_none() && target.is_none() {
            return Self { url, more: None };
        }
        let zone = zone.map(|name| {
            let before_path = url[..Position::BeforePath].replace(']', &format!("%25{name}]")).into();
            Zone { name, before_path }
        });
        Self { url, more: Some(Box::new(Unparsed { zone, target })) }
    }

    /// Follows a location from here. On the same host, the zone stays the same.
    pub fn join(&self, location: &str) -> Result<Self, ParseError> {
        let mut url = self.url.join(location)?;
        url.set_fragment(None);
        let zone = self.zone().filter(|_| url.origin() == self.url.origin()).map(Into::into);
        Ok(Self::new(url, zone, None))
    }

    /// Returns path and query, as they are sent.
    pub fn target(&self) -> &str {
        let written = self.more.as_ref().and_then(|more| more.target.as_deref());
        written.unwrap_or_else(|| &self.url[Position::BeforePath..Position::AfterQuery])
    }

    /// Returns the zone of an IPv6 address.
    pub fn zone(&self) -> Option<&str> {
        self.more.as_ref().and_then(|more| more.zone.as_ref()).map(|zone| &*zone.name)
    }

    /// Returns everything before the path, with the zone.
    pub fn before_path(&self) -> &str {
        let zone = self.more.as_ref().and_then(|more| more.zone.as_ref());
        zone.map_or_else(|| &self.url[..Position::BeforePath], |zone| &*zone.before_path)
    }

    /// Returns the key of its host: `scheme://name:port`, without the default port.
    pub fn host_key(&self) -> Cow<'_, str> {
        // This runs for every attempt. The key is nearly always a part of the URL.
        let text = self.before_path();
        if self.url.username().is_empty() && self.url.password().is_none() {
            return Cow::Borrowed(text);
        }
        let host = text.rfind('@').map_or(0, |at| at + 1);
        Cow::Owned(format!("{}://{}", self.url.scheme(), &text[host..]))
    }

    /// Returns its text, without user and password, and with secret query parameters masked.
    pub fn masked(&self) -> String {
        if self.more.is_none() {
            return mask_url(&self.url);
        }
        let (host, target) = (self.host_key(), self.target());
        match target.split_once('?') {
            Some((path, query)) => format!("{host}{path}?{}", mask_query(query)),
            None => format!("{host}{target}"),
        }
    }
}

/// Removes the zone from an address in brackets, as in `[fe80::1%25eth0]` or `[fe80::1%eth0]`.
fn split_zone(text: &str) -> Option<(String, Box<str>)> {
    let start = text.find("://")? + 3;
    let end = text[start..].find(AFTER_AUTHORITY).map_or(text.len(), |at| start + at);
    let close = start + text[start..end].rfind(']')?;
    let percent = start + text[start..close].rfind('%')?;
    let zone = zone_name(&text[percent + 1..close]);
    let is_name =
        |zone: &str| !zone.is_empty() && zone.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:".contains(c));
    let is_in_brackets = text[start..percent].rsplit('@').next().is_some_and(|host| host.starts_with('['));
    (is_in_brackets && is_name(zone)).then(|| (format!("{}{}", &text[..percent], &text[close..]), zone.into()))
}

/// Returns the name of a zone as it was written after the percent sign. As in curl, `%25` is an encoded percent sign.
pub fn zone_name(written: &str) -> &str {
    written.strip_prefix("25").filter(|name| !name.is_empty()).unwrap_or(written)
}

/// Returns path and query of a URL as written, unless it has none.
fn written_target(text: &str) -> Option<Box<str>> {
    let (_, rest) = text.split_once("://")?;
    let rest = &rest[rest.find(AFTER_AUTHORITY)?..];
    let rest = &rest[..rest.find('#').unwrap_or(rest.len())];
    match rest.chars().next()? {
        '/' => Some(rest.into()),
        '?' => Some(format!("/{rest}").into()),
        // A server would not take it for a path.
        _ => None,
    }
}

impl Deref for RequestUrl {
    type Target = Url;

    fn deref(&self) -> &Url {
        &self.url
    }
}

impl From<Url> for RequestUrl {
    fn from(url: Url) -> Self {
        Self { url, more: None }
    }
}

impl FromStr for RequestUrl {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text, false)
    }
}

impl fmt::Debug for RequestUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestUrl({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::RequestUrl;

    #[track_caller]
    fn url(text: &str, path_as_is: bool) -> RequestUrl {
        RequestUrl::parse(text, path_as_is).unwrap()
    }

    #[test]
    fn a_zone_belongs_to_the_host_and_not_to_its_name() {
        for written in ["http://[fe80::1%25eth0.7]:81/a?b", "http://[FE80::1%eth0.7]:81/a?b#c"] {
            let url = url(written, false);
            assert_eq!((url.zone(), url.host_str()), (Some("eth0.7"), Some("[fe80::1]")));
            assert_eq!((url.target(), url.before_path()), ("/a?b", "http://[fe80::1%25eth0.7]:81"));
            assert_eq!(url.masked(), "http://[fe80::1%25eth0.7]:81/a?b");
        }
        assert_eq!(url("http://ann:pw@[::1%lo]/", false).host_key(), "http://[::1%25lo]");
        assert_eq!(url("http://[::1%25]/", false).zone(), Some("25"));
        for wrong in ["http://[::1%]/", "http://[::1%a b]/", "http://[::1%a/b]/", "http://a%25eth0]/"] {
            assert!(RequestUrl::parse(wrong, false).is_err(), "{wrong}");
        }
        assert_eq!(url("http://a.b/[::1%25lo]", false).zone(), None);
    }

    #[test]
    fn a_redirect_stays_in_the_zone_of_its_host() {
        let from = url("http://[fe80::1%eth0]/x", false);
        let zone = |location: &str| from.join(location).unwrap().zone().map(str::to_owned);
        assert_eq!(zone("/y").as_deref(), Some("eth0"));
        assert_eq!(zone("http://[fe80::1]/y").as_deref(), Some("eth0"));
        assert_eq!(zone("http://[fe80::2]/y"), None);
    }

    #[test]
    fn a_path_as_it_is_keeps_every_character() {
        for (written, sent, usual) in [
            ("http://a.b/a/../b", "/a/../b", "/b"),
            ("http://a.b//x/./%2e%2e/%zz", "//x/./%2e%2e/%zz", "//%zz"),
            ("http://a.b/{a}|\"<^>`\\?q='\"<>#f", "/{a}|\"<^>`\\?q='\"<>", "/%7Ba%7D|%22%3C^%3E%60/?q=%27%22%3C%3E"),
            ("http://a.b?q=é", "/?q=é", "/?q=%C3%A9"),
            ("http://a.b", "/", "/"),
            ("http://a.b\\..\\c", "/c", "/c"),
        ] {
            assert_eq!(url(written, true).target(), sent, "{written}");
            assert_eq!(url(written, true).as_str(), url(written, false).as_str());
            assert_eq!(url(written, false).target(), usual, "{written}");
        }
        assert_eq!(url("http://ann:pw@a.b/../x?token=abc&q", true).masked(), "http://a.b/../x?token=***&q");
    }
}
