//! The defaults of a plan, and the bounds of its values.
//!
//! No default of a run is defined elsewhere. Start at [`CONCURRENCY`] and [`ATTEMPT`].

use std::time::Duration;

/// Attempts in flight, whole run.
pub const CONCURRENCY: u32 = 20;

/// DNS, connection and TLS.
pub const CONNECT: Duration = Duration::from_secs(10);

/// From the connection to the response head.
pub const FIRST_BYTE: Duration = Duration::from_secs(30);

/// Between two chunks of the body.
pub const IDLE: Duration = Duration::from_secs(30);

/// One attempt, from the slot to the last byte.
pub const ATTEMPT: Duration = Duration::from_secs(60);

/// The whole job, waits and retries included; never less than one attempt.
pub const JOB: Duration = Duration::from_secs(600);

/// Hops to follow.
pub const REDIRECTS: u32 = 10;

/// The number of attempts, the first included.
pub const RETRY_ATTEMPTS: u32 = 3;

/// The maximum of the first wait; it doubles with each attempt.
pub const BACKOFF_FROM: Duration = Duration::from_millis(500);

/// The longest backoff.
pub const BACKOFF_TO: Duration = Duration::from_secs(30);

/// The longest wait that a server can request.
pub const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// The share of all attempts that may be retries.
pub const RETRY_BUDGET: f64 = 0.2;

/// Largest body that is read, in bytes.
pub const MAX_BODY: u64 = 64 << 20;

/// The most endpoints that lists can add; further hosts share one endpoint.
pub const MAX_FOUND_ENDPOINTS: usize = 10_000;

/// The largest limit or rate; anything above is a typing error.
pub const MAX_CONCURRENCY: u64 = 1_000_000;

/// The longest time-out, gap or backoff; anything above is a typing error.
pub const MAX_DURATION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The most jobs one endpoint may ask for.
pub const MAX_JOBS: u64 = 1_000_000_000_000;

/// The longest line of a list or file of rows; a longer one is a bad row.
pub const MAX_LINE: usize = 1 << 20;

/// Files up to this size are counted before the run starts.
pub const MAX_COUNTED_FILE: u64 = 64 << 20;

/// The largest TOML plan, in bytes.
pub const MAX_PLAN: u64 = 16 << 20;

/// The largest file that `${file:…}` reads, in bytes.
pub const MAX_SECRET_FILE: u64 = 1 << 20;
