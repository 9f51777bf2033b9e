//! What is watched: a run or a replay, with its clock and what its source can do.
//!
//! Start at [`Watched`].

use crate::control::Abilities;
use crate::plan::Expect;
use crate::pump::Follow;
use crate::source::pool::run_time::RunTime;
use crate::source::replay::position::Position;

/// The run or the replay that is watched.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The plan's expectations; a recording has none.
    pub expect: Expect,
    /// The model that follows it.
    pub follow: &'a Follow,
    /// Its clock.
    pub clock: ViewClock<'a>,
    /// Whether the screen closes as soon as the run is over, because another program waits for the result.
    pub leaves_at_end: bool,
    /// Whether the screen closes as soon as the run is over, because the user asked for it.
    pub exits: bool,
    /// What its source can do.
    pub can: Abilities,
    /// The path of its recording, safe to show.
    pub recording: Option<&'a str>,
}

/// The clock of what is watched.
#[derive(Clone, Copy, Debug)]
pub enum ViewClock<'a> {
    /// A run's own clock.
    Live(&'a RunTime),
    /// A recording's clock.
    Replay(&'a Position),
}
