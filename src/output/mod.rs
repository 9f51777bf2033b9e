//! What a run leaves behind: the report and the saved bodies.
//!
//! Nothing here sends or schedules, and nothing here can end a run: an output that fails is a
//! trouble that is told, and the run goes on. Foreign text is inert wherever it may reach a terminal;
//! only saved bodies are to the byte what was answered. Start at [`collector`].

pub mod bodies;
pub mod collector;
pub mod entry;
pub mod json;
pub mod kind;
pub mod replace;
pub mod report;
pub mod spool;
pub mod trouble;
