//! The time axis of the waterfall: it follows the visible rows, or stays where the user has moved it.
//!
//! It moves in steps, so that bars do not shift with every picture. Start at [`TimeAxis::fit`].

use crate::event::{Micros, Offset};

/// The time span that the axis shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeAxis {
    /// The start of the axis.
    pub from: Offset,
    /// The length of the axis; zero before the first picture.
    pub length: Micros,
    anchor: AxisAnchor,
}

/// The part of the axis that stays fixed when the visible rows change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum AxisAnchor {
    /// Nothing: the axis fits the visible rows.
    #[default]
    Nothing,
    /// The length, as the user has chosen it.
    Length,
    /// Length and position, as the user has chosen them.
    Position,
}

impl TimeAxis {
    /// An axis from the start of the run, rounded up to a length that is easy to read.
    pub fn from_start(needed: Micros) -> Self {
        let length = Micros(round_up(needed.0.clamp(Self::LEAST, Self::MOST)));
        Self { from: Offset::ZERO, length, anchor: AxisAnchor::Position }
    }

    /// The shortest and the longest axis.
    const LEAST: u64 = 1_000;
    const MOST: u64 = 1 << 50;

    /// The end of the axis.
    pub fn to(&self) -> Offset {
        self.from + self.length
    }

    /// Fits the axis to the visible rows, from the first start to the last end. `now` is the run's current time.
    pub(super) fn fit(&mut self, rows: Option<(Offset, Offset)>, now: Offset) {
        let (first, last) = rows.unwrap_or((Offset::ZERO, now));
        let needed = last.since(first).0.clamp(Self::LEAST, Self::MOST);
        if now < self.from {
            // A replay has gone back to a time before the axis.
            self.anchor = AxisAnchor::Nothing;
        }
        let contains = |axis: &Self| axis.from <= first && last <= axis.to();
        match self.anchor {
            AxisAnchor::Position if !self.length.is_zero() => {}
            AxisAnchor::Length if !self.length.is_zero() => {
                if last > self.to() || last < self.from {
                    self.from = on_grid(Offset(last.0.saturating_sub(self.length.0 / 4 * 3)), self.length.0);
                }
            }
            AxisAnchor::Nothing if contains(self) && self.length.0 / 4 <= needed => {}
            AxisAnchor::Nothing | AxisAnchor::Length | AxisAnchor::Position => {
                // A short run is shown as a whole.
                let is_whole = now.0 <= needed.saturating_mul(3);
                let (first, last) = if is_whole { (Offset::ZERO, last.max(now)) } else { (first, last) };
                let mut length = last.since(first).0.clamp(Self::LEAST, Self::MOST);
                loop {
                    length = round_up(length);
                    self.from = on_grid(first, length);
                    self.length = Micros(length);
                    if last <= self.to() || length >= Self::MOST {
                        break;
                    }
                    length += 1;
                }
            }
        }
    }

    /// Pans by quarters of the length.
    pub(super) fn pan(&mut self, quarters: i64, now: Offset) {
        let by = i64::try_from(self.length.0 / 4).unwrap_or(i64::MAX).saturating_mul(quarters);
        self.from = Offset(self.from.0.saturating_add_signed(by).min(now.0));
        self.anchor = AxisAnchor::Position;
    }

    /// Halves or doubles the length; the moment `around` keeps its position on the screen.
    pub(super) fn zoom(&mut self, is_in: bool, around: Offset, is_followed: bool) {
        let around = around.clamp(self.from, self.to());
        let before = self.length.0.max(1);
        let wanted = if is_in { before / 2 } else { before.saturating_mul(2) };
        let length = round_up(wanted.clamp(Self::LEAST, Self::MOST)).min(Self::MOST);
        let ahead = u128::from(around.since(self.from).0) * u128::from(length) / u128::from(before);
        self.from = Offset(around.0.saturating_sub(u64::try_from(ahead).unwrap_or(u64::MAX)));
        self.length = Micros(length);
        self.anchor = if is_followed { AxisAnchor::Length } else { AxisAnchor::Position };
    }

    /// Follows the visible rows again.
    pub(super) fn follow_rows(&mut self) {
        self.anchor = AxisAnchor::Nothing;
    }

    /// Keeps the current position.
    pub(super) fn pin(&mut self) {
        self.anchor = AxisAnchor::Position;
    }
}

/// The next round length.
fn round_up(length: u64) -> u64 {
    let power = 10_u64.pow(length.max(10).ilog10() - 1);
    let steps = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100];
    steps.into_iter().filter_map(|step| power.checked_mul(step)).find(|&it| it >= length).unwrap_or(length)
}

/// The moment, moved back to a step of an axis of this length.
fn on_grid(at: Offset, length: u64) -> Offset {
    let step = 10_u64.pow((length / 8).max(1).ilog10());
    Offset(at.0 / step * step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{TimeAxis, round_up};
    use crate::event::{Micros, Offset};

    const SECOND: u64 = 1_000_000;

    fn fitted(rows: (u64, u64), now: u64) -> TimeAxis {
        let mut axis = TimeAxis::default();
        axis.fit(Some((Offset(rows.0), Offset(rows.1))), Offset(now));
        axis
    }

    #[test]
    fn a_short_run_is_shown_as_a_whole_and_a_long_one_where_its_rows_are() {
        let short = fitted((4 * SECOND, 12 * SECOND), 12 * SECOND);
        assert_eq!((short.from, short.length), (Offset(0), Micros(12 * SECOND)));
        let long = fitted((100 * SECOND + 7, 103 * SECOND), 103 * SECOND);
        assert_eq!((long.from, long.length), (Offset(100 * SECOND), Micros(3 * SECOND)));
    }

    #[test]
    fn the_axis_does_not_move_while_all_rows_fit() {
        let mut axis = fitted((100 * SECOND, 102 * SECOND + 100_000), 102 * SECOND + 100_000);
        let before = axis;
        axis.fit(Some((Offset(100_200_000), Offset(102_300_000))), Offset(102_300_000));
        assert_eq!(axis, before);
        axis.fit(Some((Offset(101_200_000), Offset(103_300_000))), Offset(103_300_000));
        assert_eq!(axis.from, Offset(101_200_000));
    }

    #[test]
    fn a_panned_axis_stays_until_auto_scroll_is_on_again() {
        let mut axis = fitted((0, 8 * SECOND), 8 * SECOND);
        axis.zoom(true, Offset(4 * SECOND), false);
        assert_eq!((axis.from, axis.length), (Offset(2 * SECOND), Micros(4 * SECOND)));
        axis.pan(1, Offset(8 * SECOND));
        axis.fit(Some((Offset(0), Offset(20 * SECOND))), Offset(20 * SECOND));
        assert_eq!((axis.from, axis.length), (Offset(3 * SECOND), Micros(4 * SECOND)));
        axis.follow_rows();
        axis.fit(Some((Offset(0), Offset(20 * SECOND))), Offset(20 * SECOND));
        assert_eq!((axis.from, axis.length), (Offset(0), Micros(20 * SECOND)));
    }

    #[test]
    fn a_zoomed_axis_follows_the_newest_row() {
        let mut axis = fitted((0, 8 * SECOND), 8 * SECOND);
        axis.zoom(true, Offset(8 * SECOND), true);
        axis.fit(Some((Offset(0), Offset(20 * SECOND))), Offset(20 * SECOND));
        assert!(axis.length == Micros(4 * SECOND) && axis.from < axis.to() && axis.to() >= Offset(20 * SECOND));
    }

    proptest! {
        #[test]
        fn the_axis_covers_every_row_of_any_run(first in 0..1_u64 << 40, more in 0..1_u64 << 40, later in 0..1_u64 << 40) {
            let axis = fitted((first, first + more), first + more + later);
            prop_assert!(axis.from.0 <= first && first + more <= axis.to().0, "{axis:?}");
        }

        #[test]
        fn any_sequence_of_moves_keeps_the_axis_valid(steps in prop::collection::vec((0..5_u8, any::<u64>(), any::<u64>()), 0..20)) {
            let mut axis = TimeAxis::default();
            for (what, a, b) in steps {
                match what {
                    0 => axis.fit(Some((Offset(a.min(b)), Offset(a.max(b)))), Offset(b)),
                    1 => axis.pan(if a % 2 == 0 { 1 } else { -1 }, Offset(b)),
                    2 => axis.zoom(a % 2 == 0, Offset(b), a % 3 == 0),
                    3 => axis.follow_rows(),
                    _ => axis.fit(None, Offset(a)),
                }
                prop_assert!(axis.from <= axis.to());
            }
        }
    }

    #[test]
    fn lengths_are_round_numbers() {
        assert_eq!(
            [round_up(1_000), round_up(1_001), round_up(2_600_000), round_up(99)],
            [1_000, 1_200, 3_000_000, 100]
        );
    }
}
