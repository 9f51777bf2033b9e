//! The ramp: the first attempts of a run, while more and more are in flight.
//!
//! It shows how the upstream takes load: later, about as many are in flight all the time. Start at [`StartRamp::until`].

use crate::event::{Micros, Offset};

/// The first attempts of a run, in the order of their starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartRamp {
    attempts: Vec<RampAttempt>,
}

/// One of the first attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RampAttempt {
    /// Attempts in flight when it started, including itself.
    pub level: u32,
    /// The time on its connection.
    pub took: Micros,
    /// When it ended, if it has.
    pub ended: Option<Offset>,
    is_answer: bool,
}

impl StartRamp {
    /// Number of attempts kept.
    const KEPT: usize = 512;

    pub(super) fn start(&mut self, level: u32) {
        if self.attempts.len() < Self::KEPT {
            let attempt = RampAttempt { level, took: Micros::ZERO, ended: None, is_answer: false };
            self.attempts.push(attempt);
        }
    }

    /// Records an end: the number of the attempt in the order of starts, and its time on the connection; `None`
    /// without an answer.
    pub(super) fn end(&mut self, at: Offset, number: u64, took: Option<Micros>) {
        if let Some(attempt) = usize::try_from(number).ok().and_then(|number| self.attempts.get_mut(number)) {
            (attempt.ended, attempt.is_answer) = (Some(at), took.is_some());
            attempt.took = took.unwrap_or_default();
        }
    }

    /// The attempts until so many were in flight for the first time, once all of them have ended with an answer.
    pub fn until(&self, level: u32) -> Option<&[RampAttempt]> {
        let last = self.attempts.iter().position(|attempt| attempt.level >= level)?;
        let ramp = &self.attempts[..=last];
        ramp.iter().all(|attempt| attempt.ended.is_some() && attempt.is_answer).then_some(ramp)
    }
}
