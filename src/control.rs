//! Commands from the screen to a source, and the abilities of a source.
//!
//! A command never changes the model directly: the source executes it and reports an event, which changes the
//! model. Start at [`Command`].

use crate::event::adaptive::AdaptiveMode;
use crate::event::cause::Cause;
use crate::event::{EndpointId, HostId, JobId, Micros, Offset, Scope};

/// A command from the user to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start no attempt until resumed. This includes retries.
    Pause,
    /// Start attempts again.
    Resume,
    /// Mark this moment in the recording.
    Mark,
    /// Allow at most `limit` attempts in flight. Running attempts are not cancelled.
    SetLimit {
        /// What the limit applies to.
        scope: Scope,
        /// At least 1.
        limit: u32,
    },
    /// Set when limits adapt.
    SetAdaptive(AdaptiveMode),
    /// Cancel this job, whether it is in flight or waiting.
    CancelJob(JobId),
    /// Cancel this job's attempt in flight, and try the job again after all others have started.
    PostponeJob(JobId),
    /// Repeat the jobs that failed for this cause, each once. A finished run continues for it.
    Repeat(Cause),
    /// Start no more jobs of this endpoint. Attempts in flight finish.
    SkipEndpoint(EndpointId),
    /// Start nothing at this host until it is released. Attempts in flight finish.
    Quarantine(HostId),
    /// Start attempts at this host again.
    Release(HostId),
    /// Try this host now, if it is down.
    TryHost(HostId),
    /// Start no more attempts, and let those in flight finish.
    Drain,
    /// Cancel everything in flight.
    Cancel,
}

/// What a source can do. A key whose ability is missing is dimmed and shows the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Pause and resume.
    pub pause: bool,
    /// Change limits.
    pub set_limit: bool,
    /// Cancel or postpone one job, skip an endpoint, quarantine a host.
    pub pick: bool,
    /// Repeat failed jobs.
    pub repeat: bool,
    /// Run the whole plan again.
    pub rerun: bool,
    /// Drain and cancel.
    pub stop: bool,
    /// Seek in time.
    pub travel: bool,
    /// Whether it is a program of the user, which sends its requests itself.
    pub is_program: bool,
}

impl Abilities {
    /// The abilities of a live run.
    pub const FULL: Self =
        Self { pause: true, set_limit: true, pick: true, repeat: true, rerun: true, stop: true, ..Self::NONE };
    /// The abilities of a source that can only be watched.
    pub const NONE: Self = Self {
        pause: false,
        set_limit: false,
        pick: false,
        repeat: false,
        rerun: false,
        stop: false,
        travel: false,
        is_program: false,
    };
    /// The abilities of a program that is only watched.
    pub const PROGRAM: Self = Self { is_program: true, ..Self::NONE };
    /// The abilities of a recording.
    pub const REPLAY: Self = Self { travel: true, ..Self::NONE };
}

/// A command from the user to a replay, which is executed immediately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayCommand {
    /// Pause or resume playback.
    TogglePause,
    /// Seek back a few seconds.
    Back,
    /// Seek forward a few seconds.
    Forward,
    /// Seek to the start.
    Start,
    /// Seek to the end.
    End,
    /// Seek to a moment.
    To(Offset),
    /// Seek to a moment, and pause there.
    HoldAt(Offset),
    /// Halve the speed.
    Slower,
    /// Double the speed.
    Faster,
}

/// A command from the user to the lab, which is executed immediately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabCommand {
    /// Pause all lanes, or resume them.
    Pause,
    /// Restart all lanes.
    Restart,
    /// Set the limit of the lanes that have one.
    Limit(u32),
    /// Set the delay, and restart all lanes.
    Delay(Micros),
    /// Show the next scenario.
    Next,
    /// Show the scenario with this number in the list.
    Show(usize),
}

/// The playback state of a replay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playback {
    /// Seconds of the recording that are played per second.
    pub speed: f64,
    /// Whether playback is paused.
    pub is_paused: bool,
    /// Whether everything has been played.
    pub is_at_end: bool,
    /// When the recording ends.
    pub end: Offset,
}

impl Playback {
    /// Whether nothing moves by itself.
    pub fn is_still(&self) -> bool {
        self.is_paused || self.is_at_end
    }
}
