//! The shape of a level that a source reports instead of single attempts, as for a program without a probe.
//!
//! Which of them ends is not known, only that one does. Start at [`LevelShape::record`].

use crate::event::{Micros, Offset};
use crate::model::verdict::evidence::waves::Waves;

/// The shape of a reported level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelShape {
    /// The level now.
    pub level: u32,
    /// The highest so far.
    pub peak: u32,
    /// How often it rose by one: the number of exchanges.
    pub n: u64,
    /// When it first rose.
    pub first: Option<Offset>,
    /// When it last changed.
    pub last: Offset,
    /// The time with anything in flight.
    pub busy: Micros,
    /// The sum of the time of all exchanges.
    pub service: Micros,
    /// Its waves.
    pub waves: Waves,
    /// Since when it is below half of the peak.
    pub tail: Offset,
    /// How many were still in flight then, and how many began since.
    pub in_tail: (u32, u64),
}

impl LevelShape {
    /// The level is this from now on.
    pub(super) fn record(&mut self, at: Offset, level: u32) {
        let lasted = at.since(self.last);
        if self.level > 0 {
            self.busy += lasted;
            self.service += Micros(lasted.0.saturating_mul(u64::from(self.level)));
        }
        if level > self.level {
            let n = u64::from(level - self.level);
            self.first.get_or_insert(at);
            self.n += n;
            self.waves.start(at, self.level, n);
            self.in_tail.1 += n;
        } else if level < self.level {
            self.waves.end(at, level);
        }
        let was_high = self.level >= self.peak.div_ceil(2);
        self.peak = self.peak.max(level);
        let is_high = level >= self.peak.div_ceil(2);
        if was_high || is_high {
            (self.tail, self.in_tail) = (at, (level, 0));
        }
        (self.level, self.last) = (level, at);
    }

    /// The time from the first exchange to the last change.
    pub fn span(&self) -> Micros {
        self.first.map_or(Micros::ZERO, |first| self.last.since(first))
    }
}

#[cfg(test)]
mod tests {
    use super::LevelShape;
    use crate::event::{Micros, Offset};

    #[test]
    fn a_level_has_exchanges_a_sum_and_a_tail() {
        let mut shape = LevelShape::default();
        for (at, level) in [(100, 4), (200, 3), (210, 4), (400, 1), (900, 0)] {
            shape.record(Offset(at), level);
        }
        assert_eq!((shape.n, shape.peak, shape.span()), (5, 4, Micros(800)));
        assert_eq!((shape.busy, shape.service), (Micros(800), Micros(400 + 30 + 760 + 500)));
        assert_eq!((shape.tail, shape.in_tail), (Offset(400), (1, 0)));
    }
}
