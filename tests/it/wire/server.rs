//! A server that follows a script for each connection, and returns the requests that it received.
//!
//! Start at [`Server::start`].

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a client may take over anything: then the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a server does next on a connection.
#[derive(Clone, Copy, Debug)]
pub enum Do {
    /// Reads a request, body and all.
    Hear,
    /// Reads the beginning of a request.
    Glance,
    /// Says this, as one piece.
    Say(&'static str),
    /// Says these bytes.
    Bytes(&'static [u8]),
    /// Says so many bytes.
    Pour(usize),
    /// Waits as many milliseconds.
    Wait(u64),
    /// Says nothing until the client is gone.
    Hang,
    /// Sends no more, but reads on.
    HalfClose,
    /// Resets the connection. At a script's end it is closed in order.
    Reset,
}

/// A server, and the script of each connection that it expects.
pub struct Server {
    address: SocketAddr,
    serving: JoinHandle<Vec<Heard>>,
}

/// The requests that a server received on a connection.
pub type Heard = Vec<String>;

impl Server {
    /// Serves one connection for each script. More are refused.
    #[track_caller]
    pub fn start(scripts: &'static [&'static [Do]]) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), scripts)
    }

    /// … at this address.
    #[track_caller]
    pub fn start_at(ip: IpAddr, scripts: &'static [&'static [Do]]) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || {
            let mut connections = Vec::new();
            for &script in scripts {
                let (stream, _) = listener.accept().unwrap();
                connections.push(thread::spawn(move || serve(stream, script)));
            }
            drop(listener);
            connections.into_iter().map(|connection| connection.join().unwrap()).collect()
        });
        Self { address, serving }
    }

    /// Where it serves.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether every script has ended.
    pub fn has_ended(&self) -> bool {
        self.serving.is_finished()
    }

    /// The requests on each connection; none for a script that no client has used.
    #[track_caller]
    pub fn end(self) -> Vec<Heard> {
        while !self.serving.is_finished() {
            // A script that waits for a connection gets one that sends nothing.
            drop(TcpStream::connect(self.address));
            thread::yield_now();
        }
        self.serving.join().unwrap()
    }
}

fn serve(mut stream: TcpStream, script: &[Do]) -> Heard {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut heard = Vec::new();
    for step in script {
        match step {
            Do::Hear => match hear(&mut stream) {
                Some(request) => heard.push(request),
                None => return heard,
            },
            Do::Glance => {
                if stream.read(&mut [0; 10]).is_ok_and(|n| n > 0) {
                    heard.push(String::new());
                }
            }
            // A client that has heard enough may be gone.
            Do::Say(text) => drop(stream.write_all(text.as_bytes())),
            Do::Bytes(bytes) => drop(stream.write_all(bytes)),
            Do::Pour(n) => drop(stream.write_all(&vec![b'x'; *n])),
            Do::Wait(ms) => thread::sleep(Duration::from_millis(*ms)),
            Do::Hang => while stream.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {},
            Do::HalfClose => drop(stream.shutdown(std::net::Shutdown::Write)),
            Do::Reset => {
                reset(stream);
                return heard;
            }
        }
    }
    heard
}

/// Closing without lingering sends RST instead of FIN.
fn reset(stream: TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _inside = runtime.enter();
    stream.set_nonblocking(true).unwrap();
    tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap();
}

/// One request, its body included; nothing if the client is gone before.
fn hear(stream: &mut TcpStream) -> Option<String> {
    let mut got = Vec::new();
    let mut piece = [0; 8_192];
    loop {
        if let Some(end) = got.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&got[..end]).into_owned();
            let lower = head.to_ascii_lowercase();
            let announced = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
            if got.len() - end - 4 >= announced.map_or(0, |n| n.parse().unwrap()) {
                return Some(String::from_utf8_lossy(&got).into_owned());
            }
        }
        let n = stream.read(&mut piece).ok().filter(|&n| n > 0)?;
        got.extend_from_slice(&piece[..n]);
    }
}
