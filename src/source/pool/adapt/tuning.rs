//! All tuning constants of the adaptive controller, each with its reason.
//!
//! They were found by simulation: 39 kinds of limiter, batches of 60 to 3,000 jobs, latencies of 1 to 300 ms.
//! Start at [`MIN_SETTLE`].

use crate::source::pool::adapt::seconds::Seconds;

// History.

/// Refusals come at once. What is not refused for this long counts as accepted for now, even on a fast network.
pub const MIN_SETTLE: Seconds = 0.004;
/// That time, as a multiple of the time that refusals take.
pub const SETTLE_FACTOR: f64 = 2.0;
/// A single attempt that asks whether a window is over is awaited for so many answers' time,
pub const SCOUT_LATENCIES: f64 = 1.5;
/// and for so long on a machine that is busy: it costs nothing if the answer comes sooner,
pub const MIN_SCOUT_TIME: Seconds = 0.025;
/// but for no more than this share of the window.
pub const SCOUT_TIME_SHARE: f64 = 0.01;
/// While nothing is known about a window, a single attempt is awaited for longer: if it is refused, a ramp would be, too.
pub const MIN_PROBE_TIME: Seconds = 0.1;
/// But for no more than this share of the time that has passed: what answers slowly is waited for only once.
pub const PROBE_TIME_SHARE: f64 = 0.03;
/// How long a refusal is assumed to take before the first one.
pub const FIRST_REFUSAL_LATENCY: Seconds = 0.01;
/// The weight of a quick refusal in the time that refusals take.
pub const REFUSAL_WEIGHT: f64 = 0.2;
/// A refusal that takes this many times longer than usual is an outlier.
pub const OUTLIER: f64 = 2.0;
/// The factor by which an outlier raises the usual time.
pub const MAX_LATENCY_GROWTH: f64 = 1.5;
/// The weight of an answer in the time that answers take.
pub const ANSWER_WEIGHT: f64 = 0.1;
/// Starts in the log of a host that never refuses: a kilobyte. Ten thousand hosts may be in memory.
pub const FREE_STARTS: usize = 64;
/// Ends in the log of such a host.
pub const FREE_ENDS: usize = 32;
/// Starts in the log of a host that refuses: more than a minute of a limit of 60 per second.
pub const KNOWN_STARTS: usize = 4096;
/// Ends in the log of such a host: more than any judgement looks at.
pub const KNOWN_ENDS: usize = 256;

// First starts.

/// The longest time between the first starts. Most refusals on a local network come within it.
pub const SPREAD_GAP: Seconds = 0.002;
/// The longest time that the first starts take: what a healthy host may lose, once.
pub const SPREAD_TIME: Seconds = 0.04;
/// For every so many accepted attempts, one more starts without that time between.
pub const ANSWERS_PER_SLOT: u32 = 12;
/// The first limit of a slow start.
pub const SLOW_START_LIMIT: u32 = 4;

// First judgement.

/// Refusals, as a share of the known attempts, that may be strays.
pub const STRAY_SHARE: f64 = 0.04;
/// The known attempts around a stray reach back at least this far.
pub const STRAY_RECENT: Seconds = 0.2;
/// The last ends of which only few may be refused.
pub const STRAY_ENDS: usize = 20;
/// That number.
pub const STRAY_IN_FLIGHT: usize = 2;
/// The last ends of which at most three in a hundred may be refused, if strays come soon after each other.
pub const STRAY_LONG: usize = 200;
/// The share of refusals that may be chance, at first.
pub const CHANCE_SHARE: f64 = 0.03;
/// A search that found no limit raises that share to this many times what was refused lately.
pub const CHANCE_FACTOR: f64 = 2.0;
/// The largest such share.
pub const MAX_CHANCE_SHARE: f64 = 0.12;
/// A ramp with fewer attempts does not show chance.
pub const CHANCE_SAMPLE: u32 = 8;
/// For each refusal by chance, so many that started with it or later are accepted.
pub const CHANCE_TOGETHER: u32 = 4;
/// Without so many known attempts nothing is a stray.
pub const FEW_KNOWN: usize = 10;
/// A limit of attempts in flight is refuted if this many times more were accepted before.
pub const SEEN_BEFORE: f64 = 1.1;
/// After so many limits in vain, no other is assumed.
pub const MAX_AT_ONCE_FALLS: u32 = 3;

// Limits of attempts in flight.

/// Attempts accepted before the first probe. Each refused probe doubles the number.
pub const AT_ONCE_PATIENCE: u32 = 12;
/// The largest such number.
pub const AT_ONCE_PATIENCE_MAX: u32 = 200;
/// The largest such number below a limit that was right before: one refusal in fifty.
pub const AT_ONCE_PATIENCE_LOST: u32 = 48;
/// The least time before each probe.
pub const AT_ONCE_PROBE_TIME: Seconds = 2.0;
/// Attempts that come one by one under a new limit: a refusal of one refutes it cheaply.
pub const AT_ONCE_SINGLES: u32 = 3;
/// After so many accepted, a refusal below the limit no longer refutes it.
pub const AT_ONCE_PROVED: u32 = 50;
/// Refusals below a proved limit, soon after each other, that lower it by a quarter. Fewer may be chance.
pub const LOWERING_DOUBTS: u32 = 3;
/// Refusals below a proved limit, soon after each other, that refute it.
pub const MAX_AT_ONCE_DOUBTS: u32 = 8;
/// A new limit is not refuted by refusals at this share of it or more, as long as they are few.
pub const NEAR_LIMIT_SHARE: f64 = 0.8;
/// Attempts beyond a limit that are accepted before a probe is refused, if a rate is limited: so many times as many as
/// are usual.
pub const LEAK_PASSED: f64 = 3.0;
/// Such probes in a row that refute the limit.
pub const MAX_LEAKS: u32 = 2;
/// How often a limit may come back and come down again: a rate near it looks alike.
pub const MAX_RELAPSES: f64 = 2.0;
/// The least time before each probe for a higher limit that was right before, in answers.
pub const LOST_PROBE_LATENCIES: f64 = 4.0;
/// The first of these numbers for one at once.
pub const SINGLE_PATIENCE: u32 = 4;
/// A second attempt at once starts when the first has taken this share of its time. Is it accepted, a rate is limited.
pub const SECOND_PROBE_SHARE: f64 = 0.7;
/// A limit is confirmed by three times as many accepted attempts, and by at least so many.
pub const AT_ONCE_CONFIRMED: u32 = 12;

// Search.

/// After so long a pause, a window may begin anew.
pub const LONG_PAUSE: Seconds = 2.0;
/// Probes are at least this far ahead.
pub const PROBE_SPACING: Seconds = 0.02;
/// A burst that took no longer than this share of a window is repeated as it was.
pub const REPLAY_SHARE: f64 = 0.1;
/// The next probe, where no natural window ends.
pub const FAR_PROBE: Seconds = 60.0;
/// What a window that is not known yet may begin later than its first start, as a share of it.
pub const ARRIVAL_SHARE: f64 = 0.05;
/// Added to the end of a window: timers and networks are inexact.
pub const NETWORK_MARGIN: Seconds = 0.006;
/// There is no limit if this many times the user's limit comes back soon.
pub const NO_LIMIT_FACTOR: u32 = 2;
/// How soon, in addition to four times the latency.
pub const NO_LIMIT_TIME: Seconds = 0.5;
/// The share of refusals that does not speak against it.
pub const NO_LIMIT_REFUSED: f64 = 0.05;
/// If everything comes back after a shorter time than this, the rate is taken over the whole window.
pub const MAX_LENIENT_WINDOW: Seconds = 2.5;
/// The shortest time over which a rate is measured.
pub const MIN_SEARCHED_RATE: Seconds = 0.02;
/// The steps that one question may take without time passing.
pub const MAX_TRANSITIONS: u32 = 8;

// Pace.

/// The share of a measured rate that is used: a limiter that counts exactly refuses nothing then.
pub const RATE_SHARE: f64 = 0.985;
/// A rate that was measured on so few attempts is searched in large steps.
pub const MIN_SAMPLE: u32 = 3;
/// One start in fifty seconds.
pub const MIN_RATE: f64 = 0.02;
/// Ten microseconds between starts: practically no limit.
pub const MAX_RATE: f64 = 100_000.0;
/// The least duration of a step of the search.
pub const MIN_SEARCH_TIME: Seconds = 0.5;
/// Its least duration in starts.
pub const SEARCH_ATTEMPTS: f64 = 6.0;
/// The smallest step of a search, as a share.
pub const MIN_SEARCH_GROWTH: f64 = 0.05;
/// The largest step of a search, as a share.
pub const MAX_SEARCH_GROWTH: f64 = 0.3;
/// From so many steps without a refusal on, a search doubles the rate in a bounded time.
pub const CATCH_UP_STEPS: i32 = 2;
/// Faster ones are not: a long window would notice the overrun too late.
pub const SLOW_RATE: f64 = 4.0;
/// The bounded time.
pub const DOUBLING_TIME: Seconds = 2.0;
/// After so many steps without a refusal each is twice the one before.
pub const SURE_STEPS: i32 = 3;
/// Slower rates are not searched so fast: a long window would notice the overrun too late.
pub const FAST_RATE: f64 = 50.0;
/// The largest step of such a search, as a share.
pub const MAX_SURE_GROWTH: f64 = 0.5;
/// The step where each refusal costs a stated wait.
pub const WAITED_SEARCH_GROWTH: f64 = 0.5;
/// The refused rate is this close to the accepted one when the search ends.
pub const FOUND_RATIO: f64 = 1.05;
/// The share by which a found rate grows after each quiet stretch.
pub const CREEP: f64 = 0.006;
/// After so many quiet stretches the steps double: the ceiling has probably gone.
pub const CREEP_QUIET: u32 = 2;
/// The largest such step, as a share.
pub const MAX_CREEP: f64 = 0.15;
/// How long a quiet stretch lasts.
pub const CREEP_HOLD: Seconds = 2.0;
/// How long it lasts when two refusals agreed on the rate.
pub const CREEP_HOLD_MAX: Seconds = 8.0;
/// Attempts accepted in each second of a quiet stretch.
pub const CREEP_ATTEMPTS: f64 = 20.0;
/// The least time over which a rate is measured between two refusals.
pub const MEASURE_SPAN: Seconds = 2.0;
/// That time in starts.
pub const MEASURE_STARTS: f64 = 12.0;
/// The least number of attempts accepted in that time.
pub const MEASURE_ATTEMPTS: f64 = 8.0;
/// How long a refusal serves as the beginning of a measurement.
pub const SATURATION_TTL: Seconds = 60.0;
/// The share of the rate that is kept after a lone refusal.
pub const GENTLE_CUT: f64 = 0.985;
/// A search takes back no more than this at a refusal, and is not over if less was measured.
pub const FAR_MEASURE: f64 = 0.7;
/// The share that is kept after a refusal that measures nothing.
pub const UNKNOWN_CUT: f64 = 0.93;
/// The share that is kept when the ceiling has come down.
pub const DEEP_CUT: f64 = 0.8;
/// Refusals in the last ten ends that show it.
pub const REFUSED_OF_TEN: usize = 3;
/// Refusals in the last ten ends that are no chance.
pub const MOST_OF_TEN: usize = 8;
/// Rates after two refusals that differ by no more than this agree.
pub const AGREEMENT: f64 = 0.05;
/// Such a rate is confirmed if what was accepted between the refusals differs by no more than this.
pub const MEASURED_AGREEMENT: f64 = 0.08;
/// Flights of refusals in a row after which a pace is not trusted.
pub const MAX_STREAK: u32 = 3;
/// A found rate is lost when the rate falls below this share of it.
pub const LOST_SHARE: f64 = 0.85;
/// A lost rate is regained at this share of it.
pub const REGAINED_SHARE: f64 = 0.95;
/// The step of a try to regain a lost rate.
pub const LOST_STEP: f64 = 0.25;
/// The time before the first such step, and after one that was not refused. Each refusal makes it half as long again.
pub const LOST_PAUSE: Seconds = 2.0;
/// The longest such time, in starts at the present rate: a refused step costs one or two refusals.
pub const LOST_PAUSE_ATTEMPTS: f64 = 100.0;
/// The longest such time of a slow rate.
pub const LOST_PAUSE_MAX: Seconds = 8.0;
/// Attempts accepted before each such step.
pub const LOST_ATTEMPTS: u32 = 6;
/// The longest pause after a refusal of a paced attempt.
pub const MAX_PAUSE: Seconds = 2.0;

// Windows.

/// Stated waits of which the shortest is at least this share of the longest are constant.
pub const CONSTANT_WAIT: f64 = 0.95;
/// A burst begins after a pause of this share of the window.
pub const BURST_PAUSE: f64 = 0.25;
/// It does not begin before this share of the window has passed since the last one began.
pub const BURST_SHARE: f64 = 0.5;
/// A burst is full at this share of the quota.
pub const FULL_SHARE: f64 = 0.95;
/// Less than this share of the quota shows that room comes back little by little.
pub const SMOOTH_SHARE: f64 = 0.8;
/// Less than this share of the quota shows that the window is not over.
pub const SCOUT_SHARE: f64 = 0.05;
/// Bursts that adopt a shorter window: by the clock, one may look shorter.
pub const CLEAN_SHORT_CYCLES: u32 = 3;
/// Bursts that pass before a length that is not natural is tried: it is rarely the right one.
pub const ODD_LENGTH_AFTER: u32 = 2;
/// Lengths that are not natural and are tried at most.
pub const MAX_HALVINGS: u32 = 4;
/// Bursts between tries of a larger quota.
pub const MORE_EVERY: u32 = 4;
/// Bursts after a refused try; each further one doubles the number.
pub const MORE_EVERY_REFUSED: u32 = 8;
/// The largest such number.
pub const MORE_EVERY_MAX: u32 = 64;
/// The largest such number while a quota that was larger before is tried.
pub const MORE_EVERY_LOST: u32 = 12;
/// The pause after a refused scout, as a share of the window.
pub const WINDOW_RETRY_SHARE: f64 = 0.04;
/// Windows up to here may have to be paced evenly.
pub const SHORT_WINDOW: Seconds = 2.0;

// Stated quotas.

/// Resets may be rounded up, and some servers add one more second.
pub const RESET_PADDING: Seconds = 1.995;
/// Resets that are computed from a date in whole seconds may be padded by so much.
pub const MAX_RESET_PADDING: Seconds = 3.05;
/// From this length on, a whole quota is used at first although its end is rounded.
pub const LONG_STATED_WINDOW: Seconds = 5.0;
/// The padding up to which it is, as a share of the window: with more, it never pays.
pub const MAX_FULL_PADDING: f64 = 0.3;
/// The tolerance of measured windows.
pub const FIT_TOLERANCE: Seconds = 0.05;
/// Attempts that are kept to measure an unknown window.
pub const SCOUTS_KEPT: u32 = 2;
/// A burst that takes longer than this share of the window is better paced evenly.
pub const EVEN_PACE_SHARE: f64 = 0.1;
/// A longer window is a budget, not a pace.
pub const MAX_STATED_WINDOW: Seconds = 60.0;

/// So many cuts without a quiet stretch, down to the share below: the refusals do not depend on the rate.
pub const BLIND_CUTS: u32 = 5;
/// The share.
pub const BLIND_SHARE: f64 = 0.3;
/// A window is at most so many times the longest wait that its server stated.
pub const STATED_REACH: f64 = 5.0;
