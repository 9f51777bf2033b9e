//! A small HTTP client in two versions: one blocks the thread, the other suspends the task.
//!
//! Both send the same bytes and share the parser, so they differ only in how they wait. The client
//! is made for the practice server: no TLS, no redirects, and only responses with a length.
//! Start at [`get`] and [`get_blocking`].

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Longer than any delay of the lab.
const TIMEOUT: Duration = Duration::from_secs(120);
/// The longest response, head included.
const MOST_BYTES: usize = 8 << 20;

/// A response of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The value of `Retry-After`, if it is in seconds.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// Requests a path; the task is suspended meanwhile.
pub async fn get(address: SocketAddr, host: &str, path: &str) -> io::Result<Response> {
    AsyncConnection::open(address).await?.get(host, path).await
}

/// Requests a path; the thread is blocked meanwhile.
pub fn get_blocking(address: SocketAddr, host: &str, path: &str) -> io::Result<Response> {
    BlockingConnection::open(address)?.get(host, path)
}

/// A connection for one request after another.
#[derive(Debug)]
pub struct AsyncConnection(tokio::net::TcpStream);

impl AsyncConnection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Requests a path; other tasks can use the thread meanwhile.
    pub async fn get(&mut self, host: &str, path: &str) -> io::Result<Response> {
        self.0.write_all(request(host, path).as_bytes()).await?;
        let mut parser = ResponseParser::default();
        let mut chunk = vec![0; 16 << 10];
        loop {
            let n = self.0.read(&mut chunk).await?;
            if let Some(response) = parser.add(&chunk[..n])? {
                return Ok(response);
            }
        }
    }
}

/// The same for blocking callers.
#[derive(Debug)]
pub struct BlockingConnection(std::net::TcpStream);

impl BlockingConnection {
    /// Connects.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self(stream))
    }

    /// Requests a path, and blocks the thread until the response is complete.
    pub fn get(&mut self, host: &str, path: &str) -> io::Result<Response> {
        self.0.write_all(request(host, path).as_bytes())?;
        let mut parser = ResponseParser::default();
        let mut chunk = vec![0; 16 << 10];
        loop {
            let n = self.0.read(&mut chunk)?;
            if let Some(response) = parser.add(&chunk[..n])? {
                return Ok(response);
            }
        }
    }
}

fn request(host: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: */*\r\n\r\n")
}

/// A response that may not be complete yet.
#[derive(Debug, Default)]
struct ResponseParser {
    bytes: Vec<u8>,
    head: Option<ResponseHead>,
}

#[derive(Clone, Copy, Debug)]
struct ResponseHead {
    status: u16,
    retry_after: Option<Duration>,
    /// The offset of the body.
    body: usize,
    /// The offset of its end.
    end: usize,
}

impl ResponseParser {
    /// Adds the bytes that have arrived; none at all means the end of the stream.
    fn add(&mut self, chunk: &[u8]) -> io::Result<Option<Response>> {
        if chunk.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.bytes.extend_from_slice(chunk);
        if self.head.is_none() {
            self.head = parse_head(&self.bytes)?;
        }
        match self.head {
            Some(ResponseHead { status, retry_after, body, end }) if self.bytes.len() >= end => {
                Ok(Some(Response { status, retry_after, body: self.bytes[body..end].to_vec() }))
            }
            _ if self.bytes.len() > MOST_BYTES => Err(broken("the response is too long")),
            Some(_) | None => Ok(None),
        }
    }
}

/// The head, once it is complete.
fn parse_head(bytes: &[u8]) -> io::Result<Option<ResponseHead>> {
    let Some(length) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let text = str::from_utf8(&bytes[..length]).map_err(|_| broken("the head is not text"))?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken("there is no status"))?;
    let fields: Vec<_> = lines.filter_map(|line| line.split_once(':')).collect();
    let number = |wanted: &str| {
        let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        value.trim().parse::<usize>().ok()
    };
    let size =
        number("content-length").filter(|&size| size <= MOST_BYTES).ok_or_else(|| broken("there is no length"))?;
    let retry_after = number("retry-after").map(|seconds| Duration::from_secs(seconds as u64));
    let body = length + 4;
    Ok(Some(ResponseHead { status, retry_after, body, end: body + size }))
}

fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use super::{Response, ResponseParser};

    const COMPLETE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\nretry-after: 2\r\n\r\nhello";

    #[test]
    fn a_response_is_complete_with_its_last_byte_no_matter_how_it_was_split() {
        for at in 1..COMPLETE.len() {
            let mut parser = ResponseParser::default();
            assert_eq!(parser.add(&COMPLETE[..at]).unwrap(), None, "{at}");
            let response = parser.add(&COMPLETE[at..]).unwrap();
            let retry_after = Some(Duration::from_secs(2));
            assert_eq!(response, Some(Response { status: 503, retry_after, body: b"hello".to_vec() }), "{at}");
        }
    }

    #[test]
    fn an_incomplete_or_malformed_response_is_an_error() {
        assert_eq!(ResponseParser::default().add(b"").unwrap_err().kind(), ErrorKind::UnexpectedEof);
        for text in ["noise\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n"]
        {
            assert_eq!(ResponseParser::default().add(text.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidData);
        }
    }
}
