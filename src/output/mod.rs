//! What a run leaves behind: the report, the saved bodies, the summary, the plain lines.
//!
//! Nothing here sends or schedules, and nothing here can end a run: an output that fails is a
//! trouble that is told, and the run goes on. Foreign text is inert wherever it may reach a terminal;
//! only saved bodies are to the byte what was answered. Start at [`collector`] for results, at
//! [`summary`] and [`plain`] for people, and at [`exit`] for scripts.

pub mod atomic_file;
pub mod bodies;
pub mod check;
pub mod collector;
pub mod comparison;
pub mod destination;
pub mod exit;
pub mod failure_kind;
pub mod fit;
pub mod outlook;
pub mod output_error;
pub mod plain;
pub mod report;
pub mod streams;
pub mod summary;
