//! What is in flight: the attempts that have started and not ended.
//!
//! Invariant: [`OpenAttempts`] holds exactly the attempts whose end has not been reported. [`Model::apply`] is the
//! only writer.
//!
//! [`Model::apply`]: crate::model::Model::apply

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::failure_sample::FailureSample;
use crate::event::outcome::Phase;
use crate::event::{Attempt, JobId, Offset, Origin};

/// One attempt in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// When it took its slot.
    pub started: Offset,
    /// When it will be ended at the latest, where that is known.
    pub until: Option<Offset>,
    /// Index of its endpoint.
    pub endpoint: usize,
    /// Index of its host.
    pub host: usize,
    /// The slot it holds.
    pub slot: u32,
    /// How far it had come when it was last looked at.
    pub progress: Option<AttemptProgress>,
    /// Its answer, if it is about to end badly and was sampled.
    pub answer: Option<Arc<FailureSample>>,
    /// Method and masked URL; foreign text.
    pub target: Arc<str>,
    /// Its number on the timeline.
    pub number: u64,
}

/// How far an attempt had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptProgress {
    /// What it was doing.
    pub phase: Phase,
    /// Body bytes so far.
    pub bytes: u64,
    /// When the last piece of the answer had come.
    pub received: Option<Offset>,
}

/// Everything in flight. Each attempt sits on the lowest row that was free, so that a row of a table
/// is a row and does not move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenAttempts {
    by_attempt: FxHashMap<(Origin, Attempt), usize>,
    rows: Vec<Option<((Origin, Attempt), OpenAttempt)>>,
    free: BTreeSet<usize>,
}

impl OpenAttempts {
    /// How many.
    pub fn n(&self) -> usize {
        self.by_attempt.len()
    }

    /// How many rows there are; as many as were ever in flight at once.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Who sits on a row.
    pub fn in_row(&self, row: usize) -> Option<(Attempt, &OpenAttempt)> {
        self.rows.get(row)?.as_ref().map(|((_, attempt), flight)| (*attempt, flight))
    }

    /// Whether an attempt of a job is in flight.
    pub fn holds(&self, job: JobId) -> bool {
        self.by_attempt.keys().any(|(_, attempt)| attempt.job == job)
    }

    /// Everything, in no order.
    pub fn all(&self) -> impl Iterator<Item = &OpenAttempt> {
        self.rows.iter().flatten().map(|(_, flight)| flight)
    }

    /// The `n` that have been in flight longest, oldest first.
    pub fn oldest(&self, n: usize) -> Vec<(Attempt, &OpenAttempt)> {
        let taken = self.rows.iter().flatten();
        let mut flights: Vec<_> = taken.map(|((_, attempt), flight)| (*attempt, flight)).collect();
        let by_age = |(attempt, flight): &(Attempt, &OpenAttempt)| (flight.started, *attempt);
        if n < flights.len() {
            flights.select_nth_unstable_by_key(n, by_age);
            flights.truncate(n);
        }
        flights.sort_unstable_by_key(by_age);
        flights
    }

    /// Takes an attempt in; gives back the one it displaces, which would be an anomaly.
    pub(super) fn start(&mut self, origin: Origin, attempt: Attempt, flight: OpenAttempt) -> Option<OpenAttempt> {
        let displaced = self.end(origin, attempt);
        let row = self.free.pop_first().unwrap_or(self.rows.len());
        if row == self.rows.len() {
            self.rows.push(None);
        }
        self.rows[row] = Some(((origin, attempt), flight));
        self.by_attempt.insert((origin, attempt), row);
        displaced
    }

    /// Records the progress of an attempt, and returns its number on the timeline; `None` if it has ended already.
    pub(super) fn record_progress(
        &mut self,
        origin: Origin,
        attempt: Attempt,
        progress: AttemptProgress,
    ) -> Option<u64> {
        let flight = self.flight(origin, attempt)?;
        flight.progress = Some(progress);
        Some(flight.number)
    }

    /// Records the sampled answer of an attempt; one that is not in flight is ignored.
    pub(super) fn answer(&mut self, origin: Origin, attempt: Attempt, answer: &Arc<FailureSample>) {
        if let Some(flight) = self.flight(origin, attempt) {
            flight.answer = Some(Arc::clone(answer));
        }
    }

    /// Takes an attempt out.
    pub(super) fn end(&mut self, origin: Origin, attempt: Attempt) -> Option<OpenAttempt> {
        let row = self.by_attempt.remove(&(origin, attempt))?;
        self.free.insert(row);
        self.rows[row].take().map(|(_, flight)| flight)
    }

    fn flight(&mut self, origin: Origin, attempt: Attempt) -> Option<&mut OpenAttempt> {
        let row = *self.by_attempt.get(&(origin, attempt))?;
        self.rows[row].as_mut().map(|(_, flight)| flight)
    }
}
