//! From where on a finding is claimed: every number in one place.
//!
//! Each was chosen so that a healthy run of each kind stays silent; a test journal lies on either
//! side of it.

use crate::event::Micros;

/// Attempts before their order is judged: fewer prove no pattern.
pub const SERIAL_LEAST: u64 = 8;
/// A run shorter than this is not worth a remark on its order.
pub const SERIAL_SPAN: Micros = Micros(300_000);
/// The median pause between an end and the next start, as a share of the median service time. Beyond
/// it starts are paced, not chained.
pub const SERIAL_GAP: f64 = 0.25;
/// What a program without a limit could have in flight, for the what-if.
pub const USUAL_LIMIT: u32 = 16;

/// The share of all waiting that one reason explains.
pub const WAIT_SHARE: f64 = 0.5;
/// All waiting as a share of the run's time: below it, no job waited for most of that time. A job counts
/// as waiting from when it is drawn, and few are drawn ahead, so service time would be too much to ask.
pub const WAIT_WEIGHT: f64 = 0.5;
/// Attempts before a limit of ours is blamed.
pub const HELD_LEAST: u64 = 16;
/// A limit is full when so much of it was used on average.
pub const FULL: f64 = 0.8;
/// What a remedy must gain to be worth its words: the new time as a share of the old.
pub const GAIN: f64 = 0.8;
/// Bad ends, as a share of all, from which on more at once would only hurt.
pub const STRUGGLING: f64 = 0.05;

/// Refusals within [`REFUSED_WITHIN`] that are more than chance.
pub const REFUSED_LEAST: u64 = 5;
/// … and their share of the answers in it.
pub const REFUSED_SHARE: f64 = 0.05;
/// Seconds that are looked at together.
pub const REFUSED_WITHIN: u64 = 10;
/// Refusals of a long run that are no more than its weather, as a share of all answers.
pub const REFUSED_WEATHER: f64 = 0.01;
/// In flight at a refusal: where no more than these are too many, they come too fast.
pub const REFUSED_FEW: u32 = 2;

/// Most in flight before waves or stragglers differ clearly from chance.
pub const CROWD: u32 = 4;
/// Waves before there is a pattern.
pub const WAVES_LEAST: u64 = 3;
/// All of a wave starts within this share of its length.
pub const WAVE_FRONT: f64 = 0.3;
/// A wave is so much of the most that were in flight.
pub const WAVE_SIZE: f64 = 0.7;
/// Attempts that belong to such waves, as a share of all.
pub const WAVES_COVER: f64 = 0.8;

/// The time with less than half in flight at the end, as a share of the run.
pub const TAIL_SHARE: f64 = 0.25;
/// … and at least so long.
pub const TAIL_SPAN: Micros = Micros(300_000);
/// What takes so many medians is far above the usual, and worth starting first …
pub const FAR: u64 = 3;
/// … and only from here on: no run becomes shorter by more than its longest job takes.
pub const FAR_LEAST: Micros = Micros(100_000);
/// Attempts for each slot before the end of a run differs clearly from its body.
pub const TAIL_ROUNDS: u64 = 3;

/// The share of all slots that one host holds.
pub const HOST_SHARE: f64 = 0.8;
/// How much slower it is than the others.
pub const HOST_SLOWER: f64 = 5.0;
/// How long others waited for a slot, as a share of the run.
pub const HOST_WAIT: f64 = 0.2;
/// Attempts elsewhere before they count as others.
pub const HOST_OTHERS: u64 = 4;

/// Ends right after a stall that are more than chance.
pub const CONVOY_LEAST: u64 = 3;
/// How soon after it.
pub const CONVOY_WITHIN: Micros = Micros(20_000);

/// Jobs before retries are a pattern.
pub const RETRIES_LEAST: u64 = 8;
/// Tries for each job.
pub const RETRIES_RATIO: f64 = 1.5;
/// Retries that saved no job, as a share of all.
pub const RETRIES_VAIN: f64 = 0.5;

/// Answers beyond the first of each connection before churn is a pattern.
pub const CHURN_LEAST: u64 = 16;
/// Those of them that needed a connection of their own.
pub const CHURN_SHARE: f64 = 0.9;

/// Attempts that failed for want of room here.
pub const LOCAL_LEAST: u64 = 3;
