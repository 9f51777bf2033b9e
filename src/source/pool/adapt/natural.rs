//! The windows that people configure, and the moments at which they end.
//!
//! Start at [`WINDOWS`].

use crate::source::pool::adapt::seconds::Seconds;

/// Natural windows, in seconds. A limiter's window is nearly always one of them.
pub const WINDOWS: [Seconds; 9] = [1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0];

/// The windows that most people configure.
pub const COMMON: [Seconds; 5] = [1.0, 5.0, 10.0, 30.0, 60.0];

/// The longest natural window.
pub const LONGEST: Seconds = 60.0;

/// When a host that refuses everything is asked again, in seconds after its first refusal.
pub const EARLY_PROBES: [Seconds; 3] = [0.1, 0.25, 0.5];

/// The only one of them after a short burst.
pub const BURST_PROBE: Seconds = 0.25;

/// The next longer natural window.
pub fn next_longer(length: Seconds) -> Option<Seconds> {
    WINDOWS.into_iter().find(|&window| window > length * 1.01)
}

/// Whether this is a natural window.
pub fn is_natural(length: Seconds) -> bool {
    WINDOWS.contains(&length)
}
