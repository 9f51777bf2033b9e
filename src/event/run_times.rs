//! The times that a plan sets for a run.

use serde::{Deserialize, Serialize};

use crate::event::{Micros, Offset};

/// The times that a plan sets for a run, after its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimes {
    /// When the last job is drawn, if all jobs are repeated until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Offset>,
    /// The end of the warm-up: attempts that start before it count in no percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm: Option<Offset>,
    /// The time between two starts, if the plan sets a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Micros>,
    /// The time from the start of a round to the next one, if the batch is repeated in rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Micros>,
    /// The number of rounds, if it is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<u32>,
}
