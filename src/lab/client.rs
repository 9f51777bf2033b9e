//! One small HTTP client, in two ways of waiting: the thread waits, or only the task does.
//!
//! Both send the same bytes and read the answer with the same code, so that a comparison compares the
//! waiting and nothing else. It speaks to the practice upstream, not to the world: no TLS, no redirects,
//! only answers that say how long they are. Start at [`get`] and [`get_blocking`].

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Longer than anything the lab waits for.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest answer, head included.
const MOST: usize = 8 << 20;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// How long it asks us to wait, where it does so in seconds.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// Asks for a path; only the task waits.
pub async fn get(address: SocketAddr, host: &str, path: &str) -> io::Result<Answer> {
    Line::open(address).await?.get(host, path).await
}

/// Asks for a path; the whole thread waits.
pub fn get_blocking(address: SocketAddr, host: &str, path: &str) -> io::Result<Answer> {
    BlockingLine::open(address)?.get(host, path)
}

/// A connection that is used for one request after the other.
#[derive(Debug)]
pub struct Line(tokio::net::TcpStream);

impl Line {
    /// Connects.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Asks for a path, and gives the thread away while it waits.
    pub async fn get(&mut self, host: &str, path: &str) -> io::Result<Answer> {
        self.0.write_all(request(host, path).as_bytes()).await?;
        let mut reading = Reading::default();
        let mut piece = vec![0; 16 << 10];
        loop {
            let n = self.0.read(&mut piece).await?;
            if let Some(answer) = reading.take_in(&piece[..n])? {
                return Ok(answer);
            }
        }
    }
}

/// The same, for those who keep the thread.
#[derive(Debug)]
pub struct BlockingLine(std::net::TcpStream);

impl BlockingLine {
    /// Connects.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(stream))
    }

    /// Asks for a path, and holds the thread while it waits.
    pub fn get(&mut self, host: &str, path: &str) -> io::Result<Answer> {
        self.0.write_all(request(host, path).as_bytes())?;
        let mut reading = Reading::default();
        let mut piece = vec![0; 16 << 10];
        loop {
            let n = self.0.read(&mut piece)?;
            if let Some(answer) = reading.take_in(&piece[..n])? {
                return Ok(answer);
            }
        }
    }
}

fn request(host: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: */*\r\n\r\n")
}

/// An answer of which a part has come.
#[derive(Debug, Default)]
struct Reading {
    bytes: Vec<u8>,
    head: Option<Head>,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    status: u16,
    retry_after: Option<Duration>,
    /// Where the body begins.
    body: usize,
    /// Where it ends.
    end: usize,
}

impl Reading {
    /// Takes in what has come; nothing at all means that nothing more will.
    fn take_in(&mut self, piece: &[u8]) -> io::Result<Option<Answer>> {
        if piece.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.bytes.extend_from_slice(piece);
        if self.head.is_none() {
            self.head = head(&self.bytes)?;
        }
        match self.head {
            Some(Head { status, retry_after, body, end }) if self.bytes.len() >= end => {
                Ok(Some(Answer { status, retry_after, body: self.bytes[body..end].to_vec() }))
            }
            _ if self.bytes.len() > MOST => Err(broken("the answer is too long")),
            Some(_) | None => Ok(None),
        }
    }
}

/// The head, once all of it is there.
fn head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let Some(length) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let text = str::from_utf8(&bytes[..length]).map_err(|_| broken("the head is no text"))?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken("there is no status"))?;
    let fields: Vec<_> = lines.filter_map(|line| line.split_once(':')).collect();
    let number = |wanted: &str| {
        let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        value.trim().parse::<usize>().ok()
    };
    let size = number("content-length").filter(|&size| size <= MOST).ok_or_else(|| broken("there is no length"))?;
    let retry_after = number("retry-after").map(|seconds| Duration::from_secs(seconds as u64));
    let body = length + 4;
    Ok(Some(Head { status, retry_after, body, end: body + size }))
}

fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use super::{Answer, Reading};

    const WHOLE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\nretry-after: 2\r\n\r\nhello";

    #[test]
    fn an_answer_is_whole_when_its_last_byte_has_come_however_it_was_cut() {
        for at in 1..WHOLE.len() {
            let mut reading = Reading::default();
            assert_eq!(reading.take_in(&WHOLE[..at]).unwrap(), None, "{at}");
            let answer = reading.take_in(&WHOLE[at..]).unwrap();
            let retry_after = Some(Duration::from_secs(2));
            assert_eq!(answer, Some(Answer { status: 503, retry_after, body: b"hello".to_vec() }), "{at}");
        }
    }

    #[test]
    fn an_answer_that_breaks_off_or_is_none_is_an_error() {
        assert_eq!(Reading::default().take_in(b"").unwrap_err().kind(), ErrorKind::UnexpectedEof);
        for text in ["noise\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n"]
        {
            assert_eq!(Reading::default().take_in(text.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidData);
        }
    }
}
