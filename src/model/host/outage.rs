//! An outage of a host, and what happens to a host as a whole.
//!
//! Start at [`HostOutage`].

use std::sync::Arc;

use crate::event::Offset;

/// An outage of a host that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostOutage {
    /// When it began.
    pub since: Offset,
    /// When the host is tried next.
    pub next_try: Offset,
    /// How the host fails; foreign text.
    pub why: Arc<str>,
}

/// What happens to a host as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostNotice {
    /// It does not answer.
    Down,
    /// It answers again.
    Up,
    /// It was down for too long, and its waiting jobs fail.
    GivenUp,
    /// Some of its answers count as refusals from now on.
    Refuses,
    /// They no longer do.
    NoLongerRefuses,
}
