//! When an attempt was due by the rate of the run, if it started later because every slot was taken.
//!
//! Start at [`DueTime`].

use serde::{Deserialize, Serialize};

use crate::event::{Micros, Offset};

/// When an attempt was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueTime {
    /// The moment.
    pub at: Offset,
    /// How many more starts were due since then, and are not made up for: the pace does not catch up.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missed: u64,
}

impl DueTime {
    /// When the missed starts were due, spread evenly up to the start: each with their number, if there are many.
    pub fn missed_starts(self, started: Offset) -> impl Iterator<Item = (Offset, u64)> {
        /// More moments would show nothing else.
        const MOST: u64 = 1_000;
        let (groups, late) = (self.missed.min(MOST), started.since(self.at));
        (1..=groups).map(move |i| {
            let share =
                |whole: u64| u64::try_from(u128::from(whole) * u128::from(i) / u128::from(groups)).unwrap_or(u64::MAX);
            let before = u64::try_from(u128::from(self.missed) * u128::from(i - 1) / u128::from(groups)).unwrap_or(0);
            (self.at + Micros(share(late.0)), share(self.missed) - before)
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::DueTime;
    use crate::event::Offset;

    #[test]
    fn missed_starts_are_spread_up_to_the_start_and_none_is_lost() {
        let due = DueTime { at: Offset(1_000), missed: 4 };
        let all: Vec<_> = due.missed_starts(Offset(1_400)).collect();
        assert_eq!(all, [1_100, 1_200, 1_300, 1_400].map(|at| (Offset(at), 1)));
        let many = DueTime { at: Offset(0), missed: 123_456_789 };
        let all: Vec<_> = many.missed_starts(Offset(60_000_000)).collect();
        assert_eq!((all.len(), all.iter().map(|(_, n)| n).sum::<u64>()), (1_000, 123_456_789));
        assert_eq!(DueTime { at: Offset(0), missed: 0 }.missed_starts(Offset(9)).count(), 0);
        assert_eq!(
            DueTime { at: Offset(0), missed: u64::MAX }.missed_starts(Offset(9)).map(|(_, n)| n).sum::<u64>(),
            u64::MAX
        );
    }
}
