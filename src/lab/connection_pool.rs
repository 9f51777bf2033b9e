//! A pool of connections: so many are in use at most, and whoever finds none free waits for one.
//!
//! Start at [`Lines::take`].

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::lab::client::Line;

/// Connections to one upstream.
pub struct Lines {
    address: SocketAddr,
    /// How many there may be, as of now.
    most: Box<dyn Fn() -> u32 + Send + Sync>,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    free: Vec<Line>,
    n_taken: usize,
}

/// A connection in use. Whoever is done with it gives it back; one that broke is dropped.
#[derive(Debug)]
pub struct Taken<'a> {
    /// The connection.
    pub line: Line,
    place: Place<'a>,
}

/// A place in the pool, which is free again when this is dropped.
#[derive(Debug)]
struct Place<'a>(&'a Lines);

impl Lines {
    /// At most so many connections; it may change.
    pub fn new(address: SocketAddr, most: impl Fn() -> u32 + Send + Sync + 'static) -> Self {
        Self { address, most: Box::new(most), state: Mutex::default(), freed: Notify::new() }
    }

    /// A connection, once there is one.
    pub async fn take(&self) -> io::Result<Taken<'_>> {
        let (place, free) = loop {
            // Before the look, so that nothing is freed unheard in between.
            let freed = self.freed.notified();
            if let Some(found) = self.look() {
                break found;
            }
            freed.await;
        };
        let line = match free {
            Some(line) => line,
            None => Line::open(self.address).await?,
        };
        Ok(Taken { line, place })
    }

    /// A place, if there is one, and a connection that is open already.
    fn look(&self) -> Option<(Place<'_>, Option<Line>)> {
        let mut state = self.state();
        if state.n_taken >= (self.most)() as usize {
            return None;
        }
        state.n_taken += 1;
        Some((Place(self), state.free.pop()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken<'_> {
    /// Leaves it to the next.
    pub fn give_back(self) {
        let Self { line, place } = self;
        place.0.state().free.push(line);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state().n_taken -= 1;
        self.0.freed.notify_waiters();
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("address", &self.address).finish_non_exhaustive()
    }
}
