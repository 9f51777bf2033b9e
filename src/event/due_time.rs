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
    /// The starts that were due before, and are never made, because the pace does not catch up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<MissedStarts>,
}

/// Starts that were due and are never made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedStarts {
    /// How many.
    pub n: u64,
    /// When the first of them was due. The others are spread evenly up to the attempt's own due time.
    pub first: Offset,
}

impl DueTime {
    /// How many starts were missed.
    pub fn n_missed(self) -> u64 {
        self.missed.map_or(0, |missed| missed.n)
    }

    /// When the missed starts were due. If there are many, each moment counts for several.
    pub fn missed_starts(self) -> impl Iterator<Item = (Offset, u64)> {
        /// More moments would show nothing else.
        const MOST: u64 = 1_000;
        let MissedStarts { n, first } = self.missed.unwrap_or(MissedStarts { n: 0, first: self.at });
        let (groups, length) = (n.min(MOST), self.at.since(first));
        let share = move |whole: u64, i: u64| {
            u64::try_from(u128::from(whole) * u128::from(i) / u128::from(groups)).unwrap_or(u64::MAX)
        };
        (0..groups).map(move |i| (first + Micros(share(length.0, i)), share(n, i + 1) - share(n, i)))
    }
}

#[cfg(test)]
mod tests {
    use super::{DueTime, MissedStarts};
    use crate::event::Offset;

    fn missed(n: u64, first: u64, at: u64) -> Vec<(Offset, u64)> {
        DueTime { at: Offset(at), missed: Some(MissedStarts { n, first: Offset(first) }) }.missed_starts().collect()
    }

    #[test]
    fn missed_starts_are_spread_and_none_is_lost() {
        assert_eq!(missed(4, 1_000, 1_400), [1_000, 1_100, 1_200, 1_300].map(|at| (Offset(at), 1)));
        for n in [999, 123_456_789, u64::MAX] {
            let all = missed(n, 0, 60_000_000);
            assert_eq!((all.len() as u64, all.iter().map(|(_, n)| n).sum::<u64>()), (n.min(1_000), n));
        }
        assert_eq!(missed(0, 5, 9), []);
        assert_eq!(DueTime { at: Offset(0), missed: None }.missed_starts().count(), 0);
    }
}
