//! Timers of the pool's threads that fire late: the sign of a machine that is busy.
//!
//! A thread that gets no processor time reads every answer late, and its figures are partly its own. Start at
//! [`TimerWatch`].

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::{Fact, Micros, Offset};

/// The length of each timer.
pub(in crate::source::pool) const TIMER: Duration = Duration::from_millis(50);

/// How often late timers are reported.
const REPORT_EVERY: Micros = Micros(1_000_000);

/// Timers that are this late on average are reported. Every timer is late by up to a millisecond.
const LATE_MEAN: Micros = Micros(2_000);

/// A timer that is this late is reported.
const LATE_ONCE: Micros = Micros(50_000);

/// Fewer timers show nothing.
const TIMERS_LEAST: u64 = 4;

/// How late the timers of all threads were since the last report.
#[derive(Debug, Default)]
pub(in crate::source::pool) struct TimerWatch(Mutex<TimerSums>);

#[derive(Clone, Copy, Debug, Default)]
struct TimerSums {
    since: Offset,
    n: u64,
    sum: Micros,
    worst: Micros,
}

impl TimerWatch {
    /// Records how late a timer was.
    pub(in crate::source::pool) fn record(&self, late: Micros) {
        let mut sums = self.lock();
        sums.n += 1;
        sums.sum += late;
        sums.worst = sums.worst.max(late);
    }

    /// What is to be reported, if a report is due and the timers were late.
    pub(in crate::source::pool) fn take_report(&self, now: Offset, is_last: bool) -> Option<Fact> {
        let mut sums = self.lock();
        let observed = now.since(sums.since);
        if observed < REPORT_EVERY && !is_last || sums.n < TIMERS_LEAST {
            return None;
        }
        let TimerSums { n, sum, worst, .. } =
            std::mem::replace(&mut *sums, TimerSums { since: now, ..TimerSums::default() });
        let mean = Micros(sum.0 / n);
        (mean >= LATE_MEAN || worst >= LATE_ONCE).then_some(Fact::TimersLate { observed, mean, worst })
    }

    fn lock(&self) -> MutexGuard<'_, TimerSums> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::TimerWatch;
    use crate::event::{Fact, Micros, Offset};

    fn watch(late: &[u64]) -> TimerWatch {
        let watch = TimerWatch::default();
        for late in late {
            watch.record(Micros(*late));
        }
        watch
    }

    #[test]
    fn timers_that_are_late_on_average_or_once_are_reported() {
        let report = |late: &[u64]| watch(late).take_report(Offset(1_000_000), false);
        let observed = Micros(1_000_000);
        let fact = |mean, worst| Some(Fact::TimersLate { observed, mean: Micros(mean), worst: Micros(worst) });
        assert_eq!(report(&[1_000, 2_000, 2_000, 3_000]), fact(2_000, 3_000));
        assert_eq!(report(&[900; 20]), None, "as on an idle machine");
        let once: Vec<u64> = std::iter::repeat_n(200, 99).chain([50_000]).collect();
        assert_eq!(report(&once), fact(698, 50_000));
        assert_eq!(report(&[60_000; 3]), None, "too few");
    }

    #[test]
    fn each_report_covers_the_time_since_the_one_before() {
        let watch = watch(&[9_000; 9]);
        assert_eq!(watch.take_report(Offset(900_000), false), None, "not yet due");
        assert!(watch.take_report(Offset(900_000), true).is_some(), "the last one");
        assert_eq!(watch.take_report(Offset(2_000_000), false), None, "nothing since");
    }
}
