//! The states of a host: up, down, or given up, and the times between tries.
//!
//! Pure. Start at [`HealthState`].

use std::sync::Arc;

use crate::event::outcome::{Outcome, Reason};
use crate::event::{Micros, Offset};

/// The shortest and the longest time between two tries of a host that is down.
pub const INTERVAL: (Micros, Micros) = (Micros(100_000), Micros(5_000_000));

/// The time between two tries, as a share of the time that the host has been down.
const INTERVAL_SHARE: f64 = 0.2;

/// By how much chance shortens an interval at most, so that many clients do not come back together.
const JITTER: f64 = 0.2;

/// Whether a host is up.
#[derive(Debug)]
pub enum HealthState {
    /// It answers, as far as is known.
    Up,
    /// It is tried by single attempts.
    Down(DownState),
    /// Its jobs fail without being sent.
    GivenUp(GivenUpState),
}

/// A host that has failed or refused everything for too long.
#[derive(Debug)]
pub struct GivenUpState {
    /// Why, and by which setting, in one sentence.
    pub why: Arc<str>,
    /// Whether it did not answer. Otherwise it refused.
    pub is_outage: bool,
    /// When a job is sent nevertheless.
    pub next_try: Offset,
}

impl GivenUpState {
    /// How a job of this host fails: as its last attempt did, or for the host's sake if it was never sent. The detail
    /// is what ended it; of a host that refused, also what the last attempt saw.
    pub fn outcome(&self, last: Option<&Outcome>, host: &str) -> Outcome {
        match last {
            None => {
                let why = format!("{host}: {}", self.why);
                Outcome::Failed { reason: Reason::GivenUp, detail: Some(why.into()), expected: None }
            }
            Some(Outcome::Failed { reason, .. }) if self.is_outage => {
                Outcome::Failed { reason: *reason, detail: Some(Arc::clone(&self.why)), expected: None }
            }
            Some(Outcome::Failed { reason, detail, expected }) => {
                let detail = detail.clone().unwrap_or_else(|| reason.to_string().into());
                let detail = format!("{}; the last attempt: {detail}", self.why);
                Outcome::Failed { reason: *reason, detail: Some(detail.into()), expected: expected.clone() }
            }
            Some(last) => last.clone(),
        }
    }
}

/// A host that is down.
#[derive(Debug)]
pub struct DownState {
    /// When that began.
    pub since: Offset,
    /// When it is tried next.
    pub next_try: Offset,
    /// How often it was tried.
    pub n_tries: u32,
    /// Whether the outage has been reported. Without a refused connection, the first try may still contradict it.
    pub is_reported: bool,
    /// How it fails.
    pub why: Arc<str>,
}

/// The time until the next try of a host that has been down for so long.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
pub fn interval(lasted: Micros, chance: f64) -> Micros {
    let (least, most) = (INTERVAL.0.0 as f64, INTERVAL.1.0 as f64);
    let even = (lasted.0 as f64 * INTERVAL_SHARE).clamp(least, most);
    Micros((even * (1.0 - JITTER * chance)) as u64)
}

/// Whether the answer is that of a gateway: the application behind it may never have been up.
pub fn is_of_gateway(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answered { status: 502..=504, .. } | Outcome::Throttled { status: 502..=504, .. })
}
