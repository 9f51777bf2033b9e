//! The reader of response bodies, within the job's limits.
//!
//! It reads a body to its end even if the bytes are not kept, so that the connection can be reused. Start at [`read_body`].

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use crate::event::outcome::{Phase, Reason};
use crate::plan::job::Policy;
use crate::source::pool::wire::NoAnswer;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::milestones::Milestones;

/// The number of bytes that are kept of an unexpected response.
///
/// A sample shows fewer, so that a secret at its end is complete here and can be masked.
pub const SAMPLE_BYTES: usize = 4096;

/// A body that has been read.
#[derive(Debug)]
pub struct ReadBody {
    /// The number of bytes read.
    pub bytes: u64,
    /// The kept bytes, from the start of the body.
    pub body: Bytes,
    /// The reason why the body is incomplete, if it is.
    pub broken: Option<NoAnswer>,
}

/// Returns how many bytes of a body are kept.
///
/// That is the whole body if bodies are collected, or else the beginning of an unexpected response.
pub fn max_kept(policy: &Policy, status: u16, keeps_bodies: bool) -> usize {
    match policy.status.contains(status) {
        _ if keeps_bodies => usize::MAX,
        true => 0,
        false => SAMPLE_BYTES,
    }
}

/// Reads the body of a response, until `end` at the latest, and keeps up to `max_kept` bytes.
///
/// `head_at` is the time at which the head arrived.
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
        // The idle time starts at the last chunk, not now: reading a buffered chunk must not extend it.
        let deadline = (at + policy.timeouts.idle).min(end);
        let chunk = match timeout_at(deadline, next()).await {
            Err(_) => break Some(NoAnswer::TimedOut(Phase::Body)),
            Ok(Err(failure)) => break Some(failure.into()),
            Ok(Ok(None)) => break None,
            Ok(Ok(Some(chunk))) => chunk,
        };
        at = Instant::now();
        if at >= end {
            // While chunks are always buffered, the time-out above never fires.
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
