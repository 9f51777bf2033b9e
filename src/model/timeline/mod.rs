//! The timeline of the last attempts, for the waterfall.
//!
//! A ring of the last [`Timeline::KEPT`] attempts in the order of their starts. Older attempts are kept while they
//! are in flight, and for a while after their end. A number is never reused, so it identifies an attempt. Start at
//! [`Timeline::nth`].

pub mod kept;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use crate::event::origin::Origin;
use crate::event::outcome::{Outcome, PhaseTimes};
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, Micros, Offset};
use crate::model::open::AttemptProgress;

/// One attempt, from ready to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The machine that made it.
    pub origin: Origin,
    /// Its identity.
    pub attempt: Attempt,
    /// Index of its endpoint.
    pub endpoint: usize,
    /// Index of its host.
    pub host: usize,
    /// The slot it held.
    pub slot: u32,
    /// The job's row within its endpoint's stream.
    pub row: u64,
    /// Method and masked URL; foreign text.
    pub target: Arc<str>,
    /// The time that it waited before it started, by reason.
    pub waited: WaitTimes,
    /// When it took its slot.
    pub started: Offset,
    /// Its last reported progress.
    pub progress: Option<AttemptProgress>,
    /// How it ended, once it has.
    pub end: Option<AttemptEnd>,
    /// When its job is retried, if it is.
    pub retry: Option<Offset>,
}

/// The end of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptEnd {
    /// When it released its slot.
    pub at: Offset,
    /// Its outcome; `None` if a second start of the same attempt displaced it.
    pub outcome: Option<Outcome>,
    /// The time spent in each phase.
    pub spent: PhaseTimes,
}

impl Bar {
    /// Whether it is in flight.
    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// Whether it is this attempt.
    pub fn is(&self, origin: Origin, attempt: Attempt) -> bool {
        self.attempt == attempt && self.origin == origin
    }

    /// Its end, or now.
    pub fn until(&self, now: Offset) -> Offset {
        self.end.as_ref().map_or(now, |end| end.at).max(self.started)
    }

    /// How long it was in flight, or has been so far.
    pub fn took(&self, now: Offset) -> Micros {
        self.until(now).since(self.started)
    }
}

/// The last attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The last attempts that started. The number of the first one is `first`.
    ring: VecDeque<Bar>,
    first: u64,
    /// Older attempts that were in flight when they left the ring, by number.
    behind: BTreeMap<u64, Bar>,
    /// The older attempts that have ended since, in the order of their ends.
    ended_behind: VecDeque<u64>,
    /// The last attempts that ended. A retry is reported soon after its attempt's end.
    recently_ended: VecDeque<u64>,
    complete_since: Offset,
}

impl Timeline {
    /// Number of attempts kept, in addition to those in flight.
    pub const KEPT: usize = 2_000;
    /// Number of attempts kept that ended after they had left the ring.
    pub const KEPT_BEHIND: usize = 64;
    /// How many recent ends are searched for the attempt of a retry.
    const LOOK_BACK: usize = 64;

    /// The attempt with this number, while it is kept.
    pub fn nth(&self, number: u64) -> Option<&Bar> {
        match number.checked_sub(self.first) {
            Some(at) => self.ring.get(usize::try_from(at).ok()?),
            None => self.behind.get(&number),
        }
    }

    /// The range from the first number that is kept to the next one. Not all numbers in it are kept.
    pub fn span(&self) -> Range<u64> {
        let first = self.behind.keys().next().copied().unwrap_or(self.first);
        first..self.next()
    }

    /// The numbers of the attempts that are kept, in the order of their starts.
    pub fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        self.behind.keys().copied().chain(self.first..self.next())
    }

    /// The attempts that are kept, in the order of their starts.
    pub fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.behind.values().chain(&self.ring)
    }

    /// Number of attempts that are kept.
    pub fn n(&self) -> usize {
        self.behind.len() + self.ring.len()
    }

    /// Number of attempts that have started.
    pub fn n_started(&self) -> u64 {
        self.next()
    }

    /// Since this moment, every attempt that was in flight is kept.
    pub fn complete_since(&self) -> Offset {
        self.complete_since
    }

    /// The number of an attempt, while it is kept.
    pub fn number_of(&self, origin: Origin, attempt: Attempt) -> Option<u64> {
        let is_it = |number: &u64| self.nth(*number).is_some_and(|bar| bar.is(origin, attempt));
        // Recent attempts are looked for most often.
        (self.first..self.next()).rev().chain(self.behind.keys().copied()).find(is_it)
    }

    /// Adds an attempt. Returns its number, and the attempt that is no longer kept, if that has ended.
    pub(super) fn start(&mut self, bar: Bar) -> (u64, Option<Bar>) {
        let mut left = None;
        if self.ring.len() == Self::KEPT
            && let Some(oldest) = self.ring.pop_front()
        {
            match &oldest.end {
                None => drop(self.behind.insert(self.first, oldest)),
                Some(end) => {
                    self.complete_since = self.complete_since.max(end.at);
                    left = Some(oldest);
                }
            }
            self.first += 1;
        }
        self.ring.push_back(bar);
        (self.next() - 1, left)
    }

    /// Records the progress of an attempt.
    pub(super) fn record_progress(&mut self, number: u64, progress: AttemptProgress) {
        if let Some(bar) = self.nth_mut(number) {
            bar.progress = Some(progress);
        }
    }

    /// Records an attempt's end, and returns the attempt if it is kept.
    pub(super) fn end(&mut self, number: u64, end: AttemptEnd) -> Option<&Bar> {
        if number < self.first && self.behind.contains_key(&number) {
            self.ended_behind.push_back(number);
            if self.ended_behind.len() > Self::KEPT_BEHIND
                && let Some(gone) = self.ended_behind.pop_front().and_then(|gone| self.behind.remove(&gone))
            {
                self.complete_since = self.complete_since.max(gone.until(gone.started));
            }
        }
        if self.recently_ended.len() == Self::LOOK_BACK {
            self.recently_ended.pop_front();
        }
        self.recently_ended.push_back(number);
        let bar = self.nth_mut(number)?;
        bar.end = Some(end);
        Some(bar)
    }

    /// Records that the job of an attempt will be retried. Returns the attempt, if it is kept.
    pub(super) fn record_retry(&mut self, origin: Origin, attempt: Attempt, until: Offset) -> Option<&Bar> {
        let is_it = |bar: &Bar| bar.is(origin, attempt);
        let found = self.recently_ended.iter().rev().copied().find(|&number| self.nth(number).is_some_and(is_it));
        let bar = found.and_then(|number| self.nth_mut(number))?;
        bar.retry = Some(until);
        Some(bar)
    }

    /// Records that a source reports attempts only as a level.
    pub(super) fn mark_incomplete(&mut self) {
        self.complete_since = Offset(u64::MAX);
    }

    fn next(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    fn nth_mut(&mut self, number: u64) -> Option<&mut Bar> {
        match number.checked_sub(self.first) {
            Some(at) => self.ring.get_mut(usize::try_from(at).ok()?),
            None => self.behind.get_mut(&number),
        }
    }
}
