//! Chooses the wire that each attempt goes by.
//!
//! Directly, wherever no proxy of the environment stands between: for that the library knows the way.
//! Start at [`Route`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::{Position, Url};

use crate::plan::address::PRACTICE;
use crate::plan::job::Job;
use crate::plan::via::Via;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::direct::DirectWire;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::reqwest_wire::ReqwestWire;
use crate::source::pool::wire::{Exchange, Wire};

/// Variables that name a proxy, and what for.
const VARIABLES: [(&str, For); 6] = [
    ("ALL_PROXY", For::All),
    ("all_proxy", For::All),
    ("HTTP_PROXY", For::Http),
    ("http_proxy", For::Http),
    ("HTTPS_PROXY", For::Https),
    ("https_proxy", For::Https),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    All,
    Http,
    Https,
}

/// Which wire attempts go by.
#[derive(Clone)]
pub struct Route {
    via: Via,
    proxies: Option<Proxies>,
    most_unused: usize,
}

/// Proxies as the environment names them.
#[derive(Clone)]
struct Proxies {
    matcher: Arc<Matcher>,
    /// The variables that name them.
    named_by: Vec<(For, &'static str)>,
}

impl Route {
    /// Unused connections that a thread keeps; each has buffers of some kilobytes.
    const MOST_UNUSED: usize = 1_024;
    /// With fewer, connections that are only changing hands would be closed.
    const LEAST_UNUSED: usize = 16;

    /// A route as it is wished for, past the proxies of the environment, which `variable` reads.
    pub fn new(via: Via, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        Self { via, proxies: Proxies::read(variable), most_unused: Self::MOST_UNUSED }
    }

    /// The same for `of` threads on a machine that lets us have so many connections: unused ones share what
    /// the limit leaves of them, with files and look-ups.
    #[must_use]
    pub fn within(self, most: Option<u32>, limit: u32, of: usize) -> Self {
        let left = most.map_or(usize::MAX, |most| most.saturating_sub(limit) as usize / (2 * of));
        Self { most_unused: left.clamp(Self::LEAST_UNUSED, Self::MOST_UNUSED), ..self }
    }

    /// Whether an attempt goes directly.
    fn is_direct(&self, url: &Url) -> bool {
        match (self.via, &self.proxies) {
            (Via::Direct, _) | (Via::Auto, None) => true,
            (Via::Reqwest, _) => false,
            (Via::Auto, Some(proxies)) => !proxies.stand_before(url),
        }
    }

    /// Whether it is us who look up the name in a URL, and no proxy.
    pub(in crate::source::pool) fn is_ours_to_look_up(&self, url: &Url) -> bool {
        match (self.via, &self.proxies) {
            (Via::Direct, _) | (_, None) => true,
            (Via::Auto | Via::Reqwest, Some(proxies)) => !proxies.stand_before(url),
        }
    }

    /// Which wire it is, and why, in words.
    pub fn told(&self) -> (&'static str, String) {
        match (self.via, &self.proxies) {
            (Via::Direct, _) => ("direct", "asked for".to_owned()),
            (Via::Reqwest, _) => ("reqwest", "asked for".to_owned()),
            (Via::Auto, None) => ("direct", "no proxy is named".to_owned()),
            (Via::Auto, Some(proxies)) => {
                let names: Vec<_> = proxies.named_by.iter().map(|(_, name)| *name).collect();
                ("direct, reqwest", format!("through the proxy of {}, else direct", names.join(", ")))
            }
        }
    }

    /// Which wire an attempt at this URL goes by, and why, in words.
    pub fn told_of(&self, url: &Url) -> (&'static str, String) {
        match &self.proxies {
            Some(proxies) if self.via == Via::Auto && proxies.stand_before(url) => {
                ("reqwest", format!("through the proxy of {}", proxies.name_for(url)))
            }
            Some(_) if self.via == Via::Auto => ("direct", "no proxy stands before it".to_owned()),
            Some(_) | None => self.told(),
        }
    }
}

impl Proxies {
    /// What the variables say, read as curl and reqwest do; nothing where they name no proxy.
    fn read(variable: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        // A web server puts a request's header `Proxy` into HTTP_PROXY.
        if variable("REQUEST_METHOD").is_some() {
            return None;
        }
        let mut named_by = Vec::new();
        let mut first = |what: For| {
            let names = VARIABLES.into_iter().filter(|&(_, for_what)| for_what == what);
            let (name, proxy) = names.into_iter().find_map(|(name, _)| Some((name, variable(name)?)))?;
            // The first one counts that is set, even to nothing.
            let proxy = Some(proxy).filter(|proxy| !proxy.is_empty())?;
            named_by.push((what, name));
            Some(proxy)
        };
        let (all, http, https) = (first(For::All), first(For::Http), first(For::Https));
        let no = variable("NO_PROXY").or_else(|| variable("no_proxy")).unwrap_or_default();
        if all.is_none() && http.is_none() && https.is_none() {
            return None;
        }
        let builder = Matcher::builder().all(all.unwrap_or_default()).http(http.unwrap_or_default());
        let matcher = Arc::new(builder.https(https.unwrap_or_default()).no(no).build());
        Some(Self { matcher, named_by })
    }

    /// Whether a proxy stands before a URL. The practice upstream is on this machine, where none would find it.
    fn stand_before(&self, url: &Url) -> bool {
        let is_practice = url.host_str().is_some_and(|host| host.ends_with(PRACTICE));
        let origin = Uri::try_from(&url[..Position::BeforePath]);
        !is_practice && origin.is_ok_and(|origin| self.matcher.intercept(&origin).is_some())
    }

    /// The variable that names the proxy before a URL: the one of its scheme, else the one of all.
    fn name_for(&self, url: &Url) -> &'static str {
        let of = if url.scheme() == "https" { For::Https } else { For::Http };
        let named = |what: For| self.named_by.iter().find(|(for_what, _)| *for_what == what);
        named(of).or_else(|| named(For::All)).map_or("the environment", |(_, name)| name)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's address may hold a password.
        f.debug_struct("Route").field("via", &self.via).finish_non_exhaustive()
    }
}

/// One thread's wires.
#[derive(Debug)]
pub struct Wires {
    route: Route,
    direct: DirectWire,
    library: ReqwestWire,
}

impl Wires {
    /// Wires with the run's shared names.
    pub fn new(route: Route, names: &Resolver, keeps_bodies: bool) -> Self {
        let direct = DirectWire::new(names.clone(), keeps_bodies, route.most_unused);
        Self { route, direct, library: ReqwestWire::new(names.clone(), keeps_bodies) }
    }
}

impl Wire for Wires {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        if self.route.is_direct(&job.url) {
            self.direct.exchange(job, timeout, progress).await
        } else {
            // It is large, and every worker would have room for it.
            Box::pin(self.library.exchange(job, timeout, progress)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Route;
    use crate::plan::via::Via;

    fn route(via: Via, variables: &'static [(&str, &str)]) -> Route {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, it)| (*it).to_owned());
        Route::new(via, &variable)
    }

    #[track_caller]
    fn direct(via: Via, variables: &'static [(&str, &str)]) -> [bool; 3] {
        let route = route(via, variables);
        ["http://a.example/x", "https://b.example:8443/", "http://brisk.practice:4000/delay/1s"]
            .map(|url| route.is_direct(&url.parse().unwrap()))
    }

    #[test]
    fn an_attempt_goes_directly_unless_a_proxy_stands_before_its_host() {
        assert_eq!(direct(Via::Auto, &[]), [true; 3]);
        assert_eq!(direct(Via::Auto, &[("HTTP_PROXY", "http://p.example:3128")]), [false, true, true]);
        assert_eq!(direct(Via::Auto, &[("https_proxy", "p.example:3128")]), [true, false, true]);
        assert_eq!(direct(Via::Auto, &[("ALL_PROXY", "http://p.example")]), [false, false, true]);
        let but_one = &[("ALL_PROXY", "http://p.example"), ("NO_PROXY", "b.example")];
        assert_eq!(direct(Via::Auto, but_one), [false, true, true]);
        assert_eq!(direct(Via::Auto, &[("HTTP_PROXY", ""), ("NO_PROXY", "*")]), [true; 3]);
        assert_eq!(direct(Via::Auto, &[("HTTP_PROXY", "http://p.example"), ("REQUEST_METHOD", "GET")]), [true; 3]);
    }

    #[test]
    fn who_asks_for_a_wire_has_it() {
        assert_eq!(direct(Via::Direct, &[("ALL_PROXY", "http://p.example")]), [true; 3]);
        assert_eq!(direct(Via::Reqwest, &[]), [false; 3]);
    }

    #[test]
    fn each_url_is_told_its_own_wire_and_the_variable_that_decides() {
        let variables: &[_] =
            &[("ALL_PROXY", "http://p.example"), ("HTTP_PROXY", "http://q.example"), ("NO_PROXY", "b.example")];
        let told = |via, url: &str| {
            let (wire, why) = route(via, variables).told_of(&url.parse().unwrap());
            format!("{wire}: {why}")
        };
        assert_eq!(told(Via::Auto, "http://a.example/"), "reqwest: through the proxy of HTTP_PROXY");
        assert_eq!(told(Via::Auto, "https://a.example/"), "reqwest: through the proxy of ALL_PROXY");
        assert_eq!(told(Via::Auto, "https://b.example/"), "direct: no proxy stands before it");
        assert_eq!(told(Via::Direct, "https://a.example/"), "direct: asked for");
    }

    #[test]
    fn a_proxys_password_is_not_told() {
        let route = route(Via::Auto, &[("HTTP_PROXY", "http://ann:s3cret@p.example")]);
        let (wire, why) = route.told();
        assert_eq!((wire, &*why), ("direct, reqwest", "through the proxy of HTTP_PROXY, else direct"));
        assert!(!format!("{route:?}").contains("s3cret"));
    }
}
