//! Other destinations for connections, as curl's `--resolve` and `--connect-to` name them.
//!
//! Start at [`ResolveRule`] and [`ConnectTo`].

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

use crate::plan::exact::request_url::zone_name;
use crate::text::value_error::ValueError;

/// The addresses of a host and port: `HOST:PORT:ADDRESS[,ADDRESS]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolveRule {
    /// The host in lower case; `*` matches any.
    host: String,
    port: u16,
    /// Its addresses.
    pub addresses: Vec<SocketAddr>,
    /// The text as written.
    pub written: String,
}

/// A replacement for the host and port of connections: `HOST1:PORT1:HOST2:PORT2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    /// The host in lower case; absent if any.
    host: Option<String>,
    port: Option<u16>,
    /// The host instead; absent if unchanged.
    pub to_host: Option<String>,
    /// The port instead; absent if unchanged.
    pub to_port: Option<u16>,
    /// The text as written.
    pub written: String,
}

impl ResolveRule {
    /// Whether it applies to a host.
    pub fn matches(&self, host: &str, port: u16) -> bool {
        self.port == port && (self.host == "*" || self.host.eq_ignore_ascii_case(host))
    }
}

impl ConnectTo {
    /// Whether it applies to a host.
    pub fn matches(&self, host: &str, port: u16) -> bool {
        self.host.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(host)) && self.port.is_none_or(|own| own == port)
    }
}

/// Parses `HOST:PORT:ADDRESS[,ADDRESS]`.
pub fn parse_resolve(text: &str) -> Result<ResolveRule, ValueError> {
    let wrong = |what: &str| ValueError::new(what, "write `HOST:PORT:ADDRESS`, such as `example.org:443:127.0.0.1`");
    // curl keeps an entry with `+` for a shorter time, and its answers never expire here.
    let (host, rest) = split_host(text.strip_prefix('+').unwrap_or(text)).ok_or_else(|| wrong("without a port"))?;
    let (port, addresses) = rest.split_once(':').ok_or_else(|| wrong("without an address"))?;
    let port = port.parse().map_err(|_| wrong("without a port from 0 to 65535"))?;
    if host.is_empty() {
        return Err(wrong("without a host"));
    }
    let address = |text: &str| {
        let text = text.trim();
        let what = if has_zone(text) { "with a zone that this machine does not have" } else { "without an IP address" };
        parse_address(text, port).ok_or_else(|| wrong(what))
    };
    let addresses = addresses.split(',').map(address).collect::<Result<_, _>>()?;
    Ok(ResolveRule { host: host.to_lowercase(), port, addresses, written: text.to_owned() })
}

/// Parses `HOST1:PORT1:HOST2:PORT2`, each of which may be empty.
pub fn parse_connect_to(text: &str) -> Result<ConnectTo, ValueError> {
    let wrong = || {
        let fix = "write `HOST1:PORT1:HOST2:PORT2`, such as `example.org:443:localhost:8443`; each part may be empty";
        ValueError::new("not a host and port for a host and port", fix)
    };
    let (host, rest) = split_host(text).ok_or_else(wrong)?;
    let (from_port, rest) = rest.split_once(':').ok_or_else(wrong)?;
    let (to_host, to_port) = split_host(rest).ok_or_else(wrong)?;
    let port = |text: &str| match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| wrong()),
    };
    let name = |host: &str| Some(host.to_lowercase()).filter(|host| !host.is_empty() && host != "*");
    let (host, to_host) = (name(host), name(to_host));
    Ok(ConnectTo { host, port: port(from_port)?, to_host, to_port: port(to_port)?, written: text.to_owned() })
}

/// Splits `HOST:REST`; an IPv6 address is in brackets, which are removed.
fn split_host(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:"),
        None => text.split_once(':'),
    }
}

/// Parses an address, perhaps in brackets and with a zone such as `%eth0`.
pub fn parse_address(text: &str, port: u16) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    match bare.split_once('%') {
        None => Some(SocketAddr::new(bare.parse().ok()?, port)),
        Some((ip, zone)) => Some(SocketAddrV6::new(ip.parse().ok()?, port, 0, zone_number(zone_name(zone))?).into()),
    }
}

/// Whether a text is an IPv6 address with a zone, even if this machine has no such zone.
pub fn has_zone(text: &str) -> bool {
    text.trim_start_matches('[').split_once('%').is_some_and(|(ip, _)| ip.parse::<Ipv6Addr>().is_ok())
}

/// Returns the number of a zone, which is that of a network interface.
fn zone_number(name: &str) -> Option<u32> {
    // Only the system knows it, and some systems know it only for such an address. A numeric address is never looked up.
    match (format!("fe80::1%{name}").as_str(), 0).to_socket_addrs().ok()?.next()? {
        SocketAddr::V6(address) => Some(address.scope_id()),
        SocketAddr::V4(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_zone, parse_address, parse_connect_to, parse_resolve};

    #[test]
    fn a_resolve_rule_names_the_addresses_of_a_host_and_port() {
        let rule = parse_resolve("A.test:443:127.0.0.1,[::1]").unwrap();
        assert!(rule.matches("a.test", 443) && !rule.matches("a.test", 80) && !rule.matches("b.test", 443));
        assert_eq!(rule.addresses, ["127.0.0.1:443".parse().unwrap(), "[::1]:443".parse().unwrap()]);
        assert!(parse_resolve("*:80:::1").unwrap().matches("any.test", 80));
        assert!(parse_resolve("[::2]:80:127.0.0.1").unwrap().matches("::2", 80));
        for wrong in ["", "a", "a:80", "a:x:127.0.0.1", "a:80:b.test", "a:80:", ":80:127.0.0.1"] {
            assert!(parse_resolve(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_connection_goes_to_another_host_or_port() {
        let rule = parse_connect_to("a.test:443:[::1]:8443").unwrap();
        assert!(rule.matches("A.test", 443) && !rule.matches("a.test", 80));
        assert_eq!((rule.to_host.as_deref(), rule.to_port), (Some("::1"), Some(8443)));
        let rule = parse_connect_to("::localhost:").unwrap();
        assert!(rule.matches("any", 1) && rule.to_host.as_deref() == Some("localhost") && rule.to_port.is_none());
        let rule = parse_connect_to(":80::8080").unwrap();
        assert!(rule.matches("any", 80) && !rule.matches("any", 81) && rule.to_host.is_none());
        assert_eq!(rule.to_port, Some(8080));
        for wrong in ["", "a", "a:b", "a:x:c:1", "a:1:c:x"] {
            assert!(parse_connect_to(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_belongs_to_an_address() {
        let address = parse_address("[fe80::1%1]", 80).unwrap();
        assert!(matches!(address, std::net::SocketAddr::V6(v6) if v6.scope_id() == 1), "{address}");
        for loopback in ["::1%1", "::1%251", "[::1%251]"] {
            let address = parse_address(loopback, 80).unwrap();
            assert!(matches!(address, std::net::SocketAddr::V6(v6) if v6.scope_id() == 1), "{address}");
        }
        assert!(has_zone("fe80::1%no-such-zone") && !has_zone("a%b") && !has_zone("::1"));
        assert_eq!(parse_address("fe80::1%no-such-zone", 80), None);
        assert_eq!(parse_address("example.org", 80), None);
    }
}
