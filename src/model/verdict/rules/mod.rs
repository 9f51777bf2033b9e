//! The rules, one in each file: what is found, in which sentence, and why.
//!
//! Each is a pure function of the run's figures. Their order is in [`findings`](super::findings).

pub mod change;
pub(super) mod churn;
pub(super) mod convoy;
pub mod experiment;
pub mod failures;
pub mod held_back;
pub(super) mod hosts;
pub(super) mod look_ups;
pub mod outage;
pub(super) mod own_machine;
pub mod pauses;
pub mod phase;
pub mod place;
pub mod queue;
pub mod refusals;
pub(super) mod retries;
pub(super) mod serial;
pub(super) mod stragglers;
pub mod timeouts;
pub mod watched;
pub(super) mod waves;
