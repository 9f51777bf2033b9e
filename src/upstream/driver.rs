//! The driver of a connection, from its first request to its end.
//!
//! hyper serves the connection until a behaviour must break HTTP. Then hyper releases the socket, and `raw_reply`
//! writes to it. `serve` decides the response to each request. Start at [`serve_connection`].

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::upstream::connection::ServerConnection;
use crate::upstream::handlers::UpstreamState;
use crate::upstream::raw_reply;
use crate::upstream::serve::serve;

/// Serves a connection until it ends. The ledger counts it in every case.
pub async fn serve_connection(stream: TcpStream, state: Rc<UpstreamState>) {
    let _open = state.ledger.open();
    // Send small responses at once. If this fails, they are only slower.
    let _ = stream.set_nodelay(true);
    let connection = Rc::new(ServerConnection::default());
    let socket = TokioIo::new(Socket { stream, connection: Rc::clone(&connection) });
    let service = service_fn(|request| serve(Rc::clone(&state), Rc::clone(&connection), request));
    // Set no time limit for heads, because hyper's limit would also close idle connections.
    let mut http = http1::Builder::new().header_read_timeout(None).serve_connection(socket, service);

    let take_over = std::future::poll_fn(|cx| match Pin::new(&mut http).poll(cx) {
        Poll::Ready(_) => Poll::Ready(None),
        // The service ran within this poll, and hyper has sent all earlier responses.
        Poll::Pending => connection.take_raw_reply().map_or(Poll::Pending, |raw_reply| Poll::Ready(Some(raw_reply))),
    });
    if let Some((raw_reply, open_request)) = take_over.await {
        let stream = http.into_parts().io.into_inner().stream;
        // If the client disconnects first, the request counts as abandoned.
        let _ = raw_reply::send(raw_reply, stream, open_request).await;
    }
}

/// The socket, which keeps what it receives and marks when everything that was written has been flushed.
struct Socket {
    stream: TcpStream,
    connection: Rc<ServerConnection>,
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let n_before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.connection.received.add(&buf.filled()[n_before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    /// hyper calls this only when its own buffer is empty.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.connection.unflushed.mark_flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}
