//! Keeps the upstream's own truth: what it has received, what is in flight, and how everything ended.
//!
//! It lives on the server's thread, which answers for it between two turns, so that every snapshot is exact.
//! It is bounded: names beyond [`N_NAMES`] are counted together, and arrivals beyond [`N_ARRIVALS`] are not
//! kept. Start at [`Books::enter`]; [`Flight`] makes every request end exactly once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use crate::upstream::tally::{Arrival, Connections, HostTally, N_ARRIVALS, N_NAMES, OTHERS, Tally};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With a complete answer of this status.
    Answered(u16),
    /// With a reset.
    Reset,
    /// With an answer that broke off.
    ClosedEarly,
    /// With something that is not HTTP.
    Garbled,
    /// With nobody to answer.
    Abandoned,
}

/// The tally while it is being kept.
#[derive(Debug)]
pub struct Books(RefCell<Ledger>);

/// A request in flight. Dropped without a word, it counts as abandoned.
#[derive(Debug)]
pub struct Flight {
    books: Rc<Books>,
    host: usize,
    era: u64,
    end: End,
}

/// An open connection.
#[derive(Debug)]
pub struct Open(Rc<Books>);

#[derive(Debug)]
struct Ledger {
    /// The sums; `paths` and `hosts` stay empty here.
    sums: Tally,
    paths: Roll<u64>,
    hosts: Roll<HostTally>,
    arrivals: Vec<(Instant, usize, usize)>,
    since: Instant,
    /// How often the tally was reset.
    era: u64,
}

/// Counts by name, where a name is looked up once and counted by number from then on.
#[derive(Debug)]
struct Roll<T> {
    numbers: HashMap<Arc<str>, usize>,
    rows: Vec<(Arc<str>, T)>,
}

impl Books {
    /// Opens the books.
    pub fn new() -> Self {
        Self(RefCell::new(Ledger {
            sums: Tally::default(),
            paths: Roll::new(),
            hosts: Roll::new(),
            arrivals: Vec::new(),
            since: Instant::now(),
            era: 0,
        }))
    }

    /// The number under which a host is counted.
    pub fn host(&self, name: &str) -> usize {
        self.0.borrow_mut().hosts.number(name)
    }

    /// The number under which a path is counted.
    pub fn path(&self, path: &str) -> usize {
        self.0.borrow_mut().paths.number(path)
    }

    /// Counts a request whose head was read.
    pub fn enter(self: &Rc<Self>, host: usize, path: usize) -> Flight {
        let ledger = &mut *self.0.borrow_mut();
        ledger.sums.requests += 1;
        ledger.sums.in_flight += 1;
        ledger.sums.peak = ledger.sums.peak.max(ledger.sums.in_flight);
        if let Some((_, host)) = ledger.hosts.rows.get_mut(host) {
            host.requests += 1;
            host.in_flight += 1;
            host.peak = host.peak.max(host.in_flight);
        }
        if let Some((_, path)) = ledger.paths.rows.get_mut(path) {
            *path += 1;
        }
        if ledger.arrivals.len() < N_ARRIVALS {
            ledger.arrivals.push((Instant::now(), host, path));
        }
        Flight { books: Rc::clone(self), host, era: ledger.era, end: End::Abandoned }
    }

    /// Counts a connection.
    pub fn open(self: &Rc<Self>) -> Open {
        let connections = &mut self.0.borrow_mut().sums.connections;
        connections.accepted += 1;
        connections.open += 1;
        connections.peak = connections.peak.max(connections.open);
        Open(Rc::clone(self))
    }

    /// Counts a failure to accept.
    pub fn accept_failed(&self) {
        self.0.borrow_mut().sums.connections.failed += 1;
    }

    /// The tally as it is now.
    pub fn tally(&self) -> Tally {
        let ledger = self.0.borrow();
        let mut tally = ledger.sums.clone();
        let paths = ledger.paths.rows.iter().filter(|(_, n)| *n > 0);
        tally.paths = paths.map(|(path, n)| (path.to_string(), *n)).collect();
        let hosts = ledger.hosts.rows.iter().filter(|(_, host)| *host != HostTally::default());
        tally.hosts = hosts.map(|(name, host)| (name.to_string(), *host)).collect();
        tally
    }

    /// The first arrivals, in order.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let ledger = self.0.borrow();
        let arrival = |&(at, host, path): &(Instant, usize, usize)| Arrival {
            at: at.duration_since(ledger.since).into(),
            host: ledger.hosts.name(host),
            path: ledger.paths.name(path),
        };
        ledger.arrivals.iter().map(arrival).collect()
    }

    /// Starts counting anew. What is in flight or open stays so.
    pub fn reset(&self) {
        let ledger = &mut *self.0.borrow_mut();
        let (in_flight, open) = (ledger.sums.in_flight, ledger.sums.connections.open);
        let connections = Connections { open, peak: open, ..Connections::default() };
        ledger.sums = Tally { in_flight, peak: in_flight, connections, ..Tally::default() };
        for (_, n) in &mut ledger.paths.rows {
            *n = 0;
        }
        for (_, host) in &mut ledger.hosts.rows {
            *host = HostTally { requests: 0, peak: host.in_flight, ..*host };
        }
        ledger.arrivals.clear();
        ledger.since = Instant::now();
        ledger.era += 1;
    }
}

impl Flight {
    /// Ends it, in this way.
    pub fn ended(mut self, end: End) {
        self.end = end;
    }

    /// Notes that it is left hanging.
    pub fn hangs(&self) {
        self.books.0.borrow_mut().sums.hangs += 1;
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let ledger = &mut *self.books.0.borrow_mut();
        ledger.sums.in_flight -= 1;
        if let Some((_, host)) = ledger.hosts.rows.get_mut(self.host) {
            host.in_flight -= 1;
        }
        if self.era != ledger.era {
            return;
        }
        match self.end {
            End::Answered(status) => *ledger.sums.answers.entry(status).or_default() += 1,
            End::Reset => ledger.sums.resets += 1,
            End::ClosedEarly => ledger.sums.closed_early += 1,
            End::Garbled => ledger.sums.garbled += 1,
            End::Abandoned => ledger.sums.abandoned += 1,
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.borrow_mut().sums.connections.open -= 1;
    }
}

impl<T: Default> Roll<T> {
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

    use crate::upstream::books::{Books, End};
    use crate::upstream::tally::{N_NAMES, OTHERS};

    #[test]
    fn every_request_ends_once_and_the_sums_add_up() {
        let books = Rc::new(Books::new());
        let (host, path) = (books.host("a"), books.path("/x"));
        let flights: Vec<_> = (0..4).map(|_| books.enter(host, path)).collect();
        for (flight, end) in flights.into_iter().zip([End::Answered(200), End::Reset, End::ClosedEarly]) {
            flight.ended(end);
        }
        let _still = books.enter(host, path);
        let tally = books.tally();
        assert_eq!((tally.requests, tally.in_flight, tally.peak), (5, 1, 4));
        assert_eq!((tally.answers[&200], tally.resets, tally.closed_early, tally.abandoned), (1, 1, 1, 1));
        assert_eq!((tally.paths["/x"], tally.hosts["a"].requests, tally.hosts["a"].peak), (5, 5, 4));
    }

    #[test]
    fn a_reset_keeps_what_is_in_flight_and_forgets_how_it_ends() {
        let books = Rc::new(Books::new());
        let flight = books.enter(books.host("a"), books.path("/x"));
        books.reset();
        assert_eq!((books.tally().requests, books.tally().in_flight, books.tally().peak), (0, 1, 1));
        flight.ended(End::Answered(200));
        let tally = books.tally();
        assert_eq!((tally.in_flight, tally.answers.len(), tally.hosts["a"].in_flight), (0, 0, 0));
        assert!(tally.paths.is_empty() && books.arrivals().is_empty());
    }

    #[test]
    fn names_beyond_the_bound_are_counted_together() {
        let books = Rc::new(Books::new());
        for n in 0..N_NAMES + 3 {
            drop(books.enter(0, books.path(&format!("/{n}"))));
        }
        assert_eq!(books.tally().paths[OTHERS], 3);
        assert_eq!(books.tally().paths.len(), N_NAMES + 1);
    }
}
