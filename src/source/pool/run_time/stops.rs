//! The periods in which a clock did not move, and the arithmetic with them.
//!
//! Pure, but for the clock that counts the machine's sleep. Start at [`StopLog::time_at`].

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::event::{Micros, Offset};

/// The last periods in which a clock did not move, oldest first.
#[derive(Debug, Default)]
pub(super) struct StopLog {
    periods: VecDeque<StillPeriod>,
}

/// A period in which the clock did not move, in time of the machine after the run's start.
#[derive(Clone, Copy, Debug)]
struct StillPeriod {
    from: Micros,
    to: Micros,
    /// The sum of all periods before this one.
    before: Micros,
    /// Its length by a clock that counts the machine's sleep too, and the sum of those before.
    real: (Micros, Micros),
}

impl StopLog {
    /// Periods kept. Moments before them are mapped as if they came after all that was dropped.
    const KEPT: usize = 64;

    /// Adds a period that ends now; `real` is its length with the machine's sleep.
    pub(super) fn add(&mut self, from: Micros, to: Micros, real: Micros) {
        let before_real = self.periods.back().map_or(Micros::ZERO, |last| last.real.0 + last.real.1);
        let period = StillPeriod { from, to, before: self.still(), real: (real, before_real) };
        if self.periods.len() == Self::KEPT {
            self.periods.pop_front();
        }
        self.periods.push_back(period);
    }

    /// The sum of all periods.
    pub(super) fn still(&self) -> Micros {
        self.periods.back().map_or(Micros::ZERO, |last| last.before + (last.to - last.from))
    }

    /// What the clock shows at a time of the machine.
    pub(super) fn time_at(&self, elapsed: Micros) -> Offset {
        let still = match self.periods.iter().rev().find(|period| period.from <= elapsed) {
            Some(period) => period.before + (period.to.min(elapsed) - period.from),
            None => self.periods.front().map_or(Micros::ZERO, |first| first.before),
        };
        Offset((elapsed - still).0)
    }

    /// How long the clock had not moved when it showed `at`, with the machine's sleep.
    pub(super) fn still_before(&self, at: Offset) -> Micros {
        let begins = |period: &&StillPeriod| Offset((period.from - period.before).0) < at;
        self.periods.iter().rev().find(begins).map_or(Micros::ZERO, |period| period.real.0 + period.real.1)
    }
}

/// Finds out how long the machine has slept: the clock of timers does not move then.
#[derive(Debug, Default)]
pub(super) struct SleepClock {
    since: Option<(Duration, Instant)>,
    known: Micros,
}

impl SleepClock {
    /// A clock that counts from now on.
    pub(super) fn start() -> Self {
        // In this order, a pause between the two readings is not taken for sleep.
        let start = Instant::now();
        Self { since: with_sleep().map(|at| (at, start)), known: Micros::ZERO }
    }

    /// How long the machine has slept since the last call, if that is no less than `shortest`.
    pub(super) fn take_sleep(&mut self, shortest: Micros) -> Micros {
        let Some((now, (since, start))) = with_sleep().zip(self.since) else { return Micros::ZERO };
        let slept = Micros::from(now.saturating_sub(since).saturating_sub(start.elapsed()));
        let new = slept - self.known;
        if new < shortest {
            return Micros::ZERO;
        }
        self.known = slept;
        new
    }
}

/// The reading of a clock that counts while the machine sleeps, on systems where that of timers does not.
#[cfg(unix)]
fn with_sleep() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: ClockId = ClockId::Monotonic;
    Duration::try_from(clock_gettime(CLOCK)).ok()
}

#[cfg(not(unix))]
fn with_sleep() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SleepClock, StopLog};
    use crate::event::{Micros, Offset};

    #[test]
    fn the_clock_goes_on_where_it_stopped() {
        let mut log = StopLog::default();
        log.add(Micros(100), Micros(350), Micros(250));
        log.add(Micros(500), Micros(600), Micros(1_100));
        let times = [0, 99, 100, 200, 350, 400, 500, 599, 600, 700].map(|at| log.time_at(Micros(at)).0);
        assert_eq!(times, [0, 99, 100, 100, 100, 150, 250, 250, 250, 350]);
        assert_eq!(log.still(), Micros(350));
        let still = [0, 100, 101, 250, 251].map(|at| log.still_before(Offset(at)).0);
        assert_eq!(still, [0, 0, 250, 250, 1_350], "a sleep counts where the clock never stops");
    }

    #[test]
    fn a_machine_that_is_awake_does_not_sleep() {
        assert_eq!(SleepClock::start().take_sleep(Micros(500_000)), Micros::ZERO);
        assert_eq!(SleepClock::default().take_sleep(Micros::ZERO), Micros::ZERO);
    }

    proptest! {
        #[test]
        fn a_later_moment_never_shows_an_earlier_time(
            steps in prop::collection::vec((1..1_000_u64, 0..1_000_u64), 0..100),
            moments in prop::collection::vec(0..200_000_u64, 2..50),
        ) {
            let mut log = StopLog::default();
            let mut at = 0;
            for (moves, still) in steps {
                let from = at + moves;
                at = from + still;
                log.add(Micros(from), Micros(at), Micros(still));
            }
            let last = log.periods.front().map_or(0, |first| first.from.0);
            let mut moments: Vec<u64> = moments.into_iter().map(|moment| moment + last).collect();
            moments.sort_unstable();
            let shown: Vec<Offset> = moments.iter().map(|&moment| log.time_at(Micros(moment))).collect();
            prop_assert!(shown.is_sorted());
        }
    }
}
