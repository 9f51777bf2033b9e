//! Additive increase, multiplicative decrease (AIMD), the usual scheme. Start at [`Aimd`].

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::simulation::Controller;
use crate::source::pool::adapt::{Acceptance, AttemptEvidence};

/// A limit that is cut by a third at each refusal, once in a round trip.
#[derive(Debug)]
pub struct Aimd {
    limit: f64,
    is_starting: bool,
    cut: Offset,
}

const ROUND_TRIP: Micros = Micros(100_000);

impl Default for Aimd {
    fn default() -> Self {
        Self { limit: 1.0, is_starting: true, cut: Offset::ZERO }
    }
}

impl Controller for Aimd {
    fn learn(&mut self, evidence: AttemptEvidence) {
        match evidence.end {
            Acceptance::Accepted if evidence.others + 1 >= self.limit() => {
                self.limit += if self.is_starting { 1.0 } else { 1.0 / self.limit };
            }
            Acceptance::Refused if evidence.at.since(self.cut) > ROUND_TRIP => {
                (self.limit, self.is_starting, self.cut) = ((self.limit * 0.7).max(1.0), false, evidence.at);
            }
            Acceptance::Accepted | Acceptance::Refused => {}
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    fn limit(&self) -> u32 {
        self.limit as u32
    }
    fn gap(&self) -> Micros {
        Micros::ZERO
    }
}
