//! What a lab program gets for a request: a body or an error. The bytes and tasks it holds are counted.
//!
//! Start at [`CountedBody`] and [`RequestError`].

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A response body that the program holds. Its bytes are counted until it is dropped.
#[derive(Debug)]
pub struct CountedBody {
    /// The number of the request.
    pub n: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    pub(super) held: Arc<PeakCounter>,
}

/// Why a request has no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    /// The number of the request.
    pub n: u64,
    pub(super) why: String,
}

/// Counts one task as alive until it is dropped.
#[derive(Debug)]
pub struct TaskGuard(pub(super) Arc<PeakCounter>);

/// A current amount and its peak.
#[derive(Debug, Default)]
pub struct PeakCounter {
    now: AtomicU64,
    peak: AtomicU64,
}

impl RequestError {
    /// The program itself cancelled the request.
    pub fn cancelled(n: u64) -> Self {
        Self { n, why: "cancelled".to_owned() }
    }

    /// The client failed.
    pub fn client(n: u64, error: &io::Error) -> Self {
        Self { n, why: error.to_string() }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {}: {}", self.n, self.why)
    }
}

impl std::error::Error for RequestError {}

impl PeakCounter {
    /// Adds to the amount.
    pub fn add(&self, n: u64) {
        let now = self.now.fetch_add(n, Ordering::Relaxed) + n;
        self.peak.fetch_max(now, Ordering::Relaxed);
    }

    /// The largest amount so far.
    pub fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }
}

impl Drop for CountedBody {
    fn drop(&mut self) {
        self.held.now.fetch_sub(self.bytes.len() as u64, Ordering::Relaxed);
    }
}

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}
