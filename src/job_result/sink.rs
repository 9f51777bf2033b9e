//! The way of results out of the pool.
//!
//! Start at [`ResultSink`].

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::job_result::JobResult;
use crate::job_result::started_log::StartedLog;

/// Where results go, and what they contain.
#[derive(Clone, Debug)]
pub struct ResultSink {
    /// The channel.
    pub to: mpsc::Sender<JobResult>,
    /// Where jobs are noted before they start.
    pub started: Option<Arc<StartedLog>>,
    /// Whether bodies are kept for it.
    pub needs_bodies: bool,
}

impl From<mpsc::Sender<JobResult>> for ResultSink {
    fn from(to: mpsc::Sender<JobResult>) -> Self {
        Self { to, started: None, needs_bodies: true }
    }
}
