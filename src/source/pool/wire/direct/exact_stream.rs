//! A stream that sends the head of each request as the job has it.
//!
//! hyper writes the names of header fields in one way, and its URLs are limited. So it writes a head with a path of `/`
//! and the fields that frame the body; this stream replaces the first line by the real one and the job's own fields.
//! It also knows whether the head of a request left, which decides whether the request may be sent again. Start at
//! [`RequestHead`] and [`ExactStream`].

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::source::pool::wire::direct::byte_stream::{ByteStream, HttpStream};

/// The most bytes of a buffer that is kept for the next request.
const MAX_KEPT: usize = 4 << 10;

/// The most pieces that are written at once. hyper's head is the first of them.
const MAX_PIECES: usize = 16;

/// The head of the request that a connection sends.
#[derive(Debug, Default)]
pub(in crate::source::pool) struct RequestHead {
    /// The first line, and the fields that hyper does not write.
    bytes: Vec<u8>,
    n_sent: usize,
    /// The number of bytes of hyper's first line that are still to be left out.
    n_replaced: usize,
    /// Whether to look for a close of the connection first.
    is_careful: bool,
}

/// A stream whose requests have their own heads.
pub(super) struct ExactStream {
    stream: HttpStream,
    head: Rc<RefCell<RequestHead>>,
}

impl RequestHead {
    /// Prepares the next request, whose head `write` writes. hyper's first line has `n_replaced` bytes.
    ///
    /// A careful connection sends nothing if the server has closed it, or has sent something that is no answer.
    pub(super) fn prepare(&mut self, n_replaced: usize, is_careful: bool, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.clear();
        self.bytes.shrink_to(MAX_KEPT);
        write(&mut self.bytes);
        (self.n_sent, self.n_replaced, self.is_careful) = (0, n_replaced, is_careful);
    }

    /// Whether its head did not leave this process as a whole, so that no server can have acted on it.
    pub(super) fn is_unsent(&self) -> bool {
        self.n_sent < self.bytes.len()
    }
}

impl ExactStream {
    /// Returns a stream that sends this head with each request.
    pub(super) fn new(stream: HttpStream, head: Rc<RefCell<RequestHead>>) -> Self {
        Self { stream, head }
    }

    /// Writes the head, and what of hyper's `pieces` fits after it. Returns how many bytes of `pieces` are dealt with.
    fn poll_write_head(&mut self, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut head = self.head.borrow_mut();
        if head.n_sent == 0 && head.is_careful && self.stream.has_input() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        loop {
            let left = &head.bytes[head.n_sent..];
            let mut all = [IoSlice::new(&[]); MAX_PIECES];
            all[0] = IoSlice::new(left);
            let (mut n_pieces, mut skipped) = (1, head.n_replaced);
            for piece in pieces {
                let n = skipped.min(piece.len());
                skipped -= n;
                if n < piece.len() && n_pieces < MAX_PIECES {
                    all[n_pieces] = IoSlice::new(&piece[n..]);
                    n_pieces += 1;
                }
            }
            // hyper writes its head at once, so its first line is whole.
            let n_replaced = head.n_replaced - skipped;
            let n_left = left.len();
            let n = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, &all[..n_pieces]))?;
            if n >= n_left {
                head.n_sent += n_left;
                head.n_replaced = 0;
                return Poll::Ready(Ok(n_replaced + n - n_left));
            }
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            head.n_sent += n;
        }
    }

    fn is_in_head(&self) -> bool {
        self.head.borrow().n_replaced > 0
    }
}

impl AsyncRead for ExactStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for ExactStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_in_head() {
            return self.poll_write_head(context, &[IoSlice::new(bytes)]);
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_in_head() {
            return self.poll_write_head(context, pieces);
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
