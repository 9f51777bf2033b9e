//! A pool of connections: so many are open at most, and whoever finds none free waits for one.
//!
//! Start at [`Lines::take`].

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::lab::client::Line;

/// Connections to one upstream.
#[derive(Debug)]
pub struct Lines {
    address: SocketAddr,
    free: Mutex<Vec<Line>>,
    places: Semaphore,
}

/// A connection in use. Whoever is done with it gives it back; one that broke is dropped.
#[derive(Debug)]
pub struct Taken<'a> {
    lines: &'a Lines,
    /// The connection.
    pub line: Line,
    _place: SemaphorePermit<'a>,
}

impl Lines {
    /// At most so many connections.
    pub fn new(address: SocketAddr, most: u32) -> Self {
        Self { address, free: Mutex::default(), places: Semaphore::new(most as usize) }
    }

    /// A connection, once there is one.
    pub async fn take(&self) -> io::Result<Taken<'_>> {
        let place = self.places.acquire().await.map_err(io::Error::other)?;
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let line = match free {
            Some(line) => line,
            None => Line::open(self.address).await?,
        };
        Ok(Taken { lines: self, line, _place: place })
    }
}

impl Taken<'_> {
    /// Leaves it to the next.
    pub fn give_back(self) {
        self.lines.free.lock().unwrap_or_else(PoisonError::into_inner).push(self.line);
    }
}
