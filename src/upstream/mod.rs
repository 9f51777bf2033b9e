//! The practice upstream: a real HTTP/1.1 server on loopback that behaves as its paths say.
//!
//! `/delay/250ms` waits, `/limit?rps=20` refuses, `/reset` resets; `GET /` lists them all. It keeps its own
//! truth about what was in flight, as referee of every client that practises on it. It knows nothing of
//! the pool or the screen, runs on a thread of its own beside any runtime, and is no server for real use.
//! Start at [`Upstream::start`]; a request's way is `connection` → `serve` → `scene` → `behaviour`.

pub mod behaviour;
pub mod table;
pub mod tally;

mod asked;
mod books;
mod connection;
mod gate;
mod read;
mod record;
mod reply;
mod rough;
mod scene;
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
use crate::upstream::scene::Stage;
use crate::upstream::tally::{Arrival, Tally};

/// Connections that may wait to be accepted: a thousand clients may start at the same moment.
const BACKLOG: u32 = 4096;

/// How long to leave a machine alone that has no descriptors left.
const BREATHER: Duration = Duration::from_millis(50);

/// A running practice upstream. Dropping it stops it.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    /// Taken when it is to stop.
    questions: Option<UnboundedSender<Question>>,
    /// Taken when it has stopped.
    thread: Option<JoinHandle<Tally>>,
}

impl Upstream {
    /// Starts to serve at an address; with port 0, at a free port.
    ///
    /// Any address will do. Whoever takes one from a person asks [`is_loopback`] first: outsiders should not
    /// be able to practise on this machine by accident.
    ///
    /// # Errors
    /// `InvalidInput` if a host rule stands for no behaviour; otherwise what the system says.
    pub fn start(practice: &Practice, address: SocketAddr) -> io::Result<Self> {
        let practice = practice.clone();
        let (questions, asked) = unbounded_channel();
        let (started, starting) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("practice-upstream".to_owned())
            .spawn(move || run(&practice, address, &started, asked))?;
        let address = starting.recv().map_err(|_| io::Error::other("the practice upstream broke"))??;
        Ok(Self { address, questions: Some(questions), thread: Some(thread) })
    }

    /// Where it serves, with the port that it was given.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What it has seen. Waits for the server's thread to finish its turn, so that the numbers agree.
    pub fn tally(&self) -> Tally {
        self.ask(Question::Tally)
    }

    /// When the first requests arrived, in order: see [`N_ARRIVALS`](tally::N_ARRIVALS).
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.ask(Question::Arrivals)
    }

    /// Starts counting anew. What is in flight stays in flight.
    pub fn reset_tally(&self) {
        self.ask(Question::Reset);
    }

    /// Ends every connection, hanging ones too, and says what it has seen in all.
    pub fn stop(mut self) -> Tally {
        self.end()
    }

    fn end(&mut self) -> Tally {
        // Without anyone to ask questions, the server's thread ends.
        self.questions = None;
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }

    /// A server that is gone has nothing to tell.
    fn ask<T: Default>(&self, question: impl FnOnce(mpsc::Sender<T>) -> Question) -> T {
        let (answer, answered) = mpsc::channel();
        if let Some(questions) = &self.questions {
            // If it is not received, neither is the answer.
            let _ = questions.send(question(answer));
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

/// What the server's thread is asked, and where the answer goes.
enum Question {
    Tally(mpsc::Sender<Tally>),
    Arrivals(mpsc::Sender<Vec<Arrival>>),
    Reset(mpsc::Sender<()>),
}

/// The server's thread: says whether it has started, then serves until nobody is left to ask.
fn run(
    practice: &Practice,
    address: SocketAddr,
    started: &mpsc::Sender<io::Result<SocketAddr>>,
    questions: UnboundedReceiver<Question>,
) -> Tally {
    let stage = Stage::new(practice).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why));
    let runtime = Builder::new_current_thread().enable_io().enable_time().build_local(LocalOptions::default());
    let (stage, runtime) = match (stage, runtime) {
        (Ok(stage), Ok(runtime)) => (Rc::new(stage), runtime),
        (Err(error), _) | (_, Err(error)) => {
            // If nobody waits for it, nobody misses it.
            let _ = started.send(Err(error));
            return Tally::default();
        }
    };
    runtime.block_on(async {
        // Whoever no longer waits to hear of it misses nothing.
        let listening = listen(address).and_then(|listener| Ok((listener.local_addr()?, listener)));
        match listening {
            Ok((address, listener)) => {
                spawn_local(accept(listener, Rc::clone(&stage)));
                let _ = started.send(Ok(address));
                answer(&stage, questions).await;
            }
            Err(error) => drop(started.send(Err(error))),
        }
    });
    // Ends every connection, and with it every flight.
    drop(runtime);
    stage.books.tally()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A fixed port can be used again at once, in spite of connections that linger from last time.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, stage: Rc<Stage>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            spawn_local(connection::attend(stream, Rc::clone(&stage)));
        } else {
            // Mostly a want of descriptors, which passes when connections end. Trying again at once
            // would spin; giving up would leave everyone waiting.
            stage.books.accept_failed();
            sleep(BREATHER).await;
        }
    }
}

async fn answer(stage: &Stage, mut questions: UnboundedReceiver<Question>) {
    while let Some(question) = questions.recv().await {
        // Whoever asked may have gone.
        let _ = match question {
            Question::Tally(to) => to.send(stage.books.tally()).is_ok(),
            Question::Arrivals(to) => to.send(stage.books.arrivals()).is_ok(),
            Question::Reset(to) => {
                stage.books.reset();
                to.send(()).is_ok()
            }
        };
    }
}
