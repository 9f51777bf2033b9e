//! One connection that speaks HTTP/1.1, and is driven by whoever waits for something on it.
//!
//! Nobody drives it while it is unused: that its server has closed it shows when it is used next, before
//! anything is sent. Start at [`HttpConnection::send`] and [`HttpConnection::answer`].

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Connection, SendRequest, handshake};
use hyper_util::rt::TokioIo;

use crate::event::outcome::Reason;
use crate::source::pool::wire::direct::dial::Stream;
use crate::source::pool::wire::failure::{self, Failure};
use crate::source::pool::wire::message::Body;

/// One connection.
pub(in crate::source::pool) struct HttpConnection {
    sender: SendRequest<Body>,
    /// Until it is over.
    connection: Option<Connection<TokioIo<Stream>, Body>>,
    /// Not a byte of the next answer had come when it was over.
    was_silent: bool,
}

/// What becomes of a request.
pub(in crate::source::pool) type Sent = Result<Response<Incoming>, TrySendError<Request<Body>>>;

/// No answer came.
#[derive(Debug)]
pub(in crate::source::pool) struct Unanswered {
    /// Why.
    pub(in crate::source::pool) failure: Failure,
    /// The request, if not a byte of it has left.
    pub(in crate::source::pool) unsent: Option<Request<Body>>,
    /// Not a byte of an answer came.
    pub(in crate::source::pool) is_silent: bool,
}

impl HttpConnection {
    /// Speaks over a stream.
    pub(in crate::source::pool) async fn open(stream: Stream) -> Result<Box<Self>, Failure> {
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        Ok(Box::new(Self { sender, connection: Some(connection), was_silent: true }))
    }

    /// Sends a request, once [`Self::answer`] drives it. A request is large, so it goes where it has to at once.
    pub(in crate::source::pool) fn send(&mut self, request: Request<Body>) -> impl Future<Output = Sent> + use<> {
        self.sender.try_send_request(request)
    }

    /// The head of the answer to what was sent.
    pub(in crate::source::pool) async fn answer(
        &mut self,
        sent: Pin<&mut impl Future<Output = Sent>>,
    ) -> Result<Response<Incoming>, Unanswered> {
        match self.drive(sent).await {
            Ok(response) => Ok(response),
            Err(mut error) => {
                let unsent = error.take_message();
                self.end();
                Err(Unanswered { failure: broken(error.error()), unsent, is_silent: self.was_silent })
            }
        }
    }

    /// The next piece of a body.
    pub(in crate::source::pool) async fn piece(&mut self, body: &mut Incoming) -> Result<Option<Bytes>, Failure> {
        // Of a body whose length was told it is known before its end has been looked for.
        while !body.is_end_stream()
            && let Some(frame) = self.drive(body.frame()).await
        {
            let frame = frame.map_err(|error| failure::reason_of(&error, || Reason::ClosedEarly))?;
            // What is no data are trailers, which nobody asks for.
            if let Ok(piece) = frame.into_data() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// Whether it can be used again.
    pub(in crate::source::pool) async fn is_ready(&mut self) -> bool {
        if !self.sender.is_ready() {
            poll_fn(|context| {
                self.turn(context);
                Poll::Ready(())
            })
            .await;
        }
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Waits for a step, and drives the connection meanwhile.
    async fn drive<T>(&mut self, step: impl Future<Output = T>) -> T {
        let mut step = pin!(step);
        poll_fn(|context| {
            if let Poll::Ready(done) = step.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            self.turn(context);
            step.as_mut().poll(context)
        })
        .await
    }

    fn turn(&mut self, context: &mut Context<'_>) {
        // How it ended is told to whoever waits for something on it.
        if self.connection.as_mut().is_some_and(|connection| Pin::new(connection).poll(context).is_ready()) {
            self.end();
        }
    }

    fn end(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.was_silent = connection.into_parts().read_buf.is_empty();
        }
    }
}

impl fmt::Debug for HttpConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("is_over", &self.connection.is_none()).finish_non_exhaustive()
    }
}

fn broken(error: &hyper::Error) -> Failure {
    failure::reason_of(error, || Reason::BadResponse)
}
