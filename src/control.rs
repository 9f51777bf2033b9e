//! The commands of a screen, and the abilities of a source.
//!
//! A command changes nothing by itself. The source carries it out and reports an event; only then does the model
//! change. Start at [`Command`].

use crate::event::cause::Cause;
use crate::event::{EndpointId, HostId, JobId, Micros, Offset, Scope};

/// What the user asks of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start no attempt until resumed; retries wait too.
    Pause,
    /// Start attempts again.
    Resume,
    /// Allow at most `limit` attempts in flight. Running attempts are never killed for it.
    SetLimit {
        /// Whose limit.
        scope: Scope,
        /// At least 1.
        limit: u32,
    },
    /// Turn adaptive limits on or off.
    SetAdaptive(bool),
    /// End this job: its attempt in flight, or its waiting.
    CancelJob(JobId),
    /// End this job's attempt in flight, and try it again when there is nothing else to start.
    PostponeJob(JobId),
    /// Send the jobs again that failed for this cause, each once; a run that is over goes on for it.
    Repeat(Cause),
    /// Start no more jobs of this endpoint; what is in flight may end.
    SkipEndpoint(EndpointId),
    /// Start nothing at this host until it is released; what is in flight may end.
    Quarantine(HostId),
    /// Start attempts at this host again.
    Release(HostId),
    /// Start no attempt any more, and let what is in flight end.
    Drain,
    /// End everything in flight now.
    Cancel,
}

/// What a source can do. A key that needs more is dimmed and shows the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Pause and resume.
    pub pause: bool,
    /// Change limits.
    pub set_limit: bool,
    /// Cancel or postpone one job, skip an endpoint, quarantine a host.
    pub pick: bool,
    /// Send again what failed.
    pub repeat: bool,
    /// Run all of it again.
    pub rerun: bool,
    /// Drain and cancel.
    pub stop: bool,
    /// Go back and forth in time.
    pub travel: bool,
}

impl Abilities {
    /// Of a run of our own.
    pub const FULL: Self =
        Self { pause: true, set_limit: true, pick: true, repeat: true, rerun: true, stop: true, travel: false };
    /// Of something that can only be looked at.
    pub const NONE: Self =
        Self { pause: false, set_limit: false, pick: false, repeat: false, rerun: false, stop: false, travel: false };
    /// Of a recording.
    pub const REPLAY: Self = Self { travel: true, ..Self::NONE };
}

/// What the user asks of a replay, which carries it out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayCommand {
    /// Hold, or go on.
    TogglePause,
    /// A few seconds back.
    Back,
    /// A few seconds on.
    Forward,
    /// To the start.
    Start,
    /// To the end.
    End,
    /// Half as fast.
    Slower,
    /// Twice as fast.
    Faster,
}

/// What the user asks of the lab, which carries it out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabCommand {
    /// Pause all lanes, or resume them.
    Pause,
    /// All lanes start again.
    Restart,
    /// The limit of the lanes that have one.
    Limit(u32),
    /// Another delay, from the start.
    Delay(Micros),
    /// The next mistake.
    Next,
}

/// How a replay is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playback {
    /// Seconds of the recording in one of ours.
    pub speed: f64,
    /// Whether it is on hold.
    pub is_paused: bool,
    /// Whether everything has been played.
    pub is_at_end: bool,
    /// When the recording ends.
    pub end: Offset,
}
