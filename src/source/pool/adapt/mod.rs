//! The adaptive controller: it finds how much a host accepts, from the attempts it accepts and refuses.
//!
//! A server refuses for one of two reasons: too many at once, or too many per second. A limit answers the first,
//! a pace the second. So each reason is a hypothesis of its own, and the evidence decides between them. Pure: it
//! reads no clock, never waits, and draws no random numbers. Start at [`Adapt::observe`].

pub mod at_once;
pub mod goal;
pub mod per_second;
pub mod record;
#[cfg(test)]
mod simulation;
pub mod step;
#[cfg(test)]
mod tests;
pub mod tuning;

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::at_once::AtOnce;
use crate::source::pool::adapt::per_second::PerSecond;
use crate::source::pool::adapt::record::AttemptRecord;
use crate::source::pool::adapt::step::{AdaptReason, AdaptStep, Setting};
use crate::source::pool::adapt::tuning::MAX_PACED_WINDOW;
use crate::source::pool::throttle::Hint;

/// The adaptive controller of one host.
#[derive(Debug)]
pub struct Adapt {
    /// How many the user allows.
    cap: u32,
    /// How many the server states it allows at once.
    stated_at_once: Option<u32>,
    /// How many the server states it allows per window.
    stated_per_window: Option<Hint>,
    hypothesis: Hypothesis,
    record: AttemptRecord,
}

/// Why the host refuses. At first the controller assumes a limit of attempts in flight.
#[derive(Debug)]
enum Hypothesis {
    AtOnce(AtOnce),
    PerSecond(PerSecond),
}

/// An attempt that the server accepted or refused. Time-outs and failures are neither.
#[derive(Clone, Copy, Debug)]
pub struct AttemptEvidence {
    /// When it ended.
    pub at: Offset,
    /// When it started.
    pub started: Offset,
    /// How many others were in flight at this host when it started.
    pub others: u32,
    /// How it ended.
    pub end: Acceptance,
}

/// Whether the server accepted an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// The server answered it, with any status.
    Accepted,
    /// The server asked us to slow down.
    Refused,
}

/// How a hypothesis responds to a refusal.
#[derive(Debug)]
pub enum HypothesisResponse {
    /// It changes nothing.
    Keeps,
    /// It explains the refusal, and allows less or more than before.
    Moves(AdaptReason),
    /// It cannot be the explanation.
    Falls(AdaptReason),
}

impl Adapt {
    /// A controller that knows nothing yet and will never allow more than `cap` in flight.
    pub fn new(cap: u32) -> Self {
        Self {
            cap: cap.max(1),
            stated_at_once: None,
            stated_per_window: None,
            hypothesis: Hypothesis::AtOnce(AtOnce::start()),
            record: AttemptRecord::default(),
        }
    }

    /// Learns from an attempt's end. Returns what that changed.
    pub fn observe(&mut self, evidence: AttemptEvidence) -> Option<AdaptStep> {
        let from = self.setting();
        let cap = self.most();
        self.record.add(&evidence, from.gap);
        let reason = match (&mut self.hypothesis, evidence.end) {
            (Hypothesis::AtOnce(at_once), Acceptance::Accepted) => at_once.accepted(&evidence, cap)?,
            (Hypothesis::PerSecond(per_second), Acceptance::Accepted) => {
                per_second.accepted(&evidence, &self.record)?
            }
            (Hypothesis::AtOnce(at_once), Acceptance::Refused) => match at_once.refused(&evidence, &self.record) {
                HypothesisResponse::Keeps => return None,
                HypothesisResponse::Moves(reason) => reason,
                HypothesisResponse::Falls(reason) => {
                    self.hypothesis = Hypothesis::PerSecond(PerSecond::new(evidence.at, &self.record));
                    self.record.forget_levels();
                    reason
                }
            },
            (Hypothesis::PerSecond(per_second), Acceptance::Refused) => {
                let reason = match per_second.refused(&evidence, &self.record) {
                    HypothesisResponse::Keeps => return None,
                    HypothesisResponse::Moves(reason) | HypothesisResponse::Falls(reason) => reason,
                };
                // If the server stated its pace, no other explanation is sought.
                let is_open = self.stated_per_window.is_none();
                match is_open.then(|| self.record.separating_level()).flatten() {
                    None => reason,
                    Some(level) => {
                        self.hypothesis = Hypothesis::AtOnce(AtOnce::below(level, evidence.at));
                        AdaptReason::Separable { in_flight: level + 1 }
                    }
                }
            }
        };
        self.step(from, reason)
    }

    /// Follows a limit that the server states. It replaces the inferred limit, and is never exceeded afterwards.
    ///
    /// Servers repeat their limits in every answer, so only a changed one counts. A quota over a long window is not a
    /// pace: running out of it leads to a cooldown instead.
    pub fn hint(&mut self, hint: Hint, now: Offset) -> Option<AdaptStep> {
        let from = self.setting();
        match hint {
            Hint::AtOnce(limit) => {
                let limit = limit.max(1);
                if self.stated_at_once.replace(limit) == Some(limit) {
                    return None;
                }
                if let Hypothesis::AtOnce(_) = self.hypothesis {
                    self.hypothesis = Hypothesis::AtOnce(AtOnce::below(limit, now));
                }
            }
            Hint::PerWindow { quota, window } => {
                let is_pace = quota > 0 && window > Micros::ZERO && window <= MAX_PACED_WINDOW;
                if !is_pace || self.stated_per_window.replace(hint) == Some(hint) {
                    return None;
                }
                let rate = quota as f64 / window.as_secs_f64();
                self.hypothesis = Hypothesis::PerSecond(PerSecond::stated(rate, now));
            }
        }
        self.step(from, AdaptReason::Stated(hint))
    }

    /// How many may be in flight.
    pub fn limit(&self) -> u32 {
        match &self.hypothesis {
            Hypothesis::AtOnce(at_once) => at_once.limit().min(self.most()),
            Hypothesis::PerSecond(_) => self.most(),
        }
    }

    /// The least time between two starts; zero where there is none.
    pub fn gap(&self) -> Micros {
        match &self.hypothesis {
            Hypothesis::AtOnce(_) => Micros::ZERO,
            Hypothesis::PerSecond(per_second) => per_second.gap(),
        }
    }

    /// Sets how many the user allows.
    pub fn set_cap(&mut self, cap: u32) {
        self.cap = cap.max(1);
    }

    fn most(&self) -> u32 {
        self.stated_at_once.map_or(self.cap, |stated| stated.min(self.cap))
    }

    fn setting(&self) -> Setting {
        Setting { limit: self.limit(), gap: self.gap() }
    }

    fn step(&mut self, from: Setting, reason: AdaptReason) -> Option<AdaptStep> {
        let to = self.setting();
        (from != to).then(|| {
            self.record.reset_refused();
            AdaptStep { from, to, reason }
        })
    }
}
