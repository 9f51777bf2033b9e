//! A task for each request and all bodies held, against a few at a time, each dropped when done.
//!
//! Run it with `cargo run --example unbounded`.
//! `inflight demo unbounded` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;

use futures_util::stream::{self, StreamExt};
use inflight::lab::client::get;
use inflight::plan::Practice;
use inflight::upstream::Upstream;
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let (address, path) = (upstream.local_addr(), "/delay/50ms?bytes=32768");

    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        // × Each task has its own socket and buffer, and holds its body until the end.
        tasks.spawn(get(address, "a", path));
    }
    let bodies: usize = tasks.join_all().await.iter().flatten().map(|answer| answer.body.len()).sum();
    println!("wrong: {} sockets, {bodies} bytes held", upstream.tally().connections.peak);

    upstream.reset_tally();
    let requests = (0..200).map(|_| get(address, "a", path));
    // ✓ The next request starts when one has ended, and each body is dropped after use.
    let mut stream = stream::iter(requests).buffer_unordered(20);
    let mut largest = 0;
    while let Some(answer) = stream.next().await {
        largest = largest.max(answer?.body.len());
    }
    println!("right: {} sockets, {largest} bytes held", upstream.tally().connections.peak);
    Ok(())
}
