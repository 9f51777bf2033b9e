//! The DNS prefetch, which looks up hosts before their jobs start.
//!
//! It skips names that a proxy looks up. Start at [`DnsPrefetch::prefetch`].

use std::sync::Arc;

use url::Host;

use crate::plan::exact::request_url::RequestUrl;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::route::Route;

/// Looks up names before their jobs start.
#[derive(Clone, Debug)]
pub struct DnsPrefetch {
    resolver: Resolver,
    route: Route,
}

impl DnsPrefetch {
    /// Returns a prefetch with the resolver and the route of a run.
    pub fn new(resolver: Resolver, route: Route) -> Self {
        Self { resolver, route }
    }

    /// Looks up the hosts with these keys; see [`RequestUrl::host_key`](crate::plan::exact::request_url::RequestUrl::host_key).
    pub fn prefetch(&self, keys: &[Arc<str>]) {
        for key in keys {
            self.prefetch_host(key);
        }
    }

    fn prefetch_host(&self, key: &str) {
        let Ok(url) = key.parse::<RequestUrl>() else { return };
        // A name behind a proxy must not leak to the local resolver.
        if let Some(Host::Domain(name)) = url.host()
            && self.route.resolves_locally(&url)
        {
            self.resolver.prefetch(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Mutex;

    use super::DnsPrefetch;
    use crate::plan::http_client::HttpClient;
    use crate::plan::network::Network;
    use crate::source::pool::dns::Resolver;
    use crate::source::pool::wire::route::Route;

    #[test]
    fn only_names_that_inflight_looks_up_itself_are_prefetched() {
        static REQUESTED: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let resolver = Resolver::with_system(|name| {
            REQUESTED.lock().unwrap().push(name.to_owned());
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        })
        .with_local_suffix(Some(".practice"));
        let proxies: &[(&str, &str)] = &[("ALL_PROXY", "http://p.example"), ("NO_PROXY", "b.example")];
        let variable = |name: &str| proxies.iter().find(|(known, _)| *known == name).map(|(_, it)| (*it).to_owned());
        let behind_proxy =
            |via| DnsPrefetch::new(resolver.clone(), Route::open(via, &Network::default(), &variable).unwrap());
        for via in [HttpClient::Auto, HttpClient::Reqwest] {
            for key in ["http://a.example", "https://a.example:8443", "http://brisk.practice:4000", "http://127.0.0.1"]
            {
                behind_proxy(via).prefetch_host(key);
            }
        }
        behind_proxy(HttpClient::Auto).prefetch_host("https://b.example");
        behind_proxy(HttpClient::Reqwest).prefetch_host("https://b.example:8443");
        behind_proxy(HttpClient::Direct).prefetch_host("http://c.example");
        for key in ["http://d.example", "http://[::1]:81", "http://127.0.0.1:4000", "http://slow.practice:4000"] {
            DnsPrefetch::new(resolver.clone(), Route::new(HttpClient::Auto)).prefetch_host(key);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for name in ["b.example", "c.example", "d.example"] {
            assert!(runtime.block_on(resolver.look_up(name)).is_ok());
        }
        let mut requested = REQUESTED.lock().unwrap().clone();
        requested.sort();
        assert_eq!(requested, ["b.example", "c.example", "d.example"]);
    }
}
