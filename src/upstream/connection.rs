//! One connection, from its first request to its end.
//!
//! hyper speaks HTTP on it until a behaviour wants what HTTP does not allow; then hyper lets go of the socket
//! and `rough` takes over. What the requests get is `serve`'s. Start at [`attend`].

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::upstream::behaviour::Rough;
use crate::upstream::books::Flight;
use crate::upstream::reply::Landing;
use crate::upstream::rough;
use crate::upstream::scene::Stage;
use crate::upstream::serve::serve;

/// What a connection and the requests on it share.
#[derive(Default)]
pub struct Line {
    /// Answers on their way to the socket.
    pub landing: Rc<Landing>,
    rough: Cell<Option<(Rough, Flight)>>,
}

/// Serves a connection until it ends. However that is, it leaves the books in order.
pub async fn attend(stream: TcpStream, stage: Rc<Stage>) {
    let _open = stage.books.open();
    // Small answers must not wait for one another; if it cannot be set, they do.
    let _ = stream.set_nodelay(true);
    let line = Rc::new(Line::default());
    let socket = Socket { io: TokioIo::new(stream), landing: Rc::clone(&line.landing) };
    let service = service_fn(|request| serve(Rc::clone(&stage), Rc::clone(&line), request));
    // No time limit for heads: hyper's would also close connections that are kept alive in silence.
    let mut http = http1::Builder::new().header_read_timeout(None).serve_connection(socket, service);

    let take_over = std::future::poll_fn(|cx| match Pin::new(&mut http).poll(cx) {
        Poll::Ready(_) => Poll::Ready(None),
        // The service has run within this very poll, and hyper has sent what came before.
        Poll::Pending => line.rough.take().map_or(Poll::Pending, |rough| Poll::Ready(Some(rough))),
    });
    if let Some((rough, flight)) = take_over.await {
        let stream = http.into_parts().io.io.into_inner();
        // If the client goes first, the flight has said so.
        let _ = rough::perform(rough, stream, flight).await;
    }
}

impl Line {
    /// Asks for the socket, and never returns: the connection ends instead.
    pub async fn hand_over<T>(&self, rough: Rough, flight: Flight) -> T {
        self.rough.set(Some((rough, flight)));
        std::future::pending().await
    }
}

/// The socket, which knows when everything that was written has been handed to it.
struct Socket {
    io: TokioIo<TcpStream>,
    landing: Rc<Landing>,
}

impl Read for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    /// hyper flushes only when its own buffer is empty.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.landing.landed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }
}
