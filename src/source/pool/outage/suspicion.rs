//! The suspicion that a host is down: attempts that have failed since its last answer.
//!
//! Pure. Start at [`Suspicion::is_confirmed`].

use crate::event::outcome::Outcome;
use crate::event::{JobId, Micros, Offset};
use crate::source::pool::outage::evidence::HostEvidence;
use crate::source::pool::outage::host_sign::HostSign;

/// Answers that arrive this soon after a failure may have been on their way before it.
const ECHO: Micros = Micros(100_000);

/// Fewer broken attempts than this are the attempts' own.
const FEWEST_BROKEN: u32 = 3;

/// So many time-outs in a row, and for so long, without any answer, are more than slow answers.
const FEWEST_SILENT: u32 = 5;
const SILENT_FOR: Micros = Micros(5_000_000);

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
    n_silent: u32,
    /// The first start of an attempt that timed out.
    silent_since: Offset,
    /// Attempts that were in flight at the first of them.
    level: u32,
}

impl Suspicion {
    /// A suspicion that begins with a failure of this job, which is not counted yet, while so many are in flight.
    pub fn new(since: Offset, job: JobId, level: u32) -> Self {
        Self {
            since,
            last: since,
            job,
            is_several: false,
            n_absent: 0,
            n_broken: 0,
            n_silent: 0,
            silent_since: Offset(u64::MAX),
            level,
        }
    }

    /// Counts a failure.
    pub fn add(&mut self, evidence: &HostEvidence<'_>, sign: HostSign) {
        let HostEvidence { at, started, job, .. } = *evidence;
        self.last = at;
        self.is_several |= job != self.job;
        self.n_absent += u32::from(sign == HostSign::Absent);
        self.n_broken += u32::from(sign != HostSign::Silent);
        if matches!(evidence.outcome, Outcome::TimedOut { .. }) {
            self.n_silent += 1;
            self.silent_since = self.silent_since.min(started);
        }
    }

    /// Counts an answer. Returns whether the suspicion is over: the answered attempt is later than all failures.
    pub fn is_refuted(&mut self, started: Offset, at: Offset) -> bool {
        (self.n_absent, self.n_broken, self.n_silent) = (0, 0, 0);
        self.silent_since = Offset(u64::MAX);
        started > self.last || at.since(self.last) >= ECHO
    }

    /// When it began.
    pub fn since(&self) -> Offset {
        self.since
    }

    /// Whether the host is down: it is absent, or everything that was in flight broke, or nothing was answered.
    /// `expected` attempts could be in flight.
    pub fn is_confirmed(&self, false_alarms: u32, expected: u32) -> bool {
        let is_absent = self.n_absent >= 1 << false_alarms.min(4);
        let scale = false_alarms.min(2);
        let is_broken = self.n_broken >= self.level.max(FEWEST_BROKEN).max(expected) << scale;
        let is_silent = self.n_silent >= FEWEST_SILENT << scale && self.last.since(self.silent_since) >= SILENT_FOR;
        is_absent || self.is_several && (is_broken || is_silent)
    }
}
