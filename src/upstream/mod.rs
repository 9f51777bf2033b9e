//! The practice upstream: a real HTTP/1.1 server on loopback whose paths select its behaviour.
//!
//! `/delay/250ms` waits, `/limit?rps=20` refuses, `/reset` resets; `GET /` lists them all. It counts by itself
//! what was in flight, so that its counts can verify those of a client. It knows nothing of the pool or the
//! screen, runs on a thread of its own, and is no server for real use.
//! Start at [`Upstream::start`]; a request passes through `driver`, `serve` and `handlers`, which find its `behaviour` in the `table`.

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

/// Connections that may wait to be accepted: a thousand clients may start at the same moment.
const BACKLOG: u32 = 4096;

/// How long to wait before the next attempt to accept when the machine has no descriptors left.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// A running practice upstream. Dropping it stops it.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    /// `None` once it is to stop.
    requests: Option<UnboundedSender<ThreadRequest>>,
    /// `None` once it has stopped.
    thread: Option<JoinHandle<Tally>>,
}

impl Upstream {
    /// Starts to serve at an address; with port 0, at a free port.
    ///
    /// It takes any address. If the user chose it, check it with [`is_loopback`] first: other machines must not
    /// reach the upstream by accident.
    ///
    /// # Errors
    /// `InvalidInput` if a host rule is no behaviour; otherwise the system's error.
    pub fn start(practice: &Practice, address: SocketAddr) -> io::Result<Self> {
        let practice = practice.clone();
        let (requests, requested) = unbounded_channel();
        let (started, starting) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("practice-upstream".to_owned())
            .spawn(move || run(&practice, address, &started, requested))?;
        let address = starting.recv().map_err(|_| io::Error::other("the practice upstream broke"))??;
        Ok(Self { address, requests: Some(requests), thread: Some(thread) })
    }

    /// The address that it serves at, with the port that it was given.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What it has counted. The server's thread takes the snapshot between two tasks, so that the numbers agree.
    pub fn tally(&self) -> Tally {
        self.request(ThreadRequest::Tally)
    }

    /// When the first requests arrived, in order: see [`N_ARRIVALS`](tally::N_ARRIVALS).
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.request(ThreadRequest::Arrivals)
    }

    /// Restarts the counts. What is in flight stays in flight.
    pub fn reset_tally(&self) {
        self.request(ThreadRequest::Reset);
    }

    /// Ends every connection, hanging ones too, and returns the final counts.
    pub fn stop(mut self) -> Tally {
        self.end()
    }

    fn end(&mut self) -> Tally {
        // The server's thread ends when the channel closes.
        self.requests = None;
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }

    /// Asks the server's thread; the default if it has ended.
    fn request<T: Default>(&self, request: impl FnOnce(mpsc::Sender<T>) -> ThreadRequest) -> T {
        let (answer, answered) = mpsc::channel();
        if let Some(requests) = &self.requests {
            // If this fails, so does the read of the answer.
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

/// Whether an address can be reached from this machine alone.
pub fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// A request to the server's thread, and where the answer goes.
enum ThreadRequest {
    Tally(mpsc::Sender<Tally>),
    Arrivals(mpsc::Sender<Vec<Arrival>>),
    Reset(mpsc::Sender<()>),
}

/// The server's thread: reports whether it has started, then serves until the channel of requests closes.
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
            // It fails only if the caller no longer waits for it.
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
    // Ends every connection, and with it every open request.
    drop(runtime);
    state.ledger.tally()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A fixed port can be used again at once, even if connections of the last run linger.
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
            // Usually no descriptor is free until a connection ends. To try again at once would spin; to give up
            // would leave every client waiting.
            state.ledger.accept_failed();
            sleep(ACCEPT_RETRY_DELAY).await;
        }
    }
}

async fn answer_requests(state: &UpstreamState, mut requests: UnboundedReceiver<ThreadRequest>) {
    while let Some(request) = requests.recv().await {
        // It fails only if the caller no longer waits for it.
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
