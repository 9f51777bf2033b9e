//! How each host is reached: through a proxy, at another address, or over a Unix socket.
//!
//! It opens no connection. Start at [`Reach::path_to`].

pub mod proxies;
pub mod proxy_server;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use url::{Host, Url};

use crate::plan::exact::request_url::RequestUrl;
use crate::plan::network::Network;
use crate::plan::network::destination::{ConnectTo, ResolveRule};
use crate::source::pool::wire::reach::proxies::{Proxies, ProxyError};
use crate::source::pool::wire::reach::proxy_server::ProxyServer;

/// How the hosts of a run are reached.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    rules: Arc<ReachRules>,
    local_suffix: Option<&'static str>,
}

#[derive(Debug, Default)]
struct ReachRules {
    proxies: Proxies,
    resolve: Vec<ResolveRule>,
    connect_to: Vec<ConnectTo>,
    unix_socket: Option<PathBuf>,
}

/// The path to a host.
#[derive(Clone, Debug)]
pub struct HostPath {
    /// The proxy on the way.
    pub proxy: Option<Arc<ProxyServer>>,
    /// The name or address to connect to, without brackets. An IPv6 address may have a zone.
    pub host: String,
    /// The port to connect to.
    pub port: u16,
    /// The addresses, if the user names them.
    pub addresses: Option<Vec<SocketAddr>>,
    /// The Unix socket to connect to instead.
    pub unix_socket: Option<PathBuf>,
}

impl Reach {
    /// Returns the rules of a run. `variable` reads the environment, which may name proxies.
    pub fn read(network: &Network, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ProxyError> {
        let plan = network.proxy.as_ref().map(|proxy| &*proxy.0);
        let rules = ReachRules {
            proxies: Proxies::read(plan, variable)?,
            resolve: network.resolve.clone(),
            connect_to: network.connect_to.clone(),
            unix_socket: network.unix_socket.clone(),
        };
        Ok(Self { rules: rules.into(), local_suffix: None })
    }

    /// Sets the suffix of names on this machine, which neither DNS nor a proxy can resolve.
    #[must_use]
    pub fn with_local_suffix(self, suffix: Option<&'static str>) -> Self {
        Self { local_suffix: suffix, ..self }
    }

    /// Returns the proxies that may be used.
    pub fn proxies(&self) -> Vec<&Arc<ProxyServer>> {
        self.rules.proxies.each()
    }

    /// Returns the proxy for a URL.
    pub fn proxy_for(&self, url: &Url) -> Option<&Arc<ProxyServer>> {
        let is_free = !self.is_local(url) && self.rules.unix_socket.is_none();
        self.rules.proxies.proxy_for(url).filter(|_| is_free)
    }

    /// Whether a name in a URL is looked up, by inflight itself.
    pub fn looks_up(&self, url: &RequestUrl) -> bool {
        let path = self.path_to(url);
        let is_asked = path.proxy.is_none_or(|proxy| proxy.resolves_locally());
        let is_named = url.host_str().is_some_and(|host| path.host == host);
        is_asked && is_named && path.addresses.is_none() && path.unix_socket.is_none()
    }

    /// Returns the path to the host of a URL.
    pub fn path_to(&self, url: &RequestUrl) -> HostPath {
        let mut host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            // The URL of a job always has a host.
            None => String::new(),
        };
        let mut port = url.port_or_known_default().unwrap_or_default();
        if self.is_local(url) {
            return HostPath { proxy: None, host, port, addresses: None, unix_socket: None };
        }
        let rules = &*self.rules;
        let mut zone = url.zone();
        if let Some(rule) = rules.connect_to.iter().find(|rule| rule.matches(&host, port)) {
            if let Some(to_host) = &rule.to_host {
                (host, zone) = (to_host.clone(), None);
            }
            port = rule.to_port.unwrap_or(port);
        }
        // As in curl, a later rule replaces an earlier one.
        let addresses = rules.resolve.iter().rfind(|rule| rule.matches(&host, port)).map(|rule| rule.addresses.clone());
        if let Some(zone) = zone {
            host = format!("{host}%{zone}");
        }
        let proxy = self.proxy_for(url).cloned();
        HostPath { proxy, host, port, addresses, unix_socket: rules.unix_socket.clone() }
    }

    fn is_local(&self, url: &Url) -> bool {
        url.host_str().zip(self.local_suffix).is_some_and(|(host, suffix)| host.ends_with(suffix))
    }
}

impl HostPath {
    /// Returns the path in words.
    pub fn describe(&self) -> String {
        match self {
            Self { unix_socket: Some(path), .. } => format!("unix socket {}", path.display()),
            Self { proxy: Some(proxy), .. } => format!("via {proxy}"),
            Self { addresses: Some(addresses), .. } => {
                format!("direct, to {}", addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            Self { .. } => "direct".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reach;
    use crate::plan::network::Network;
    use crate::plan::network::destination::{parse_connect_to, parse_resolve};

    #[test]
    fn a_connection_is_redirected_before_its_addresses_are_found() {
        let network = Network {
            resolve: vec![parse_resolve("b.test:81:127.0.0.9").unwrap()],
            connect_to: vec![parse_connect_to("a.test:80:b.test:81").unwrap()],
            ..Network::default()
        };
        let reach = Reach::read(&network, &|_| None).unwrap().with_local_suffix(Some(".practice"));
        let described = |url: &str| reach.path_to(&url.parse().unwrap()).describe();
        assert_eq!(described("http://a.test/"), "direct, to 127.0.0.9:81");
        assert_eq!(described("http://c.test/"), "direct");
        let looks_up = |url: &str| reach.looks_up(&url.parse().unwrap());
        assert!(!looks_up("http://a.test/") && looks_up("http://c.test/") && !looks_up("http://b.test:81/"));
    }
}
