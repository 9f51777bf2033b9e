//! A client that sees more than an HTTP library lets through: bytes, RST and FIN.
//!
//! It blocks, and gives up after ten seconds rather than hang. Start at [`get`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use inflight::plan::Practice;
use inflight::upstream::Upstream;
use inflight::upstream::tally::Tally;

const PATIENCE: Duration = Duration::from_secs(10);

/// A practice upstream on a free port.
#[track_caller]
pub fn upstream(seed: u64, hosts: &[(&str, &str)]) -> Upstream {
    let hosts = hosts.iter().map(|(glob, path)| ((*glob).to_owned(), (*path).to_owned())).collect();
    Upstream::start(&Practice { seed, hosts }, "127.0.0.1:0".parse().unwrap()).unwrap()
}

/// Asks on a connection of its own.
#[track_caller]
pub fn get(upstream: &Upstream, path: &str) -> Answer {
    get_from(upstream, "127.0.0.1", path)
}

/// Asks a host on a connection of its own.
#[track_caller]
pub fn get_from(upstream: &Upstream, host: &str, path: &str) -> Answer {
    let mut line = Line::to(upstream);
    line.ask(host, path);
    line.answer().unwrap()
}

/// Waits until the tally is so; the upstream notices a client's departure a little later.
#[track_caller]
pub fn until(upstream: &Upstream, is_so: impl Fn(&Tally) -> bool) -> Tally {
    let start = Instant::now();
    loop {
        let tally = upstream.tally();
        if is_so(&tally) {
            return tally;
        }
        assert!(start.elapsed() < PATIENCE, "{tally:#?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Lets this process have as many descriptors as it may.
#[cfg(unix)]
pub fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}

/// Elsewhere there is nothing to raise.
#[cfg(not(unix))]
pub fn raise_descriptors() {}

/// One connection.
pub struct Line(BufReader<TcpStream>);

/// An answer, as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub reason: Vec<u8>,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Line {
    #[track_caller]
    pub fn to(upstream: &Upstream) -> Self {
        let stream = TcpStream::connect(upstream.local_addr()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::with_capacity(1 << 16, stream))
    }

    #[track_caller]
    pub fn ask(&mut self, host: &str, path: &str) {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n"));
    }

    #[track_caller]
    pub fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// Reads a head, without a body.
    pub fn head(&mut self) -> io::Result<Answer> {
        let line = self.line()?;
        let mut words = line.splitn(3, |byte| *byte == b' ');
        let version = words.next().unwrap_or_default();
        let status = words.next().and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
        let status = status.filter(|_| version == b"HTTP/1.1").ok_or(io::ErrorKind::InvalidData)?;
        let reason = words.next().unwrap_or_default().to_vec();
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(Answer { status, reason, headers, body: Vec::new() });
            }
            let colon = line.iter().position(|byte| *byte == b':').ok_or(io::ErrorKind::InvalidData)?;
            headers
                .push((String::from_utf8_lossy(&line[..colon]).into_owned(), line[colon + 1..].trim_ascii().to_vec()));
        }
    }

    /// Reads a whole answer, whose body has a length or comes in chunks.
    pub fn answer(&mut self) -> io::Result<Answer> {
        let mut answer = self.head()?;
        if let Some(length) = answer.header("content-length") {
            answer.body = self.bytes(length.parse().map_err(|_| io::ErrorKind::InvalidData)?)?;
            return Ok(answer);
        }
        while let Some(chunk) = self.chunk()? {
            answer.body.extend(chunk);
        }
        Ok(answer)
    }

    /// Reads one chunk; the last one is none.
    pub fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = String::from_utf8_lossy(&self.line()?).into_owned();
        let size = usize::from_str_radix(&size, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        let chunk = self.bytes(size)?;
        self.line()?;
        Ok((size > 0).then_some(chunk))
    }

    pub fn bytes(&mut self, n: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; n];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads until the connection ends: well, or with this error.
    pub fn rest(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut bytes = Vec::new();
        let end = self.0.read_to_end(&mut bytes).map(drop);
        (bytes, end)
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line)?;
        match line.strip_suffix(b"\r\n") {
            Some(line) => Ok(line.to_vec()),
            None if line.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        let header = self.headers.iter().find(|(key, _)| key == name);
        header.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}
