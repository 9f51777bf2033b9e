//! The handlers of the upstream: the behaviour of each host, path and query, with its state.
//!
//! Handlers are cached, so that the upstream is fast enough for benchmarks. Their number is bounded. A handler
//! that was evicted counts its requests from zero again. `serve` runs the behaviour.
//! Start at [`UpstreamState::handler`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;
use http::HeaderValue;
use http::header::HOST;
use http::request::Parts;

use crate::plan::Practice;
use crate::text::glob;
use crate::upstream::behaviour::{Act, Behaviour};
use crate::upstream::gate::UpstreamGate;
use crate::upstream::ledger::Ledger;
use crate::upstream::record;
use crate::upstream::table::{Refused, parse};

/// The most handlers in memory, and also the most gates.
const MAX_HANDLERS: usize = 16_384;

/// The state that all connections of the upstream share.
#[derive(Debug)]
pub struct UpstreamState {
    /// The counts.
    pub ledger: Rc<Ledger>,
    seed: u64,
    /// A glob in lower case, and the path and query that replace `/` for matching hosts.
    rules: Vec<(String, String)>,
    cache: RefCell<HandlerCache>,
}

/// The handler of requests for one host, path and query.
#[derive(Debug)]
pub struct Handler {
    /// The behaviour, or the reason why there is none.
    pub behaviour: Result<Behaviour, Refused>,
    /// The gate of a limit, if there is one.
    pub gate: Option<Rc<UpstreamGate>>,
    /// The default body.
    pub body: Bytes,
    /// The host's number in the ledger.
    pub host: usize,
    /// The path's number in the ledger.
    pub path: usize,
    entropy: u64,
    n_requests: Cell<u64>,
    n_faults: Cell<u64>,
}

#[derive(Debug, Default)]
struct HandlerCache {
    handlers: HashMap<Box<[u8]>, Rc<Handler>>,
    gates: HashMap<String, Rc<UpstreamGate>>,
    /// A buffer for the key of a request. Reusing it saves one allocation per request.
    key: Vec<u8>,
}

impl UpstreamState {
    /// Checks the host rules, and starts to count.
    ///
    /// # Errors
    /// The path of a host rule is not a behaviour.
    pub fn new(practice: &Practice) -> Result<Self, String> {
        let mut rules = Vec::new();
        for (glob, path) in &practice.hosts {
            parse(path).map_err(|refused| format!("host rule `{glob}`: {refused}"))?;
            rules.push((glob.to_ascii_lowercase(), path.clone()));
        }
        Ok(Self { ledger: Rc::new(Ledger::new()), seed: practice.seed, rules, cache: RefCell::default() })
    }

    /// Returns the handler of a request.
    pub fn handler(&self, head: &Parts) -> Rc<Handler> {
        // The authority in the request target overrides the field (RFC 9112, section 3.2.2).
        let host = match head.uri.authority() {
            Some(authority) => authority.as_str().as_bytes(),
            None => head.headers.get(HOST).map(HeaderValue::as_bytes).unwrap_or_default(),
        };
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());

        let cache = &mut *self.cache.borrow_mut();
        cache.key.clear();
        cache.key.extend_from_slice(host);
        cache.key.push(b' ');
        cache.key.extend_from_slice(path.as_bytes());
        if let Some(handler) = cache.handlers.get(cache.key.as_slice()) {
            return Rc::clone(handler);
        }
        let handler = Rc::new(self.build_handler(cache, &normalize_host(host), path));
        if cache.handlers.len() >= MAX_HANDLERS {
            cache.handlers.clear();
        }
        cache.handlers.insert(cache.key.as_slice().into(), Rc::clone(&handler));
        handler
    }

    fn build_handler(&self, cache: &mut HandlerCache, host: &str, path: &str) -> Handler {
        let target = self.apply_rule(host, path);
        let behaviour = parse(&target);
        let gate = match behaviour.as_ref().map(|behaviour| &behaviour.act) {
            Ok(Act::Limit { limit, half, .. }) => {
                if cache.gates.len() >= MAX_HANDLERS {
                    cache.gates.clear();
                }
                let gate = cache.gates.entry(format!("{host} {}", without_id(&target)));
                Some(Rc::clone(gate.or_insert_with(|| Rc::new(UpstreamGate::new(*limit, half.clone())))))
            }
            Ok(_) | Err(_) => None,
        };
        Handler {
            body: behaviour
                .as_ref()
                .map(|behaviour| record::json_body(self.seed, host, &target, behaviour))
                .unwrap_or_default(),
            behaviour,
            gate,
            host: self.ledger.host(host),
            path: self.ledger.path(path.split_once('?').map_or(path, |(path, _)| path)),
            entropy: record::hash(self.seed, &[host, &target]),
            n_requests: Cell::new(0),
            n_faults: Cell::new(0),
        }
    }

    /// Returns the path and query. The first host rule that matches replaces `/`.
    fn apply_rule(&self, host: &str, path: &str) -> String {
        let query = path.strip_prefix('/').filter(|rest| rest.is_empty() || rest.starts_with('?'));
        let rule = self.rules.iter().find(|(glob, _)| glob::matches(glob, host));
        match (query, rule) {
            (Some(""), Some((_, rule))) => rule.clone(),
            // Arguments of the request, such as an `id`, are added to those of the rule.
            (Some(query), Some((_, rule))) if rule.contains('?') => format!("{rule}&{}", &query[1..]),
            (Some(query), Some((_, rule))) => format!("{rule}{query}"),
            (Some(_) | None, _) => path.to_owned(),
        }
    }
}

impl Handler {
    /// Returns the generator for the random choices of the next request.
    ///
    /// They depend only on the seed, host, path, query and count.
    pub fn next_rng(&self) -> fastrand::Rng {
        let n = self.n_requests.replace(self.n_requests.get() + 1);
        fastrand::Rng::with_seed(record::mix(self.entropy ^ record::mix(n)))
    }

    /// Returns the next of `n` faults, in turn. Each handler starts at a different one.
    pub fn next_fault(&self, n: u64) -> u64 {
        let turn = self.n_faults.replace(self.n_faults.get() + 1);
        (self.entropy % n + turn) % n
    }
}

/// Returns the host as in rules and counts: in lower case, without port and without `.practice`.
fn normalize_host(host: &[u8]) -> String {
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        // The last colon of an IPv6 literal is not followed by a port.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => &host,
    };
    name.strip_suffix(".practice").unwrap_or(name).to_owned()
}

fn without_id(path_and_query: &str) -> String {
    let Some((path, query)) = path_and_query.split_once('?') else { return path_and_query.to_owned() };
    let pairs: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("id=")).collect();
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use http::Request;
    use http::request::Parts;

    use crate::plan::Practice;
    use crate::upstream::behaviour::Act;
    use crate::upstream::handlers::{MAX_HANDLERS, UpstreamState, normalize_host};

    fn head(host: &str, path: &str) -> Parts {
        Request::get(path).header("host", host).body(()).unwrap().into_parts().0
    }

    fn state(rules: &[(&str, &str)]) -> UpstreamState {
        let hosts = rules.iter().map(|(glob, path)| ((*glob).to_owned(), (*path).to_owned())).collect();
        UpstreamState::new(&Practice { seed: 1, hosts }).unwrap()
    }

    #[test]
    fn a_host_is_named_in_lower_case_without_port_and_practice_suffix() {
        for (host, normalized) in [
            ("D001.practice:8080", "d001"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
            ("shop", "shop"),
            ("", ""),
        ] {
            assert_eq!(normalize_host(host.as_bytes()), normalized);
        }
    }

    #[test]
    fn the_first_matching_rule_replaces_the_root_path_only() {
        let state = state(&[("d001", "/hang"), ("d*", "/limit?rps=5")]);
        let act = |host, path| state.handler(&head(host, path)).behaviour.clone().unwrap().act;
        assert_eq!(act("d001.practice:1", "/"), Act::Hang);
        assert!(matches!(act("D002", "/"), Act::Limit { .. }));
        assert!(matches!(act("d002", "/?id=7"), Act::Limit { .. }));
        assert_eq!(act("other", "/"), Act::Help);
        assert_eq!(act("d001", "/echo"), Act::Echo);
    }

    #[test]
    fn a_rule_without_a_known_behaviour_is_refused_with_its_pattern() {
        let practice = Practice { seed: 1, hosts: vec![("d*".to_owned(), "/delay/5".to_owned())] };
        let message = UpstreamState::new(&practice).unwrap_err();
        assert!(message.starts_with("host rule `d*`: `/delay`: `5` has no unit"), "{message}");
    }

    #[test]
    fn all_ids_of_a_host_share_a_limit_but_hosts_do_not() {
        let state = state(&[]);
        let gate = |host, path| state.handler(&head(host, path)).gate.clone().unwrap();
        assert!(Rc::ptr_eq(&gate("a", "/limit?rps=5&id=1"), &gate("a", "/limit?id=2&rps=5")));
        assert!(!Rc::ptr_eq(&gate("a", "/limit?rps=5"), &gate("b", "/limit?rps=5")));
        assert!(!Rc::ptr_eq(&gate("a", "/limit?rps=5"), &gate("a", "/limit?rps=6")));
    }

    #[test]
    fn random_choices_are_reproducible_and_differ_between_handlers() {
        let draws = |host, path| {
            let (state, head) = (state(&[]), head(host, path));
            (0..20).map(|_| state.handler(&head).next_rng().u64(..)).collect::<Vec<_>>()
        };
        assert_eq!(draws("a", "/flaky"), draws("a", "/flaky"));
        assert_ne!(draws("a", "/flaky"), draws("b", "/flaky"));
        assert_ne!(draws("a", "/flaky"), draws("a", "/flaky?id=1"));
    }

    #[test]
    fn memory_is_bounded_for_any_number_of_paths() {
        let state = state(&[]);
        for n in 0..MAX_HANDLERS * 2 {
            state.handler(&head("a", &format!("/json/orders/{n}")));
        }
        assert!(state.cache.borrow().handlers.len() <= MAX_HANDLERS);
    }
}
