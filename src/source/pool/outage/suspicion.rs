//! The suspicion that a host is down: attempts that have failed since its last answer.
//!
//! Pure. Start at [`Suspicion::is_confirmed`].

use crate::event::{JobId, Micros, Offset};

/// Answers that arrive this soon after a failure may have been on their way before it.
const ECHO: Micros = Micros(100_000);

/// Fewer broken attempts than this are the attempts' own.
const FEWEST_BROKEN: u32 = 3;

/// The attempts that have failed since the last answer of a host.
#[derive(Debug)]
pub struct Suspicion {
    since: Offset,
    last: Offset,
    /// The job of the first of them.
    job: JobId,
    /// Whether they belong to more than one job. A single job may break every connection by itself.
    is_several: bool,
    n_absent: u32,
    n_broken: u32,
    /// Attempts that were in flight at the first of them.
    level: u32,
}

impl Suspicion {
    /// A suspicion that begins with a failure of this job, which is not counted yet, while so many are in flight.
    pub fn new(since: Offset, job: JobId, level: u32) -> Self {
        Self { since, last: since, job, is_several: false, n_absent: 0, n_broken: 0, level }
    }

    /// Counts a failure.
    pub fn add(&mut self, at: Offset, job: JobId, is_absent: bool) {
        self.last = at;
        self.is_several |= job != self.job;
        self.n_absent += u32::from(is_absent);
        self.n_broken += 1;
    }

    /// Counts an answer. Returns whether the suspicion is over: the answered attempt is later than all failures.
    pub fn is_refuted(&mut self, started: Offset, at: Offset) -> bool {
        (self.n_absent, self.n_broken) = (0, 0);
        started > self.last || at.since(self.last) >= ECHO
    }

    /// When it began.
    pub fn since(&self) -> Offset {
        self.since
    }

    /// Whether the host is down: it is absent, or everything that was in flight broke.
    pub fn is_confirmed(&self, false_alarms: u32) -> bool {
        let is_absent = self.n_absent >= 1 << false_alarms.min(4);
        let all = self.level.max(FEWEST_BROKEN) << false_alarms.min(2);
        is_absent || self.is_several && self.n_broken >= all
    }
}
