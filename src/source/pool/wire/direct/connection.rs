//! An HTTP/1.1 connection, which the exchange that uses it polls.
//!
//! While it is idle, no task polls it. So it detects a close by the server only at its next use, before anything is
//! sent. Start at [`HttpConnection::send`] and [`HttpConnection::read_head`].

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use crate::event::outcome::Reason;
use crate::plan::job::Job;
use crate::source::pool::wire::direct::byte_stream::HttpStream;
use crate::source::pool::wire::direct::exact_stream::{ExactStream, RequestHead};
use crate::source::pool::wire::direct::handshake::instead_of_http;
use crate::source::pool::wire::failure::{self, Failure};
use crate::source::pool::wire::message::{MAX_FIELDS, MAX_HEAD_BYTES};
use crate::source::pool::wire::upload::RequestBody;

/// The number of bytes that identify another protocol.
const LEFTOVER: usize = 16;

/// What hyper writes in a first line after the method, because all requests have its default path.
const AFTER_METHOD: &str = " / HTTP/1.1\r\n";

/// A connection.
pub(in crate::source::pool) struct HttpConnection {
    sender: SendRequest<RequestBody>,
    /// `None` once it is closed.
    connection: Option<Connection<TokioIo<ExactStream>, RequestBody>>,
    /// The head of the request that it sends.
    head: Rc<RefCell<RequestHead>>,
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
    /// Whether the head of the request was not sent, or not as a whole.
    pub(in crate::source::pool) is_unsent: bool,
    /// Whether no byte of a response arrived.
    pub(in crate::source::pool) is_silent: bool,
}

impl HttpConnection {
    /// Opens a connection over a stream.
    ///
    /// It reads what servers really send, as curl does: folded fields, blanks before a colon, many fields. A field
    /// with a control character is left out.
    pub(in crate::source::pool) async fn over(stream: HttpStream) -> Result<Box<Self>, Failure> {
        let head = Rc::default();
        let handshake = Builder::new()
            .max_headers(MAX_FIELDS)
            .max_header_size(MAX_HEAD_BYTES)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .title_case_headers(true)
            .handshake(TokioIo::new(ExactStream::new(stream, Rc::clone(&head))));
        let (sender, connection) = handshake.await.map_err(|error| closed(&error))?;
        Ok(Box::new(Self { sender, connection: Some(connection), head, leftover: Vec::new() }))
    }

    /// Prepares the head of the next request, which `write` writes.
    ///
    /// A careful connection looks once more whether the server has closed it, directly before it sends.
    pub(in crate::source::pool) fn prepare(&self, job: &Job, is_careful: bool, write: impl FnOnce(&mut Vec<u8>)) {
        let n_replaced = job.method.as_str().len() + AFTER_METHOD.len();
        self.head.borrow_mut().prepare(n_replaced, is_careful, write);
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
            Err(error) => {
                self.end();
                let failure = instead_of_http(&self.leftover).unwrap_or_else(|| closed(error.error()));
                let is_unsent = self.head.borrow().is_unsent();
                Err(Unanswered { failure, is_unsent, is_silent: self.leftover.is_empty() })
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
