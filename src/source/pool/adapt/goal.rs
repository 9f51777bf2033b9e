//! Why there may be room above a pace, and how far to leap to find it.
//!
//! Each leap is a probe: it costs a refusal if there is no room, and is taken back then. Start at
//! [`Goal::first_leap`].

use crate::event::Micros;
use crate::source::pool::adapt::tuning::{
    FAR, FEW_TRIES, FOUND, LANDED, LANDED_AFTER, LEAP, LEAST_LEAP, MOST_FIRST_LEAP, MOST_LEAP, NEARLY, PROBE_AFTER,
    PROBE_AFTER_TIME, SEARCH_AFTER, SHORT_OF, SPAN, TRIES,
};

/// Why there may be room above the pace.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// The ceiling is unknown: the first estimate may be far too low.
    Search {
        /// The pace that was refused last, if any was.
        refused: Option<f64>,
    },
    /// More was accepted before.
    Return {
        /// At this pace.
        rate: f64,
        /// Probes that may still be refused.
        tries: u32,
    },
}

/// Leaps above the pace that is known to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// Where the last leap began.
    pub from: f64,
    /// How far it went, as a share.
    pub stride: f64,
    /// It was not the first.
    pub has_landed: bool,
}

impl Goal {
    /// To find back to a pace that was held.
    pub fn back_to(rate: f64) -> Self {
        Self::Return { rate, tries: TRIES }
    }

    /// The first leap of a probe, if there was quiet enough for one.
    pub fn first_leap(self, from: f64, quiet: u32, lasted: Micros) -> Option<Probe> {
        let (after, after_time) = match self {
            Self::Search { refused: None } => (LANDED, SPAN),
            Self::Search { refused: Some(_) } => (SEARCH_AFTER, LANDED_AFTER),
            Self::Return { rate, .. } if from < rate * FAR => (LANDED, SPAN),
            Self::Return { .. } => (PROBE_AFTER, PROBE_AFTER_TIME),
        };
        let stride = self.stride(from, None)?;
        (quiet >= after && lasted >= after_time).then_some(Probe { from, stride, has_landed: false })
    }

    /// The next leap after one that was accepted, if it is worth it.
    pub fn next_leap(self, last: Probe, from: f64) -> Option<Probe> {
        let stride = self.stride(from, Some(last.stride))?;
        Some(Probe { from, stride, has_landed: true })
    }

    /// How long a leap must last to have succeeded.
    pub fn landed_after(self) -> Micros {
        match self {
            Self::Search { refused: None } => SPAN,
            Self::Search { refused: Some(_) } | Self::Return { .. } => LANDED_AFTER,
        }
    }

    /// What is left of the goal once a probe was refused at this pace.
    pub fn after_refusal(self, probe: Probe, rate: f64) -> Option<Self> {
        match self {
            Self::Search { .. } => {
                let goal = Self::Search { refused: Some(rate) };
                goal.stride(probe.from, None).map(|_| goal)
            }
            Self::Return { rate, tries } => {
                let is_near = probe.has_landed && probe.from >= rate * NEARLY;
                let tries = tries.saturating_sub(1).min(if is_near { FEW_TRIES } else { TRIES });
                (tries > 0).then_some(Self::Return { rate, tries })
            }
        }
    }

    /// How far to leap from this pace, as a share; none if it is not worth it.
    fn stride(self, from: f64, last: Option<f64>) -> Option<f64> {
        match self {
            Self::Search { refused: None } => Some(MOST_LEAP),
            Self::Search { refused: Some(refused) } => {
                Some((refused / from).sqrt() - 1.0).filter(|&stride| stride >= LEAST_LEAP)
            }
            Self::Return { rate, .. } => (from < rate * FOUND).then(|| {
                let stride = last.map_or((1.0 / from).clamp(LEAP, MOST_FIRST_LEAP), |last| (last * 2.0).min(MOST_LEAP));
                stride.min(rate * SHORT_OF / from - 1.0)
            }),
        }
    }
}
