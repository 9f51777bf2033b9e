//! Event sources: a pool that runs a plan, and a replay of a recording.
//!
//! A source takes commands and emits events. Start at [`pool`] and at [`replay`]; [`slowest`] finds the slow jobs
//! of an earlier run.

pub mod pool;
pub mod replay;
pub mod slowest;
