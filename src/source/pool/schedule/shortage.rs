//! A lack of descriptors, ports or memory of this machine, which lowers the run's limit for a while.
//!
//! Pure. It is neither the upstream's fault nor the job's. Start at [`Schedule::observe_machine`].

use crate::event::outcome::{Outcome, Reason};
use crate::event::reasons::ChangedBy;
use crate::event::{Fact, Micros, Offset, Scope};
use crate::source::pool::schedule::Schedule;

/// Failures within this time are one shortage: the limit is reported once.
const BURST: Micros = Micros(50_000);

/// How long a job waits that failed for lack of resources.
const JOB_WAIT: Micros = Micros(100_000);

/// How long the limit stays after it was lowered: at first, and at most.
const PAUSE: (Micros, Micros) = (Micros(1_000_000), Micros(30_000_000));

/// If nothing else happens for this long, resources are not short but missing.
const HOPELESS_AFTER: Micros = Micros(30_000_000);

/// The lack of resources of this machine, and the limit that follows from it.
#[derive(Debug, Default)]
pub struct Shortage {
    /// The limit that applies without it; set while a lower one applies.
    usual: Option<u32>,
    /// The first failure since an attempt had resources.
    since: Option<Offset>,
    /// When the lowered limit is to be reported.
    report_at: Option<Offset>,
    /// When the limit may be raised.
    raise_at: Offset,
    pause: Micros,
}

impl Shortage {
    /// When something is due.
    pub fn due(&self) -> Option<Offset> {
        self.report_at
    }

    /// Forgets the usual limit: the user has set another one.
    pub fn reset(&mut self) {
        (self.usual, self.report_at) = (None, None);
    }

    /// Raises the limit that applies without a shortage. Returns whether there is one.
    pub(super) fn raise_usual(&mut self, limit: u32) -> bool {
        self.usual = self.usual.map(|usual| usual.max(limit));
        self.usual.is_some()
    }

    /// An attempt failed while this many were in flight. Returns the limit from now on, or nothing if resources have
    /// been missing for too long.
    fn fail(&mut self, now: Offset, in_flight: u32, limit: u32) -> Option<u32> {
        let since = *self.since.get_or_insert(now);
        if now.since(since) >= HOPELESS_AFTER {
            return None;
        }
        let lower = in_flight.min(limit).max(1);
        if lower < limit {
            self.usual.get_or_insert(limit);
            if self.report_at.is_none() {
                self.pause = Micros(self.pause.0 * 2).clamp(PAUSE.0, PAUSE.1);
                self.report_at = Some(now + BURST);
            }
        }
        self.raise_at = now + self.pause;
        Some(lower)
    }

    /// An attempt had resources. Returns the limit from now on, if it is raised.
    fn work(&mut self, now: Offset, limit: u32) -> Option<u32> {
        self.since = None;
        let usual = self.usual.filter(|_| now >= self.raise_at && self.report_at.is_none())?;
        let raised = limit.saturating_add((limit / 8).max(1)).min(usual);
        self.raise_at = now + PAUSE.0;
        if raised >= usual {
            self.usual = None;
        }
        Some(raised)
    }
}

impl Schedule {
    /// Learns from the end of an attempt whether this machine lacks resources. Returns until when its job waits, if
    /// that is why it failed.
    pub fn observe_machine(&mut self, outcome: &Outcome) -> Option<Offset> {
        let (now, limit) = (self.now, self.gate.limit());
        match outcome {
            Outcome::Failed { reason: Reason::Local, .. } => {
                let lower = self.shortage.fail(now, self.gate.in_flight(), limit)?;
                self.gate.set_limit(lower);
                Some(now + JOB_WAIT)
            }
            Outcome::Failed { reason: Reason::BadRow | Reason::GivenUp | Reason::Panicked | Reason::Dns, .. }
            | Outcome::Cancelled => None,
            Outcome::Answered { .. }
            | Outcome::Redirected { .. }
            | Outcome::Throttled { .. }
            | Outcome::TimedOut { .. }
            | Outcome::Failed { .. } => {
                if let Some(raised) = self.shortage.work(now, limit) {
                    self.set_machine_limit(raised);
                }
                None
            }
        }
    }

    /// Reports the limit that a shortage has lowered.
    pub(super) fn report_shortage(&mut self) {
        self.shortage.report_at = None;
        self.set_machine_limit(self.gate.limit());
    }

    fn set_machine_limit(&mut self, limit: u32) {
        self.set_limit(limit);
        self.announcements.push_back(Fact::LimitChanged { scope: Scope::Run, limit, by: ChangedBy::Machine });
    }
}

#[cfg(test)]
mod tests {
    use super::Shortage;
    use crate::event::{Micros, Offset};

    #[test]
    fn a_burst_of_failures_lowers_the_limit_to_what_remains_in_flight() {
        let mut shortage = Shortage::default();
        let mut limit = 100;
        for in_flight in (60..100).rev() {
            limit = shortage.fail(Offset(5), in_flight, limit).unwrap();
        }
        assert_eq!((limit, shortage.due()), (60, Some(Offset(50_005))));
    }

    #[test]
    fn the_limit_is_raised_step_by_step_to_the_usual_one() {
        let mut shortage = Shortage::default();
        let mut limit = shortage.fail(Offset(0), 60, 100).unwrap();
        shortage.report_at = None;
        let (mut now, mut raised_at) = (Offset(0), Vec::new());
        while limit < 100 {
            now = now + Micros(100_000);
            if let Some(raised) = shortage.work(now, limit) {
                limit = raised;
                raised_at.push((now.0 / 1_000_000, limit));
            }
        }
        assert_eq!(raised_at, [(1, 67), (2, 75), (3, 84), (4, 94), (5, 100)]);
        assert_eq!(shortage.work(now + Micros(9_000_000), limit), None);
    }

    #[test]
    fn resources_that_never_come_back_are_missing() {
        let mut shortage = Shortage::default();
        assert_eq!(shortage.fail(Offset(0), 0, 10), Some(1));
        assert_eq!(shortage.fail(Offset(29_000_000), 0, 1), Some(1));
        assert_eq!(shortage.fail(Offset(30_000_000), 0, 1), None);
    }
}
