//! The goal of probes for a higher rate, and the size of their steps.
//!
//! A probe that is refused costs one refusal, and its step is taken back. Start at
//! [`Goal::first_probe`].

use crate::event::Micros;
use crate::source::pool::adapt::tuning::{
    FAR_SHARE, FOUND_SHARE, MAX_FIRST_STRIDE, MAX_STRIDE, MAX_TRIES, MIN_FIRST_STRIDE, MIN_SEARCH_STRIDE, MIN_SPAN,
    NEAR_SHARE, NEAR_TRIES, PROBE_AFTER, PROBE_AFTER_TIME, PROBE_ATTEMPTS, PROBE_TIME, SEARCH_AFTER, TARGET_SHARE,
};

/// Why a higher rate may be accepted.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// The ceiling is unknown, and the first estimate may be far too low.
    Search {
        /// The rate that was refused last, if any was.
        refused: Option<f64>,
    },
    /// A higher rate was accepted before.
    Return {
        /// That rate.
        rate: f64,
        /// Probes that may still be refused.
        tries: u32,
    },
}

/// A step above the rate that is known to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// The rate before the step.
    pub from: f64,
    /// The size of the step, as a share of that rate.
    pub stride: f64,
    /// An earlier step of the same probe has succeeded.
    pub has_succeeded: bool,
}

impl Goal {
    /// The goal to return to a rate that was stable.
    pub fn back_to(rate: f64) -> Self {
        Self::Return { rate, tries: MAX_TRIES }
    }

    /// The first step of a probe, if enough attempts were accepted without a refusal.
    pub fn first_probe(self, from: f64, quiet: u32, lasted: Micros) -> Option<Probe> {
        let (after, after_time) = match self {
            Self::Search { refused: None } => (PROBE_ATTEMPTS, MIN_SPAN),
            Self::Search { refused: Some(_) } => (SEARCH_AFTER, PROBE_TIME),
            Self::Return { rate, .. } if from < rate * FAR_SHARE => (PROBE_ATTEMPTS, MIN_SPAN),
            Self::Return { .. } => (PROBE_AFTER, PROBE_AFTER_TIME),
        };
        let stride = self.stride(from, None)?;
        (quiet >= after && lasted >= after_time).then_some(Probe { from, stride, has_succeeded: false })
    }

    /// The next step after an accepted one, if it is large enough to be worth it.
    pub fn next_probe(self, last: Probe, from: f64) -> Option<Probe> {
        let stride = self.stride(from, Some(last.stride))?;
        Some(Probe { from, stride, has_succeeded: true })
    }

    /// How long a step must last to have succeeded.
    pub fn probe_time(self) -> Micros {
        match self {
            Self::Search { refused: None } => MIN_SPAN,
            Self::Search { refused: Some(_) } | Self::Return { .. } => PROBE_TIME,
        }
    }

    /// The goal after a probe was refused at this rate, if there is still one.
    pub fn after_refusal(self, probe: Probe, rate: f64) -> Option<Self> {
        match self {
            Self::Search { .. } => {
                let goal = Self::Search { refused: Some(rate) };
                goal.stride(probe.from, None).map(|_| goal)
            }
            Self::Return { rate, tries } => {
                let is_near = probe.has_succeeded && probe.from >= rate * NEAR_SHARE;
                let tries = tries.saturating_sub(1).min(if is_near { NEAR_TRIES } else { MAX_TRIES });
                (tries > 0).then_some(Self::Return { rate, tries })
            }
        }
    }

    /// The size of the next step from this rate, as a share. `None` if it would be too small to be worth it.
    fn stride(self, from: f64, last: Option<f64>) -> Option<f64> {
        match self {
            Self::Search { refused: None } => Some(MAX_STRIDE),
            Self::Search { refused: Some(refused) } => {
                Some((refused / from).sqrt() - 1.0).filter(|&stride| stride >= MIN_SEARCH_STRIDE)
            }
            Self::Return { rate, .. } => (from < rate * FOUND_SHARE).then(|| {
                let stride = last.map_or((1.0 / from).clamp(MIN_FIRST_STRIDE, MAX_FIRST_STRIDE), |last| {
                    (last * 2.0).min(MAX_STRIDE)
                });
                stride.min(rate * TARGET_SHARE / from - 1.0)
            }),
        }
    }
}
