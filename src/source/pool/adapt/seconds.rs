//! Moments and durations of the controller, in seconds as floating-point numbers: it divides and scales them often.
//!
//! Start at [`moment`].

use crate::event::{Micros, Offset};

/// A moment of the run, or a duration.
pub type Seconds = f64;

/// A moment that never comes.
pub const NEVER: Seconds = f64::INFINITY;

/// Moments that are closer than this are the same: half a microsecond.
pub const SAME: Seconds = 5e-7;

/// A moment of the run, in seconds.
pub fn moment(moment: Offset) -> Seconds {
    moment.0 as f64 / 1e6
}

/// A duration, in seconds.
pub fn lasting(duration: Micros) -> Seconds {
    duration.0 as f64 / 1e6
}

/// The first microsecond that is not before this moment.
pub fn offset_at(moment: Seconds) -> Offset {
    Offset(to_micros(moment))
}

/// A duration in microseconds, rounded up.
pub fn duration_of(seconds: Seconds) -> Micros {
    Micros(to_micros(seconds))
}

/// Whether a moment has come.
pub fn has_come(moment: Seconds, now: Seconds) -> bool {
    moment <= now + SAME
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn to_micros(seconds: Seconds) -> u64 {
    // Ten centuries: far beyond any run, and exact.
    ((seconds - SAME) * 1e6).ceil().clamp(0.0, 3.2e16) as u64
}
