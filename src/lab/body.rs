//! What a program gets for a request: a body, or why there is none. What it holds is counted while it does.
//!
//! Start at [`Body`] and [`Wrong`].

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A body in the program's hands. While it is held, its bytes are counted.
#[derive(Debug)]
pub struct Body {
    /// Which request's.
    pub n: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    pub(super) held: Arc<Level>,
}

/// Why there is no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which request's.
    pub n: u64,
    pub(super) why: String,
}

/// A task that is alive, while this is held.
#[derive(Debug)]
pub struct Alive(pub(super) Arc<Level>);

/// How much of something there is, and the most there has been.
#[derive(Debug, Default)]
pub struct Level {
    now: AtomicU64,
    most: AtomicU64,
}

impl Wrong {
    /// The program has ended it itself.
    pub fn cancelled(n: u64) -> Self {
        Self { n, why: "cancelled".to_owned() }
    }

    /// An error of the client.
    pub fn of(n: u64, error: &io::Error) -> Self {
        Self { n, why: error.to_string() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {}: {}", self.n, self.why)
    }
}

impl std::error::Error for Wrong {}

impl Level {
    /// So much more.
    pub fn add(&self, n: u64) {
        let now = self.now.fetch_add(n, Ordering::Relaxed) + n;
        self.most.fetch_max(now, Ordering::Relaxed);
    }

    /// The most there has been.
    pub fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.held.now.fetch_sub(self.bytes.len() as u64, Ordering::Relaxed);
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}
