//! A sleep that blocks the thread and every task on it, against one that suspends only its task.
//!
//! Run it with `cargo run --example sleep`.
//! `inflight demo sleep` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use inflight::lab::client::get;
use inflight::plan::Practice;
use inflight::upstream::Upstream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let (address, path, pause) = (upstream.local_addr(), "/delay/20ms", Duration::from_millis(200));

    let start = Instant::now();
    let tasks = (0..10).map(|_| {
        tokio::spawn(async move {
            // × No task runs while the thread sleeps, so ten tasks sleep one after another.
            std::thread::sleep(pause);
            get(address, "a", path).await
        })
    });
    join_all(tasks).await;
    println!(
        "wrong: {:.1?}, first request after {:?}",
        start.elapsed(),
        upstream.arrivals().first().map(|first| Duration::from(first.at))
    );

    upstream.reset_tally();
    let start = Instant::now();
    let tasks = (0..10).map(|_| {
        tokio::spawn(async move {
            // ✓ The timer wakes the task; until then other tasks can use the thread.
            tokio::time::sleep(pause).await;
            get(address, "a", path).await
        })
    });
    join_all(tasks).await;
    println!(
        "right: {:.1?}, first request after {:?}",
        start.elapsed(),
        upstream.arrivals().first().map(|first| Duration::from(first.at))
    );
    Ok(())
}
