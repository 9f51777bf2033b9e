//! A bounded pool of connections: a task that finds none free waits for one.
//!
//! Start at [`ConnectionPool::acquire`].

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::lab::client::AsyncConnection;

/// Connections to one upstream.
pub struct ConnectionPool {
    address: SocketAddr,
    /// How many connections there may be now.
    limit: Box<dyn Fn() -> u32 + Send + Sync>,
    state: Mutex<ConnectionPoolState>,
    released: Notify,
}

#[derive(Debug, Default)]
struct ConnectionPoolState {
    free: Vec<AsyncConnection>,
    n_acquired: usize,
}

/// A connection in use. Release it to keep it open; a dropped one is closed.
#[derive(Debug)]
pub struct PooledConnection<'a> {
    /// The connection.
    pub connection: AsyncConnection,
    permit: PoolPermit<'a>,
}

/// The right to use one connection. It returns to the pool when it is dropped.
#[derive(Debug)]
struct PoolPermit<'a>(&'a ConnectionPool);

impl ConnectionPool {
    /// A pool with at most `limit` connections; the limit may change.
    pub fn new(address: SocketAddr, limit: impl Fn() -> u32 + Send + Sync + 'static) -> Self {
        Self { address, limit: Box::new(limit), state: Mutex::default(), released: Notify::new() }
    }

    /// Waits for a connection.
    pub async fn acquire(&self) -> io::Result<PooledConnection<'_>> {
        let (permit, free) = loop {
            // Listen before looking, so that no release between the two is missed.
            let released = self.released.notified();
            if let Some(found) = self.try_acquire() {
                break found;
            }
            released.await;
        };
        let connection = match free {
            Some(connection) => connection,
            None => AsyncConnection::open(self.address).await?,
        };
        Ok(PooledConnection { connection, permit })
    }

    /// A permit if one is left, and a connection if one is already open.
    fn try_acquire(&self) -> Option<(PoolPermit<'_>, Option<AsyncConnection>)> {
        let mut state = self.state();
        if state.n_acquired >= (self.limit)() as usize {
            return None;
        }
        state.n_acquired += 1;
        Some((PoolPermit(self), state.free.pop()))
    }

    fn state(&self) -> MutexGuard<'_, ConnectionPoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PooledConnection<'_> {
    /// Returns the connection to the pool.
    pub fn release(self) {
        let Self { connection, permit } = self;
        permit.0.state().free.push(connection);
    }
}

impl Drop for PoolPermit<'_> {
    fn drop(&mut self) {
        self.0.state().n_acquired -= 1;
        self.0.released.notify_waiters();
    }
}

impl fmt::Debug for ConnectionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionPool").field("address", &self.address).finish_non_exhaustive()
    }
}
