//! A blocking HTTP client in async tasks, against an async one.
//!
//! Run it with `cargo run --example race`.
//! `inflight demo race` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use futures_util::future::join_all;
use inflight::lab::client::{get, get_blocking};
use inflight::plan::Practice;
use inflight::upstream::Upstream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let (address, path) = (upstream.local_addr(), "/delay/300ms");

    let start = Instant::now();
    let tasks = (0..10).map(|_| {
        // × The task blocks the thread until its response is complete; the others cannot even start.
        tokio::spawn(async move { get_blocking(address, "a", path) })
    });
    join_all(tasks).await;
    println!("wrong: {:.1?}, {} in flight at most", start.elapsed(), upstream.tally().peak);

    upstream.reset_tally();
    let start = Instant::now();
    let tasks = (0..10).map(|_| {
        // ✓ The task frees the thread while it waits.
        tokio::spawn(async move { get(address, "a", path).await })
    });
    join_all(tasks).await;
    println!("right: {:.1?}, {} in flight at most", start.elapsed(), upstream.tally().peak);
    Ok(())
}
