//! The wishes a screen may have, and which of them a source can grant.
//!
//! A command is a wish: the source answers with an event once it has come true, and only then does
//! the model change. Start at [`Command`].

use crate::event::cause::Cause;
use crate::event::{EndpointId, HostId, JobId, Micros, Offset, Scope};

/// A wish to the source.
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
    /// Find each host's limit and pace by itself, or no longer.
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

/// What a source can do; a key without its ability is dimmed and says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Pause and resume.
    pub pause: bool,
    /// Turn limits.
    pub set_limit: bool,
    /// Cancel or postpone one job, skip an endpoint, put a host aside.
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

/// A wish to a replay, which grants it at once: time there is nobody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayCommand {
    /// Stand still, or go on.
    Hold,
    /// A few seconds back.
    Back,
    /// A few seconds on.
    On,
    /// To the start.
    Start,
    /// To the end.
    End,
    /// Half as fast.
    Slower,
    /// Twice as fast.
    Faster,
}

/// A wish to the lab, which grants it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabCommand {
    /// All lanes stand still, or go on.
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
    /// Whether it stands still.
    pub is_held: bool,
    /// Whether everything has been played.
    pub is_at_end: bool,
    /// When the recording ends.
    pub end: Offset,
}
