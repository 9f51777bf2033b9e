//! Failures, grouped by what a person can do about them.
//!
//! Attempts and jobs are counted apart: a retry makes many a bad attempt good. Memory is bounded by
//! [`Incidents::MOST`] causes. Start at [`Incidents::count`].

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::failure_sample::FailureSample;
use crate::event::outcome::Outcome;
use crate::event::{Attempt, Micros, Offset};

/// All failures of one cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureGroup {
    /// How many jobs.
    pub jobs: u64,
    /// When the first failed.
    pub first: Offset,
    /// When the last failed.
    pub last: Offset,
    /// How many of them have been sent again.
    pub repeated: u64,
    /// How many at each endpoint.
    pub endpoints: BTreeMap<usize, u64>,
    /// The first one, in full.
    pub example: Example,
    /// The attempts that ended so, those included that a retry made good.
    pub attempts: FailedAttempts,
}

impl FailureGroup {
    /// Jobs that have not been sent again.
    pub fn left(&self) -> u64 {
        self.jobs.saturating_sub(self.repeated)
    }
}

/// Attempts that ended badly for one cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedAttempts {
    /// How many.
    pub n: u64,
    /// When the first ended.
    pub first: Offset,
    /// When the last ended.
    pub last: Offset,
    /// The longest was in flight for so long.
    pub longest: Micros,
    /// How many at each endpoint.
    pub endpoints: BTreeMap<usize, u64>,
    /// Some of the first, in full; those with a sampled answer are preferred.
    pub examples: Vec<Example>,
}

impl FailedAttempts {
    /// Examples that are kept.
    const EXAMPLES: usize = 3;

    /// Keeps one more example while there is room, or instead of one that says less.
    fn keep(&mut self, example: Example) {
        if self.examples.len() < Self::EXAMPLES {
            self.examples.push(example);
        } else if example.answer.is_some()
            && let Some(poor) = self.examples.iter_mut().find(|kept| kept.answer.is_none())
        {
            *poor = example;
        }
    }
}

/// One failure in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// Index of its endpoint.
    pub endpoint: usize,
    /// Which attempt, where it is one.
    pub attempt: Option<Attempt>,
    /// When it ended.
    pub at: Offset,
    /// How long it was in flight.
    pub took: Micros,
    /// Method and masked URL.
    pub target: Option<Arc<str>>,
    /// The library's or the system's own words.
    pub detail: Option<Arc<str>>,
    /// The answer, if it was sampled.
    pub answer: Option<Arc<FailureSample>>,
}

impl Example {
    /// An example with what the outcome contains.
    pub(super) fn from_outcome(outcome: &Outcome, target: Option<&Arc<str>>) -> Self {
        let detail = match outcome {
            Outcome::Failed { detail, .. } => detail.clone(),
            Outcome::Answered { .. }
            | Outcome::Redirected { .. }
            | Outcome::Throttled { .. }
            | Outcome::TimedOut { .. }
            | Outcome::Cancelled => None,
        };
        Self { target: target.cloned(), detail, ..Self::default() }
    }
}

/// Failed jobs and attempts by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incidents {
    /// In the order of first sight.
    groups: Vec<(Cause, FailureGroup)>,
    /// Jobs that failed for a cause that found no room.
    jobs_of_other_causes: u64,
}

impl Incidents {
    /// Causes that are kept apart: an upstream that makes up statuses must not fill our memory.
    pub const MOST: usize = 64;

    /// Counts a job that failed.
    pub fn count(&mut self, at: Offset, endpoint: usize, last: &Outcome, target: Option<&Arc<str>>) {
        let Some(cause) = Cause::from_outcome(last) else { return };
        let Some(group) = self.group(cause) else {
            self.jobs_of_other_causes += 1;
            return;
        };
        if group.jobs == 0 {
            (group.first, group.last) = (at, at);
            group.example = Example { endpoint, at, ..Example::from_outcome(last, target) };
        }
        group.jobs += 1;
        group.last = group.last.max(at);
        *group.endpoints.entry(endpoint).or_default() += 1;
    }

    /// Counts an attempt that ended badly, even if a retry saves its job.
    pub(super) fn count_attempt(&mut self, outcome: &Outcome, example: Example) {
        let Example { at, endpoint, took, .. } = example;
        let Some(attempts) =
            Cause::from_outcome(outcome).and_then(|cause| self.group(cause)).map(|group| &mut group.attempts)
        else {
            return;
        };
        if attempts.n == 0 {
            (attempts.first, attempts.last) = (at, at);
        }
        attempts.n += 1;
        attempts.last = attempts.last.max(at);
        attempts.longest = attempts.longest.max(took);
        *attempts.endpoints.entry(endpoint).or_default() += 1;
        attempts.keep(example);
    }

    /// Counts a job that is sent again.
    pub(super) fn repeat(&mut self, cause: Cause) {
        if let Some(group) = self.group(cause) {
            group.repeated += 1;
        }
    }

    /// Every cause that jobs failed for, the largest first, ties by cause.
    pub fn by_size(&self) -> Vec<(Cause, &FailureGroup)> {
        let mut groups: Vec<_> =
            self.groups.iter().filter(|(_, group)| group.jobs > 0).map(|(cause, group)| (*cause, group)).collect();
        groups.sort_by_key(|&(cause, group)| (Reverse(group.jobs), cause));
        groups
    }

    /// How many failed jobs satisfy a condition on their cause.
    pub fn jobs_where(&self, holds: impl Fn(Cause) -> bool) -> u64 {
        self.groups.iter().filter(|(cause, _)| holds(*cause)).map(|(_, group)| group.jobs).sum()
    }

    /// How many causes there are, those included that no job failed for.
    pub fn n(&self) -> usize {
        self.groups.len()
    }

    /// The causes in the order of first sight; a cause keeps its place.
    pub fn nth(&self, n: usize) -> Option<(Cause, &FailureGroup)> {
        self.groups.get(n).map(|(cause, group)| (*cause, group))
    }

    /// Everything of one cause.
    pub fn by_cause(&self, cause: Cause) -> Option<(Cause, &FailureGroup)> {
        self.groups.iter().find(|(known, _)| *known == cause).map(|(cause, group)| (*cause, group))
    }

    /// Jobs that failed for causes beyond [`Incidents::MOST`].
    pub fn jobs_of_other_causes(&self) -> u64 {
        self.jobs_of_other_causes
    }

    fn group(&mut self, cause: Cause) -> Option<&mut FailureGroup> {
        let at = self.groups.iter().position(|(known, _)| *known == cause);
        let at = match at {
            Some(at) => at,
            None if self.groups.len() < Self::MOST => {
                self.groups.push((cause, FailureGroup::default()));
                self.groups.len() - 1
            }
            None => return None,
        };
        self.groups.get_mut(at).map(|(_, group)| group)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Example, Incidents};
    use crate::event::cause::Cause;
    use crate::event::outcome::Outcome;
    use crate::event::{Micros, Offset};

    fn status(status: u16) -> Outcome {
        Outcome::Answered { status, bytes: 0, expected: false }
    }

    #[test]
    fn an_attempt_that_was_made_good_is_no_failed_job() {
        let mut incidents = Incidents::default();
        let target: Arc<str> = "GET https://a.example/1".into();
        let example = |at, endpoint, took| {
            let (at, took) = (Offset(at), Micros(took));
            Example { endpoint, at, took, ..Example::from_outcome(&status(503), Some(&target)) }
        };
        incidents.count_attempt(&status(503), example(1, 0, 5));
        incidents.count_attempt(&status(503), example(2, 3, 9));
        assert_eq!((incidents.by_size().len(), incidents.n()), (0, 1));
        incidents.count(Offset(3), 3, &status(503), None);
        let (cause, group) = incidents.nth(0).unwrap();
        assert_eq!((cause, group.jobs, group.first), (Cause::Status(503), 1, Offset(3)));
        assert_eq!((group.attempts.n, group.attempts.first, group.attempts.longest), (2, Offset(1), Micros(9)));
        assert_eq!(incidents.by_size().len(), 1);
    }

    #[test]
    fn an_upstream_that_makes_up_statuses_fills_no_memory() {
        let mut incidents = Incidents::default();
        for n in 400..600 {
            incidents.count(Offset(0), 0, &status(n), None);
        }
        assert_eq!((incidents.n(), incidents.jobs_of_other_causes()), (Incidents::MOST, 200 - Incidents::MOST as u64));
    }
}
