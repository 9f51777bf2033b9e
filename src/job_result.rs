//! What a job brought home: its answer's body beside how it ended.
//!
//! Bodies are no events: they never enter a recording. They travel from the pool to the report on
//! their own way. Start at [`JobResult`].

use std::sync::Arc;

use bytes::Bytes;

use crate::event::outcome::JobEnd;
use crate::event::{JobId, Micros};
use crate::plan::job::Place;

/// One settled job, with its data.
#[derive(Clone, Debug)]
pub struct JobResult {
    /// Where it stands in the plan.
    pub place: Place,
    /// Its number in this run.
    pub job: JobId,
    /// Its endpoint's name; foreign text.
    pub endpoint: Arc<str>,
    /// Method and masked URL; foreign text.
    pub target: Arc<str>,
    /// How it ended.
    pub end: JobEnd,
    /// Tries it took.
    pub tries: u32,
    /// From ready to settled.
    pub total: Micros,
    /// How much of that it waited.
    pub waited: Micros,
    /// The last answer, where there was one.
    pub answer: Option<Answer>,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, where the server sent one; foreign text.
    pub content_type: Option<String>,
    /// The body as received.
    pub body: Bytes,
}
