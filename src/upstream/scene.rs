//! Finds the behaviour that a host, path and query ask for, and remembers what hangs on it.
//!
//! A scene is read once and then looked up, so that the upstream stays cheap enough to be the referee of
//! benchmarks. Only so many are remembered: a host and path that is forgotten counts its requests from
//! zero again. Nothing is performed here. Start at [`Stage::scene`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;
use http::HeaderValue;
use http::header::HOST;
use http::request::Parts;

use crate::plan::Practice;
use crate::text::glob;
use crate::upstream::behaviour::{Act, Behaviour, Refused, parse};
use crate::upstream::books::Books;
use crate::upstream::gate::Gate;
use crate::upstream::record;

/// How many scenes, and how many gates, are remembered.
const N_REMEMBERED: usize = 16_384;

/// Everything the upstream plays from.
#[derive(Debug)]
pub struct Stage {
    /// Its own truth.
    pub books: Rc<Books>,
    seed: u64,
    /// A glob in lower case, and the path and query it stands for.
    rules: Vec<(String, String)>,
    memory: RefCell<Memory>,
}

/// One host, path and query.
#[derive(Debug)]
pub struct Scene {
    /// What was asked for, or why that is nothing.
    pub behaviour: Result<Behaviour, Refused>,
    /// The limit's gate, where there is one.
    pub gate: Option<Rc<Gate>>,
    /// The body of a plain answer.
    pub body: Bytes,
    /// The host's number in the books.
    pub host: usize,
    /// The path's number in the books.
    pub path: usize,
    entropy: u64,
    n_requests: Cell<u64>,
    n_faults: Cell<u64>,
}

#[derive(Debug, Default)]
struct Memory {
    scenes: HashMap<Box<[u8]>, Rc<Scene>>,
    gates: HashMap<String, Rc<Gate>>,
    /// The key of the request at hand, kept to spare an allocation each.
    key: Vec<u8>,
}

impl Stage {
    /// Checks the host rules and opens the books.
    ///
    /// # Errors
    /// A host rule whose path is no behaviour.
    pub fn new(practice: &Practice) -> Result<Self, String> {
        let mut rules = Vec::new();
        for (glob, path) in &practice.hosts {
            parse(path).map_err(|refused| format!("host rule `{glob}`: {refused}"))?;
            rules.push((glob.to_ascii_lowercase(), path.clone()));
        }
        Ok(Self { books: Rc::new(Books::new()), seed: practice.seed, rules, memory: RefCell::default() })
    }

    /// The scene that a request asks for.
    pub fn scene(&self, head: &Parts) -> Rc<Scene> {
        // The target's own authority goes before the field (RFC 9112, section 3.2.2).
        let host = match head.uri.authority() {
            Some(authority) => authority.as_str().as_bytes(),
            None => head.headers.get(HOST).map(HeaderValue::as_bytes).unwrap_or_default(),
        };
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());

        let memory = &mut *self.memory.borrow_mut();
        memory.key.clear();
        memory.key.extend_from_slice(host);
        memory.key.push(b' ');
        memory.key.extend_from_slice(path.as_bytes());
        if let Some(scene) = memory.scenes.get(memory.key.as_slice()) {
            return Rc::clone(scene);
        }
        let scene = Rc::new(self.read(memory, &bare_host(host), path));
        if memory.scenes.len() >= N_REMEMBERED {
            memory.scenes.clear();
        }
        memory.scenes.insert(memory.key.as_slice().into(), Rc::clone(&scene));
        scene
    }

    fn read(&self, memory: &mut Memory, host: &str, path: &str) -> Scene {
        let asked = self.ruled(host, path);
        let behaviour = parse(&asked);
        let gate = match behaviour.as_ref().map(|behaviour| &behaviour.act) {
            Ok(Act::Limit { limit, half, .. }) => {
                if memory.gates.len() >= N_REMEMBERED {
                    memory.gates.clear();
                }
                let gate = memory.gates.entry(format!("{host} {}", without_id(&asked)));
                Some(Rc::clone(gate.or_insert_with(|| Rc::new(Gate::new(*limit, half.clone())))))
            }
            Ok(_) | Err(_) => None,
        };
        Scene {
            body: behaviour
                .as_ref()
                .map(|behaviour| record::of(self.seed, host, &asked, behaviour))
                .unwrap_or_default(),
            behaviour,
            gate,
            host: self.books.host(host),
            path: self.books.path(path.split_once('?').map_or(path, |(path, _)| path)),
            entropy: record::hash(self.seed, &[host, &asked]),
            n_requests: Cell::new(0),
            n_faults: Cell::new(0),
        }
    }

    /// The path and query that the first matching host rule puts in place of `/`.
    fn ruled(&self, host: &str, path: &str) -> String {
        let query = path.strip_prefix('/').filter(|rest| rest.is_empty() || rest.starts_with('?'));
        let rule = self.rules.iter().find(|(glob, _)| glob::matches(glob, host));
        match (query, rule) {
            (Some(""), Some((_, rule))) => rule.clone(),
            // What the request asks beside the rule, such as an `id`, is added to it.
            (Some(query), Some((_, rule))) if rule.contains('?') => format!("{rule}&{}", &query[1..]),
            (Some(query), Some((_, rule))) => format!("{rule}{query}"),
            (Some(_) | None, _) => path.to_owned(),
        }
    }
}

impl Scene {
    /// Starts one more performance: its random choices hang on the seed, host, path, query and count alone.
    pub fn perform(&self) -> fastrand::Rng {
        let n = self.n_requests.replace(self.n_requests.get() + 1);
        fastrand::Rng::with_seed(record::mix(self.entropy ^ record::mix(n)))
    }

    /// The next in a rotation of `n` faults. Each scene begins at its own.
    pub fn next_fault(&self, n: u64) -> u64 {
        let turn = self.n_faults.replace(self.n_faults.get() + 1);
        (self.entropy % n + turn) % n
    }
}

/// The host as rules and the tally name it: in lower case, without port and without `.practice`.
fn bare_host(host: &[u8]) -> String {
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        // The colons inside an IPv6 literal are no port's.
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
    use crate::upstream::scene::{N_REMEMBERED, Stage, bare_host};

    fn head(host: &str, path: &str) -> Parts {
        Request::get(path).header("host", host).body(()).unwrap().into_parts().0
    }

    fn stage(rules: &[(&str, &str)]) -> Stage {
        let hosts = rules.iter().map(|(glob, path)| ((*glob).to_owned(), (*path).to_owned())).collect();
        Stage::new(&Practice { seed: 1, hosts }).unwrap()
    }

    #[test]
    fn a_host_loses_its_port_its_case_and_its_practice() {
        for (host, bare) in [
            ("D001.practice:8080", "d001"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
            ("shop", "shop"),
            ("", ""),
        ] {
            assert_eq!(bare_host(host.as_bytes()), bare);
        }
    }

    #[test]
    fn the_first_matching_rule_answers_for_the_root_alone() {
        let stage = stage(&[("d001", "/hang"), ("d*", "/limit?rps=5")]);
        let act = |host, path| stage.scene(&head(host, path)).behaviour.clone().unwrap().act;
        assert_eq!(act("d001.practice:1", "/"), Act::Hang);
        assert!(matches!(act("D002", "/"), Act::Limit { .. }));
        assert!(matches!(act("d002", "/?id=7"), Act::Limit { .. }));
        assert_eq!(act("other", "/"), Act::Help);
        assert_eq!(act("d001", "/echo"), Act::Echo);
    }

    #[test]
    fn a_rule_that_is_no_behaviour_is_refused_by_name() {
        let practice = Practice { seed: 1, hosts: vec![("d*".to_owned(), "/delay/5".to_owned())] };
        let message = Stage::new(&practice).unwrap_err();
        assert!(message.starts_with("host rule `d*`: `/delay`: `5` has no unit"), "{message}");
    }

    #[test]
    fn a_limit_is_shared_by_ids_and_not_by_hosts() {
        let stage = stage(&[]);
        let gate = |host, path| stage.scene(&head(host, path)).gate.clone().unwrap();
        assert!(Rc::ptr_eq(&gate("a", "/limit?rps=5&id=1"), &gate("a", "/limit?id=2&rps=5")));
        assert!(!Rc::ptr_eq(&gate("a", "/limit?rps=5"), &gate("b", "/limit?rps=5")));
        assert!(!Rc::ptr_eq(&gate("a", "/limit?rps=5"), &gate("a", "/limit?rps=6")));
    }

    #[test]
    fn a_scene_draws_the_same_again_and_its_neighbours_draw_otherwise() {
        let draws = |host, path| {
            let (stage, head) = (stage(&[]), head(host, path));
            (0..20).map(|_| stage.scene(&head).perform().u64(..)).collect::<Vec<_>>()
        };
        assert_eq!(draws("a", "/flaky"), draws("a", "/flaky"));
        assert_ne!(draws("a", "/flaky"), draws("b", "/flaky"));
        assert_ne!(draws("a", "/flaky"), draws("a", "/flaky?id=1"));
    }

    #[test]
    fn memory_is_bounded_however_many_paths_are_asked_for() {
        let stage = stage(&[]);
        for n in 0..N_REMEMBERED * 2 {
            stage.scene(&head("a", &format!("/json/orders/{n}")));
        }
        assert!(stage.memory.borrow().scenes.len() <= N_REMEMBERED);
    }
}
