//! What the controller of an outage is given, and what it returns.
//!
//! Start at [`HostEvidence`].

use std::sync::Arc;

use crate::event::outcome::Outcome;
use crate::event::{JobId, Micros, Offset};

/// How long outages may last.
#[derive(Clone, Copy, Debug)]
pub struct OutageBounds {
    /// Of a host that has answered before.
    pub outage: Micros,
    /// Of a host that has never answered.
    pub unreachable: Micros,
}

/// The end of an attempt, as evidence about its host.
#[derive(Clone, Copy, Debug)]
pub struct HostEvidence<'a> {
    /// When it ended.
    pub at: Offset,
    /// When it started.
    pub started: Offset,
    /// The number that `Outage::start` returned.
    pub generation: u32,
    /// Whose attempt.
    pub job: JobId,
    /// How many attempts were in flight at this host, including this one.
    pub in_flight: u32,
    /// How it ended.
    pub outcome: &'a Outcome,
    /// Whether the job waits for a host that is down. If not, its failures are no evidence.
    pub waits: bool,
    /// Whether so many jobs wait that the batch may stand still for them.
    pub is_crowded: bool,
    /// Whether a try of the job failed before while the host was up. Then it may break the connection itself.
    pub has_failed: bool,
    /// Chance, from 0 to 1.
    pub chance: f64,
}

/// What the end of an attempt means for its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobFate {
    /// It counts as the job's own.
    Own,
    /// It may be the start of an outage.
    Doubtful,
    /// The host was down: it is not the job's fault.
    Excused,
    /// The host has been given up: the failure is final.
    Final,
}

/// How the state of a host has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutageStep {
    /// What looked like an outage was none.
    Dismissed,
    /// The host is probably down. It is not reported yet.
    Suspended,
    /// The host is down, or was tried in vain.
    Down {
        /// Whether it was up before.
        is_new: bool,
        /// How it fails.
        why: Arc<str>,
        /// When it is tried next.
        next_try: Offset,
    },
    /// The host answers again.
    Up {
        /// Whether the outage had been reported.
        was_reported: bool,
    },
    /// The host was down for too long.
    GivenUp {
        /// How it failed, and for how long.
        why: Arc<str>,
    },
}
