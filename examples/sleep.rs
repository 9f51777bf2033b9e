//! A sleep that stops the thread and with it every task, against one that stops only its own.
//!
//! Run it with `cargo run --example sleep`; live, measured and beside each other: `inflight demo sleep`.

#![expect(clippy::print_stdout, reason = "an example has something to tell")]

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
            // × Nobody runs while the thread sleeps, and ten tasks sleep one after the other.
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
            // ✓ The timer wakes the task; until then the thread is everybody's.
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
