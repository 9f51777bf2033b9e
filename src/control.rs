//! The wishes a screen may have, and which of them a source can grant.
//!
//! A command is a wish: the source answers with an event once it has come true, and only then does
//! the model change. Start at [`Command`].

use crate::event::Scope;

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
    /// Drain and cancel.
    pub stop: bool,
}

impl Abilities {
    /// Of a run of our own.
    pub const FULL: Self = Self { pause: true, set_limit: true, stop: true };
    /// Of something that can only be looked at.
    pub const NONE: Self = Self { pause: false, set_limit: false, stop: false };
}
