//! Replies that break HTTP: resets, early closes, garbage.
//!
//! hyper cannot send them, so they are written to the socket after hyper has released it. The request has been
//! read completely, and the connection ends after the reply. Start at [`send`].

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::upstream::behaviour::{Cut, Garbage, RawReply};
use crate::upstream::ledger::{OpenRequest, RequestEnd};
use crate::upstream::reply::filler_chunk;

/// The wait between the last bytes and a reset, which would otherwise overtake them.
const RESET_DELAY: Duration = Duration::from_millis(20);

/// Sends the reply and ends the connection. The open request ends just before the client can notice.
///
/// # Errors
/// The client disconnected first. The request counts as abandoned.
pub async fn send(raw_reply: RawReply, mut stream: TcpStream, open_request: OpenRequest) -> io::Result<()> {
    match raw_reply {
        RawReply::Reset(cut) => {
            if let Some(cut) = cut {
                send_cut_body(&mut stream, cut).await?;
                sleep(RESET_DELAY).await;
            }
            // With zero linger, closing sends RST instead of FIN.
            stream.set_zero_linger()?;
            open_request.end(RequestEnd::Reset);
            return Ok(());
        }
        RawReply::Close(cut) => {
            if let Some(cut) = cut {
                send_cut_body(&mut stream, cut).await?;
            }
            open_request.end(RequestEnd::ClosedEarly);
        }
        RawReply::Stale => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\n\r\nstale\n")
                .await?;
            open_request.end(RequestEnd::Answered(200));
        }
        RawReply::Garbage(garbage) => {
            stream.write_all(&garbage_bytes(garbage)).await?;
            open_request.end(RequestEnd::Garbled);
        }
    }
    stream.shutdown().await
}

async fn send_cut_body(stream: &mut TcpStream, cut: Cut) -> io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n", cut.of);
    stream.write_all(head.as_bytes()).await?;
    let mut left = cut.after;
    while left > 0 {
        let chunk = filler_chunk(left);
        stream.write_all(&chunk).await?;
        left -= chunk.len() as u64;
    }
    Ok(())
}

fn garbage_bytes(garbage: Garbage) -> Vec<u8> {
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
