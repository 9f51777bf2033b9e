//! A step of the adaptive controller, and the sentence that explains it.
//!
//! Start at [`AdaptStep`].

use std::fmt;

use crate::event::Micros;
use crate::source::pool::throttle::Hint;

/// One change of a host's limit or pace.
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
}

/// Why a step was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdaptReason {
    /// Nothing has been refused yet.
    Untested,
    /// Nothing has been refused for a while.
    Quiet {
        /// Attempts accepted since the last refusal.
        accepted: u32,
    },
    /// The previous step was not refused.
    Room,
    /// Too many attempts were in flight.
    Crowded {
        /// Attempts refused since the previous step.
        refused: u32,
        /// The lowest number in flight that was refused, the attempt itself included.
        in_flight: u32,
    },
    /// The rate was too high.
    Fast {
        /// Attempts refused since the previous step.
        refused: u32,
        /// The time between two starts at that rate.
        gap: Micros,
    },
    /// The rate falls to the rate that was accepted.
    Accepting {
        /// The time between two accepted attempts.
        gap: Micros,
    },
    /// Refused with nothing else in flight, so the host does not limit what is in flight.
    Alone,
    /// A number in flight is both accepted and refused, so the host does not limit what is in flight.
    Contradicted,
    /// Refused with many in flight, accepted with few, so the host does not limit the rate.
    Separable {
        /// The lowest number in flight that was refused, the attempt itself included.
        in_flight: u32,
    },
    /// The server states its limit.
    Stated(Hint),
}

impl fmt::Display for AdaptStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, reason } = self;
        if to.gap != from.gap && to.gap != Micros::ZERO {
            write!(f, "paced to {}: {reason}", RateText(to.gap))
        } else if to.gap != from.gap {
            write!(f, "{} at once, no pace: {reason}", to.limit)
        } else {
            write!(f, "{} → {} at once: {reason}", from.limit, to.limit)
        }
    }
}

impl fmt::Display for AdaptReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untested => write!(f, "nothing refused yet"),
            Self::Quiet { accepted } => write!(f, "{accepted} accepted in a row"),
            Self::Room => write!(f, "the last step was accepted"),
            Self::Crowded { refused, in_flight } => write!(f, "{refused} refused with {in_flight} in flight"),
            Self::Fast { refused, gap } => write!(f, "{refused} refused at {}", RateText(*gap)),
            Self::Accepting { gap } => write!(f, "{} accepted", RateText(*gap)),
            Self::Alone => write!(f, "refused with nothing else in flight"),
            Self::Contradicted => write!(f, "as many were accepted before"),
            Self::Separable { in_flight } => write!(f, "refused only from {in_flight} in flight"),
            Self::Stated(Hint::AtOnce(limit)) => write!(f, "the server says {limit} at once"),
            Self::Stated(Hint::PerWindow { quota, window }) => {
                write!(f, "the server says {quota} in {}s", window.as_secs_f64())
            }
        }
    }
}

/// A gap between starts, shown as a rate per second.
struct RateText(Micros);

impl fmt::Display for RateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = 1.0 / self.0.as_secs_f64();
        write!(f, "{rate:.*}/s", if rate < 1.0 { 2 } else { 1 })
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Micros;
    use crate::source::pool::adapt::step::{AdaptReason, AdaptStep, Setting};
    use crate::source::pool::throttle::Hint;

    const FREE: Setting = Setting { limit: 14, gap: Micros::ZERO };
    const PACED: Setting = Setting { limit: 64, gap: Micros(52_083) };

    #[test]
    fn a_step_says_what_changed_and_why() {
        let window = Micros(1_000_000);
        let steps = [
            (FREE, Setting { limit: 10, ..FREE }, AdaptReason::Crowded { refused: 2, in_flight: 11 }),
            (FREE, PACED, AdaptReason::Accepting { gap: Micros(50_000) }),
            (PACED, Setting { gap: Micros(4_000_000), ..PACED }, AdaptReason::Fast { refused: 1, gap: PACED.gap }),
            (PACED, FREE, AdaptReason::Separable { in_flight: 15 }),
            (FREE, PACED, AdaptReason::Stated(Hint::PerWindow { quota: 20, window })),
        ];
        let accepted_rate: Vec<_> = steps.map(|(from, to, reason)| AdaptStep { from, to, reason }.to_string()).into();
        assert_eq!(
            accepted_rate,
            [
                "14 → 10 at once: 2 refused with 11 in flight",
                "paced to 19.2/s: 20.0/s accepted",
                "paced to 0.25/s: 1 refused at 19.2/s",
                "14 at once, no pace: refused only from 15 in flight",
                "paced to 19.2/s: the server says 20 in 1s",
            ]
        );
    }
}
