//! The pace of a run: the gap between two starts, as a rate demands.
//!
//! Pure. Start at [`StartPace::opens_at`].

use crate::event::{Micros, Offset};
use crate::source::pool::schedule::ramp::RateRamp;

/// The pace of a run's starts.
#[derive(Debug)]
pub struct StartPace {
    gap: Micros,
    /// The last start, or the moment it was due if it was not much later.
    last: Option<Offset>,
    /// The ramp of the rate, until it is over.
    ramp: Option<RateRamp>,
}

impl StartPace {
    /// How late a timer may be without loss of pace: the next starts then come closer together.
    pub const SLACK: Micros = Micros(10_000);

    /// From this gap on, late timers do not matter.
    const FAR_APART: Micros = Micros(100_000);

    /// A pace with starts at least `gap` apart on average, after a ramp of this length. A gap of zero sets no pace.
    pub fn new(gap: Micros, ramp: Option<Micros>) -> Self {
        let ramp = ramp.filter(|_| !gap.is_zero()).and_then(|length| RateRamp::new(length, gap));
        Self { gap, last: None, ramp }
    }

    /// Moves the ramp back, for a time in which the run was paused.
    pub fn postpone_ramp(&mut self, by: Micros) {
        if let Some(ramp) = &mut self.ramp {
            ramp.postpone(by);
        }
    }

    /// The gap between a start and the next one.
    fn gap_after(&self, start: Offset) -> Micros {
        self.ramp.and_then(|ramp| ramp.gap_after(start)).unwrap_or(self.gap)
    }

    /// Sets the gap, also between the last start and the next.
    pub fn set_gap(&mut self, gap: Micros) {
        self.gap = gap;
    }

    /// The moment before which nothing starts.
    pub fn opens_at(&self) -> Offset {
        match self.last {
            Some(last) if self.gap > Micros::ZERO => last + self.gap_after(last),
            Some(_) | None => Offset::ZERO,
        }
    }

    /// Counts a start.
    pub fn start(&mut self, now: Offset) {
        // Starts that are far apart do not catch up: a late timer costs them almost nothing. A server that allows
        // no burst could refuse two starts that are closer than the pace.
        let slack = if self.gap_after(now) < Self::FAR_APART { Self::SLACK } else { Micros::ZERO };
        let earliest = Offset(now.0.saturating_sub(slack.0));
        self.last = Some(if self.gap > Micros::ZERO { self.opens_at().max(earliest) } else { now });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::StartPace;
    use crate::event::{Micros, Offset};

    #[test]
    fn without_a_gap_everything_may_start_at_once() {
        let mut pace = StartPace::new(Micros::ZERO, None);
        pace.start(Offset(5));
        assert_eq!(pace.opens_at(), Offset::ZERO);
    }

    #[test]
    fn starts_that_are_far_apart_never_come_closer() {
        let mut pace = StartPace::new(Micros(200_000), None);
        pace.start(Offset(5_000));
        assert_eq!(pace.opens_at(), Offset(205_000));
        pace.start(Offset(214_000));
        assert_eq!(pace.opens_at(), Offset(414_000));
    }

    #[test]
    fn a_change_of_pace_counts_from_the_last_start() {
        let mut pace = StartPace::new(Micros(60_000_000), None);
        pace.start(Offset(1_000_000));
        pace.set_gap(Micros(100_000));
        assert_eq!(pace.opens_at(), Offset(1_100_000), "a minute is not waited out");
        pace.set_gap(Micros(60_000_000));
        assert_eq!(pace.opens_at(), Offset(61_000_000), "nor is the next one early");
    }

    #[test]
    fn a_pace_that_begins_counts_from_the_last_start_before_it() {
        let mut pace = StartPace::new(Micros::ZERO, None);
        pace.start(Offset(5_000_000));
        pace.set_gap(Micros(200_000));
        assert_eq!(pace.opens_at(), Offset(5_200_000));
        pace.set_gap(Micros::ZERO);
        assert_eq!(pace.opens_at(), Offset::ZERO);
    }

    proptest! {
        #[test]
        fn no_period_has_more_starts_than_the_rate_and_the_slack_allow(
            gap in 1..300_000_u64,
            late in prop::collection::vec(prop_oneof![9 => 0..3_000_u64, 1 => 0..500_000_u64], 2..200),
        ) {
            let mut pace = StartPace::new(Micros(gap), None);
            let mut starts = Vec::new();
            let mut now = 0;
            for late in late {
                now = pace.opens_at().0.max(now) + late;
                pace.start(Offset(now));
                starts.push(now);
            }
            for (i, from) in starts.iter().enumerate() {
                for (n, to) in starts[i..].iter().enumerate() {
                    let least = (n as u64 * gap).saturating_sub(StartPace::SLACK.0);
                    prop_assert!(to - from >= least, "{n} gaps of {gap} in {}", to - from);
                }
            }
        }
    }
}
