//! `inflight`: a terminal UI live concurrency monitor for HTTP batches.

pub mod control;
pub mod event;
pub mod plan;
pub mod secret;
pub mod shown;
pub mod upstream;
