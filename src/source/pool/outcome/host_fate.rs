//! What the state of a host changes for a job whose attempt has ended there.
//!
//! Pure. Start at [`consequence_of`].

use crate::event::outcome::{Outcome, Phase};
use crate::source::pool::outage::evidence::JobFate;
use crate::source::pool::outcome::judge;
use crate::source::pool::outcome::next_step::NextStep;
use crate::source::pool::retry;
use crate::source::pool::schedule::pending_job::PendingJob;

/// What happens to the job.
#[derive(Debug)]
pub enum Consequence {
    /// What its own rules say. If it fails, it is held while the host may be down.
    Judged {
        /// What its own rules say.
        next_step: NextStep,
        /// Whether its failure may be the start of an outage.
        is_doubtful: bool,
    },
    /// The job waits for its host.
    GoesBack,
}

/// What the state of its host changes for a job.
pub fn consequence_of(fate: JobFate, ready: &PendingJob, outcome: &Outcome, next_step: NextStep) -> Consequence {
    match fate {
        JobFate::Excused if may_go_back(ready, outcome) => Consequence::GoesBack,
        JobFate::Final if matches!(next_step, NextStep::Retry(..)) => {
            Consequence::Judged { next_step: NextStep::Settle(judge::end_of(outcome)), is_doubtful: false }
        }
        JobFate::Doubtful => Consequence::Judged { next_step, is_doubtful: may_go_back(ready, outcome) },
        JobFate::Own | JobFate::Final | JobFate::Excused => Consequence::Judged { next_step, is_doubtful: false },
    }
}

/// Whether a job waits for its host if that is down, and may be sent again.
fn may_go_back(ready: &PendingJob, outcome: &Outcome) -> bool {
    let is_late = matches!(outcome, Outcome::TimedOut { phase: Phase::Job });
    ready.waits_for_host() && !is_late && retry::may_repeat(outcome, &ready.job.policy.retry, &ready.job.method)
}
