//! The streams below HTTP: TCP, TLS, Unix sockets, and what proxies make of them.
//!
//! Start at [`HttpStream`].

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::either::Either;

/// An open stream: plain TCP, or anything else.
pub(in crate::source::pool) type HttpStream = Either<TcpStream, Box<dyn ByteStream>>;

/// A stream of bytes in both directions.
pub(in crate::source::pool) trait ByteStream: AsyncRead + AsyncWrite + Unpin {
    /// Whether bytes or the end of the stream have arrived, which nothing has read yet. Where the system cannot say,
    /// it is not known.
    fn has_input(&self) -> bool;
}

impl ByteStream for TcpStream {
    fn has_input(&self) -> bool {
        is_readable(self)
    }
}

#[cfg(unix)]
impl ByteStream for tokio::net::UnixStream {
    fn has_input(&self) -> bool {
        is_readable(self)
    }
}

impl ByteStream for Box<dyn ByteStream> {
    fn has_input(&self) -> bool {
        (**self).has_input()
    }
}

impl ByteStream for HttpStream {
    fn has_input(&self) -> bool {
        match self {
            Self::Left(stream) => stream.has_input(),
            Self::Right(stream) => stream.has_input(),
        }
    }
}

/// Asks the system itself: the runtime looks for news only between two polls of its tasks.
#[cfg(unix)]
fn is_readable(stream: &impl std::os::fd::AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut [PollFd::new(stream, PollFlags::IN)], Some(&now)).is_ok_and(|n| n > 0)
}

/// Other systems have no such question.
#[cfg(not(unix))]
fn is_readable<S>(_stream: &S) -> bool {
    false
}
