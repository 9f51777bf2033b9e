//! What a run leaves behind: the report, the saved bodies, the summary, the plain lines.
//!
//! Nothing here sends or schedules, and nothing here can end a run: an output that fails is a
//! trouble that is told, and the run goes on. Foreign text is inert wherever it may reach a terminal;
//! only saved bodies are to the byte what was answered. Start at [`collector`] for results, at
//! [`summary`] and [`plain`] for people, and at [`exit`] for scripts.

pub mod bodies;
pub mod check;
pub mod check_json;
pub mod collector;
pub mod comparison;
pub mod entry;
pub mod exit;
pub mod failures;
pub mod fit;
pub mod json;
pub mod kind;
pub mod outlook;
pub mod place;
pub mod plain;
pub mod replace;
pub mod report;
pub mod spool;
pub mod streams;
pub mod summary;
pub mod summary_json;
pub mod trouble;
