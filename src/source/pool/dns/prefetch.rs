//! Looks hosts' names up before somebody needs them, where it is us who look them up.
//!
//! Start at [`DnsPrefetch::hosts`].

use std::sync::Arc;

use url::{Host, Url};

use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::route::Route;

/// Who looks names up ahead.
#[derive(Clone, Debug)]
pub struct DnsPrefetch {
    names: Resolver,
    route: Route,
}

impl DnsPrefetch {
    /// For a run whose attempts go by this route.
    pub fn new(names: Resolver, route: Route) -> Self {
        Self { names, route }
    }

    /// Attempts for these hosts, as [`host_key`](crate::plan::address::host_key) says them, will start soon.
    pub fn hosts(&self, keys: &[Arc<str>]) {
        for key in keys {
            self.host(key);
        }
    }

    /// A name that stands behind a proxy is the proxy's to look up, and nobody else should hear of it.
    fn host(&self, key: &str) {
        let Ok(url) = Url::parse(key) else { return };
        if let Some(Host::Domain(name)) = url.host()
            && self.route.is_ours_to_look_up(&url)
        {
            self.names.ahead(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Mutex;

    use super::DnsPrefetch;
    use crate::plan::via::Via;
    use crate::source::pool::dns::Resolver;
    use crate::source::pool::wire::route::Route;

    #[test]
    fn only_names_that_are_ours_to_look_up_are_asked_for_ahead() {
        static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let names = Resolver::asking(|name| {
            ASKED.lock().unwrap().push(name.to_owned());
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        });
        let proxies: &[(&str, &str)] = &[("ALL_PROXY", "http://p.example"), ("NO_PROXY", "b.example")];
        let variable = |name: &str| proxies.iter().find(|(known, _)| *known == name).map(|(_, it)| (*it).to_owned());
        let behind = |via| DnsPrefetch::new(names.clone(), Route::new(via, &variable));
        for via in [Via::Auto, Via::Reqwest] {
            for key in ["http://a.example", "https://a.example:8443", "http://brisk.practice:4000", "http://127.0.0.1"]
            {
                behind(via).host(key);
            }
        }
        behind(Via::Auto).host("https://b.example");
        behind(Via::Reqwest).host("https://b.example:8443");
        behind(Via::Direct).host("http://c.example");
        for key in ["http://d.example", "http://[::1]:81", "http://127.0.0.1:4000", "http://slow.practice:4000"] {
            DnsPrefetch::new(names.clone(), Route::new(Via::Auto, &|_| None)).host(key);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for name in ["b.example", "c.example", "d.example"] {
            assert!(runtime.block_on(names.look_up(name, None)).is_ok());
        }
        let mut asked = ASKED.lock().unwrap().clone();
        asked.sort();
        assert_eq!(asked, ["b.example", "c.example", "d.example"]);
    }
}
