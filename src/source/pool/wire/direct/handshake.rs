//! The TLS handshake, and the protocols that a server may speak instead.
//!
//! It looks at the first bytes from the server, because many a failed handshake is a port that speaks something else.
//! Start at [`handshake`].

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::event::outcome::Reason;
use crate::source::pool::wire::direct::byte_stream::ByteStream;
use crate::source::pool::wire::failure::{self, Failure};
use crate::source::pool::wire::tls::words::ONLY_HTTP_2;

/// The number of bytes that identify another protocol.
const SNIFFED: usize = 8;

/// The advice for a TLS port that receives plain HTTP.
pub const USE_HTTPS: &str = "this port speaks TLS: use https://";

/// What nginx, Go and Apache answer to plain HTTP on a TLS port.
const TLS_PORT_ANSWERS: [&[u8]; 3] = [
    b"plain HTTP request was sent to HTTPS port",
    b"Client sent an HTTP request to an HTTPS server",
    b"speaking plain HTTP to an SSL-enabled server port",
];

/// A stream that remembers the first bytes that it reads.
#[derive(Debug)]
pub struct Sniffed<S> {
    stream: S,
    first: [u8; SNIFFED],
    n_first: usize,
}

/// Performs the handshake of a client over a stream.
pub async fn handshake<S>(
    connector: &TlsConnector,
    name: ServerName<'static>,
    stream: S,
) -> Result<TlsStream<Sniffed<S>>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stream = Sniffed { stream, first: [0; SNIFFED], n_first: 0 };
    connector.connect(name, stream).into_fallible().await.map_err(|(error, stream)| {
        let (reason, words) = failure::classify(&error, || Reason::Tls);
        match &stream.first[..stream.n_first] {
            [] if reason == Reason::ClosedEarly || reason == Reason::Reset => (
                reason,
                "the server closed the connection during the TLS handshake: does this port use TLS?".to_owned(),
            ),
            first => other_protocol(first).map_or((reason, words), |protocol| (Reason::Tls, protocol.to_owned())),
        }
    })
}

/// Names the protocol of a server whose first bytes are not TLS.
fn other_protocol(first: &[u8]) -> Option<&'static str> {
    match first {
        [b'H', b'T', b'T', b'P', b'/', ..] | [b'<', ..] => Some("this port speaks plain HTTP: use http://"),
        [b'S', b'S', b'H', b'-', ..] => Some("this port speaks SSH, not TLS"),
        [b'2', b'2', b'0', b' ' | b'-', ..] => Some("this port speaks a mail or file transfer protocol, not TLS"),
        // A handshake record, or an alert.
        [0x15 | 0x16, 0x03, ..] | [] => None,
        _ if is_http_2(first) => Some("this port speaks plain HTTP/2, which is not supported yet"),
        _ => Some("this port does not speak TLS"),
    }
}

/// Names the protocol of a server whose first bytes are not HTTP/1.
pub fn instead_of_http(first: &[u8]) -> Option<Failure> {
    match first {
        [0x15 | 0x16, 0x03, ..] => Some((Reason::Tls, USE_HTTPS.to_owned())),
        _ if is_http_2(first) => Some((Reason::BadResponse, ONLY_HTTP_2.to_owned())),
        _ => None,
    }
}

/// Whether the bytes begin a `SETTINGS` frame of HTTP/2, which a server sends first.
fn is_http_2(first: &[u8]) -> bool {
    // The length, which is below 64 KiB and of entries of six bytes, and then the type.
    matches!(first, [0, high, low, 4, ..] if (usize::from(*high) << 8 | usize::from(*low)) % 6 == 0)
}

/// Whether a body says that its port speaks TLS.
pub fn demands_tls(status: u16, body: &[u8]) -> bool {
    status == 400 && TLS_PORT_ANSWERS.iter().any(|answer| memchr::memmem::find(body, answer).is_some())
}

impl<S: ByteStream> ByteStream for TlsStream<Sniffed<S>> {
    fn has_input(&self) -> bool {
        self.get_ref().0.stream.has_input()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Sniffed<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if this.n_first < SNIFFED {
            let read = &buffer.filled()[before..];
            let n = read.len().min(SNIFFED - this.n_first);
            this.first[this.n_first..this.n_first + n].copy_from_slice(&read[..n]);
            this.n_first += n;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Sniffed<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
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
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::{instead_of_http, is_http_2, other_protocol};
    use crate::event::outcome::Reason;

    #[test]
    fn other_protocols_are_named() {
        assert_eq!(other_protocol(b"HTTP/1.1"), Some("this port speaks plain HTTP: use http://"));
        assert_eq!(other_protocol(b"<!DOCTYP"), Some("this port speaks plain HTTP: use http://"));
        assert_eq!(other_protocol(b"SSH-2.0-"), Some("this port speaks SSH, not TLS"));
        assert_eq!(other_protocol(&[0x15, 3, 3, 0, 2]), None);
        assert_eq!(other_protocol(b"hello"), Some("this port does not speak TLS"));
        assert_eq!(instead_of_http(&[0x15, 3, 1, 0]).unwrap().0, Reason::Tls);
        assert_eq!(instead_of_http(b"HTTP/1.1"), None);
    }

    #[test]
    fn a_settings_frame_begins_http_2() {
        assert!(is_http_2(&[0, 0, 18, 4, 0, 0, 0, 0]) && is_http_2(&[0, 0, 0, 4, 0]));
        assert!(!is_http_2(b"HTTP/1.1") && !is_http_2(&[0, 0, 5, 4, 0]) && !is_http_2(&[]));
    }
}
