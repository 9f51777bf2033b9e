//! `inflight`: a terminal UI live concurrency monitor for HTTP batches.

pub mod app;
pub mod cli;
pub mod config;
pub mod control;
pub mod error;
pub mod event;
pub mod harvest;
pub mod inert;
pub mod journal;
pub mod model;
pub mod output;
pub mod plainly;
pub mod plan;
pub mod pump;
pub mod secret;
pub mod shown;
pub mod source;
pub mod tui;
pub mod units;
pub mod upstream;
