//! Time-outs that are a multiple of the median service time of an endpoint.
//!
//! Pure. Start at [`Medians::timeout`].

use std::time::Duration;

use crate::event::outcome::Outcome;
use crate::event::{EndpointId, Micros};
use crate::model::histogram::Histogram;
use crate::plan::job::Timeouts;

/// With fewer known attempts than these, the fixed time-out applies.
const ENOUGH: u64 = 20;
/// The shortest such time-out. Below it, jitter alone could end attempts.
const LEAST: Duration = Duration::from_millis(50);

/// The median service time of each endpoint whose plan asks for it.
#[derive(Debug, Default)]
pub struct Medians {
    by_endpoint: Vec<Median>,
}

#[derive(Clone, Debug, Default)]
struct Median {
    took: Histogram,
    /// The number of attempts at which it is computed again.
    due: u64,
    found: Option<Micros>,
}

impl Medians {
    /// How long an attempt at this endpoint may take now.
    pub fn timeout(&self, endpoint: EndpointId, timeouts: &Timeouts) -> Duration {
        let times = timeouts.times_median;
        let median = self.by_endpoint.get(endpoint.0 as usize).and_then(|median| median.found);
        let Some((times, median)) = times.zip(median) else { return timeouts.attempt };
        Duration::from(median).mul_f64(times).max(LEAST).min(timeouts.attempt)
    }

    /// Counts how long an attempt took, if its endpoint's time-out depends on that.
    ///
    /// An attempt that timed out counts as well, with the time that it took at least. So the time-out follows a
    /// server that becomes slower, instead of ending all its attempts from then on.
    pub fn count(&mut self, endpoint: EndpointId, timeouts: &Timeouts, outcome: &Outcome, took: Micros) {
        let counts = match outcome {
            Outcome::Answered { .. } | Outcome::TimedOut { .. } => timeouts.times_median.is_some(),
            Outcome::Redirected { .. } | Outcome::Throttled { .. } | Outcome::Failed { .. } | Outcome::Cancelled => {
                false
            }
        };
        if !counts {
            return;
        }
        let i = endpoint.0 as usize;
        if self.by_endpoint.len() <= i {
            self.by_endpoint.resize_with(i + 1, Median::default);
        }
        let median = &mut self.by_endpoint[i];
        median.took.record(took);
        let n = median.took.n();
        if n >= ENOUGH && n >= median.due {
            median.due = n + n / 16;
            median.found = median.took.quantile(0.5);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Medians;
    use crate::event::outcome::{Outcome, Phase};
    use crate::event::{EndpointId, Micros};
    use crate::plan::attempt_timeout::AttemptTimeout;
    use crate::plan::job::Timeouts;
    use crate::plan::rules::Rules;

    const ENDPOINT: EndpointId = EndpointId(3);
    const DONE: Outcome = Outcome::Answered { status: 200, bytes: 0, expected: true };

    fn timeouts() -> Timeouts {
        Rules { timeout: Some(AttemptTimeout::TimesMedian(5.0)), ..Rules::default() }.policy().timeouts
    }

    fn after(ends: impl IntoIterator<Item = (Outcome, u64)>) -> u128 {
        let (mut medians, timeouts) = (Medians::default(), timeouts());
        for (outcome, ms) in ends {
            medians.count(ENDPOINT, &timeouts, &outcome, Micros(ms * 1000));
        }
        medians.timeout(ENDPOINT, &timeouts).as_millis()
    }

    #[test]
    fn the_fixed_time_out_holds_until_enough_is_known() {
        assert_eq!(after(vec![(DONE, 100); 19]), timeouts().attempt.as_millis());
        let known = after(vec![(DONE, 100); 20]);
        assert!((450..=550).contains(&known), "{known}");
    }

    #[test]
    fn it_is_never_shorter_than_chance_nor_longer_than_the_fixed_one() {
        assert_eq!(after(vec![(DONE, 1); 100]), 50);
        assert_eq!(after(vec![(DONE, 50_000); 100]), timeouts().attempt.as_millis());
    }

    #[test]
    fn it_follows_an_upstream_that_has_become_slower_than_it() {
        let late = (Outcome::TimedOut { phase: Phase::FirstByte }, 500);
        let known = after(std::iter::repeat_n((DONE, 100), 50).chain(std::iter::repeat_n(late, 60)));
        assert!(known >= Duration::from_secs(2).as_millis(), "{known}");
    }
}
