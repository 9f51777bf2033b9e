//! The body of a response, which ends its request in the ledger exactly once.
//!
//! A complete body waits in the connection's [`UnflushedReplies`] until hyper has flushed it. Only then does the
//! request count as answered. If the body is dropped earlier, the request counts as abandoned.
//! Start at [`ReplyBody`].

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::upstream::ledger::{OpenRequest, RequestEnd};

/// The text of filler bodies, in lines.
pub const FILLER: &[u8; 16_384] = &filler();

/// The content of a body.
#[derive(Debug)]
pub enum Content {
    /// These bytes.
    Whole(Bytes),
    /// This many bytes of filler.
    Filler(u64),
    /// Endless filler.
    Endless,
    /// One byte at a time; endless if `left` is `None`.
    Trickle {
        /// The number of remaining bytes.
        left: Option<u64>,
        /// The timer of the next byte.
        ticks: Interval,
    },
}

/// The body of a response, with its request.
#[derive(Debug)]
pub struct ReplyBody {
    content: Content,
    /// Whether the response has no body, because it answers a HEAD request.
    is_head: bool,
    status: StatusCode,
    open_request: Option<OpenRequest>,
    unflushed: Rc<UnflushedReplies>,
}

/// Responses that are written but may not be flushed yet.
#[derive(Debug, Default)]
pub struct UnflushedReplies(RefCell<Vec<(OpenRequest, StatusCode)>>);

impl Content {
    /// Returns a body of one byte now, and one after each interval.
    pub fn trickle(left: Option<u64>, every: Duration) -> Self {
        let mut ticks = interval_at(Instant::now(), every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self::Trickle { left, ticks }
    }

    /// Returns the number of remaining bytes, if known.
    fn left(&self) -> Option<u64> {
        match self {
            Self::Whole(bytes) => Some(bytes.len() as u64),
            Self::Filler(left) => Some(*left),
            Self::Endless => None,
            Self::Trickle { left, .. } => *left,
        }
    }
}

impl ReplyBody {
    /// Returns the body of a response to a request of this method. Without an open request, it is not counted.
    pub fn new(
        content: Content,
        method: &Method,
        status: StatusCode,
        open_request: Option<OpenRequest>,
        unflushed: Rc<UnflushedReplies>,
    ) -> Self {
        // Neither status has a body (RFC 9110, sections 15.3.5 and 15.4.5).
        let has_no_body = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let content = if has_no_body { Content::Whole(Bytes::new()) } else { content };
        Self { content, is_head: method == Method::HEAD, status, open_request, unflushed }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = match &mut self.content {
            Content::Whole(bytes) => std::mem::take(bytes),
            Content::Filler(left) => {
                let chunk = filler_chunk(*left);
                *left -= chunk.len() as u64;
                chunk
            }
            Content::Endless => Bytes::from_static(FILLER),
            Content::Trickle { left: Some(0), .. } => Bytes::new(),
            Content::Trickle { left, ticks } => {
                ready!(ticks.poll_tick(cx));
                *left = left.map(|left| left - 1);
                Bytes::from_static(b".")
            }
        };
        Poll::Ready(if chunk.is_empty() { None } else { Some(Ok(Frame::data(chunk))) })
    }

    fn is_end_stream(&self) -> bool {
        self.content.left() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.content.left().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for ReplyBody {
    fn drop(&mut self) {
        let is_over = self.is_head || self.is_end_stream();
        if let Some(open_request) = self.open_request.take_if(|_| is_over) {
            self.unflushed.0.borrow_mut().push((open_request, self.status));
        }
    }
}

impl UnflushedReplies {
    /// Counts all written responses as answered, because they have been flushed.
    pub fn mark_flushed(&self) {
        for (open_request, status) in self.0.borrow_mut().drain(..) {
            open_request.end(RequestEnd::Answered(status.as_u16()));
        }
    }
}

/// Returns up to `n` bytes of filler, at most one chunk.
pub fn filler_chunk(n: u64) -> Bytes {
    let n = usize::try_from(n).unwrap_or(FILLER.len()).min(FILLER.len());
    Bytes::from_static(&FILLER[..n])
}

const fn filler() -> [u8; 16_384] {
    let mut bytes = [b'.'; 16_384];
    let mut at = 63;
    while at < bytes.len() {
        bytes[at] = b'\n';
        at += 64;
    }
    bytes
}
