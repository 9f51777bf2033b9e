//! The first starts at a host: a little apart, so that an overrun is noticed before the whole limit is in flight.
//!
//! Start at [`FirstStarts::opens_at`].

use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::tuning::{ANSWERS_PER_SLOT, SLOW_START_LIMIT, SPREAD_GAP, SPREAD_TIME};

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
    /// The starts are spread until the user's limit is in flight, and less so the more are accepted.
    Spread {
        /// How many were accepted.
        accepted: u32,
    },
    /// The limit grows.
    Growing(u32),
    /// They are over.
    Over,
}

impl From<AdaptiveStart> for FirstStarts {
    fn from(start: AdaptiveStart) -> Self {
        match start {
            AdaptiveStart::AtLimit => Self::Spread { accepted: 0 },
            AdaptiveStart::Slow => Self::Growing(SLOW_START_LIMIT),
        }
    }
}

impl FirstStarts {
    /// How many may be in flight.
    pub fn limit(self, cap: u32) -> u32 {
        match self {
            Self::Growing(limit) => limit.min(cap),
            Self::Spread { .. } | Self::Over => cap,
        }
    }

    /// The moment before which nothing starts, with so many in flight.
    pub fn opens_at(self, in_flight: u32, history: &History, cap: u32) -> Seconds {
        match (self, history.last_start()) {
            (Self::Spread { accepted }, Some(last)) if in_flight > accepted / ANSWERS_PER_SLOT => {
                last + SPREAD_GAP.min(SPREAD_TIME / f64::from(cap))
            }
            _ => 0.0,
        }
    }

    /// Counts a start while so many others are in flight.
    pub fn start(&mut self, in_flight: u32, cap: u32) {
        if matches!(self, Self::Spread { .. }) && in_flight + 1 >= cap {
            *self = Self::Over;
        }
    }

    /// Counts an accepted attempt. Returns whether the limit rises.
    pub fn accepted(&mut self, cap: u32) -> bool {
        match self {
            Self::Spread { accepted } => {
                *accepted += 1;
                if *accepted >= ANSWERS_PER_SLOT * cap {
                    *self = Self::Over;
                }
                false
            }
            Self::Growing(limit) => {
                *limit += 1;
                if *limit >= cap {
                    *self = Self::Over;
                }
                true
            }
            Self::Over => false,
        }
    }
}
