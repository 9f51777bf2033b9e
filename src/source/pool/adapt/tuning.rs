//! All tuning constants of the adaptive controller, each with its reason.
//!
//! They were found by simulation: buckets and windows of 5 to 100 per second, limits of 3 to 40 at once, steady and
//! halved for a while. Probes wait for a number of accepted attempts and for a time. With time alone, a slow server
//! would be probed too often. Start at [`BASE_CUT`].

use crate::event::Micros;

// Rate limits: near the known ceiling.

/// The share by which an isolated refusal lowers the rate. With [`GROWTH`] it leads to about one refusal in
/// a hundred attempts.
pub const BASE_CUT: f64 = 0.0225;
/// This, divided by the attempts accepted since the previous refusal, is the cut: at most twice [`BASE_CUT`].
pub const CUT_BUDGET: f64 = 0.75;
/// The share by which the rate grows after each stretch without a refusal.
pub const GROWTH: f64 = 0.006;
/// The least number of accepted attempts in such a stretch.
pub const STRETCH_ATTEMPTS: u32 = 40;
/// The shortest duration of such a stretch.
pub const STRETCH_TIME: Micros = Micros(2_000_000);
/// After this many stretches each step is twice the previous one: the ceiling has probably gone.
pub const LINEAR_STRETCHES: u32 = 2;
/// The largest such step, as a share.
pub const MAX_GROWTH: f64 = 0.15;
/// The rate grows only if this share of it is used: otherwise accepted attempts prove nothing.
pub const MIN_UTILIZATION: f64 = 0.8;

// Rate limits: when the ceiling has come down.

/// Each refusal of a streak cuts this many times deeper than the previous one.
pub const STREAK_FACTOR: f64 = 4.0;
/// The deepest single cut, as a share.
pub const MAX_CUT: f64 = 0.5;
/// Accepted attempts that end a streak of refusals.
pub const STREAK_RESET_AFTER: u32 = 16;
/// After this many accepted attempts within a streak, the next refusal restarts its measurement.
pub const STREAK_RESTART_AFTER: u32 = 4;
/// The shortest time over which accepted attempts are counted: the usual window of rate limiters.
pub const MIN_SPAN: Micros = Micros(1_000_000);
/// That time is at least the time of this many attempts.
pub const SPAN_ATTEMPTS: u64 = 10;

// Rate limits: probing for a ceiling that was higher before.

/// A stable rate is remembered as the ceiling when the rate falls below this share of it.
pub const LOST_SHARE: f64 = 0.85;
/// Accepted attempts before each probe. A probe may cost a refusal, and this delays it.
pub const PROBE_AFTER: u32 = 17;
/// The least time before each probe.
pub const PROBE_AFTER_TIME: Micros = Micros(3_000_000);
/// The smallest first step of a probe, as a share. A slow upstream gets one more attempt per second, because a
/// window cannot show less.
pub const MIN_FIRST_STRIDE: f64 = 0.15;
/// The largest first step of a probe, as a share. Each further step is twice as large.
pub const MAX_FIRST_STRIDE: f64 = 0.5;
/// The largest step, as a share. While nothing was refused, every step has this size.
pub const MAX_STRIDE: f64 = 1.0;
/// The smallest step of a search between an accepted and a refused rate, as a share.
pub const MIN_SEARCH_STRIDE: f64 = 0.12;
/// Accepted attempts before each step of such a search.
pub const SEARCH_AFTER: u32 = 8;
/// Below this share of the remembered ceiling a probe starts early: there is little to lose.
pub const FAR_SHARE: f64 = 0.2;
/// A probe has succeeded after this many accepted attempts and [`PROBE_TIME`].
pub const PROBE_ATTEMPTS: u32 = 4;
/// Two windows of a second, one of which is complete.
pub const PROBE_TIME: Micros = Micros(2_000_000);
/// For this long, later refusals are blamed on a refused probe: it has used up a part of the window.
pub const PROBE_ECHO: Micros = Micros(1_000_000);
/// At this share of the remembered ceiling, the search for it ends.
pub const FOUND_SHARE: f64 = 0.94;
/// Probes go no further than this share of the remembered ceiling.
pub const TARGET_SHARE: f64 = 0.97;
/// Refused probes after which a remembered ceiling is forgotten.
pub const MAX_TRIES: u32 = 12;
/// The most refused probes after the remembered ceiling was nearly reached.
pub const NEAR_TRIES: u32 = 2;
/// The share of the remembered ceiling that counts as nearly reached.
pub const NEAR_SHARE: f64 = 0.7;

// Rate limits: the ends of the scale.

/// One start every five seconds. With a lower rate, a recovery would go unnoticed for minutes.
pub const MIN_RATE: f64 = 0.2;
/// Ten microseconds between starts: practically no limit.
pub const MAX_RATE: f64 = 100_000.0;
/// The first rate, as a share of the rate that was accepted.
pub const FIRST_RATE_SHARE: f64 = 0.98;
/// A window that is longer than this is a budget, not a pace.
pub const MAX_PACED_WINDOW: Micros = Micros(60_000_000);

// Limits of attempts in flight.

/// Accepted attempts before the first probe of a limit. Each refused probe doubles the number.
pub const LIMIT_PROBE_AFTER: u32 = 12;
/// The largest such number.
pub const LIMIT_PROBE_AFTER_MAX: u32 = 100;
/// The largest such number while a higher limit is remembered.
pub const LIMIT_PROBE_AFTER_LOSS: u32 = 40;
/// The least time before each probe.
pub const LIMIT_PROBE_AFTER_TIME: Micros = Micros(2_000_000);
/// A limit below this share of the previous one counts as lost: its probes come sooner.
pub const LIMIT_LOSS_SHARE: f64 = 0.9;
/// Contradictions that refute the hypothesis: a true change of the limit makes one.
pub const MAX_CONTRADICTIONS: u32 = 2;

// Choosing between the two hypotheses.

/// The latest attempts that are compared.
pub const JUDGED_ATTEMPTS: usize = 96;
/// The least number of refused attempts among them.
pub const JUDGED_REFUSED: usize = 4;
/// The least number of accepted attempts among them.
pub const JUDGED_ACCEPTED: usize = 8;
/// The host limits what is in flight if, in this share of all pairs, the refused attempt met more attempts in
/// flight than the accepted one. By chance it would be half.
pub const SEPARATION_SHARE: f64 = 0.95;
