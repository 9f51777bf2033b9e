//! Adaptive limits: their mode, and what a controller has learned about a host.
//!
//! Start at [`AdaptiveMode`] and [`Learned`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// When the controller of each host changes its limit. It never exceeds the user's limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdaptiveMode {
    /// Never: the limits are the user's.
    #[default]
    Off,
    /// Once the host refuses something; until then the limit is the user's.
    WhenRefused,
    /// From the start: the limit of each host rises from a low value.
    On,
}

impl AdaptiveMode {
    /// All modes, in the order in which a key steps through them.
    pub const ALL: [Self; 3] = [Self::Off, Self::WhenRefused, Self::On];

    /// The mode after this one, when a key steps through them.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::WhenRefused,
            Self::WhenRefused => Self::On,
            Self::On => Self::Off,
        }
    }

    /// Whether a controller is at work.
    pub fn is_active(self) -> bool {
        self != Self::Off
    }

    /// The mode as people read and write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::WhenRefused => "when refused",
            Self::On => "on",
        }
    }
}

/// A quota of requests for each window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaWindow {
    /// The number of requests.
    pub quota: u64,
    /// The length of the window.
    pub length: Micros,
}

/// What a host accepts, as its server stated it or as refusals have confirmed it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learned {
    /// So many attempts in flight.
    AtOnce(u32),
    /// So many attempts in each window of time.
    PerWindow(QuotaWindow),
    /// One attempt in each span of this length.
    Gap(Micros),
}

impl fmt::Display for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtOnce(limit) => write!(f, "{limit} at once"),
            Self::PerWindow(_) | Self::Gap(_) => {
                let rate = self.per_second().unwrap_or_default();
                write!(f, "{rate:.*}/s", if rate < 10.0 { 2 } else { 1 })
            }
        }
    }
}

impl Learned {
    /// The rate, if the host limits the rate.
    pub fn per_second(self) -> Option<f64> {
        match self {
            Self::AtOnce(_) => None,
            Self::PerWindow(QuotaWindow { quota, length }) => Some(quota as f64 / length.as_secs_f64()),
            Self::Gap(gap) => Some(1.0 / gap.as_secs_f64()),
        }
    }
}
