//! The default values of a plan, and the bounds of its values.
//!
//! All defaults of a run are defined here. Start at [`CONCURRENCY`] and [`ATTEMPT`].

use std::time::Duration;

use crate::event::adaptive::AdaptiveMode;
use crate::plan::retry_on::RetryOn;
use crate::plan::statuses::StatusSet;

/// The limit on attempts in flight, for the whole run.
pub const CONCURRENCY: u32 = 20;

/// When limits adapt.
pub const ADAPTIVE: AdaptiveMode = AdaptiveMode::WhenRefused;

/// DNS, connection and TLS.
pub const CONNECT: Duration = Duration::from_secs(10);

/// From the connection to the response head.
pub const FIRST_BYTE: Duration = Duration::from_secs(30);

/// Between two chunks of the body.
pub const IDLE: Duration = Duration::from_secs(30);

/// One attempt, from the slot to the last byte.
pub const ATTEMPT: Duration = Duration::from_secs(60);

/// The whole job, including waits and retries; never less than the longest wait that a server can request and an attempt
/// after it.
pub const JOB: Duration = Duration::from_secs(660);

/// The most redirects that a job follows.
pub const REDIRECTS: u32 = 10;

/// The most attempts of a job, including the first.
pub const RETRY_ATTEMPTS: u32 = 3;

/// The outcomes that are retried.
///
/// Each of these statuses describes a state that passes: 408 a request that came too slowly, 425 one that came too early,
/// 502 and 504 a gateway whose upstream was not there, 503 an overload (RFC 9110 §15, RFC 8470 §5.2).
pub const RETRY_ON: RetryOn = RetryOn {
    throttled: true,
    timeout: true,
    connect: true,
    server_error: false,
    statuses: StatusSet::from_statuses(&[408, 425, 502, 503, 504]),
};

/// The maximum of the first wait; it doubles with each attempt.
pub const BACKOFF_FROM: Duration = Duration::from_millis(500);

/// The longest backoff.
pub const BACKOFF_TO: Duration = Duration::from_secs(30);

/// The longest wait that a server can request.
pub const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// The share of all attempts that may be retries.
pub const RETRY_BUDGET: f64 = 0.2;

/// How long a host may be down before its jobs fail.
pub const OUTAGE: Duration = Duration::from_secs(300);

/// How long jobs wait for a host that has never answered.
pub const UNREACHABLE: Duration = Duration::from_secs(30);

/// The largest response body, in bytes.
pub const MAX_BODY: u64 = 64 << 20;

/// The most endpoints that lists can add. All further hosts share one endpoint.
pub const MAX_FOUND_ENDPOINTS: usize = 10_000;

/// The largest limit or rate; a larger one is probably a typing error.
pub const MAX_CONCURRENCY: u64 = 1_000_000;

/// The longest time-out, gap or backoff; a longer one is probably a typing error.
pub const MAX_DURATION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The most jobs of one endpoint.
pub const MAX_JOBS: u64 = 1_000_000_000_000;

/// The most jobs that one row makes.
pub const MAX_WEIGHT: u32 = 100_000;

/// The longest line of a list or row file, in bytes; a longer one is a bad row.
pub const MAX_LINE: usize = 1 << 20;

/// The rows of files up to this size, in bytes, are counted before the run starts.
pub const MAX_COUNTED_FILE: u64 = 64 << 20;

/// How many different rows of a source are remembered to report repeats: about 150 KiB, so that a
/// run takes no more memory for a longer list.
pub const COMPARED_ROWS: usize = 10_000;

/// The same if repeats are left out, or the plan is only checked: about 40 MiB. With this many, the chance that any two
/// requests have the same hash is below one in a million.
pub const MAX_COMPARED_ROWS: usize = 3_500_000;

/// The largest TOML plan, in bytes.
pub const MAX_PLAN: u64 = 16 << 20;

/// The largest file that `${file:…}` reads, in bytes.
pub const MAX_SECRET_FILE: u64 = 1 << 20;
