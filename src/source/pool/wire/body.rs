//! The reader of an answer's body: chunk by chunk, within the job's limits.
//!
//! It reads to the end even what is not kept, so that the connection can be used again. Start at [`read_body`].

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use crate::event::outcome::{Phase, Reason};
use crate::plan::job::Policy;
use crate::source::pool::wire::NoAnswer;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::milestones::Milestones;

/// Bytes kept of an unexpected answer. A sample of it shows fewer, so that no secret is cut in half there and
/// escapes its mask.
pub const SAMPLE_BYTES: usize = 4096;

/// A body that has been read.
#[derive(Debug)]
pub struct ReadBody {
    /// Bytes read.
    pub bytes: u64,
    /// What was kept of them, from the first one on.
    pub body: Bytes,
    /// Why it is incomplete, if it is.
    pub broken: Option<NoAnswer>,
}

/// How many bytes of a body are kept: all if bodies are collected, else the beginning of an unexpected answer.
pub fn max_kept(policy: &Policy, status: u16, keeps_bodies: bool) -> usize {
    match policy.status.contains(status) {
        _ if keeps_bodies => usize::MAX,
        true => 0,
        false => SAMPLE_BYTES,
    }
}

/// Reads the body of an answer whose head came at `head_at`, until `end` at the latest; keeps `max_kept` bytes.
pub async fn read_body(
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>, Failure>,
    policy: &Policy,
    milestones: &Milestones,
    (head_at, end): (Instant, Instant),
    max_kept: usize,
) -> ReadBody {
    let mut body = BytesMut::new();
    let (mut bytes, mut at) = (0_u64, head_at);
    let broken = loop {
        milestones.mark_received(bytes, at);
        // Measured from the last chunk, not from now: reading a chunk that is there must not extend the time.
        let deadline = (at + policy.timeouts.idle).min(end);
        let chunk = match timeout_at(deadline, next()).await {
            Err(_) => break Some(NoAnswer::TimedOut(Phase::Body)),
            Ok(Err(failure)) => break Some(failure.into()),
            Ok(Ok(None)) => break None,
            Ok(Ok(Some(chunk))) => chunk,
        };
        at = Instant::now();
        if at >= end {
            // If the next chunk is always there already, the time-out above never fires.
            break Some(NoAnswer::TimedOut(Phase::Body));
        }
        bytes += chunk.len() as u64;
        if bytes > policy.max_body {
            let allowed = policy.max_body;
            break Some(NoAnswer::Failed((Reason::TooLarge, format!("more than {allowed} bytes"))));
        }
        let room = max_kept - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    };
    ReadBody { bytes, body: body.freeze(), broken }
}
