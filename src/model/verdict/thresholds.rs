//! The thresholds of all findings.
//!
//! Healthy runs of every kind stay below them. For each threshold there are test journals on both sides.

use crate::event::Micros;

/// Minimum number of attempts before their order is judged.
pub const SERIAL_LEAST: u64 = 8;
/// Minimum length of a run before its order is judged.
pub const SERIAL_SPAN: Micros = Micros(300_000);
/// Maximum median pause between an end and the next start, as a share of the mean service time. With longer
/// pauses, starts are paced rather than serial.
pub const SERIAL_GAP: f64 = 0.25;
/// The assumed concurrency of a program without a limit, for estimates.
pub const USUAL_LIMIT: u32 = 16;

/// Minimum share of all waiting that one reason explains.
pub const WAIT_SHARE: f64 = 0.5;
/// Minimum of all waiting, as a share of the run's length. A job only waits from when it is drawn, and few are
/// drawn in advance, so comparing with the service times would demand too much.
pub const WAIT_WEIGHT: f64 = 0.5;
/// Minimum number of attempts before a limit of the plan is blamed.
pub const HELD_LEAST: u64 = 16;
/// Minimum mean use of a limit that counts as full.
pub const FULL: f64 = 0.8;
/// Maximum estimated time with a remedy, as a share of the measured time.
pub const GAIN: f64 = 0.8;
/// Share of failed attempts from which on higher concurrency would only hurt.
pub const STRUGGLING: f64 = 0.05;

/// Minimum number of refusals within [`REFUSED_WITHIN`].
pub const REFUSED_LEAST: u64 = 5;
/// Minimum share of refusals among the answers within [`REFUSED_WITHIN`].
pub const REFUSED_SHARE: f64 = 0.05;
/// The window for refusals, in seconds.
pub const REFUSED_WITHIN: u64 = 10;
/// Minimum share of refusals in the whole run; fewer are background noise.
pub const REFUSED_OVERALL: f64 = 0.01;
/// If the upstream refuses with no more than this in flight, its limit is a rate and not a concurrency.
pub const REFUSED_FEW: u32 = 2;

/// Minimum number of answers with status 403 that look like a limiter.
pub const FORBIDDEN_LEAST: u64 = 10;
/// Minimum number of expected answers before the first of them.
pub const FORBIDDEN_BEFORE: u64 = 5;
/// Maximum chance that as many requests succeed first if each is forbidden at random.
pub const FORBIDDEN_CHANCE: f64 = 0.001;

/// Minimum length of all outages of a host that are over.
pub const OUTAGE_LEAST: Micros = Micros(1_000_000);

/// Minimum peak in flight before waves or stragglers are judged.
pub const CROWD: u32 = 4;
/// Minimum number of waves.
pub const WAVES_LEAST: u64 = 3;
/// Maximum share of a wave's length within which all its attempts start.
pub const WAVE_FRONT: f64 = 0.3;
/// Minimum size of a wave, as a share of the peak in flight.
pub const WAVE_SIZE: f64 = 0.7;
/// Minimum share of attempts that belong to such waves.
pub const WAVES_COVER: f64 = 0.8;

/// Minimum length of the tail, as a share of the run. In the tail, less than half of the peak is in flight.
pub const TAIL_SHARE: f64 = 0.25;
/// Minimum length of the tail.
pub const TAIL_SPAN: Micros = Micros(300_000);
/// A job is slow, and worth starting first, from this multiple of the median on.
pub const FAR: u64 = 3;
/// A job that takes less than this is never slow: starting it first gains too little.
pub const FAR_LEAST: Micros = Micros(100_000);
/// Minimum number of attempts per slot before the tail is judged.
pub const TAIL_ROUNDS: u64 = 3;

/// Minimum share of all slots that one host uses.
pub const HOST_SHARE: f64 = 0.8;
/// Minimum factor by which it is slower than the other hosts.
pub const HOST_SLOWER: f64 = 5.0;
/// Minimum wait of other hosts for a slot, as a share of the run.
pub const HOST_WAIT: f64 = 0.2;
/// Minimum number of attempts at other hosts.
pub const HOST_OTHERS: u64 = 4;

/// Minimum number of attempts that end just after a stall.
pub const CONVOY_LEAST: u64 = 3;
/// How soon after the stall they must end.
pub const CONVOY_WITHIN: Micros = Micros(20_000);

/// Minimum share of jobs that failed because a name has no address.
pub const UNKNOWN_NAME_SHARE: f64 = 0.05;

/// Minimum number of jobs before retries are judged.
pub const RETRIES_LEAST: u64 = 8;
/// Minimum number of tries per job.
pub const RETRIES_RATIO: f64 = 1.5;
/// Minimum share of retries that saved no job.
pub const RETRIES_VAIN: f64 = 0.5;

/// Minimum number of answers that could have reused a connection.
pub const CHURN_LEAST: u64 = 16;
/// Minimum share of these that needed a new connection.
pub const CHURN_SHARE: f64 = 0.9;

/// Minimum number of attempts that failed for lack of local resources.
pub const LOCAL_LEAST: u64 = 3;
