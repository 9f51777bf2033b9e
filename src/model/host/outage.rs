//! The outages of a host, and what happens to a host as a whole.
//!
//! Start at [`HostOutage`] and [`HostNotice`].

use std::sync::Arc;

use crate::event::{Micros, Offset};

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

/// The outages of a host that are over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastOutages {
    /// How many there were.
    pub n: u64,
    /// Their length in all.
    pub lasted: Micros,
    /// The longest one.
    pub longest: Micros,
    /// How the host failed in the last one; foreign text.
    pub why: Option<Arc<str>>,
}

impl PastOutages {
    /// Adds an outage that is over.
    pub(in crate::model) fn add(&mut self, outage: &HostOutage, lasted: Micros) {
        self.n += 1;
        self.lasted += lasted;
        self.longest = self.longest.max(lasted);
        self.why = Some(Arc::clone(&outage.why));
    }

    /// Adds the outages of another host.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.lasted += other.lasted;
        self.longest = self.longest.max(other.longest);
        self.why = other.why.clone().or_else(|| self.why.take());
    }
}

/// A host whose jobs fail or failed without being sent, because it did not answer or refused everything for too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUpHost {
    /// Since when.
    pub since: Offset,
    /// How it failed or refused, and which setting bounds that; foreign text.
    pub why: Arc<str>,
    /// Whether it had not answered. Otherwise it refused.
    pub was_down: bool,
}

/// A wait that a server asked for and that is longer than the plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutWait {
    /// The moment that the server named.
    pub until: Offset,
    /// When the jobs of the host fail, before that.
    pub fails_at: Offset,
}

/// What happens to a host as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostNotice {
    /// It does not answer.
    Down,
    /// It answers again.
    Up,
    /// It was down or refused everything for too long, and its waiting jobs fail.
    GivenUp,
    /// Answers with this status count as refusals from now on.
    Refuses(u16),
    /// They no longer do.
    NoLongerRefuses(u16),
    /// Its server asked for a long wait.
    Waits,
    /// Its server asked for a longer wait than the plan allows.
    WaitCut,
}

impl HostNotice {
    /// The notice as a sentence; `why` is foreign text.
    pub fn sentence(self, why: &str) -> String {
        match self {
            Self::Down => format!("down: {why}"),
            Self::Up | Self::Waits | Self::WaitCut => why.to_owned(),
            Self::GivenUp => format!("given up: {why}"),
            Self::Refuses(status) => {
                format!("{status} counts as a refusal here: {why}; `throttled = [429]` turns this off")
            }
            Self::NoLongerRefuses(status) => format!("{status} no longer counts as a refusal here: {why}"),
        }
    }
}

/// Answers with this status count as refusals at a host, although the server does not say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecognizedRefusal {
    /// The status.
    pub status: u16,
    /// The evidence, in one sentence; foreign text.
    pub why: Arc<str>,
}
