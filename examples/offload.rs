//! A call that can only block: inside the task, against on a thread of its own.
//!
//! Run it with `cargo run --example offload`.
//! `inflight demo offload` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use futures_util::future::join_all;
use inflight::lab::client::get_blocking;
use inflight::plan::Practice;
use inflight::upstream::Upstream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let (address, path) = (upstream.local_addr(), "/delay/200ms");

    let start = Instant::now();
    let tasks = (0..10).map(|_| {
        // × The only thread waits for the response, and every task waits for the thread.
        tokio::spawn(async move { get_blocking(address, "a", path) })
    });
    join_all(tasks).await;
    println!("wrong: {:.1?}, {} in flight at most", start.elapsed(), upstream.tally().peak);

    upstream.reset_tally();
    let start = Instant::now();
    let tasks = (0..10).map(|_| {
        // ✓ The same call, on a thread that has nothing else to do.
        tokio::task::spawn_blocking(move || get_blocking(address, "a", path))
    });
    join_all(tasks).await;
    println!("right: {:.1?}, {} in flight at most", start.elapsed(), upstream.tally().peak);
    Ok(())
}
