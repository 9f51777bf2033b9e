//! Mistreats a connection, as no server should and many do.
//!
//! hyper only speaks HTTP, so these are done by hand on a socket that it has let go of. The request was read
//! to its end before, and nothing else is ever sent on the connection. Start at [`perform`].

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::upstream::behaviour::{Cut, Garbage, Rough};
use crate::upstream::books::{End, Flight};
use crate::upstream::reply::some_filler;

/// How long the bytes before a reset are left to arrive: a reset overtakes what is still on its way.
const LEFT_TO_ARRIVE: Duration = Duration::from_millis(20);

/// Sends what is to be sent, ends the connection, and ends the flight just before its client can know.
///
/// # Errors
/// The client went away first; the flight counts as abandoned.
pub async fn perform(rough: Rough, mut stream: TcpStream, flight: Flight) -> io::Result<()> {
    match rough {
        Rough::Reset(cut) => {
            if let Some(cut) = cut {
                promise_too_much(&mut stream, cut).await?;
                sleep(LEFT_TO_ARRIVE).await;
            }
            // Closing without lingering sends RST instead of FIN.
            stream.set_zero_linger()?;
            flight.ended(End::Reset);
            return Ok(());
        }
        Rough::Close(cut) => {
            if let Some(cut) = cut {
                promise_too_much(&mut stream, cut).await?;
            }
            flight.ended(End::ClosedEarly);
        }
        Rough::Stale => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\n\r\nstale\n")
                .await?;
            flight.ended(End::Answered(200));
        }
        Rough::Garbage(garbage) => {
            stream.write_all(&bytes_of(garbage)).await?;
            flight.ended(End::Garbled);
        }
    }
    stream.shutdown().await
}

async fn promise_too_much(stream: &mut TcpStream, cut: Cut) -> io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n", cut.of);
    stream.write_all(head.as_bytes()).await?;
    let mut left = cut.after;
    while left > 0 {
        let chunk = some_filler(left);
        stream.write_all(&chunk).await?;
        left -= chunk.len() as u64;
    }
    Ok(())
}

fn bytes_of(garbage: Garbage) -> Vec<u8> {
    match garbage {
        Garbage::Noise => b"\x1b[2J\x1b]0;not HTTP\x07\0\xff\xfe nothing of this is HTTP\r\n\r\n".to_vec(),
        Garbage::Status => b"HTTP/1.1 2OO \x1b[31mnearly\r\n\r\n".to_vec(),
        Garbage::Line => format!("HTTP/1.1 200 {}\r\n\r\n", "x".repeat(1 << 20)).into_bytes(),
        Garbage::Headers => {
            let headers = (0..10_000).map(|n| format!("x-{n}: {n}\r\n"));
            format!("HTTP/1.1 200 OK\r\n{}\r\n", headers.collect::<String>()).into_bytes()
        }
        Garbage::Lengths => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 4\r\n\r\nokok".to_vec(),
        Garbage::Chunk => b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsome\r\nbytes\r\n0\r\n\r\n".to_vec(),
    }
}
