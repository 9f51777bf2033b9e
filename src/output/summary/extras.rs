//! What a summary shows in addition to the run itself.
//!
//! Start at [`Extras`].

use std::path::Path;

use crate::model::expectation::Checked;
use crate::output::collector::Collected;

/// What a run has left for a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOver {
    /// Jobs without a result.
    Unsettled,
    /// So many failed jobs.
    Failed(u64),
}

/// What the summary shows in addition to the run itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras<'a> {
    /// The plan's expectations and their results.
    pub checked: &'a [Checked],
    /// The written report and bodies, if there are any.
    pub collected: Option<&'a Collected>,
    /// The path of the recording of this run.
    pub recording: Option<&'a Path>,
    /// What a later run can do, and the recording from which it goes on.
    pub left_over: Option<(&'a Path, LeftOver)>,
    /// The path of the recording that is replayed instead of a run.
    pub replay_of: Option<&'a Path>,
}
