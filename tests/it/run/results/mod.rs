//! What a run writes: results, reports, recordings, and nothing that is secret or acts on a terminal.
//!
//! Start at [`outputs`].

mod bodies;
mod console;
mod documents;
mod failure_samples;
mod foreign;
mod metrics;
mod outputs;
mod recordings;
mod replay;
mod secrets;
mod streams;
mod tables;
