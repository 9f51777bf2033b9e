//! The choice of an HTTP client for each attempt.
//!
//! An attempt uses inflight's own client, or reqwest if a proxy of the environment applies, because only reqwest
//! supports proxies. Start at [`Route`].

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::{Position, Url};

use crate::plan::http_client::HttpClient;
use crate::plan::job::Job;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::direct::DirectWire;
use crate::source::pool::wire::kept_body::BodyRules;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::reqwest_wire::ReqwestWire;
use crate::source::pool::wire::tls::{TlsConfigs, TlsProfiles};
use crate::source::pool::wire::{Exchange, Wire};

/// The variables that name a proxy, and the URLs to which each applies.
const VARIABLES: [(&str, ProxyScope); 6] = [
    ("ALL_PROXY", ProxyScope::All),
    ("all_proxy", ProxyScope::All),
    ("HTTP_PROXY", ProxyScope::Http),
    ("http_proxy", ProxyScope::Http),
    ("HTTPS_PROXY", ProxyScope::Https),
    ("https_proxy", ProxyScope::Https),
];

/// The URLs to which a proxy applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProxyScope {
    All,
    Http,
    Https,
}

/// The choice of HTTP clients for a run.
#[derive(Clone)]
pub struct Route {
    via: HttpClient,
    proxies: Option<Proxies>,
    local_suffix: Option<&'static str>,
    max_idle: usize,
    tls: TlsProfiles,
}

/// The proxies that the environment names.
#[derive(Clone)]
struct Proxies {
    matcher: Arc<Matcher>,
    /// The variables that name the proxies.
    variables: Vec<(ProxyScope, &'static str)>,
}

impl Route {
    /// The most idle connections of a thread; each has buffers of some kilobytes.
    const MAX_IDLE: usize = 1_024;
    /// The most idle connections of all threads.
    const MAX_IDLE_IN_ALL: usize = 8_192;
    /// The least number of idle connections. With fewer, connections would close between two requests.
    const MIN_IDLE: usize = 16;

    /// Returns the route for this choice of a client. `variable` reads the environment, which may name proxies.
    pub fn new(via: HttpClient, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let tls = TlsProfiles::default();
        Self { via, proxies: Proxies::read(variable), local_suffix: None, max_idle: Self::MAX_IDLE, tls }
    }

    /// Sets the suffix of names on this machine, which neither DNS nor a proxy can resolve.
    #[must_use]
    pub fn with_local_suffix(self, suffix: &'static str) -> Self {
        Self { local_suffix: Some(suffix), ..self }
    }

    /// Sets how TLS is verified.
    #[must_use]
    pub fn with_tls(self, tls: TlsProfiles) -> Self {
        Self { tls, ..self }
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

    /// Whether an attempt uses inflight's own client.
    fn is_direct(&self, url: &Url) -> bool {
        match self.via {
            HttpClient::Direct => true,
            HttpClient::Reqwest => false,
            HttpClient::Auto => self.proxies_for(url).is_none(),
        }
    }

    /// Whether inflight looks up the name in a URL, rather than a proxy.
    pub(in crate::source::pool) fn resolves_locally(&self, url: &Url) -> bool {
        self.via == HttpClient::Direct || self.proxies_for(url).is_none()
    }

    /// Returns the client, and the reason for the choice.
    pub fn describe(&self) -> (&'static str, String) {
        match (self.via, &self.proxies) {
            (HttpClient::Direct, _) => ("direct", "requested".to_owned()),
            (HttpClient::Reqwest, _) => ("reqwest", "requested".to_owned()),
            (HttpClient::Auto, None) => ("direct", "no proxy variable is set".to_owned()),
            (HttpClient::Auto, Some(proxies)) => {
                let names: Vec<_> = proxies.variables.iter().map(|(_, name)| *name).collect();
                ("direct, reqwest", format!("through the proxy of {}, else direct", names.join(", ")))
            }
        }
    }

    /// Returns the client for a URL, and the reason for the choice.
    pub fn describe_for(&self, url: &Url) -> (&'static str, String) {
        if self.via != HttpClient::Auto || self.proxies.is_none() {
            return self.describe();
        }
        match self.proxies_for(url) {
            Some(proxies) => ("reqwest", format!("through the proxy of {}", proxies.variable_for(url))),
            None => ("direct", "no proxy applies".to_owned()),
        }
    }

    /// Returns the proxies, if one of them applies to a URL.
    fn proxies_for(&self, url: &Url) -> Option<&Proxies> {
        let is_local = url.host_str().zip(self.local_suffix).is_some_and(|(host, suffix)| host.ends_with(suffix));
        self.proxies.as_ref().filter(|proxies| !is_local && proxies.apply_to(url))
    }
}

impl Proxies {
    /// Reads the variables as curl and reqwest do. Returns `None` if they name no proxy.
    fn read(variable: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        // In a CGI program, HTTP_PROXY may come from the `Proxy` header of a request.
        if variable("REQUEST_METHOD").is_some() {
            return None;
        }
        let mut variables = Vec::new();
        let mut first = |scope: ProxyScope| {
            let names = VARIABLES.into_iter().filter(|&(_, of)| of == scope);
            let (name, proxy) = names.into_iter().find_map(|(name, _)| Some((name, variable(name)?)))?;
            // The first variable that is set counts, even if it is empty.
            let proxy = Some(proxy).filter(|proxy| !proxy.is_empty())?;
            variables.push((scope, name));
            Some(proxy)
        };
        let (all, http, https) = (first(ProxyScope::All), first(ProxyScope::Http), first(ProxyScope::Https));
        let excluded = variable("NO_PROXY").or_else(|| variable("no_proxy")).unwrap_or_default();
        if all.is_none() && http.is_none() && https.is_none() {
            return None;
        }
        let builder = Matcher::builder().all(all.unwrap_or_default()).http(http.unwrap_or_default());
        let matcher = Arc::new(builder.https(https.unwrap_or_default()).no(excluded).build());
        Some(Self { matcher, variables })
    }

    /// Whether a proxy applies to a URL.
    fn apply_to(&self, url: &Url) -> bool {
        let origin = Uri::try_from(&url[..Position::BeforePath]);
        origin.is_ok_and(|origin| self.matcher.intercept(&origin).is_some())
    }

    /// Returns the variable that names the proxy for a URL: that of its scheme, or else that of all URLs.
    fn variable_for(&self, url: &Url) -> &'static str {
        let scope = if url.scheme() == "https" { ProxyScope::Https } else { ProxyScope::Http };
        let named = |scope: ProxyScope| self.variables.iter().find(|(of, _)| *of == scope);
        named(scope).or_else(|| named(ProxyScope::All)).map_or("the environment", |(_, name)| name)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address of a proxy may contain a password.
        f.debug_struct("Route").field("via", &self.via).finish_non_exhaustive()
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
        let direct = DirectWire::new(resolver.clone(), Rc::clone(&tls), bodies.clone(), route.max_idle);
        let reqwest = ReqwestWire::new(resolver.clone(), tls, bodies.clone(), route.max_idle);
        Self { route, direct, reqwest }
    }
}

impl Wire for Wires {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        if self.route.is_direct(&job.url) {
            self.direct.exchange(job, timeout, progress).await
        } else {
            // This future is large. Boxed, it does not enlarge the future of every worker.
            Box::pin(self.reqwest.exchange(job, timeout, progress)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Route;
    use crate::plan::http_client::HttpClient;

    fn route(via: HttpClient, variables: &'static [(&str, &str)]) -> Route {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, it)| (*it).to_owned());
        Route::new(via, &variable).with_local_suffix(".practice")
    }

    #[track_caller]
    fn direct(via: HttpClient, variables: &'static [(&str, &str)]) -> [bool; 3] {
        let route = route(via, variables);
        ["http://a.example/x", "https://b.example:8443/", "http://brisk.practice:4000/delay/1s"]
            .map(|url| route.is_direct(&url.parse().unwrap()))
    }

    #[test]
    fn an_attempt_is_direct_unless_a_proxy_applies_to_its_host() {
        assert_eq!(direct(HttpClient::Auto, &[]), [true; 3]);
        assert_eq!(direct(HttpClient::Auto, &[("HTTP_PROXY", "http://p.example:3128")]), [false, true, true]);
        assert_eq!(direct(HttpClient::Auto, &[("https_proxy", "p.example:3128")]), [true, false, true]);
        assert_eq!(direct(HttpClient::Auto, &[("ALL_PROXY", "http://p.example")]), [false, false, true]);
        let but_one = &[("ALL_PROXY", "http://p.example"), ("NO_PROXY", "b.example")];
        assert_eq!(direct(HttpClient::Auto, but_one), [false, true, true]);
        assert_eq!(direct(HttpClient::Auto, &[("HTTP_PROXY", ""), ("NO_PROXY", "*")]), [true; 3]);
        assert_eq!(
            direct(HttpClient::Auto, &[("HTTP_PROXY", "http://p.example"), ("REQUEST_METHOD", "GET")]),
            [true; 3]
        );
    }

    #[test]
    fn a_requested_client_is_used_in_any_environment() {
        assert_eq!(direct(HttpClient::Direct, &[("ALL_PROXY", "http://p.example")]), [true; 3]);
        assert_eq!(direct(HttpClient::Reqwest, &[]), [false; 3]);
    }

    #[test]
    fn the_description_for_a_url_names_the_client_and_the_variable() {
        let variables: &[_] =
            &[("ALL_PROXY", "http://p.example"), ("HTTP_PROXY", "http://q.example"), ("NO_PROXY", "b.example")];
        let description = |via, url: &str| {
            let (wire, why) = route(via, variables).describe_for(&url.parse().unwrap());
            format!("{wire}: {why}")
        };
        assert_eq!(description(HttpClient::Auto, "http://a.example/"), "reqwest: through the proxy of HTTP_PROXY");
        assert_eq!(description(HttpClient::Auto, "https://a.example/"), "reqwest: through the proxy of ALL_PROXY");
        assert_eq!(description(HttpClient::Auto, "https://b.example/"), "direct: no proxy applies");
        assert_eq!(description(HttpClient::Direct, "https://a.example/"), "direct: requested");
    }

    #[test]
    fn no_description_shows_the_password_of_a_proxy() {
        let route = route(HttpClient::Auto, &[("HTTP_PROXY", "http://ann:s3cret@p.example")]);
        let (wire, why) = route.describe();
        assert_eq!((wire, &*why), ("direct, reqwest", "through the proxy of HTTP_PROXY, else direct"));
        assert!(!format!("{route:?}").contains("s3cret"));
    }

    #[test]
    fn idle_connections_are_bounded_per_thread_and_in_total() {
        let max_idle =
            |most, limit, threads| Route::new(HttpClient::Auto, &|_| None).with_budget(most, limit, threads).max_idle;
        assert_eq!(max_idle(None, 50, 2), 1_024);
        assert_eq!(max_idle(None, 50, 64), 128);
        assert_eq!(max_idle(Some(1_000), 200, 2), 200);
        assert_eq!(max_idle(Some(100), 100, 2), 16);
    }
}
