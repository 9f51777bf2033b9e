//! The way through a proxy: an HTTP tunnel with `CONNECT`, or SOCKS5.
//!
//! Its errors name the proxy and what it refused. Start at [`open_http_tunnel`] and [`open_socks_tunnel`].

use std::io;
use std::net::{IpAddr, SocketAddr};

use http::HeaderValue;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The most bytes of an answer to `CONNECT`.
const MAX_ANSWER: usize = 16 << 10;

/// The destination of a SOCKS tunnel.
#[derive(Clone, Debug)]
pub(super) enum Destination {
    /// A name, which the proxy looks up.
    Name(String, u16),
    /// An address.
    Address(SocketAddr),
}

/// Opens a tunnel to `host:port` through an HTTP proxy.
pub(super) async fn open_http_tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    authority: &str,
    authorization: Option<&HeaderValue>,
) -> Result<(), String> {
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(value) = authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await.map_err(|error| closed(&error))?;
    let head = read_head(stream).await?;
    let line = head.lines().next().unwrap_or_default();
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
    match status.and_then(|status| status.parse::<u16>().ok()) {
        Some(200..=299) => Ok(()),
        Some(407) if authorization.is_some() => Err("does not accept the user and password (407)".to_owned()),
        Some(407) => Err("asks for a password (407): name it as in http://USER:PASSWORD@HOST".to_owned()),
        Some(status) => Err(format!("refuses a tunnel to {authority} ({status})")),
        None => Err("does not speak HTTP".to_owned()),
    }
}

/// Reads the head of an answer, byte by byte: what follows belongs to the tunnel.
async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> Result<String, String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() == MAX_ANSWER {
            return Err("answers with too long a head".to_owned());
        }
        head.push(stream.read_u8().await.map_err(|error| closed(&error))?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Opens a tunnel through a SOCKS5 proxy (RFC 1928), with a password if there is one (RFC 1929).
pub(super) async fn open_socks_tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    destination: &Destination,
    credentials: Option<&(String, String)>,
) -> Result<(), String> {
    const NO_PASSWORD: u8 = 0;
    const PASSWORD: u8 = 2;
    let io = |error: io::Error| closed(&error);
    let methods: &[u8] = if credentials.is_some() { &[5, 2, NO_PASSWORD, PASSWORD] } else { &[5, 1, NO_PASSWORD] };
    stream.write_all(methods).await.map_err(io)?;
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).await.map_err(io)?;
    match (answer, credentials) {
        ([5, NO_PASSWORD], _) => {}
        ([5, PASSWORD], Some((user, password))) => {
            let mut request = vec![1];
            for part in [user, password] {
                request.push(u8::try_from(part.len()).map_err(|_| "takes no user or password so long".to_owned())?);
                request.extend_from_slice(part.as_bytes());
            }
            stream.write_all(&request).await.map_err(io)?;
            stream.read_exact(&mut answer).await.map_err(io)?;
            if answer[1] != 0 {
                return Err("does not accept the user and password".to_owned());
            }
        }
        ([5, _], None) => return Err("asks for a password: name it as in socks5h://USER:PASSWORD@HOST".to_owned()),
        ([5, _], Some(_)) => return Err("accepts no password of this kind".to_owned()),
        _ => return Err("does not speak SOCKS5".to_owned()),
    }
    stream.write_all(&socks_request(destination)?).await.map_err(io)?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.map_err(io)?;
    if head[0] != 5 {
        return Err("does not speak SOCKS5".to_owned());
    }
    if head[1] != 0 {
        return Err(format!("has no way to the host: {}", socks_refusal(head[1])));
    }
    let length = match head[3] {
        1 => 4,
        4 => 16,
        _ => usize::from(stream.read_u8().await.map_err(io)?),
    };
    let mut bound = vec![0; length + 2];
    stream.read_exact(&mut bound).await.map_err(io)?;
    Ok(())
}

fn socks_request(destination: &Destination) -> Result<Vec<u8>, String> {
    let mut request = vec![5, 1, 0];
    let port = match destination {
        Destination::Name(name, port) => {
            request.push(3);
            request.push(u8::try_from(name.len()).map_err(|_| "takes no name so long".to_owned())?);
            request.extend_from_slice(name.as_bytes());
            *port
        }
        Destination::Address(address) => {
            match address.ip() {
                IpAddr::V4(ip) => {
                    request.push(1);
                    request.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    request.push(4);
                    request.extend_from_slice(&ip.octets());
                }
            }
            address.port()
        }
    };
    request.extend_from_slice(&port.to_be_bytes());
    Ok(request)
}

/// Returns the text of a reply of RFC 1928.
fn socks_refusal(code: u8) -> &'static str {
    match code {
        2 => "its rules forbid it",
        3 => "the network is unreachable",
        4 => "the host is unreachable, or its name is unknown",
        5 => "the host refused the connection",
        6 => "it took too long",
        8 => "this kind of address is not supported",
        _ => "a failure of the proxy",
    }
}

fn closed(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "closed the connection before a tunnel was open".to_owned(),
        io::ErrorKind::ConnectionReset => "reset the connection before a tunnel was open".to_owned(),
        _ => format!("broke the connection: {error}"),
    }
}
