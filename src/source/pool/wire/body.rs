//! Reads an answer's body to its end, piece by piece, within its limits.
//!
//! Read to the end, so that its connection can be used again. Start at [`drain`].

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use crate::event::outcome::{Phase, Reason};
use crate::plan::job::Policy;
use crate::source::pool::outcome::failure_sample;
use crate::source::pool::wire::NoAnswer;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::milestones::Milestones;

/// What a body came to.
#[derive(Debug)]
pub struct Drained {
    /// Bytes read.
    pub bytes: u64,
    /// What was kept of them, from the first one on.
    pub body: Bytes,
    /// Why it is not all of it.
    pub broken: Option<NoAnswer>,
}

/// How much of a body is kept: all of it where somebody collects them, and the beginning of a bad answer's.
pub fn kept(policy: &Policy, status: u16, keeps_bodies: bool) -> usize {
    match policy.status.holds(status) {
        _ if keeps_bodies => usize::MAX,
        true => 0,
        false => failure_sample::KEPT,
    }
}

/// Reads what follows a head that came at `head_at`, before `end`, and keeps so many bytes of it.
pub async fn drain(
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>, Failure>,
    policy: &Policy,
    mark: &Milestones,
    (head_at, end): (Instant, Instant),
    kept: usize,
) -> Drained {
    let mut body = BytesMut::new();
    let (mut bytes, mut at) = (0_u64, head_at);
    let broken = loop {
        mark.received(bytes, at);
        // A piece that is there is later than the last one by its own time alone.
        let deadline = (at + policy.timeouts.idle).min(end);
        let piece = match timeout_at(deadline, next()).await {
            Err(_) => break Some(NoAnswer::TimedOut(Phase::Body)),
            Ok(Err(failure)) => break Some(failure.into()),
            Ok(Ok(None)) => break None,
            Ok(Ok(Some(piece))) => piece,
        };
        at = Instant::now();
        if at >= end {
            // Pieces that are always there leave a time-out no chance.
            break Some(NoAnswer::TimedOut(Phase::Body));
        }
        bytes += piece.len() as u64;
        if bytes > policy.max_body {
            let allowed = policy.max_body;
            break Some(NoAnswer::Failed((Reason::TooLarge, format!("more than {allowed} bytes"))));
        }
        let room = kept - body.len();
        body.extend_from_slice(&piece[..piece.len().min(room)]);
    };
    Drained { bytes, body: body.freeze(), broken }
}
