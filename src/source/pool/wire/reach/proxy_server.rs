//! A proxy server: its address, its protocol and its credentials.
//!
//! Its text shows no credentials. Start at [`ProxyServer::parse`].

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use url::{Host, Url};

use crate::source::pool::wire::message::basic_auth;

/// A proxy server.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyServer {
    /// How it is spoken to.
    pub protocol: ProxyProtocol,
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password, if the URL has them.
    pub credentials: Option<(String, String)>,
    /// The same for HTTP.
    pub authorization: Option<HeaderValue>,
    /// The flag, the plan key or the variable that names it.
    pub source: Arc<str>,
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// HTTP, with `CONNECT` for https.
    Http,
    /// The same over TLS.
    Https,
    /// SOCKS5; inflight looks up the names of hosts.
    Socks5,
    /// SOCKS5; the proxy looks up the names of hosts.
    Socks5h,
}

impl ProxyProtocol {
    fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks5 | Self::Socks5h => 1080,
        }
    }
}

impl ProxyServer {
    /// Parses the URL of a proxy; `http` if it has no scheme. The error never repeats it, because it may contain a
    /// password.
    pub fn parse(text: &str, source: &str) -> Result<Self, String> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let protocol = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyProtocol::Http,
            "https" => ProxyProtocol::Https,
            "socks5" => ProxyProtocol::Socks5,
            "socks5h" | "socks" => ProxyProtocol::Socks5h,
            "socks4" | "socks4a" => return Err("names a SOCKS4 proxy, which is not supported".to_owned()),
            _ => return Err("has a scheme that is not supported".to_owned()),
        };
        // Only URLs with such a scheme have their addresses checked.
        let url: Url =
            format!("http://{rest}").parse().map_err(|error| format!("is not the URL of a proxy: {error}"))?;
        let host = match url.host() {
            Some(Host::Domain(name)) => name.trim_end_matches('.').to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            None => return Err("names no host".to_owned()),
        };
        let has_port = rest.trim_end_matches('/').rsplit_once(':').is_some_and(|(_, port)| port == "80");
        let port = url.port().unwrap_or(if has_port { 80 } else { protocol.default_port() });
        let decoded = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
        let has_user = !url.username().is_empty() || url.password().is_some();
        let credentials = has_user.then(|| (decoded(url.username()), decoded(url.password().unwrap_or_default())));
        let authorization = has_user.then(|| basic_auth(&url));
        Ok(Self { protocol, host, port, credentials, authorization, source: source.into() })
    }

    /// Whether inflight looks up the names of hosts, rather than the proxy.
    pub fn resolves_locally(&self) -> bool {
        self.protocol == ProxyProtocol::Socks5
    }

    /// Whether requests for `http` are sent to it as such, with the whole URL.
    pub fn takes_whole_urls(&self) -> bool {
        matches!(self.protocol, ProxyProtocol::Http | ProxyProtocol::Https)
    }

    /// Returns its complete URL, with the password.
    pub fn secret_url(&self) -> Option<Url> {
        let mut url: Url = self.to_string().parse().ok()?;
        if let Some((user, password)) = &self.credentials {
            let _ = url.set_username(user);
            let _ = url.set_password(Some(password));
        }
        Some(url)
    }
}

impl fmt::Display for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, host, port, .. } = self;
        let scheme = protocol.scheme();
        if host.contains(':') { write!(f, "{scheme}://[{host}]:{port}") } else { write!(f, "{scheme}://{host}:{port}") }
    }
}

impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyServer({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::ProxyServer;

    #[test]
    fn a_proxy_has_a_protocol_a_host_and_a_port() {
        for (text, shown) in [
            ("p.test", "http://p.test:80"),
            ("p.test:3128", "http://p.test:3128"),
            ("http://ann:s3cret@p.test:3128/", "http://p.test:3128"),
            ("HTTPS://p.test", "https://p.test:443"),
            ("https://p.test:80", "https://p.test:80"),
            ("socks5://127.0.0.1", "socks5://127.0.0.1:1080"),
            ("socks5h://[::1]:9050", "socks5h://[::1]:9050"),
        ] {
            let proxy = ProxyServer::parse(text, "--proxy").unwrap();
            assert_eq!((proxy.to_string(), format!("{proxy:?}")), (shown.to_owned(), format!("ProxyServer({shown})")));
        }
        let proxy = ProxyServer::parse("socks5://a%40b:c%3Ad@p.test", "").unwrap();
        assert_eq!(proxy.credentials, Some(("a@b".to_owned(), "c:d".to_owned())));
        for wrong in ["", "http://", "ftp://p.test", "socks4://p.test", "p.test:port", "http://p test"] {
            let error = ProxyServer::parse(wrong, "").unwrap_err();
            assert!(!error.contains("p.test"), "{error}");
        }
    }
}
