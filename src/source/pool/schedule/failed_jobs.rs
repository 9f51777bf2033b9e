//! Keeps jobs that failed, so that they can be sent again.
//!
//! Pure. It keeps only the first of them, so that memory does not grow with finished jobs. Start at
//! [`FailedJobs::send_again`].

use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::event::{Fact, JobId};
use crate::plan::job::Job;
use crate::source::pool::schedule::Schedule;

/// The most failed jobs that are kept, and the most bytes of their bodies.
pub const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// Jobs that failed and have not been sent again.
#[derive(Debug, Default)]
pub struct FailedJobs {
    kept: Vec<Failed>,
    bytes: usize,
    /// None is kept.
    is_off: bool,
}

/// A job that failed.
#[derive(Debug)]
pub struct Failed {
    /// The job before any redirect.
    pub job: Box<Job>,
    /// Its number.
    pub id: JobId,
    /// How its last attempt ended.
    pub last: Outcome,
}

impl FailedJobs {
    /// Keeps nothing, for a run that never sends jobs again.
    pub fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// Keeps a job that failed. Returns false if there was no room for it.
    pub fn keep(&mut self, failed: Failed) -> bool {
        if self.is_off {
            return true;
        }
        let bytes = self.bytes + failed.job.body.len_in_memory();
        let has_room = self.kept.len() < MOST && bytes <= MOST_BYTES;
        if has_room {
            self.bytes = bytes;
            self.kept.push(failed);
        }
        has_room
    }

    /// Whether a job failed for this cause that can be sent again.
    pub fn has(&self, cause: Cause, schedule: &Schedule) -> bool {
        self.kept.iter().any(|failed| failed.is_of(cause) && !schedule.is_skipped(failed.job.endpoint))
    }

    /// Takes out the jobs that failed for a cause and schedules each once more, as a further job. Returns the facts
    /// of that.
    pub fn send_again(&mut self, cause: Cause, schedule: &mut Schedule) -> Vec<Fact> {
        let is_wanted = |failed: &mut Failed| failed.is_of(cause) && !schedule.is_skipped(failed.job.endpoint);
        let again: Vec<Failed> = self.kept.extract_if(.., is_wanted).collect();
        self.bytes = self.kept.iter().map(|failed| failed.job.body.len_in_memory()).sum();
        let repeated = again.into_iter().map(|Failed { job, id: of, last: after }| {
            let endpoint = job.endpoint;
            Fact::JobRepeated { job: schedule.repeat(job), of, endpoint, after }
        });
        repeated.collect()
    }
}

impl Failed {
    fn is_of(&self, cause: Cause) -> bool {
        Cause::from_outcome(&self.last) == Some(cause)
    }
}
