//! The ledger of the upstream: counts of requests received, in flight and ended.
//!
//! The server's thread takes snapshots between two tasks, so every snapshot is exact. The ledger is bounded:
//! names beyond [`N_NAMES`] are counted together, and arrivals beyond [`N_ARRIVALS`] are not recorded.
//! Start at [`Ledger::enter`]. [`OpenRequest`] ensures that every request ends exactly once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use crate::upstream::tally::{Arrival, Connections, HostTally, N_ARRIVALS, N_NAMES, OTHERS, Tally};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestEnd {
    /// With a complete response of this status.
    Answered(u16),
    /// With a reset.
    Reset,
    /// With an incomplete response.
    ClosedEarly,
    /// With bytes that are not HTTP.
    Garbled,
    /// Without a complete response, because the client disconnected or the upstream stopped.
    Abandoned,
}

/// The counts of the upstream.
#[derive(Debug)]
pub struct Ledger(RefCell<LedgerState>);

/// A request in flight. If it is dropped without an end, it counts as abandoned.
#[derive(Debug)]
pub struct OpenRequest {
    ledger: Rc<Ledger>,
    host: usize,
    era: u64,
    end: RequestEnd,
}

/// An open connection of a client.
#[derive(Debug)]
pub struct OpenConnection(Rc<Ledger>);

#[derive(Debug)]
struct LedgerState {
    /// The sums; `paths` and `hosts` stay empty here.
    sums: Tally,
    paths: NamedCounts<u64>,
    hosts: NamedCounts<HostTally>,
    arrivals: Vec<(Instant, usize, usize)>,
    since: Instant,
    /// The number of resets of the tally.
    era: u64,
}

/// Counts by name. Each name is looked up once and then identified by its number.
#[derive(Debug)]
struct NamedCounts<T> {
    numbers: HashMap<Arc<str>, usize>,
    rows: Vec<(Arc<str>, T)>,
}

impl Ledger {
    /// Returns an empty ledger.
    pub fn new() -> Self {
        Self(RefCell::new(LedgerState {
            sums: Tally::default(),
            paths: NamedCounts::new(),
            hosts: NamedCounts::new(),
            arrivals: Vec::new(),
            since: Instant::now(),
            era: 0,
        }))
    }

    /// Returns the number that identifies a host.
    pub fn host(&self, name: &str) -> usize {
        self.0.borrow_mut().hosts.number(name)
    }

    /// Returns the number that identifies a path.
    pub fn path(&self, path: &str) -> usize {
        self.0.borrow_mut().paths.number(path)
    }

    /// Counts a request whose head was read.
    pub fn enter(self: &Rc<Self>, host: usize, path: usize) -> OpenRequest {
        let state = &mut *self.0.borrow_mut();
        state.sums.requests += 1;
        state.sums.in_flight += 1;
        state.sums.peak = state.sums.peak.max(state.sums.in_flight);
        if let Some((_, host)) = state.hosts.rows.get_mut(host) {
            host.requests += 1;
            host.in_flight += 1;
            host.peak = host.peak.max(host.in_flight);
        }
        if let Some((_, path)) = state.paths.rows.get_mut(path) {
            *path += 1;
        }
        if state.arrivals.len() < N_ARRIVALS {
            state.arrivals.push((Instant::now(), host, path));
        }
        OpenRequest { ledger: Rc::clone(self), host, era: state.era, end: RequestEnd::Abandoned }
    }

    /// Counts a connection.
    pub fn open(self: &Rc<Self>) -> OpenConnection {
        let connections = &mut self.0.borrow_mut().sums.connections;
        connections.accepted += 1;
        connections.open += 1;
        connections.peak = connections.peak.max(connections.open);
        OpenConnection(Rc::clone(self))
    }

    /// Counts a failure to accept.
    pub fn accept_failed(&self) {
        self.0.borrow_mut().sums.connections.failed += 1;
    }

    /// Returns a snapshot of the counts.
    pub fn tally(&self) -> Tally {
        let state = self.0.borrow();
        let mut tally = state.sums.clone();
        let paths = state.paths.rows.iter().filter(|(_, n)| *n > 0);
        tally.paths = paths.map(|(path, n)| (path.to_string(), *n)).collect();
        let hosts = state.hosts.rows.iter().filter(|(_, host)| *host != HostTally::default());
        tally.hosts = hosts.map(|(name, host)| (name.to_string(), *host)).collect();
        tally
    }

    /// Returns the first arrivals, in order.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let state = self.0.borrow();
        let arrival = |&(at, host, path): &(Instant, usize, usize)| Arrival {
            at: at.duration_since(state.since).into(),
            host: state.hosts.name(host),
            path: state.paths.name(path),
        };
        state.arrivals.iter().map(arrival).collect()
    }

    /// Restarts the counts. Open connections and requests in flight remain counted.
    pub fn reset(&self) {
        let state = &mut *self.0.borrow_mut();
        let (in_flight, open) = (state.sums.in_flight, state.sums.connections.open);
        let connections = Connections { open, peak: open, ..Connections::default() };
        state.sums = Tally { in_flight, peak: in_flight, connections, ..Tally::default() };
        for (_, n) in &mut state.paths.rows {
            *n = 0;
        }
        for (_, host) in &mut state.hosts.rows {
            *host = HostTally { requests: 0, peak: host.in_flight, ..*host };
        }
        state.arrivals.clear();
        state.since = Instant::now();
        state.era += 1;
    }
}

impl OpenRequest {
    /// Ends the request.
    pub fn end(mut self, end: RequestEnd) {
        self.end = end;
    }

    /// Counts the request as hanging.
    pub fn count_hang(&self) {
        self.ledger.0.borrow_mut().sums.hangs += 1;
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let state = &mut *self.ledger.0.borrow_mut();
        state.sums.in_flight -= 1;
        if let Some((_, host)) = state.hosts.rows.get_mut(self.host) {
            host.in_flight -= 1;
        }
        if self.era != state.era {
            return;
        }
        match self.end {
            RequestEnd::Answered(status) => *state.sums.answers.entry(status).or_default() += 1,
            RequestEnd::Reset => state.sums.resets += 1,
            RequestEnd::ClosedEarly => state.sums.closed_early += 1,
            RequestEnd::Garbled => state.sums.garbled += 1,
            RequestEnd::Abandoned => state.sums.abandoned += 1,
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.0.borrow_mut().sums.connections.open -= 1;
    }
}

impl<T: Default> NamedCounts<T> {
    fn new() -> Self {
        Self { numbers: HashMap::new(), rows: vec![(OTHERS.into(), T::default())] }
    }

    fn number(&mut self, name: &str) -> usize {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        if self.rows.len() > N_NAMES {
            return 0;
        }
        let (name, number) = (Arc::<str>::from(name), self.rows.len());
        self.rows.push((Arc::clone(&name), T::default()));
        self.numbers.insert(name, number);
        number
    }

    fn name(&self, number: usize) -> Arc<str> {
        self.rows.get(number).map_or_else(|| OTHERS.into(), |(name, _)| Arc::clone(name))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use crate::upstream::ledger::{Ledger, RequestEnd};
    use crate::upstream::tally::{N_NAMES, OTHERS};

    #[test]
    fn every_request_ends_once_and_the_sums_match() {
        let ledger = Rc::new(Ledger::new());
        let (host, path) = (ledger.host("a"), ledger.path("/x"));
        let open_requests: Vec<_> = (0..4).map(|_| ledger.enter(host, path)).collect();
        for (open_request, end) in
            open_requests.into_iter().zip([RequestEnd::Answered(200), RequestEnd::Reset, RequestEnd::ClosedEarly])
        {
            open_request.end(end);
        }
        let _still = ledger.enter(host, path);
        let tally = ledger.tally();
        assert_eq!((tally.requests, tally.in_flight, tally.peak), (5, 1, 4));
        assert_eq!((tally.answers[&200], tally.resets, tally.closed_early, tally.abandoned), (1, 1, 1, 1));
        assert_eq!((tally.paths["/x"], tally.hosts["a"].requests, tally.hosts["a"].peak), (5, 5, 4));
    }

    #[test]
    fn a_reset_keeps_requests_in_flight_and_ignores_how_they_end() {
        let ledger = Rc::new(Ledger::new());
        let open_request = ledger.enter(ledger.host("a"), ledger.path("/x"));
        ledger.reset();
        assert_eq!((ledger.tally().requests, ledger.tally().in_flight, ledger.tally().peak), (0, 1, 1));
        open_request.end(RequestEnd::Answered(200));
        let tally = ledger.tally();
        assert_eq!((tally.in_flight, tally.answers.len(), tally.hosts["a"].in_flight), (0, 0, 0));
        assert!(tally.paths.is_empty() && ledger.arrivals().is_empty());
    }

    #[test]
    fn names_beyond_the_bound_are_counted_together() {
        let ledger = Rc::new(Ledger::new());
        for n in 0..N_NAMES + 3 {
            drop(ledger.enter(0, ledger.path(&format!("/{n}"))));
        }
        assert_eq!(ledger.tally().paths[OTHERS], 3);
        assert_eq!(ledger.tally().paths.len(), N_NAMES + 1);
    }
}
