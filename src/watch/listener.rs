//! The socket that probes report to: a thread that accepts, and a thread for each connection.
//!
//! A sender that writes faster than its lines are taken waits in its own write. Start at [`listen`].

use std::io::{self, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;

use crate::control::Command;
use crate::watch::passive::sampler::Sample;

/// The longest line. A sender with a longer one is not heard any more.
const LONGEST_LINE: usize = 1 << 20;
const BUFFER: usize = 1 << 16;
/// Connections at one time.
const MOST_CONNECTIONS: u32 = 1_000;

/// The number of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Connection(pub u32);

/// What arrives.
#[derive(Debug)]
pub enum Incoming {
    /// A process has connected. The stream is for answers.
    Opened(Connection, UnixStream),
    /// Whole lines, each with its end.
    Lines(Connection, Vec<u8>),
    /// A connection was closed.
    Closed(Connection),
    /// What its sockets do.
    Sampled(Sample),
    /// The user has pressed a key.
    Command(Command),
    /// A signal is passed on to the program.
    Signalled,
    /// The program has ended.
    Exited(io::Result<std::process::ExitStatus>),
}

/// Listens until the process ends.
pub fn listen(path: &Path, to: SyncSender<Incoming>) -> io::Result<()> {
    let listener = UnixListener::bind(path)?;
    thread::Builder::new().name("watch-accept".into()).spawn(move || {
        let open = Arc::new(AtomicU32::new(0));
        for (number, stream) in (0..).zip(listener.incoming()) {
            let Ok(stream) = stream else { continue };
            let Ok(writer) = stream.try_clone() else { continue };
            if open.fetch_add(1, Ordering::AcqRel) >= MOST_CONNECTIONS {
                open.fetch_sub(1, Ordering::AcqRel);
                continue;
            }
            let connection = Connection(number);
            if to.send(Incoming::Opened(connection, writer)).is_err() {
                return;
            }
            let (to, open) = (to.clone(), Arc::clone(&open));
            let read = move || {
                read_lines(stream, connection, &to);
                open.fetch_sub(1, Ordering::AcqRel);
                // Sending fails only when the session is over.
                drop(to.send(Incoming::Closed(connection)));
            };
            // Without a thread the sender finds its connection closed.
            drop(thread::Builder::new().name("watch-read".into()).stack_size(BUFFER << 2).spawn(read));
        }
    })?;
    Ok(())
}

/// Sends whole lines on, until the connection ends.
fn read_lines(mut stream: UnixStream, connection: Connection, to: &SyncSender<Incoming>) {
    let mut buffer = vec![0; BUFFER];
    let mut rest: Vec<u8> = Vec::new();
    loop {
        let n = match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let Some(end) = memchr::memrchr(b'\n', &buffer[..n]) else {
            rest.extend_from_slice(&buffer[..n]);
            if rest.len() > LONGEST_LINE {
                return;
            }
            continue;
        };
        let mut lines = std::mem::take(&mut rest);
        lines.extend_from_slice(&buffer[..=end]);
        rest.extend_from_slice(&buffer[end + 1..n]);
        if to.send(Incoming::Lines(connection, lines)).is_err() {
            return;
        }
    }
}
