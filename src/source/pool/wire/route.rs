//! The choice of an HTTP client, and the way to each host.
//!
//! Requests use inflight's own client, unless reqwest is selected. Start at [`Route`].

use std::rc::Rc;
use std::time::Duration;

use crate::plan::exact::request_url::RequestUrl;
use crate::plan::http_client::HttpClient;
use crate::plan::job::Job;
use crate::plan::network::Network;
use crate::source::pool::dns::Resolver;
use crate::source::pool::run_time::RunTime;
use crate::source::pool::wire::direct::DirectWire;
use crate::source::pool::wire::direct::capped_hosts::CappedHosts;
use crate::source::pool::wire::kept_body::BodyRules;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::reach::Reach;
use crate::source::pool::wire::reqwest_wire::ReqwestWire;
use crate::source::pool::wire::tls::{TlsConfigs, TlsProfiles};
use crate::source::pool::wire::{Exchange, Wire};

/// The HTTP client of a run, and the way to each host.
#[derive(Clone, Debug)]
pub struct Route {
    via: HttpClient,
    reach: Reach,
    local_suffix: Option<&'static str>,
    max_idle: usize,
    tls: TlsProfiles,
    capped: CappedHosts,
}

/// A network setting that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub struct RouteError {
    /// The plan key or the variable, such as `tls.cacert`.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to do instead.
    pub hint: &'static str,
}

impl Route {
    /// The most idle connections of a thread; each has buffers of some kilobytes.
    const MAX_IDLE: usize = 1_024;
    /// The most idle connections of all threads.
    const MAX_IDLE_IN_ALL: usize = 8_192;
    /// The least number of idle connections. With fewer, connections would close between two requests.
    const MIN_IDLE: usize = 16;

    /// Returns a route without proxies, with the certificates of the system.
    pub fn new(via: HttpClient) -> Self {
        let (reach, tls) = (Reach::default(), TlsProfiles::default());
        Self { via, reach, local_suffix: None, max_idle: Self::MAX_IDLE, tls, capped: CappedHosts::default() }
    }

    /// Returns the route of a plan. `variable` reads the environment, which may name proxies and certificates.
    pub fn open(
        via: HttpClient,
        network: &Network,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, RouteError> {
        let tls = TlsProfiles::open(&network.tls, variable).map_err(|wrong| RouteError {
            key: wrong.key,
            problem: wrong.error.to_string(),
            hint: wrong.error.hint,
        })?;
        // Only a proxy that the plan itself names counts for a client that ignores those of the environment.
        let no_variable = |_: &str| None;
        let proxies: &dyn Fn(&str) -> Option<String> = if via == HttpClient::Direct { &no_variable } else { variable };
        let reach = Reach::read(network, proxies).map_err(|wrong| RouteError {
            key: wrong.key.to_owned(),
            problem: wrong.problem,
            hint: "write a URL such as `http://proxy.example.org:3128` or `socks5h://localhost:1080`",
        })?;
        let unsupported = [
            ("unix_socket", network.unix_socket.is_some()),
            ("resolve", !network.resolve.is_empty()),
            ("connect_to", !network.connect_to.is_empty()),
        ];
        if let Some((key, _)) = unsupported.iter().find(|(_, is_set)| *is_set && via == HttpClient::Reqwest) {
            let (key, problem) = ((*key).to_owned(), "has no effect on reqwest".to_owned());
            return Err(RouteError { key, problem, hint: "use inflight's own client: leave out `wire`" });
        }
        Ok(Self { reach, tls, ..Self::new(via) })
    }

    /// Sets the suffix of names on this machine, which neither DNS nor a proxy can resolve.
    #[must_use]
    pub fn with_local_suffix(self, suffix: &'static str) -> Self {
        Self { local_suffix: Some(suffix), reach: self.reach.clone().with_local_suffix(Some(suffix)), ..self }
    }

    /// Whether the certificates of some host are not checked.
    pub fn is_insecure(&self) -> bool {
        self.tls.is_insecure()
    }

    /// Sets the number of threads, and the number of connections that the machine allows.
    ///
    /// Idle connections get half of the connections beyond the limit. Files and look-ups need the rest.
    #[must_use]
    pub fn with_budget(self, max_connections: Option<u32>, limit: u32, threads: usize) -> Self {
        let spare = max_connections.map_or(usize::MAX, |max| max.saturating_sub(limit) as usize / (2 * threads));
        let max_idle = spare.min(Self::MAX_IDLE_IN_ALL / threads.max(1)).clamp(Self::MIN_IDLE, Self::MAX_IDLE);
        Self { max_idle, ..self }
    }

    /// Returns a resolver for the names of this route.
    pub fn resolver(&self) -> Resolver {
        Resolver::default().with_local_suffix(self.local_suffix)
    }

    /// Whether inflight looks up the name in a URL, rather than a proxy.
    pub(in crate::source::pool) fn resolves_locally(&self, url: &RequestUrl) -> bool {
        self.reach.looks_up(url)
    }

    /// Returns the client, and the reason for the choice.
    pub fn describe(&self) -> (&'static str, String) {
        match self.via {
            HttpClient::Direct => ("direct", "requested".to_owned()),
            HttpClient::Reqwest => ("reqwest", "requested".to_owned()),
            HttpClient::Auto => ("direct", "inflight's own client".to_owned()),
        }
    }

    /// Returns the way to the host of a URL, and the setting or the variable that decides it.
    pub fn describe_for(&self, url: &RequestUrl) -> (String, Option<String>) {
        let path = self.reach.path_to(url);
        let source = path.proxy.as_ref().map(|proxy| proxy.source.to_string());
        (path.describe(), source)
    }

    /// Returns the proxies that may be used, each with the setting or the variable that names it.
    pub fn proxies(&self) -> Vec<(String, String)> {
        self.reach.proxies().iter().map(|proxy| (proxy.to_string(), proxy.source.to_string())).collect()
    }
}

/// The HTTP clients of one thread.
#[derive(Debug)]
pub struct Wires {
    route: Route,
    direct: DirectWire,
    reqwest: ReqwestWire,
}

impl Wires {
    /// Returns clients with the run's resolver.
    pub fn new(route: Route, resolver: &Resolver, bodies: &BodyRules) -> Self {
        let tls = Rc::new(TlsConfigs::new(route.tls.clone()));
        let direct =
            DirectWire::new(resolver.clone(), route.reach.clone(), Rc::clone(&tls), bodies.clone(), route.max_idle)
                .sharing(route.capped.clone());
        let reqwest = ReqwestWire::new(resolver.clone(), route.reach.clone(), tls, bodies.clone(), route.max_idle);
        Self { route, direct, reqwest }
    }

    /// Measures time by the run's clock.
    #[must_use]
    pub fn timed_by(self, time: &RunTime) -> Self {
        let (direct, reqwest) = (self.direct.timed_by(time.clone()), self.reqwest.timed_by(time.clone()));
        Self { direct, reqwest, ..self }
    }
}

impl Wire for Wires {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        if self.route.via == HttpClient::Reqwest {
            // This future is large. Boxed, it does not enlarge the future of every worker.
            Box::pin(self.reqwest.exchange(job, timeout, progress)).await
        } else {
            self.direct.exchange(job, timeout, progress).await
        }
    }

    fn spare_connections(&self, job: &Job) {
        if self.route.via != HttpClient::Reqwest {
            self.direct.spare_connections(job);
        }
    }

    async fn run(&self) {
        self.direct.run().await;
    }
}

#[cfg(test)]
mod tests {
    use super::Route;
    use crate::plan::http_client::HttpClient;
    use crate::plan::network::{Network, ProxySetting};

    fn described(via: HttpClient, network: &Network, url: &str) -> String {
        let variable = |name: &str| match name {
            "ALL_PROXY" => Some("http://ann:s3cret@p.example".to_owned()),
            "HTTP_PROXY" => Some("socks5h://q.example".to_owned()),
            "NO_PROXY" => Some("b.example".to_owned()),
            _ => None,
        };
        let route = Route::open(via, network, &variable).unwrap().with_local_suffix(".practice");
        assert!(!format!("{route:?}").contains("s3cret"));
        let (way, source) = route.describe_for(&url.parse().unwrap());
        format!("{way}{}", source.map(|source| format!(", {source}")).unwrap_or_default())
    }

    #[test]
    fn the_way_to_a_host_names_the_proxy_and_its_source_and_no_password() {
        let none = Network::default();
        for via in [HttpClient::Auto, HttpClient::Reqwest] {
            assert_eq!(described(via, &none, "http://a.example/"), "via socks5h://q.example:1080, HTTP_PROXY");
            assert_eq!(described(via, &none, "https://a.example/"), "via http://p.example:80, ALL_PROXY");
            assert_eq!(described(via, &none, "https://b.example/"), "direct");
            assert_eq!(described(via, &none, "http://brisk.practice:4000/"), "direct");
        }
        assert_eq!(described(HttpClient::Direct, &none, "http://a.example/"), "direct");
        let proxied = Network { proxy: Some(ProxySetting("http://r.example:1".to_owned())), ..Network::default() };
        assert_eq!(described(HttpClient::Auto, &proxied, "http://a.example/"), "via http://r.example:1, proxy");
        let unproxied = Network { proxy: Some(ProxySetting(String::new())), ..Network::default() };
        assert_eq!(described(HttpClient::Auto, &unproxied, "http://a.example/"), "direct");
    }

    #[test]
    fn idle_connections_are_bounded_per_thread_and_in_total() {
        let max_idle = |most, limit, threads| Route::new(HttpClient::Auto).with_budget(most, limit, threads).max_idle;
        assert_eq!(max_idle(None, 50, 2), 1_024);
        assert_eq!(max_idle(None, 50, 64), 128);
        assert_eq!(max_idle(Some(1_000), 200, 2), 200);
        assert_eq!(max_idle(Some(100), 100, 2), 16);
    }
}
