//! What is known of each host, and its connections that nobody uses.
//!
//! Start at [`Hosts::of`].

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use http::HeaderValue;
use rustc_hash::FxHashMap;
use tokio::time::Instant;
use url::{Position, Url};

use crate::source::pool::wire::direct::line::HttpConnection;
use crate::source::pool::wire::message::Usual;

/// For how long an unused connection is kept. Few servers keep it longer.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// How often those are looked for that were kept too long.
const SWEEPS_EVERY: Duration = Duration::from_secs(1);

/// The hosts that a thread speaks with.
#[derive(Default)]
pub(in crate::source::pool) struct Hosts {
    /// By everything in front of the path: connections of two users are not mixed up.
    by_origin: RefCell<FxHashMap<Box<str>, Rc<Host>>>,
    n_kept: Cell<usize>,
    /// Unused connections that are kept, all hosts together.
    most: usize,
    swept: Cell<Option<Instant>>,
}

/// A host, and its unused connections.
#[derive(Debug)]
pub(in crate::source::pool) struct Host {
    /// Its name or its address.
    pub(in crate::source::pool) name: url::Host,
    /// Its port.
    pub(in crate::source::pool) port: u16,
    /// Whether it is spoken with by TLS.
    pub(in crate::source::pool) is_secure: bool,
    /// What requests to it carry.
    pub(in crate::source::pool) usual: Usual,
    /// The one that was used last is at the back.
    kept: RefCell<VecDeque<Kept>>,
}

#[derive(Debug)]
struct Kept {
    line: Box<HttpConnection>,
    since: Instant,
}

impl Hosts {
    /// Hosts of which so many unused connections are kept.
    pub(in crate::source::pool) fn keeping(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// The host of a URL.
    pub(in crate::source::pool) fn of(&self, url: &Url) -> Rc<Host> {
        let origin = &url[..Position::BeforePath];
        if let Some(host) = self.by_origin.borrow().get(origin) {
            return Rc::clone(host);
        }
        let host = Rc::new(Host::of(url));
        self.by_origin.borrow_mut().insert(origin.into(), Rc::clone(&host));
        host
    }

    /// The connection that was used last, and for how long nobody has used it.
    pub(in crate::source::pool) fn take(&self, host: &Host, now: Instant) -> Option<(Box<HttpConnection>, Duration)> {
        let Kept { line, since } = host.kept.borrow_mut().pop_back()?;
        self.n_kept.update(|n| n - 1);
        let unused_for = now.saturating_duration_since(since);
        if unused_for >= KEPT_FOR {
            // And so are the others.
            self.forget(host);
            return None;
        }
        Some((line, unused_for))
    }

    /// Keeps a connection for the next exchange.
    pub(in crate::source::pool) fn keep(&self, host: &Host, line: Box<HttpConnection>, since: Instant) {
        self.sweep(since);
        if self.n_kept.get() < self.most {
            host.kept.borrow_mut().push_back(Kept { line, since });
            self.n_kept.update(|n| n + 1);
        }
    }

    /// Closes a host's unused connections.
    pub(in crate::source::pool) fn forget(&self, host: &Host) {
        let forgotten = std::mem::take(&mut *host.kept.borrow_mut());
        self.n_kept.update(|n| n - forgotten.len());
    }

    /// Closes all unused connections. Tells whether there were any.
    pub(in crate::source::pool) fn forget_all(&self) -> bool {
        let hosts = self.by_origin.borrow();
        hosts.values().for_each(|host| host.kept.borrow_mut().clear());
        self.n_kept.replace(0) > 0
    }

    /// Closes what was kept too long, and forgets hosts of which nothing is left.
    fn sweep(&self, now: Instant) {
        if self.swept.get().is_some_and(|swept| now < swept + SWEEPS_EVERY) {
            return;
        }
        self.swept.set(Some(now));
        let mut n_kept = 0;
        self.by_origin.borrow_mut().retain(|_, host| {
            let mut kept = host.kept.borrow_mut();
            let old = kept.iter().take_while(|kept| now >= kept.since + KEPT_FOR).count();
            kept.drain(..old);
            n_kept += kept.len();
            !kept.is_empty() || Rc::strong_count(host) > 1
        });
        self.n_kept.set(n_kept);
    }
}

impl Host {
    fn of(url: &Url) -> Self {
        let name = &url[Position::BeforeHost..Position::AfterPort];
        Self {
            // Every URL of a job has a host.
            name: url.host().map_or(url::Host::Domain(String::new()), |host| host.to_owned()),
            port: url.port_or_known_default().unwrap_or_default(),
            is_secure: url.scheme() == "https",
            usual: Usual::of(HeaderValue::from_str(name).unwrap_or(HeaderValue::from_static(""))),
            kept: RefCell::default(),
        }
    }
}

impl fmt::Debug for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The origins may hold passwords.
        f.debug_struct("Hosts").field("n_kept", &self.n_kept).finish_non_exhaustive()
    }
}
