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

/// How many bytes there were after a head that came at `head_at`, and the bytes where they are kept; or why
/// not all came before `end`.
pub async fn drain(
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>, Failure>,
    policy: &Policy,
    mark: &Milestones,
    (head_at, end): (Instant, Instant),
    keeps: bool,
) -> Result<(u64, Bytes), NoAnswer> {
    let mut body = BytesMut::new();
    let (mut bytes, mut at) = (0_u64, head_at);
    loop {
        mark.received(bytes, at);
        // A piece that is there is later than the last one by its own time alone.
        let deadline = (at + policy.timeouts.idle).min(end);
        let piece = match timeout_at(deadline, next()).await {
            Err(_) => return Err(NoAnswer::TimedOut(Phase::Body)),
            Ok(piece) => piece?,
        };
        let Some(piece) = piece else { return Ok((bytes, body.freeze())) };
        at = Instant::now();
        if at >= end {
            // Pieces that are always there leave a time-out no chance.
            return Err(NoAnswer::TimedOut(Phase::Body));
        }
        bytes += piece.len() as u64;
        if bytes > policy.max_body {
            let allowed = policy.max_body;
            return Err((Reason::TooLarge, format!("more than {allowed} bytes")).into());
        }
        if keeps {
            body.extend_from_slice(&piece);
        }
    }
}
