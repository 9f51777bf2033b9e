//! Failures, grouped by cause.
//!
//! Failed attempts and failed jobs are counted separately, because a retry may save the job. Memory is bounded by
//! [`Incidents::MOST`] causes. Start at [`Incidents::count`].

pub mod example;
pub mod no_retry;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::event::reasons::NoRetry;
use crate::event::{Micros, Offset};
use crate::model::incidents::example::Example;
use crate::model::incidents::no_retry::NoRetryRules;
use crate::model::timeline::Bar;

/// All failures of one cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureGroup {
    /// Number of failed jobs.
    pub jobs: u64,
    /// When the first job failed.
    pub first: Offset,
    /// When the last job failed.
    pub last: Offset,
    /// Number of these jobs that were never sent.
    pub unsent: u64,
    /// Number of these jobs that were repeated.
    pub repeated: u64,
    /// Number of failed jobs by endpoint index.
    pub endpoints: BTreeMap<usize, u64>,
    /// The first failed job, as an example.
    pub example: Example,
    /// The rules of the plan that made them final.
    pub no_retry: NoRetryRules,
    /// All failed attempts, including those of jobs that a retry saved.
    pub attempts: FailedAttempts,
}

impl FailureGroup {
    /// An example by its number; the first if jobs failed before their first attempt.
    pub fn nth_example(&self, nth: usize) -> &Example {
        self.attempts.examples.get(nth).unwrap_or(&self.example)
    }

    /// Failed jobs that were not repeated.
    pub fn left(&self) -> u64 {
        self.jobs.saturating_sub(self.repeated)
    }
}

/// Failed attempts of one cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedAttempts {
    /// Number of failed attempts.
    pub n: u64,
    /// When the first one ended.
    pub first: Offset,
    /// When the last one ended.
    pub last: Offset,
    /// The longest service time.
    pub longest: Micros,
    /// Number of failed attempts by endpoint index.
    pub endpoints: BTreeMap<usize, u64>,
    /// Some of the first attempts, preferably those with a sampled answer.
    pub examples: Vec<Example>,
}

impl FailedAttempts {
    /// Number of examples kept.
    const EXAMPLES: usize = 3;

    /// Keeps an example while there is space. After that, one with a sampled answer replaces one without.
    fn keep(&mut self, example: Example, bar: Option<&Bar>) {
        let with_bar = |example| Example { bar: bar.cloned(), ..example };
        if self.examples.len() < Self::EXAMPLES {
            self.examples.push(with_bar(example));
        } else if example.answer.is_some()
            && let Some(unsampled) = self.examples.iter_mut().find(|kept| kept.answer.is_none())
        {
            *unsampled = with_bar(example);
        }
    }
}

/// Failed jobs and attempts by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incidents {
    /// In the order of first occurrence.
    groups: Vec<(Cause, FailureGroup)>,
    /// Failed jobs whose cause is not in the full list.
    jobs_of_other_causes: u64,
}

impl Incidents {
    /// Maximum number of causes: an upstream with many different statuses must not fill the memory.
    pub const MOST: usize = 64;

    /// Counts a failed job.
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

    /// Records that the failed job that was counted last was never sent.
    pub(super) fn mark_unsent(&mut self, last: &Outcome) {
        if let Some(group) = Cause::from_outcome(last).and_then(|cause| self.group(cause)) {
            group.unsent += 1;
            group.example.is_unsent |= group.jobs == 1;
        }
    }

    /// Counts a failed attempt, even if a retry saves its job.
    pub(super) fn count_attempt(&mut self, outcome: &Outcome, example: Example, bar: Option<&Bar>) {
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
        attempts.keep(example, bar);
    }

    /// Keeps the rule that makes failures of this cause final.
    pub(super) fn exclude_retry(&mut self, after: &Outcome, why: NoRetry) {
        if let Some(group) = Cause::from_outcome(after).and_then(|cause| self.group(cause)) {
            group.no_retry.add(why);
        }
    }

    /// Counts a repeated job.
    pub(super) fn repeat(&mut self, cause: Cause) {
        if let Some(group) = self.group(cause) {
            group.repeated += 1;
        }
    }

    /// Every cause for which jobs failed, most jobs first; ties are ordered by cause.
    pub fn by_size(&self) -> Vec<(Cause, &FailureGroup)> {
        let mut groups: Vec<_> =
            self.groups.iter().filter(|(_, group)| group.jobs > 0).map(|(cause, group)| (*cause, group)).collect();
        groups.sort_by_key(|&(cause, group)| (Reverse(group.jobs), cause));
        groups
    }

    /// The number of failed jobs whose cause satisfies a condition.
    pub fn jobs_where(&self, holds: impl Fn(Cause) -> bool) -> u64 {
        self.groups.iter().filter(|(cause, _)| holds(*cause)).map(|(_, group)| group.jobs).sum()
    }

    /// Number of causes, including those for which no job failed.
    pub fn n(&self) -> usize {
        self.groups.len()
    }

    /// The cause at a place in the order of first occurrence. The place of a cause never changes.
    pub fn nth(&self, n: usize) -> Option<(Cause, &FailureGroup)> {
        self.groups.get(n).map(|(cause, group)| (*cause, group))
    }

    /// The failures of one cause.
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

    use super::Incidents;
    use crate::event::cause::Cause;
    use crate::event::outcome::Outcome;
    use crate::event::{Micros, Offset};
    use crate::model::incidents::example::Example;

    fn status(status: u16) -> Outcome {
        Outcome::Answered { status, bytes: 0, expected: false }
    }

    #[test]
    fn a_failed_attempt_is_not_yet_a_failed_job() {
        let mut incidents = Incidents::default();
        let target: Arc<str> = "GET https://a.example/1".into();
        let example = |at, endpoint, took| {
            let (at, took) = (Offset(at), Micros(took));
            Example { endpoint, at, took, ..Example::from_outcome(&status(503), Some(&target)) }
        };
        incidents.count_attempt(&status(503), example(1, 0, 5), None);
        incidents.count_attempt(&status(503), example(2, 3, 9), None);
        assert_eq!((incidents.by_size().len(), incidents.n()), (0, 1));
        incidents.count(Offset(3), 3, &status(503), None);
        let (cause, group) = incidents.nth(0).unwrap();
        assert_eq!((cause, group.jobs, group.first), (Cause::Status(503), 1, Offset(3)));
        assert_eq!((group.attempts.n, group.attempts.first, group.attempts.longest), (2, Offset(1), Micros(9)));
        assert_eq!(incidents.by_size().len(), 1);
    }

    #[test]
    fn many_different_statuses_do_not_fill_the_memory() {
        let mut incidents = Incidents::default();
        for n in 400..600 {
            incidents.count(Offset(0), 0, &status(n), None);
        }
        assert_eq!((incidents.n(), incidents.jobs_of_other_causes()), (Incidents::MOST, 200 - Incidents::MOST as u64));
    }
}
