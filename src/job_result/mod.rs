//! The result of a job: how it ended, and the body of its response.
//!
//! A body is never part of an event or a recording. It goes from the pool to the report directly. Start at [`JobResult`].

pub mod sink;
pub mod started_log;

use std::io;
use std::sync::Arc;

use bytes::Bytes;

use crate::body_file::BodyFile;
use crate::event::outcome::JobEnd;
use crate::event::{JobId, Micros};
use crate::plan::job::Place;
use crate::plan::row_values::RowValues;

/// One settled job, with its data.
#[derive(Clone, Debug)]
pub struct JobResult {
    /// Its place in the plan.
    pub place: Place,
    /// Its number in this run.
    pub job: JobId,
    /// Its endpoint's name; foreign text.
    pub endpoint: Arc<str>,
    /// Method and masked URL as the plan asks for; foreign text.
    pub target: Arc<str>,
    /// Those of the last request, if the job followed a redirect; foreign text.
    pub final_target: Option<Arc<str>>,
    /// The values of its row, secrets masked, if it has any.
    pub row_values: Option<Arc<RowValues>>,
    /// Its page among those of its row, from 1, if its row has pages.
    pub page: Option<u32>,
    /// How long after the run its first attempt started, if one did, by a clock that never stops.
    pub started: Option<Micros>,
    /// How it ended.
    pub end: JobEnd,
    /// The number of attempts.
    pub tries: u32,
    /// From ready to settled.
    pub total: Micros,
    /// The part of `total` that it waited.
    pub waited: Micros,
    /// From when it was due to settled, without pauses, if the run has a rate.
    pub since_due: Option<Micros>,
    /// The last response, if there was one.
    pub answer: Option<Answer>,
}

/// A whole response.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, if the server sent one; foreign text.
    pub content_type: Option<String>,
    /// The number of body bytes received.
    pub bytes: u64,
    /// The body, or its start if the whole of it is in the file. It is decoded.
    pub body: Bytes,
    /// The whole body if it was too large for memory.
    pub file: Option<Arc<io::Result<BodyFile>>>,
    /// Whether the body is still encoded, because it was not decoded.
    pub is_encoded: bool,
}
