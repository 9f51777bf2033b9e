//! Attempts of one endpoint that are kept longer than the timeline keeps them: the slowest, and the latest.
//!
//! An attempt is copied only if it is one of the slowest, and moved when it leaves the timeline. Start at
//! [`KeptAttempts::all`].

use crate::event::origin::Origin;
use crate::event::outcome::Outcome;
use crate::event::{Attempt, Offset};
use crate::model::timeline::Bar;

/// The slowest and the latest attempts of an endpoint that have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptAttempts {
    /// The slowest first.
    slowest: Vec<Bar>,
    /// The last ones that left the timeline, oldest first.
    latest: Vec<Bar>,
}

impl KeptAttempts {
    /// The maximum number of slowest attempts of one endpoint.
    pub const SLOWEST: usize = 5;
    /// The maximum number of latest attempts of one endpoint that are kept after they left the timeline.
    pub const LATEST: usize = 3;
    /// The number of endpoints that have all their attempts kept. With more of them, each has fewer.
    const ENDPOINTS: usize = 4_000;

    /// The slowest attempts, the slowest first.
    pub fn slowest(&self) -> &[Bar] {
        &self.slowest
    }

    /// All attempts that are kept; one may be both among the slowest and among the latest.
    pub fn all(&self) -> impl Iterator<Item = &Bar> {
        self.slowest.iter().chain(&self.latest)
    }

    /// Keeps an attempt that has ended if it is among the slowest. A cancelled attempt shows nothing about speed.
    pub(in crate::model) fn end(&mut self, bar: &Bar, n_endpoints: usize) {
        let took = took(bar);
        let place = self.slowest.partition_point(|kept| self::took(kept) >= took);
        let most = share(Self::SLOWEST, n_endpoints);
        let is_cancelled = matches!(bar.end.as_ref().map(|end| &end.outcome), Some(Some(Outcome::Cancelled) | None));
        if place >= most || is_cancelled {
            return;
        }
        if self.slowest.len() < most {
            self.slowest.reserve_exact(1);
        } else {
            self.slowest.truncate(most - 1);
        }
        self.slowest.insert(place, bar.clone());
    }

    /// Keeps an attempt that has left the timeline, in place of the oldest one.
    pub(in crate::model) fn leave_timeline(&mut self, bar: Bar, n_endpoints: usize) {
        let most = share(Self::LATEST, n_endpoints);
        if self.latest.len() < most {
            self.latest.reserve_exact(1);
        } else {
            self.latest.drain(..=self.latest.len() - most);
        }
        self.latest.push(bar);
    }

    /// Records that the job of an attempt will be retried.
    pub(in crate::model) fn record_retry(&mut self, origin: Origin, attempt: Attempt, until: Offset) {
        let kept = self.slowest.iter_mut().find(|bar| bar.origin == origin && bar.attempt == attempt);
        if let Some(bar) = kept {
            bar.retry = Some(until);
        }
    }
}

fn took(bar: &Bar) -> crate::event::Micros {
    bar.took(bar.started)
}

/// The number that each of so many endpoints may keep: at least one.
fn share(most: usize, n_endpoints: usize) -> usize {
    (most * KeptAttempts::ENDPOINTS / n_endpoints.max(1)).clamp(1, most)
}

#[cfg(test)]
mod tests {
    use super::KeptAttempts;
    use crate::event::origin::Origin;
    use crate::event::outcome::{Outcome, PhaseTimes};
    use crate::event::waits::WaitTimes;
    use crate::event::{Attempt, JobId, Offset};
    use crate::model::timeline::{AttemptEnd, Bar};

    fn bar(job: u64, took: u64, outcome: Outcome) -> Bar {
        Bar {
            origin: Origin::HERE,
            attempt: Attempt { job: JobId(job), n: 1 },
            endpoint: 0,
            host: 0,
            slot: 0,
            row: 0,
            target: "GET http://a.example/".into(),
            waited: WaitTimes::NONE,
            started: Offset(job),
            progress: None,
            end: Some(AttemptEnd { at: Offset(job + took), outcome: Some(outcome), spent: PhaseTimes::default() }),
            retry: None,
        }
    }

    fn answer() -> Outcome {
        Outcome::Answered { status: 200, bytes: 0, expected: true }
    }

    #[test]
    fn only_the_slowest_attempts_are_kept() {
        let mut kept = KeptAttempts::default();
        for job in 0..1_000 {
            kept.end(&bar(job, job * 7 % 1_000, answer()), 1);
        }
        kept.end(&bar(1_001, 9_999, Outcome::Cancelled), 1);
        let took: Vec<u64> = kept.slowest().iter().map(|bar| super::took(bar).0).collect();
        assert_eq!(took, [999, 998, 997, 996, 995]);
    }

    #[test]
    fn many_endpoints_keep_fewer_attempts_each() {
        let n_kept = |n_endpoints| {
            let mut kept = KeptAttempts::default();
            for job in 0..100 {
                kept.end(&bar(job, job, answer()), n_endpoints);
                kept.leave_timeline(bar(job, job, answer()), n_endpoints);
            }
            assert_eq!(kept.latest.last().map(|bar| bar.attempt.job), Some(JobId(99)));
            (kept.slowest.len(), kept.latest.len())
        };
        assert_eq!([1, 4_000, 10_000, 1_000_000].map(n_kept), [(5, 3), (5, 3), (2, 1), (1, 1)]);
    }
}
