//! What a summary shows in addition to the run itself.
//!
//! Start at [`Extras`].

use std::path::Path;

use crate::model::expectation::Checked;
use crate::output::collector::Collected;

/// What the summary shows in addition to the run itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras<'a> {
    /// The plan's expectations and their results.
    pub checked: &'a [Checked],
    /// The written report and bodies, if there are any.
    pub collected: Option<&'a Collected>,
    /// The path of the recording of this run.
    pub recording: Option<&'a Path>,
    /// The path of the recording that is replayed instead of a run.
    pub replay_of: Option<&'a Path>,
}
