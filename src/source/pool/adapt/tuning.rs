//! All tuning constants of the adaptive controller, each with its reason.
//!
//! They were found by simulation: buckets and windows of 5 to 100 a second, 3 to 40 at once, steady and
//! halved for a while. Quiet is counted in attempts as well as in time: a refusal costs a slow server
//! as much as a fast one, and time alone would probe it too often. Start at [`SOFT`].

use crate::event::Micros;

// Per second: around a ceiling that is known.

/// How much pace a lone refusal costs, as a share. With [`GROWTH`] it makes one refusal in about a
/// hundred attempts the equilibrium.
pub const SOFT: f64 = 0.0225;
/// It costs more, up to twice that, where fewer were accepted since the one before: so much, shared among them.
pub const LONE: f64 = 0.75;
/// How much pace is gained after each stretch of quiet, as a share.
pub const GROWTH: f64 = 0.006;
/// Accepted attempts in a stretch of quiet, at least.
pub const STRETCH: u32 = 40;
/// How long a stretch of quiet is, at least.
pub const STRETCH_LASTS: Micros = Micros(2_000_000);
/// After so many stretches each step doubles the one before: the ceiling has gone.
pub const EASY_STRETCHES: u32 = 2;
/// The largest step of quiet growth, as a share.
pub const MOST_GROWTH: f64 = 0.15;
/// Growth needs this share of the pace to be in use, or it would prove nothing.
pub const BUSY: f64 = 0.8;

// Per second: when the ceiling has come down.

/// Refusals close to each other cut so many times deeper, each than the one before.
pub const HARDER: f64 = 4.0;
/// The deepest single cut, as a share.
pub const MOST_CUT: f64 = 0.5;
/// Accepted attempts after which a refusal is a lone one again.
pub const CALM: u32 = 16;
/// Accepted attempts between two refusals that make what was accepted before the second one count no more.
pub const FRESH: u32 = 4;
/// What is accepted is counted over this time at least: the usual window of those who count in windows.
pub const SPAN: Micros = Micros(1_000_000);
/// And over the time of so many attempts.
pub const SPAN_ATTEMPTS: u64 = 10;

// Per second: looking for the higher ceiling of before.

/// A pace held in quiet is remembered as a ceiling when it falls below this share of itself.
pub const LOST: f64 = 0.85;
/// Accepted attempts before each probe. Each may cost a refusal, and each comes this late at worst.
pub const PROBE_AFTER: u32 = 17;
/// And how long to wait before each.
pub const PROBE_AFTER_TIME: Micros = Micros(3_000_000);
/// The smallest leap of a probe, as a share. A slow upstream is asked for one more per second, as a
/// window cannot show less.
pub const LEAP: f64 = 0.15;
/// The largest first leap, as a share. Each further one goes twice as far.
pub const MOST_FIRST_LEAP: f64 = 0.5;
/// The largest leap, as a share. Where nothing was refused yet, all of them are.
pub const MOST_LEAP: f64 = 1.0;
/// The smallest leap of a search between a pace that is accepted and one that is refused.
pub const LEAST_LEAP: f64 = 0.12;
/// Accepted attempts before each leap of such a search.
pub const SEARCH_AFTER: u32 = 8;
/// Below this share of the remembered ceiling a probe is due at once: there is little to lose.
pub const FAR: f64 = 0.2;
/// A leap has succeeded after so many accepted attempts.
pub const LANDED: u32 = 4;
/// And this long: two windows, one of them complete.
pub const LANDED_AFTER: Micros = Micros(2_000_000);
/// What a refused probe has spent of its window is held against the probe alone.
pub const PROBE_ECHO: Micros = Micros(1_000_000);
/// At this share of the remembered ceiling it has been found again.
pub const FOUND: f64 = 0.94;
/// Leaps end short of the remembered ceiling, at this share.
pub const SHORT_OF: f64 = 0.97;
/// Refused probes after which a remembered ceiling is forgotten.
pub const TRIES: u32 = 12;
/// Refused probes that are left once the remembered ceiling was nearly reached.
pub const FEW_TRIES: u32 = 2;
/// The share of the remembered ceiling that counts as nearly.
pub const NEARLY: f64 = 0.7;

// Per second: the ends of the scale.

/// One every five seconds: slower, and a recovery would go unnoticed for minutes.
pub const SLOWEST: f64 = 0.2;
/// Ten microseconds apart: practically no pace.
pub const FASTEST: f64 = 100_000.0;
/// The first pace, as a share of what was accepted.
pub const FIRST_PACE: f64 = 0.98;
/// A window that is longer than this is a budget, not a pace.
pub const LONGEST_PACED: Micros = Micros(60_000_000);

// At once.

/// Accepted attempts before the first probe of a limit. Each refused one doubles the wait.
pub const ASK_AFTER: u32 = 12;
/// The longest such wait.
pub const ASK_AFTER_MOST: u32 = 100;
/// The longest such wait while a higher limit is remembered.
pub const ASK_AFTER_LOST: u32 = 40;
/// And how long to wait before each probe.
pub const ASK_AFTER_TIME: Micros = Micros(2_000_000);
/// A limit below this share of the one before is a loss to be made good.
pub const LESS: f64 = 0.9;
/// Contradictions that refute the hypothesis: a true change of the limit makes one.
pub const DOUBTS: u32 = 2;

// Judging.

/// Attempts that are judged.
pub const JUDGED: usize = 96;
/// Refused ones among them that judging needs.
pub const JUDGED_REFUSED: usize = 4;
/// Accepted ones among them that judging needs.
pub const JUDGED_ACCEPTED: usize = 8;
/// How often a refused attempt must have found more in flight than an accepted one, of all pairs, for
/// the reason to be too many at once. Chance makes it half.
pub const SEPARATES: f64 = 0.95;
