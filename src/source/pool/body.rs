//! Reads an answer's body to its end, piece by piece, within its limits.
//!
//! Read to the end, so that its connection can be used again. Start at [`drain`].

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use crate::event::outcome::{Phase, Reason};
use crate::plan::job::Policy;
use crate::source::pool::failure::Failure;
use crate::source::pool::milestones::Milestones;
use crate::source::pool::wire::NoAnswer;

/// How many bytes there were, and the bytes where they are kept; or why not all came before `end`.
pub async fn drain(
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>, Failure>,
    policy: &Policy,
    mark: &Milestones,
    end: Instant,
    keeps: bool,
) -> Result<(u64, Bytes), NoAnswer> {
    mark.received(0);
    let mut body = BytesMut::new();
    let mut bytes = 0_u64;
    loop {
        let deadline = (Instant::now() + policy.timeouts.idle).min(end);
        let piece = match timeout_at(deadline, next()).await {
            Err(_) => return Err(NoAnswer::TimedOut(Phase::Body)),
            Ok(Err(failure)) => return Err(failure.into()),
            Ok(Ok(None)) => return Ok((bytes, body.freeze())),
            Ok(Ok(Some(piece))) => piece,
        };
        bytes += piece.len() as u64;
        mark.received(bytes);
        if bytes > policy.max_body {
            let allowed = policy.max_body;
            return Err((Reason::TooLarge, format!("more than {allowed} bytes")).into());
        }
        if keeps {
            body.extend_from_slice(&piece);
        }
    }
}
