//! The attempts in flight.
//!
//! Invariant: [`OpenAttempts`] contains exactly the attempts that have started and whose end has not been reported.
//! [`Model::apply`] is the only writer.
//!
//! [`Model::apply`]: crate::model::Model::apply

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::due_time::DueTime;
use crate::event::failure_sample::FailureSample;
use crate::event::origin::Origin;
use crate::event::outcome::{Phase, PhaseTimes};
use crate::event::{Attempt, JobId, Offset};

/// One attempt in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// When it took its slot.
    pub started: Offset,
    /// When its time-out will end it, if known.
    pub until: Option<Offset>,
    /// When it was due by the rate, if that was before it started.
    pub due: Option<DueTime>,
    /// Index of its endpoint.
    pub endpoint: usize,
    /// Index of its host.
    pub host: usize,
    /// The slot it holds.
    pub slot: u32,
    /// Its last reported progress.
    pub progress: Option<AttemptProgress>,
    /// A sample of its answer, if it is about to fail.
    pub answer: Option<Arc<FailureSample>>,
    /// Method and masked URL; foreign text.
    pub target: Arc<str>,
    /// Its number on the timeline.
    pub number: u64,
    /// Whether the process was stopped meanwhile, so that its service time is unknown.
    pub spans_stop: bool,
}

impl OpenAttempt {
    /// The phases whose length is known: hardly any, if the process was stopped meanwhile.
    pub(super) fn known_phases(&self, spent: PhaseTimes) -> PhaseTimes {
        if self.spans_stop { PhaseTimes { stale: spent.stale, ..PhaseTimes::default() } } else { spent }
    }
}

/// The progress of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptProgress {
    /// The phase that it was in.
    pub phase: Phase,
    /// Body bytes so far.
    pub bytes: u64,
    /// When the last part of the answer arrived.
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
    /// Number of attempts in flight.
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

    /// All attempts, in no particular order.
    pub fn all(&self) -> impl Iterator<Item = &OpenAttempt> {
        self.rows.iter().flatten().map(|(_, flight)| flight)
    }

    /// The `n` oldest attempts, oldest first.
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

    /// Adds an attempt. Returns the attempt that it displaces, which is an anomaly.
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

    /// Records the progress of an attempt. Returns its number on the timeline, or `None` if it has already ended.
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

    /// Records the sampled answer of an attempt. Ignored if the attempt is not in flight.
    pub(super) fn record_answer(&mut self, origin: Origin, attempt: Attempt, answer: &Arc<FailureSample>) {
        if let Some(flight) = self.flight(origin, attempt) {
            flight.answer = Some(Arc::clone(answer));
        }
    }

    /// Removes an attempt.
    pub(super) fn end(&mut self, origin: Origin, attempt: Attempt) -> Option<OpenAttempt> {
        let row = self.by_attempt.remove(&(origin, attempt))?;
        self.free.insert(row);
        self.rows[row].take().map(|(_, flight)| flight)
    }

    /// Marks the attempts of a machine whose process was stopped.
    pub(super) fn mark_stop(&mut self, origin: Origin) {
        for ((by, _), flight) in self.rows.iter_mut().flatten() {
            flight.spans_stop |= *by == origin;
        }
    }

    fn flight(&mut self, origin: Origin, attempt: Attempt) -> Option<&mut OpenAttempt> {
        let row = *self.by_attempt.get(&(origin, attempt))?;
        self.rows[row].as_mut().map(|(_, flight)| flight)
    }
}
