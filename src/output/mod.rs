//! The outputs of a run: the report, the saved bodies, the summary, the plain lines.
//!
//! Nothing here sends requests or ends a run: an output that fails is reported, and the run continues. Foreign text
//! is sanitized before it reaches a terminal; only saved bodies keep every byte. Start at [`collector`] for results,
//! at [`summary`] and [`plain`] for people, and at [`exit`] for scripts.

pub mod atomic_file;
pub mod bodies;
pub mod check;
pub mod collector;
pub mod comparison;
pub mod destination;
pub mod difference;
pub mod document;
pub mod exit;
pub mod failure_kind;
pub mod fit;
pub mod host_lines;
pub mod open_metrics;
pub mod outlook;
pub mod output_error;
pub mod plain;
mod progress;
pub mod report;
pub mod streams;
pub mod summary;
