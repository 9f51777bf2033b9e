//! The pace of a run: the gap between two starts, as a rate demands, and when each start is due.
//!
//! Pure. Start at [`StartPace::opens_at`].

mod due_clock;
mod rate_ramp;

use crate::event::due_time::DueTime;
use crate::event::{Micros, Offset};
use crate::source::pool::schedule::pace::due_clock::{DueClock, PacedStart};
use crate::source::pool::schedule::pace::rate_ramp::RateRamp;

/// The pace of a run's starts.
#[derive(Debug)]
pub struct StartPace {
    gap: Micros,
    /// The last start, or the moment it was due if it was not much later.
    last: Option<Offset>,
    /// The ramp of the rate, until it is over.
    ramp: Option<RateRamp>,
    due: DueClock,
}

impl StartPace {
    /// How late a timer may be without loss of pace: the next starts then come closer together.
    pub const SLACK: Micros = Micros(10_000);

    /// From this gap on, late timers do not matter.
    const FAR_APART: Micros = Micros(100_000);

    /// A pace with starts at least `gap` apart on average, after a ramp of this length. A gap of zero sets no pace.
    pub fn new(gap: Micros, ramp: Option<Micros>) -> Self {
        let ramp = ramp.filter(|_| !gap.is_zero()).and_then(|length| RateRamp::new(length, gap));
        Self { gap, last: None, ramp, due: DueClock::default() }
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

    /// The time between two starts, if there is a pace.
    pub fn gap(&self) -> Option<Micros> {
        self.is_set().then_some(self.gap)
    }

    /// Whether there is a pace.
    pub fn is_set(&self) -> bool {
        self.gap > Micros::ZERO
    }

    /// Every slot was taken from one moment to another.
    pub fn add_busy(&mut self, from: Offset, to: Offset) {
        if self.is_set() {
            self.due.add_busy(to.since(from.max(self.opens_at())));
        }
    }

    /// Time passes in which not every slot is taken.
    pub fn pass(&mut self, time: Micros) {
        self.due.pass(time);
    }

    /// Whether starts are behind, because every slot was taken.
    pub fn is_behind(&self) -> bool {
        self.due.is_behind()
    }

    /// So many slots are free, and only the pace holds the next start back.
    pub fn hold(&mut self, free: u32) {
        self.due.hold_by_pace(free);
    }

    /// An attempt has ended that took so long.
    pub fn end(&mut self, took: Micros) {
        self.due.end(took);
    }

    /// Forgets how far the starts are behind.
    pub fn forget_late(&mut self) {
        self.due.reset();
    }

    /// Counts a start of a job that has `waited` for a slot. Returns when it was due, if every slot was taken then.
    pub fn start(&mut self, now: Offset, waited: Micros) -> Option<DueTime> {
        if !self.is_set() {
            self.last = Some(now);
            return None;
        }
        // Starts that are far apart do not catch up: a late timer costs them almost nothing. A server that allows
        // no burst could refuse two starts that are closer than the pace.
        let gap = self.gap_after(now);
        let slack = if gap < Self::FAR_APART { Self::SLACK } else { Micros::ZERO };
        let earliest = Offset(now.0.saturating_sub(slack.0));
        let planned = self.opens_at();
        let last = planned.max(earliest);
        self.last = Some(last);
        self.due.start(PacedStart { now, waited, slide: last.since(planned), gap })
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
        pace.start(Offset(5), Micros::ZERO);
        assert_eq!(pace.opens_at(), Offset::ZERO);
    }

    #[test]
    fn starts_that_are_far_apart_never_come_closer() {
        let mut pace = StartPace::new(Micros(200_000), None);
        pace.start(Offset(5_000), Micros::ZERO);
        assert_eq!(pace.opens_at(), Offset(205_000));
        pace.start(Offset(214_000), Micros::ZERO);
        assert_eq!(pace.opens_at(), Offset(414_000));
    }

    #[test]
    fn a_change_of_pace_counts_from_the_last_start() {
        let mut pace = StartPace::new(Micros(60_000_000), None);
        pace.start(Offset(1_000_000), Micros::ZERO);
        pace.set_gap(Micros(100_000));
        assert_eq!(pace.opens_at(), Offset(1_100_000), "a minute is not waited out");
        pace.set_gap(Micros(60_000_000));
        assert_eq!(pace.opens_at(), Offset(61_000_000), "nor is the next one early");
    }

    #[test]
    fn a_pace_that_begins_counts_from_the_last_start_before_it() {
        let mut pace = StartPace::new(Micros::ZERO, None);
        pace.start(Offset(5_000_000), Micros::ZERO);
        pace.set_gap(Micros(200_000));
        assert_eq!(pace.opens_at(), Offset(5_200_000));
        pace.set_gap(Micros::ZERO);
        assert_eq!(pace.opens_at(), Offset::ZERO);
    }

    /// A pace of 100 starts per second, with attempts of 5 ms, and the milliseconds of its last start.
    struct Paced(StartPace, u64);

    impl Paced {
        fn new() -> Self {
            Self(StartPace::new(Micros(10_000), None), 0)
        }

        /// Starts at a moment, until which so many slots were free. Returns when that was due, and how many were missed.
        fn start(&mut self, ms: u64, free: u32) -> Option<(u64, u64)> {
            let (from, now) = (Offset(self.1 * 1_000), Offset(ms * 1_000));
            self.1 = ms;
            self.0.end(Micros(5_000));
            if free == 0 {
                self.0.add_busy(from, now);
            } else {
                self.0.hold(free);
                self.0.pass(now.since(from));
            }
            self.0.start(now, now.since(from)).map(|due| (due.at.0 / 1_000, due.n_missed()))
        }
    }

    #[test]
    fn starts_that_the_pace_holds_back_are_on_time() {
        let mut paced = Paced::new();
        assert_eq!([0, 10, 20, 35, 40].map(|at| paced.start(at, 1)), [None; 5], "a late timer is no lateness");
    }

    #[test]
    fn without_free_slots_each_start_is_later() {
        let mut paced = Paced::new();
        let dues: Vec<_> = (0..5).map(|i| paced.start(i * 30, 0)).collect();
        assert_eq!(dues, [None, Some((10, 0)), Some((20, 0)), Some((30, 0)), Some((40, 0))]);
    }

    #[test]
    fn starts_that_free_slots_could_have_made_are_missed_and_the_others_are_late() {
        let mut paced = Paced::new();
        assert_eq!(paced.start(0, 1), None);
        assert_eq!(paced.start(2_000, 0), Some((10, 0)));
        // Nine slots could have made eighteen starts in ten milliseconds.
        assert_eq!(paced.start(2_010, 9), Some((210, 18)));
        let rest: Vec<_> = (2_02..).map_while(|i| paced.start(i * 10, 9)).collect();
        let missed: u64 = rest.iter().map(|(_, missed)| missed).sum();
        assert!((8..=12).contains(&rest.len()), "{rest:?}");
        assert_eq!(missed + 18, 198, "all that were behind are made up for: {rest:?}");
    }

    #[test]
    fn a_job_is_not_late_for_longer_than_it_waited_for_a_slot() {
        let mut pace = StartPace::new(Micros(10_000), None);
        pace.start(Offset(0), Micros::ZERO);
        pace.add_busy(Offset(0), Offset(500_000));
        let due = pace.start(Offset(500_000), Micros(100_000)).unwrap();
        assert_eq!((due.at, due.n_missed()), (Offset(400_000), 0));
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
                pace.start(Offset(now), Micros::ZERO);
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
