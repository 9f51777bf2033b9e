//! An HTTP/1.1 connection, which the exchange that uses it polls.
//!
//! While it is idle, no task polls it. So it detects a close by the server only at its next use, before anything is
//! sent. Start at [`HttpConnection::send`] and [`HttpConnection::read_head`].

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::either::Either;

use crate::event::outcome::Reason;
use crate::source::pool::wire::direct::handshake::instead_of_http;
use crate::source::pool::wire::failure::{self, Failure};
use crate::source::pool::wire::message::{MAX_FIELDS, MAX_HEAD_BYTES};
use crate::source::pool::wire::upload::RequestBody;

/// An open stream: plain TCP, or anything else.
pub(in crate::source::pool) type HttpStream = Either<TcpStream, Box<dyn ByteStream>>;

/// A stream of bytes in both directions.
pub(in crate::source::pool) trait ByteStream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> ByteStream for S {}

/// The number of bytes that identify another protocol.
const LEFTOVER: usize = 16;

/// A connection.
pub(in crate::source::pool) struct HttpConnection {
    sender: SendRequest<RequestBody>,
    /// `None` once it is closed.
    connection: Option<Connection<TokioIo<HttpStream>, RequestBody>>,
    /// What it received before it closed, and has not parsed: the beginning.
    leftover: Vec<u8>,
}

/// The pending response head, or the request if it was not sent.
pub(in crate::source::pool) type SendResult = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>;

/// The error of a connection that closed before the response head.
#[derive(Debug)]
pub(in crate::source::pool) struct Unanswered {
    /// The reason.
    pub(in crate::source::pool) failure: Failure,
    /// The request, if no byte of it was sent.
    pub(in crate::source::pool) unsent: Option<Request<RequestBody>>,
    /// Whether no byte of a response arrived.
    pub(in crate::source::pool) is_silent: bool,
}

impl HttpConnection {
    /// Opens a connection over a stream.
    ///
    /// It reads what servers really send, as curl does: folded fields, blanks before a colon, many fields. A field
    /// with a control character is left out.
    pub(in crate::source::pool) async fn over(stream: HttpStream) -> Result<Box<Self>, Failure> {
        let handshake = Builder::new()
            .max_headers(MAX_FIELDS)
            .max_header_size(MAX_HEAD_BYTES)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .title_case_headers(true)
            .handshake(TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(|error| closed(&error))?;
        Ok(Box::new(Self { sender, connection: Some(connection), leftover: Vec::new() }))
    }

    /// Sends a request once [`Self::read_head`] polls it. A request is large, so it is moved only once.
    pub(in crate::source::pool) fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> impl Future<Output = SendResult> + use<> {
        self.sender.try_send_request(request)
    }

    /// Waits for the response head.
    pub(in crate::source::pool) async fn read_head(
        &mut self,
        sent: Pin<&mut impl Future<Output = SendResult>>,
    ) -> Result<Response<Incoming>, Unanswered> {
        match self.drive(sent).await {
            Ok(response) => Ok(response),
            Err(mut error) => {
                let unsent = error.take_message();
                self.end();
                let failure = instead_of_http(&self.leftover).unwrap_or_else(|| closed(error.error()));
                Err(Unanswered { failure, unsent, is_silent: self.leftover.is_empty() })
            }
        }
    }

    /// Reads the next chunk of a body.
    pub(in crate::source::pool) async fn read_chunk(&mut self, body: &mut Incoming) -> Result<Option<Bytes>, Failure> {
        // The end of a body with a known length needs no further read.
        while !body.is_end_stream()
            && let Some(frame) = self.drive(body.frame()).await
        {
            let frame = frame.map_err(|error| failure::classify(&error, || Reason::ClosedEarly))?;
            // Other frames are trailers, which are ignored.
            if let Ok(chunk) = frame.into_data() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// Whether the connection can be reused.
    pub(in crate::source::pool) async fn is_ready(&mut self) -> bool {
        if !self.sender.is_ready() {
            poll_fn(|context| {
                self.poll_connection(context);
                Poll::Ready(())
            })
            .await;
        }
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Waits up to `patience` for the server to close an idle connection. Returns whether it can be reused.
    pub(in crate::source::pool) async fn outlasts(&mut self, patience: Duration) -> bool {
        let closed = poll_fn(|context| {
            self.poll_connection(context);
            if self.connection.is_none() { Poll::Ready(()) } else { Poll::Pending }
        });
        timeout(patience, closed).await.is_err() && self.sender.is_ready()
    }

    /// Waits for a step while it polls the connection.
    async fn drive<T>(&mut self, step: impl Future<Output = T>) -> T {
        let mut step = pin!(step);
        poll_fn(|context| {
            if let Poll::Ready(done) = step.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            self.poll_connection(context);
            step.as_mut().poll(context)
        })
        .await
    }

    fn poll_connection(&mut self, context: &mut Context<'_>) {
        // The error is dropped here, because the waiting step returns it.
        if self.connection.as_mut().is_some_and(|connection| Pin::new(connection).poll(context).is_ready()) {
            self.end();
        }
    }

    fn end(&mut self) {
        if let Some(connection) = self.connection.take() {
            let received = connection.into_parts().read_buf;
            self.leftover = received[..received.len().min(LEFTOVER)].to_vec();
        }
    }
}

impl fmt::Debug for HttpConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpConnection").field("is_closed", &self.connection.is_none()).finish_non_exhaustive()
    }
}

fn closed(error: &hyper::Error) -> Failure {
    failure::classify(error, || Reason::BadResponse)
}
