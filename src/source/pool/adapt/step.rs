//! A step of the adaptive controller, and the sentence that explains it.
//!
//! Start at [`AdaptStep`].

use std::fmt;

use crate::event::Micros;
use crate::event::adaptive::QuotaWindow;
use crate::model::host::adapted::{pace_text, quota_text};

/// One change of what is allowed at a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdaptStep {
    /// What was allowed before.
    pub from: Setting,
    /// What is allowed now.
    pub to: Setting,
    /// Why.
    pub reason: AdaptReason,
}

/// What is allowed at a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// How many attempts may be in flight.
    pub limit: u32,
    /// The least time between two starts; zero if there is none.
    pub gap: Micros,
    /// How many may start in each window of time.
    pub window: Option<QuotaWindow>,
}

/// Why a step was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdaptReason {
    /// Nothing has been refused yet.
    Untested,
    /// Nothing has been refused for a while.
    Quiet,
    /// The host held so many while it refused others.
    Crowded {
        /// That number.
        held: u32,
    },
    /// The rate was too high.
    Fast,
    /// That many were accepted in that time.
    Accepting,
    /// A burst was accepted after each window.
    Burst,
    /// The window slides, so an even pace uses it better.
    Smooth,
    /// Everything is refused; the host is asked by single attempts.
    Refused,
    /// Everything is accepted again.
    NoLimit,
    /// The server states its limit.
    Stated,
}

impl fmt::Display for AdaptStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, reason } = self;
        match to.window {
            Some(window) if to.window != from.window => write!(f, "{}: {reason}", quota_text(window)),
            _ if to.gap != from.gap && to.gap != Micros::ZERO => {
                write!(f, "paced to {}: {reason}", pace_text(to.gap))
            }
            _ if to.gap != from.gap || to.window != from.window => {
                write!(f, "{} at once, no pace: {reason}", to.limit)
            }
            // What was refused at the limit before is no reason for a higher one.
            _ if to.limit > from.limit && matches!(reason, AdaptReason::Crowded { .. }) => {
                write!(f, "{} → {} at once: more is tried again", from.limit, to.limit)
            }
            _ => write!(f, "{} → {} at once: {reason}", from.limit, to.limit),
        }
    }
}

impl fmt::Display for AdaptReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untested => write!(f, "nothing refused yet"),
            Self::Quiet => write!(f, "nothing refused for a while"),
            Self::Crowded { held } => write!(f, "more were refused while it held {held}"),
            Self::Fast => write!(f, "refused at the rate before"),
            Self::Accepting => write!(f, "the rate that was accepted"),
            Self::Burst => write!(f, "that many were accepted at once, and again later"),
            Self::Smooth => write!(f, "room comes back little by little"),
            Self::Refused => write!(f, "everything is refused, so single requests ask again"),
            Self::NoLimit => write!(f, "everything is accepted again"),
            Self::Stated => write!(f, "the server says so"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Micros;
    use crate::event::adaptive::QuotaWindow;
    use crate::source::pool::adapt::step::{AdaptReason, AdaptStep, Setting};

    const FREE: Setting = Setting { limit: 14, gap: Micros::ZERO, window: None };
    const PACED: Setting = Setting { limit: 64, gap: Micros(52_083), window: None };
    const WINDOW: Setting = Setting { window: Some(QuotaWindow { quota: 30, length: Micros(5_000_000) }), ..FREE };

    #[test]
    fn a_step_says_what_changed_and_why() {
        let steps = [
            (FREE, Setting { limit: 10, ..FREE }, AdaptReason::Crowded { held: 10 }),
            (FREE, Setting { limit: 24, ..FREE }, AdaptReason::Crowded { held: 24 }),
            (FREE, PACED, AdaptReason::Accepting),
            (PACED, Setting { gap: Micros(4_000_000), ..PACED }, AdaptReason::Fast),
            (PACED, FREE, AdaptReason::NoLimit),
            (FREE, WINDOW, AdaptReason::Stated),
        ];
        let sentences = steps.map(|(from, to, reason)| AdaptStep { from, to, reason }.to_string());
        assert_eq!(
            sentences,
            [
                "14 → 10 at once: more were refused while it held 10",
                "14 → 24 at once: more is tried again",
                "paced to 19.2/s: the rate that was accepted",
                "paced to 0.25/s: refused at the rate before",
                "14 at once, no pace: everything is accepted again",
                "30 per 5 s: the server says so",
            ]
        );
    }
}
