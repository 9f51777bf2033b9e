//! The ramp of the rate at the start of a run: it rises linearly from one start per second to its value.
//!
//! Pure. Start at [`RateRamp::gap_after`].

use crate::event::{Micros, Offset};

/// The ramp of a rate. It begins with one start per second.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateRamp {
    begun: Offset,
    /// Its length in seconds.
    length: f64,
    /// The rate at its end, per second.
    target: f64,
}

impl RateRamp {
    /// A ramp from the start of the run to a rate with this gap. A rate of up to one per second needs none.
    pub(super) fn new(length: Micros, gap: Micros) -> Option<Self> {
        let ramp = Self { begun: Offset::ZERO, length: length.as_secs_f64(), target: 1.0 / gap.as_secs_f64() };
        (ramp.target > 1.0 && ramp.length > 0.0).then_some(ramp)
    }

    /// Moves it back, for a time in which the run was paused.
    pub(super) fn postpone(&mut self, by: Micros) {
        self.begun = self.begun + by;
    }

    /// The gap between a start and the next one. Nothing if the ramp is over by then.
    pub(super) fn gap_after(&self, start: Offset) -> Option<Micros> {
        let from = start.since(self.begun).as_secs_f64();
        if from >= self.length {
            return None;
        }
        // The number of starts up to a moment is t + slope × t², as the rate is 1 + 2 × slope × t.
        let slope = (self.target - 1.0) / (2.0 * self.length);
        let starts = |t: f64| t + slope * t * t;
        let (next, in_ramp) = (starts(from) + 1.0, starts(self.length));
        let at = if next <= in_ramp {
            ((1.0 + 4.0 * slope * next).sqrt() - 1.0) / (2.0 * slope)
        } else {
            self.length + (next - in_ramp) / self.target
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a second at most")]
        let gap = Micros(((at - from) * 1e6).round() as u64);
        Some(gap)
    }
}

#[cfg(test)]
mod tests {
    use super::RateRamp;
    use crate::event::{Micros, Offset};

    const SECOND: u64 = 1_000_000;

    #[test]
    fn a_rate_rises_from_one_per_second_and_has_half_the_starts_of_its_target() {
        let ramp = RateRamp::new(Micros(10 * SECOND), Micros(10_000)).unwrap();
        let (mut at, mut starts) = (Offset::ZERO, vec![Offset::ZERO]);
        while let Some(gap) = ramp.gap_after(at) {
            at = at + gap;
            starts.push(at);
        }
        // The area below the ramp: (1 + 100) / 2 × 10.
        assert!((504..=507).contains(&starts.len()), "{}", starts.len());
        let in_second = |s: u64| starts.iter().filter(|at| (s * SECOND..(s + 1) * SECOND).contains(&at.0)).count();
        assert!((5..=7).contains(&in_second(0)) && (94..=97).contains(&in_second(9)), "{starts:?}");
        assert_eq!(ramp.gap_after(Offset(10 * SECOND)), None);
        assert!(RateRamp::new(Micros(SECOND), Micros(SECOND)).is_none(), "a rate of one per second is where it begins");
    }
}
