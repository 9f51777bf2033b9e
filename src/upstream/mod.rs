//! The practice upstream: a real HTTP/1.1 server on loopback whose paths select its behaviour.
//!
//! `/delay/250ms` waits, `/limit?rps=20` limits the rate, and `/reset` resets the connection. `GET /` lists all
//! behaviours. The upstream has its own counts, which verify those of a client. It runs on its own thread, does
//! not depend on the pool or the screen, and is not meant for production.
//! Start at [`Upstream::start`]. A request passes through `driver`, `serve` and `handlers`, which find its
//! `behaviour` in the `table`.

pub mod behaviour;
pub mod table;
pub mod tally;

mod arguments;
mod connection;
mod driver;
mod gate;
mod handlers;
mod ledger;
mod raw_reply;
mod read;
mod received;
mod record;
mod reply;
mod serve;

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::plan::Practice;
use crate::upstream::handlers::UpstreamState;
use crate::upstream::tally::{Arrival, Tally};

/// The most connections that wait to be accepted. A thousand clients may connect at once.
const BACKLOG: u32 = 4096;

/// The wait before the next accept after a failure, such as a lack of descriptors.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// A running practice upstream. Dropping it stops it.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    /// `None` once the upstream stops.
    requests: Option<UnboundedSender<ThreadRequest>>,
    /// `None` once the thread has ended.
    thread: Option<JoinHandle<Tally>>,
}

impl Upstream {
    /// Starts to serve at an address, or at a free port if its port is 0.
    ///
    /// It accepts any address. Check an address of the user with [`is_loopback`] first, because other machines
    /// must not reach the upstream by accident.
    ///
    /// # Errors
    /// `InvalidInput` if the path of a host rule is not a behaviour; otherwise the system's error.
    pub fn start(practice: &Practice, address: SocketAddr) -> io::Result<Self> {
        let practice = practice.clone();
        let (requests, requested) = unbounded_channel();
        let (started, starting) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("practice-upstream".to_owned())
            .spawn(move || run(&practice, address, &started, requested))?;
        let address = starting.recv().map_err(|_| io::Error::other("the practice upstream failed to start"))??;
        Ok(Self { address, requests: Some(requests), thread: Some(thread) })
    }

    /// Returns the address of the upstream, with its actual port.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the counts. The server's thread takes the snapshot between two tasks, so it is consistent.
    pub fn tally(&self) -> Tally {
        self.request(ThreadRequest::Tally)
    }

    /// Returns the first [`N_ARRIVALS`](tally::N_ARRIVALS) arrivals, in order.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.request(ThreadRequest::Arrivals)
    }

    /// Restarts the counts. Requests in flight remain counted.
    pub fn reset_tally(&self) {
        self.request(ThreadRequest::Reset);
    }

    /// Ends all connections, including hanging ones, and returns the final counts.
    pub fn stop(mut self) -> Tally {
        self.end()
    }

    fn end(&mut self) -> Tally {
        // The server's thread ends when the channel closes.
        self.requests = None;
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }

    /// Sends a request to the server's thread. Returns the default if the thread has ended.
    fn request<T: Default>(&self, request: impl FnOnce(mpsc::Sender<T>) -> ThreadRequest) -> T {
        let (answer, answered) = mpsc::channel();
        if let Some(requests) = &self.requests {
            // If this fails, receiving the reply fails, too.
            let _ = requests.send(request(answer));
        }
        answered.recv().unwrap_or_default()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether only this machine can reach an address.
pub fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// A request to the server's thread, with the channel for its reply.
enum ThreadRequest {
    Tally(mpsc::Sender<Tally>),
    Arrivals(mpsc::Sender<Vec<Arrival>>),
    Reset(mpsc::Sender<()>),
}

/// Runs the server's thread: reports the start, then serves until the channel of requests closes.
fn run(
    practice: &Practice,
    address: SocketAddr,
    started: &mpsc::Sender<io::Result<SocketAddr>>,
    requests: UnboundedReceiver<ThreadRequest>,
) -> Tally {
    let state = UpstreamState::new(practice).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why));
    let runtime = Builder::new_current_thread().enable_io().enable_time().build_local(LocalOptions::default());
    let (state, runtime) = match (state, runtime) {
        (Ok(state), Ok(runtime)) => (Rc::new(state), runtime),
        (Err(error), _) | (_, Err(error)) => {
            // This fails only if the caller no longer waits.
            let _ = started.send(Err(error));
            return Tally::default();
        }
    };
    runtime.block_on(async {
        let listening = listen(address).and_then(|listener| Ok((listener.local_addr()?, listener)));
        match listening {
            Ok((address, listener)) => {
                spawn_local(accept(listener, Rc::clone(&state)));
                let _ = started.send(Ok(address));
                answer_requests(&state, requests).await;
            }
            Err(error) => drop(started.send(Err(error))),
        }
    });
    // This ends all connections, and with them all open requests.
    drop(runtime);
    state.ledger.tally()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Allow the reuse of a fixed port, even if connections of the previous run linger.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, state: Rc<UpstreamState>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            spawn_local(driver::serve_connection(stream, Rc::clone(&state)));
        } else {
            // Usually no descriptor is free until a connection ends. An immediate retry would spin, and giving up
            // would leave all clients waiting.
            state.ledger.accept_failed();
            sleep(ACCEPT_RETRY_DELAY).await;
        }
    }
}

async fn answer_requests(state: &UpstreamState, mut requests: UnboundedReceiver<ThreadRequest>) {
    while let Some(request) = requests.recv().await {
        // This fails only if the caller no longer waits.
        let _ = match request {
            ThreadRequest::Tally(to) => to.send(state.ledger.tally()).is_ok(),
            ThreadRequest::Arrivals(to) => to.send(state.ledger.arrivals()).is_ok(),
            ThreadRequest::Reset(to) => {
                state.ledger.reset();
                to.send(()).is_ok()
            }
        };
    }
}
