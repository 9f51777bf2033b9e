//! The proxies of a run: the one that the plan names, or those of the environment.
//!
//! The variables, and their exceptions in `NO_PROXY`, mean what they mean to curl. Start at [`Proxies::read`].

use std::net::IpAddr;
use std::sync::Arc;

use url::{Host, Url};

use crate::source::pool::wire::reach::proxy_server::ProxyServer;

/// The variables that name the proxies of http, https and all URLs.
const VARIABLES: [[&str; 2]; 3] =
    [["HTTP_PROXY", "http_proxy"], ["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// The proxies of a run.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Arc<ProxyServer>>,
    https: Option<Arc<ProxyServer>>,
    excluded: Vec<Exclusion>,
}

/// A proxy that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ProxyError {
    /// The plan key or the variable.
    pub key: &'static str,
    /// What is wrong, without the URL.
    pub problem: String,
}

/// An entry of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exclusion {
    All,
    /// A name with everything below it, perhaps only at one port.
    Name(String, Option<u16>),
    /// A network, and how many leading bits belong to it.
    Network(IpAddr, u8),
}

impl Proxies {
    /// Reads the proxy of the plan, which is empty if none is used, or else those of the environment.
    pub fn read(plan: Option<&str>, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ProxyError> {
        let excluded = ["NO_PROXY", "no_proxy"].into_iter().find_map(variable).unwrap_or_default();
        let excluded = parse_exclusions(&excluded);
        let parse = |text: &str, key| match text.trim() {
            "" => Ok(None),
            text => ProxyServer::parse(text, key)
                .map(|proxy| Some(Arc::new(proxy)))
                .map_err(|problem| ProxyError { key, problem }),
        };
        if let Some(plan) = plan {
            let proxy = parse(plan, "proxy")?;
            return Ok(Self { http: proxy.clone(), https: proxy, excluded });
        }
        // In a CGI program, HTTP_PROXY may come from the `Proxy` header of a request.
        if variable("REQUEST_METHOD").is_some() {
            return Ok(Self::default());
        }
        // The first variable that is set counts, even if it is empty.
        let first = |names: [&'static str; 2]| {
            let set = names.into_iter().find_map(|name| Some((name, variable(name)?)));
            set.map_or(Ok(None), |(name, text)| parse(&text, name))
        };
        let [http, https, all] = VARIABLES.map(first);
        let (http, https, all) = (http?, https?, all?);
        Ok(Self { http: http.or_else(|| all.clone()), https: https.or(all), excluded })
    }

    /// Returns the proxy for a URL.
    pub fn proxy_for(&self, url: &Url) -> Option<&Arc<ProxyServer>> {
        let proxy = if url.scheme() == "https" { self.https.as_ref() } else { self.http.as_ref() };
        proxy.filter(|_| !self.excludes(url))
    }

    /// Returns all proxies, each once.
    pub fn each(&self) -> Vec<&Arc<ProxyServer>> {
        let second = self.https.iter().filter(|https| self.http.as_ref() != Some(https));
        self.http.iter().chain(second).collect()
    }

    fn excludes(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        let port = url.port_or_known_default();
        self.excluded.iter().any(|exclusion| exclusion.matches(&host, port))
    }
}

impl Exclusion {
    fn matches(&self, host: &Host<&str>, port: Option<u16>) -> bool {
        match (self, host) {
            (Self::All, _) => true,
            (Self::Name(name, at), Host::Domain(host)) => {
                let host = host.strip_suffix('.').unwrap_or(host);
                let rest = host.len().checked_sub(name.len()).map(|at| host.split_at(at));
                let is_within = rest.is_some_and(|(rest, end)| {
                    end.eq_ignore_ascii_case(name) && (rest.is_empty() || rest.ends_with('.'))
                });
                is_within && at.is_none_or(|at| Some(at) == port)
            }
            (Self::Network(network, bits), Host::Ipv4(ip)) => is_within(*network, *bits, (*ip).into()),
            (Self::Network(network, bits), Host::Ipv6(ip)) => is_within(*network, *bits, (*ip).into()),
            (Self::Name(..), Host::Ipv4(_) | Host::Ipv6(_)) | (Self::Network(..), Host::Domain(_)) => false,
        }
    }
}

/// Whether an address belongs to a network with so many leading bits.
fn is_within(network: IpAddr, bits: u8, ip: IpAddr) -> bool {
    let shifted = |value: u128, length: u32| value.checked_shr(length.saturating_sub(bits.into())).unwrap_or(0);
    match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            shifted(u32::from(network).into(), 32) == shifted(u32::from(ip).into(), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => shifted(network.into(), 128) == shifted(ip.into(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Parses `NO_PROXY`: entries separated by commas or blanks.
fn parse_exclusions(text: &str) -> Vec<Exclusion> {
    text.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).filter_map(parse_exclusion).collect()
}

fn parse_exclusion(entry: &str) -> Option<Exclusion> {
    if entry == "*" {
        return Some(Exclusion::All);
    }
    // A dot at the end marks a full name. People write it after an address, too.
    let bare =
        |text: &str| text.trim_end_matches('.').trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    let all = |ip: IpAddr| if ip.is_ipv4() { 32 } else { 128 };
    if let Some(ip) = bare(entry) {
        return Some(Exclusion::Network(ip, all(ip)));
    }
    if let Some((ip, bits)) = entry.split_once('/') {
        let ip = bare(ip)?;
        return Some(Exclusion::Network(ip, bits.parse().ok().filter(|bits| *bits <= all(ip))?));
    }
    let (name, port) = match entry.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (entry, None),
    };
    if let Some(ip) = bare(name) {
        return Some(Exclusion::Network(ip, all(ip)));
    }
    let name = name.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.');
    (!name.is_empty()).then(|| Exclusion::Name(name.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::Proxies;

    fn read(variables: &'static [(&str, &str)]) -> Proxies {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, it)| (*it).to_owned());
        Proxies::read(None, &variable).unwrap()
    }

    #[track_caller]
    fn proxied(excluded: &'static str, urls: &[&str]) -> Vec<bool> {
        let variable = |name: &str| match name {
            "ALL_PROXY" => Some("http://p.test:3128".to_owned()),
            "no_proxy" => Some(excluded.to_owned()),
            _ => None,
        };
        let proxies = Proxies::read(None, &variable).unwrap();
        urls.iter().map(|url| proxies.proxy_for(&url.parse().unwrap()).is_some()).collect()
    }

    #[test]
    fn each_scheme_has_its_variable() {
        let source = |proxies: &Proxies, url: &str| {
            proxies.proxy_for(&url.parse().unwrap()).map(|proxy| proxy.source.to_string())
        };
        let all = read(&[("ALL_PROXY", "http://p.test"), ("http_proxy", "http://q.test")]);
        assert_eq!(source(&all, "http://a.test/").as_deref(), Some("http_proxy"));
        assert_eq!(source(&all, "https://a.test/").as_deref(), Some("ALL_PROXY"));
        assert_eq!(source(&read(&[("HTTP_PROXY", ""), ("http_proxy", "q.test")]), "http://a.test/"), None);
        assert_eq!(source(&read(&[("HTTP_PROXY", "q.test"), ("REQUEST_METHOD", "GET")]), "http://a.test/"), None);
        let plan = Proxies::read(Some("socks5://p.test"), &|_| Some("http://q.test".to_owned())).unwrap();
        assert_eq!(source(&plan, "https://a.test/").as_deref(), Some("proxy"));
    }

    #[test]
    fn exceptions_are_read_as_curl_reads_them() {
        let urls = ["http://a.test/", "https://x.a.test:8443/", "http://ba.test/", "http://10.1.2.3/", "http://[::1]/"];
        for (excluded, expected) in [
            ("", [true; 5]),
            ("*", [false; 5]),
            ("a.test", [false, false, true, true, true]),
            (" .A.test. ", [false, false, true, true, true]),
            ("b.test, a.test", [false, false, true, true, true]),
            ("b.test a.test", [false, false, true, true, true]),
            ("a.test:8443", [true, false, true, true, true]),
            ("10.0.0.0/8,::1", [true, true, true, false, false]),
            ("10.1.2.3", [true, true, true, false, true]),
            ("10.1.2.3.,[::1].", [true, true, true, false, false]),
            ("10.1.2.3.:80,::1.", [true, true, true, false, false]),
            ("10.1.2.0/31,[::]/127", [true, true, true, true, false]),
            ("0.0.0.0/0", [true, true, true, false, true]),
        ] {
            assert_eq!(proxied(excluded, &urls), expected, "{excluded}");
        }
        assert_eq!(proxied("a.test", &["http://a.test./"]), [false]);
    }

    #[test]
    fn an_unusable_variable_is_named_and_not_quoted() {
        let error = Proxies::read(None, &|name| (name == "https_proxy").then(|| "ftp://ann:s3cret@p".to_owned()));
        let error = error.unwrap_err();
        assert_eq!((error.key, error.to_string().contains("s3cret")), ("https_proxy", false));
    }
}
