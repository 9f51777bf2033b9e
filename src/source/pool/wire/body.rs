//! The reader of response bodies, within the job's limits.
//!
//! It reads a body to its end even if the bytes are not kept, so that the connection can be reused. Start at [`read_body`].

use bytes::Bytes;

use crate::event::Offset;
use crate::event::outcome::Phase;
use crate::plan::job::Policy;
use crate::source::pool::wire::NoAnswer;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::kept_body::{BodyIntake, KeptBody};
use crate::source::pool::wire::milestones::Milestones;

/// A body that has been read.
#[derive(Debug)]
pub struct ReadBody {
    /// The number of bytes read.
    pub bytes: u64,
    /// What is kept of it.
    pub kept: KeptBody,
    /// The reason why the body is incomplete, if it is.
    pub broken: Option<NoAnswer>,
}

/// Reads the body of a response, until `end` at the latest, and keeps what the run needs.
///
/// `head_at` is the time at which the head arrived.
pub async fn read_body(
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>, Failure>,
    (policy, mut intake): (&Policy, BodyIntake),
    milestones: &Milestones,
    (head_at, end): (Offset, Offset),
) -> ReadBody {
    let (mut bytes, mut at) = (0_u64, head_at);
    let broken = loop {
        milestones.mark_received(bytes, at);
        // The idle time starts at the last chunk, not now: reading a buffered chunk must not extend it.
        let deadline = (at + policy.timeouts.idle.into()).min(end);
        let chunk = match milestones.time.in_time(deadline, next()).await {
            None => break Some(NoAnswer::TimedOut(Phase::Body)),
            Some(Err(failure)) => break Some(failure.into()),
            Some(Ok(None)) => break None,
            Some(Ok(Some(chunk))) => chunk,
        };
        at = milestones.time.now();
        if at >= end {
            // While chunks are always buffered, the time-out above never fires.
            break Some(NoAnswer::TimedOut(Phase::Body));
        }
        bytes += chunk.len() as u64;
        if let Err(failure) = intake.add(&chunk).await {
            break Some(failure.into());
        }
        // The time that a slow disk takes is not the server's.
        at = milestones.time.now();
    };
    match intake.finish(broken.is_none()).await {
        Ok(kept) => ReadBody { bytes, kept, broken },
        Err((kept, failure)) => ReadBody { bytes, kept, broken: broken.or(Some(failure.into())) },
    }
}
