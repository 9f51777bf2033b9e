//! Spaces the run's starts: the inverse of a rate.
//!
//! Pure. Start at [`Pace::opens_at`].

use crate::event::{Micros, Offset};

/// Spaces the run's starts.
#[derive(Debug)]
pub struct Pace {
    gap: Micros,
    next: Offset,
}

impl Pace {
    /// A timer may be this late without the pace falling behind: the next starts come closer.
    pub const SLACK: Micros = Micros(10_000);

    /// Starts at least `gap` apart in the mean; no gap, no pace.
    pub fn new(gap: Micros) -> Self {
        Self { gap, next: Offset::ZERO }
    }

    /// From here on starts are this far apart in the mean.
    pub fn set_gap(&mut self, gap: Micros) {
        self.gap = gap;
        if gap == Micros::ZERO {
            self.next = Offset::ZERO;
        }
    }

    /// Nothing starts before this moment.
    pub fn opens_at(&self) -> Offset {
        self.next
    }

    /// Books a start.
    pub fn start(&mut self, now: Offset) {
        if self.gap > Micros::ZERO {
            let earliest = Offset(now.0.saturating_sub(Self::SLACK.0));
            self.next = self.next.max(earliest) + self.gap;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Pace;
    use crate::event::{Micros, Offset};

    #[test]
    fn without_a_gap_everything_may_start_at_once() {
        let mut pace = Pace::new(Micros::ZERO);
        pace.start(Offset(5));
        assert_eq!(pace.opens_at(), Offset::ZERO);
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_holds_more_starts_than_the_rate_and_the_slack_allow(
            gap in 1..50_000_u64,
            late in prop::collection::vec(prop_oneof![9 => 0..3_000_u64, 1 => 0..500_000_u64], 2..200),
        ) {
            let mut pace = Pace::new(Micros(gap));
            let mut starts = Vec::new();
            let mut now = 0;
            for late in late {
                now = pace.opens_at().0.max(now) + late;
                pace.start(Offset(now));
                starts.push(now);
            }
            for (i, from) in starts.iter().enumerate() {
                for (n, to) in starts[i..].iter().enumerate() {
                    let least = (n as u64 * gap).saturating_sub(Pace::SLACK.0);
                    prop_assert!(to - from >= least, "{n} gaps of {gap} in {}", to - from);
                }
            }
        }
    }
}
