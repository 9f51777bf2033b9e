//! How many jobs ended in which way.
//!
//! Start at [`Counts`].

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultEnding {
    /// With an expected answer.
    Ok,
    /// Without one.
    Failed,
    /// It was cancelled.
    Cancelled,
}

/// The number of jobs by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Jobs with an expected answer.
    pub ok: u64,
    /// Jobs without an expected answer.
    pub failed: u64,
    /// Cancelled jobs.
    pub cancelled: u64,
}

impl Counts {
    /// The number of jobs that ended so.
    pub fn number_of(&mut self, ending: ResultEnding) -> &mut u64 {
        match ending {
            ResultEnding::Ok => &mut self.ok,
            ResultEnding::Failed => &mut self.failed,
            ResultEnding::Cancelled => &mut self.cancelled,
        }
    }

    /// Jobs in all.
    pub fn settled(self) -> u64 {
        self.ok + self.failed + self.cancelled
    }
}
