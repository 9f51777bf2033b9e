//! The body of an answer, and the promise that its request leaves the books exactly once.
//!
//! A body whose end was handed to hyper waits in the connection's [`Landing`] until hyper has handed it to
//! the socket; only then was the request answered. A body that is dropped sooner was abandoned.
//! Start at [`Reply`].

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

use crate::upstream::books::{End, Flight};

/// What bodies without meaning are made of, a line at a time.
pub const FILLER: &[u8; 16_384] = &filler();

/// What a body is made of.
#[derive(Debug)]
pub enum Content {
    /// These bytes.
    Whole(Bytes),
    /// So many bytes of no meaning.
    Filler(u64),
    /// Bytes of no meaning without end.
    Endless,
    /// Bytes one by one; without end where `left` is absent.
    Trickle {
        /// How many are still to come.
        left: Option<u64>,
        /// When.
        ticks: Interval,
    },
}

/// A body, and whose answer it is.
#[derive(Debug)]
pub struct Reply {
    content: Content,
    /// The answer is its head alone.
    is_head: bool,
    status: StatusCode,
    flight: Option<Flight>,
    landing: Rc<Landing>,
}

/// Answers that are written but perhaps not yet handed to the socket.
#[derive(Debug, Default)]
pub struct Landing(RefCell<Vec<(Flight, StatusCode)>>);

impl Content {
    /// One byte now and one more each time that length has passed.
    pub fn trickle(left: Option<u64>, every: Duration) -> Self {
        let mut ticks = interval_at(Instant::now(), every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self::Trickle { left, ticks }
    }

    /// How many bytes are still to come, where that is known.
    fn left(&self) -> Option<u64> {
        match self {
            Self::Whole(bytes) => Some(bytes.len() as u64),
            Self::Filler(left) => Some(*left),
            Self::Endless => None,
            Self::Trickle { left, .. } => *left,
        }
    }
}

impl Reply {
    /// The body of an answer to a request of this method. Without a flight nobody counts it.
    pub fn new(
        content: Content,
        method: &Method,
        status: StatusCode,
        flight: Option<Flight>,
        landing: Rc<Landing>,
    ) -> Self {
        // Neither of these two has a body (RFC 9110, sections 15.3.5 and 15.4.5).
        let bare = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let content = if bare { Content::Whole(Bytes::new()) } else { content };
        Self { content, is_head: method == Method::HEAD, status, flight, landing }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = match &mut self.content {
            Content::Whole(bytes) => std::mem::take(bytes),
            Content::Filler(left) => {
                let chunk = some_filler(*left);
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

impl Drop for Reply {
    fn drop(&mut self) {
        let is_over = self.is_head || self.is_end_stream();
        if let Some(flight) = self.flight.take_if(|_| is_over) {
            self.landing.0.borrow_mut().push((flight, self.status));
        }
    }
}

impl Landing {
    /// Everything that was written has been handed to the socket.
    pub fn landed(&self) {
        for (flight, status) in self.0.borrow_mut().drain(..) {
            flight.ended(End::Answered(status.as_u16()));
        }
    }
}

/// As much filler as fits one chunk.
pub fn some_filler(n: u64) -> Bytes {
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
