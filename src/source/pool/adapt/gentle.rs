//! The first starts at a host: a little apart, so that an overrun is noticed before the whole limit is in flight.
//!
//! Start at [`FirstStarts::opens_at`].

use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::tuning::{SLOW_START_LIMIT, SPREAD_GAP, SPREAD_TIME};

/// How a host about which nothing is known is first used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdaptiveStart {
    /// With the user's limit, the first starts a little apart.
    AtLimit,
    /// With a few at once, and one more for each answer.
    Slow,
}

/// The first starts at a host.
#[derive(Clone, Copy, Debug)]
pub enum FirstStarts {
    /// The starts up to the user's limit are spread.
    Spread,
    /// The limit grows.
    Growing(u32),
    /// They are over.
    Over,
}

impl From<AdaptiveStart> for FirstStarts {
    fn from(start: AdaptiveStart) -> Self {
        match start {
            AdaptiveStart::AtLimit => Self::Spread,
            AdaptiveStart::Slow => Self::Growing(SLOW_START_LIMIT),
        }
    }
}

impl FirstStarts {
    /// How many may be in flight.
    pub fn limit(self, cap: u32) -> u32 {
        match self {
            Self::Growing(limit) => limit.min(cap),
            Self::Spread | Self::Over => cap,
        }
    }

    /// The moment before which nothing starts.
    pub fn opens_at(self, cap: u32, history: &History) -> Seconds {
        match (self, history.first_start()) {
            (Self::Spread, Some(first)) if history.n_started() < cap => {
                first + SPREAD_GAP.min(SPREAD_TIME / f64::from(cap)) * f64::from(history.n_started())
            }
            _ => 0.0,
        }
    }

    /// Counts a start.
    pub fn start(&mut self, n_started: u32, cap: u32) {
        if matches!(self, Self::Spread) && n_started >= cap {
            *self = Self::Over;
        }
    }

    /// Counts an accepted attempt. Returns whether the limit rises.
    pub fn accepted(&mut self, cap: u32) -> bool {
        let Self::Growing(limit) = self else { return false };
        *limit += 1;
        if *limit >= cap {
            *self = Self::Over;
        }
        true
    }
}
