//! The thresholds of all findings.
//!
//! Healthy runs of every kind stay below them. For each threshold there are test journals on both sides.

use crate::event::Micros;

/// A wait that a server asks for is reported from here on, and explains the run meanwhile.
pub const LONG_WAIT: Micros = Micros(10_000_000);

/// Minimum number of attempts before their order is judged.
pub const SERIAL_LEAST: u64 = 8;
/// Minimum length of a run before its order is judged.
pub const SERIAL_SPAN: Micros = Micros(300_000);
/// Maximum median pause between an end and the next start, as a share of the mean service time. With longer
/// pauses, starts are paced rather than serial.
pub const SERIAL_GAP: f64 = 0.25;

/// Minimum share of all waiting that one reason explains.
pub const WAIT_SHARE: f64 = 0.5;
/// Minimum of all waiting, as a share of the run's length. A job only waits from when it is drawn, and few are
/// drawn in advance, so comparing with the service times would demand too much.
pub const WAIT_WEIGHT: f64 = 0.5;
/// Minimum mean use of a limit that counts as full.
pub const FULL: f64 = 0.8;
/// Maximum estimated time with a remedy, as a share of the measured time.
pub const GAIN: f64 = 0.8;

/// Minimum number of refusals within [`REFUSED_WITHIN`].
pub const REFUSED_LEAST: u64 = 5;
/// Minimum share of refusals among the answers within [`REFUSED_WITHIN`].
pub const REFUSED_SHARE: f64 = 0.05;
/// The window for refusals, in seconds.
pub const REFUSED_WITHIN: u64 = 10;
/// Minimum share of refusals in the whole run; fewer are background noise.
pub const REFUSED_OVERALL: f64 = 0.01;

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

/// Minimum lateness of a timer that makes time-outs suspect.
pub const LATE_SUSPECT: Micros = Micros(100_000);
/// Minimum number of failures that this machine may have caused.
pub const SUSPECTS_LEAST: u64 = 3;
/// Minimum mean lateness of timers on a busy machine.
pub const LATE_LEAST: Micros = Micros(2_500);
/// Minimum mean lateness, as a share of the median answer.
pub const LATE_SHARE: f64 = 0.15;
/// Minimum share of the run with late timers.
pub const LATE_TIME: f64 = 0.5;
/// Minimum time with late timers.
pub const LATE_LASTS: Micros = Micros(1_000_000);
/// How long a stop is news.
pub const STOP_NEWS: Micros = Micros(10_000_000);

/// Maximum share of attempts that may overlap in a serial run: one in this many.
pub const SERIAL_OVERLAPS: usize = 40;
/// Maximum chance that jobs as slow as those of the tail all start so late.
pub const TAIL_CHANCE: f64 = 0.025;

/// Minimum time since the last refusal before a host is clean again.
pub const CLEAN_LEAST: Micros = Micros(1_000_000);
/// That time, as a multiple of the longest time between two refusals.
pub const CLEAN_GAPS: u64 = 2;
/// Minimum number of answers since then.
pub const CLEAN_ANSWERS: u64 = 20;
/// Minimum share of refusals within [`REFUSED_WITHIN`] for a storm, which counts even if it is short.
pub const REFUSED_STORM: f64 = 0.5;
/// Minimum number of refusals without an answer between them for a storm.
pub const REFUSED_ROW: u64 = 3;
/// Minimum time between the first and the last of these.
pub const REFUSED_ROW_LASTS: Micros = Micros(500_000);
/// If a host accepts so many times as much per second as while it refused, it is clean even at an adapted pace.
pub const CLEAN_FASTER: f64 = 4.0;
/// Minimum share of refusals if most waiting is due to them.
pub const REFUSED_WAITING: f64 = 0.02;

/// Minimum number of accepted and of refused attempts before a level in flight is blamed.
pub const LEVEL_LEAST: usize = 5;
/// Maximum share of accepted attempts above that level.
pub const LEVEL_ACCEPTED: f64 = 0.1;
/// Maximum share of refused attempts at or below that level.
pub const LEVEL_BELOW: f64 = 0.25;

/// Minimum share of slots × time that an adapted pace keeps idle before it is named next to past refusals.
pub const PACED_SHARE: f64 = 0.25;

/// Minimum share of slots × time in cooldown.
pub const HELD_SHARE: f64 = 0.25;

/// Minimum number of failures within one span.
pub const BURST_LEAST: u64 = 10;
/// Maximum length of that span, as a share of the run.
pub const BURST_SPAN: f64 = 0.7;
/// Minimum share of all failures within the span.
pub const BURST_MOST: f64 = 0.8;
/// Failures within the span for each good answer.
pub const BURST_GOOD: i64 = 10;

/// Minimum number of failed jobs.
pub const FAILED_LEAST: u64 = 5;
/// Minimum share of failed jobs.
pub const FAILED_SHARE: f64 = 0.05;
/// Minimum number of jobs if all of them failed.
pub const FAILED_ALL: u64 = 2;

/// Minimum peak in flight.
pub const QUEUE_LEAST: u32 = 8;
/// Minimum number of attempts, as a multiple of the peak.
pub const QUEUE_ROUNDS: u64 = 3;
/// Minimum rank correlation of the number in flight and the time while it rises.
pub const QUEUE_CORRELATION: f64 = 0.9;
/// Minimum factor between the times with few and with many in flight.
pub const QUEUE_GROWTH: f64 = 2.0;
/// Minimum difference between both.
pub const QUEUE_STEP: Micros = Micros(5_000);
/// Minimum median of the later attempts, as a multiple of the time with few in flight.
pub const QUEUE_LASTS: f64 = 1.3;
/// Maximum time, as a multiple of the least one, that still counts as equal to it.
pub const QUEUE_FLAT: f64 = 1.15;
/// Maximum difference from the time of one alone, or its multiples, if attempts are worked on one at a time.
pub const QUEUE_SERIAL: f64 = 0.35;
/// Maximum number at work, as a share of what is in flight.
pub const QUEUE_SHARE: f64 = 0.75;
/// Maximum recommended limit, as a share of what is in flight: a smaller step is not worth a second run.
pub const QUEUE_SAVES: f64 = 2.0 / 3.0;

/// Minimum number of answers before and after a changed limit.
pub const EXPERIMENT_LEAST: u64 = 20;
/// Maximum span before and after it that is compared.
pub const EXPERIMENT_SPAN: Micros = Micros(10_000_000);
/// Minimum factor of the rates for a gain.
pub const EXPERIMENT_GAIN: f64 = 1.1;

/// Minimum share of slot time in use that one host or endpoint takes.
pub const PLACE_SHARE: f64 = 0.5;
/// Minimum factor by which it is slower than the others.
pub const PLACE_SLOWER: f64 = 5.0;
/// Minimum number of its attempts.
pub const PLACE_LEAST: u64 = 8;
/// Minimum number of attempts elsewhere.
pub const PLACE_OTHERS: u64 = 4;

/// Minimum share of service time that one phase takes.
pub const PHASE_SHARE: f64 = 0.25;
/// Minimum number of attempts.
pub const PHASE_LEAST: u64 = 16;
/// Minimum number of attempts per slot.
pub const PHASE_ROUNDS: u64 = 3;
/// Minimum share of the time of look-ups in which they wait for others.
pub const LOOK_UPS_QUEUED: f64 = 0.5;
/// Number of parts of the run whose bytes are compared.
pub const BODY_PARTS: u64 = 8;
/// Minimum mean size of a body.
pub const BODY_BYTES: f64 = 16_384.0;
/// Minimum ratio of the least and the most bytes in one part.
pub const BODY_STEADY: f64 = 0.7;

/// Minimum share of slot time in use that time-outs take.
pub const TIMEOUT_SHARE: f64 = 0.1;
/// Minimum number of time-outs.
pub const TIMEOUT_LEAST: u64 = 3;

/// Minimum number of pauses.
pub const PAUSES: u64 = 2;
/// Minimum length of a pause.
pub const PAUSE_LEAST: Micros = Micros(100_000);
/// Minimum sum of all pauses, as a share of the run.
pub const PAUSE_COST: f64 = 0.01;
/// Minimum lateness of a timer, as a share of a pause, for which this machine may be its cause. A timer of 50 ms that
/// should fire within a stop of 100 ms is late by at least half of it.
pub const PAUSE_LATE: f64 = 0.4;
/// Number of attempts whose median is compared with a pause after them.
pub const PAUSE_BEFORE: usize = 16;
/// Minimum length of a pause, in medians.
pub const PAUSE_MEDIANS: u64 = 5;
/// Maximum time within which the waiting attempts end after it.
pub const PAUSE_TOGETHER: Micros = Micros(30_000);
/// Minimum share of the waiting attempts that end so.
pub const PAUSE_SHARE: f64 = 0.8;
/// Minimum number of waiting attempts.
pub const PAUSE_CROWD: usize = 2;
/// Minimum number of answers of an endpoint before an attempt there may have waited for a pause.
pub const PAUSE_USUAL: u64 = 8;
/// Minimum number of attempts before pauses are judged.
pub const PAUSE_ATTEMPTS: u64 = 40;

/// Minimum number of answers before a change is judged.
pub const CHANGE_LEAST: u64 = 60;
/// Minimum share of the answers on either side.
pub const CHANGE_PART: f64 = 0.05;
/// Minimum time on either side.
pub const CHANGE_PART_LASTS: Micros = Micros(500_000);
/// Minimum of Student's t for the logarithms of the times on either side. The best split of random times stays below 5.
pub const CHANGE_CLEAR: f64 = 8.0;
/// Minimum length of the run.
pub const CHANGE_SPAN: Micros = Micros(2_000_000);
/// Minimum factor between both medians.
pub const CHANGE_FACTOR: f64 = 2.0;
/// Maximum sum of differences between the shares of the endpoints.
pub const CHANGE_MIX: f64 = 0.3;

/// Blocks of a watched program's event loop are a finding from this length on, in all.
pub const STALL_LEAST: Micros = Micros(250_000);
/// And from this share of the time on.
pub const STALL_SHARE: f64 = 0.1;
/// A line with at least this share of all blocks is to blame for all of them.
pub const STALL_NEARLY_ALL: f64 = 0.95;
/// A line computes if it used the processor for at least this share of its blocks.
pub const STALL_COMPUTES: f64 = 0.5;
/// So many requests that wait for a connection are a pattern.
pub const POOL_LEAST: u64 = 8;
/// And such a share of all requests.
pub const POOL_SHARE: f64 = 0.5;
/// Threads of a pool are its limit if they are in use for this share of the time.
pub const THREADS_BUSY: f64 = 0.6;
/// So many things that are gathered are meant to run at once.
pub const GATHER_WIDE: u32 = 8;
