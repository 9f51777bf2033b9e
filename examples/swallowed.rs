//! Tasks whose errors are never read, against tasks whose every result is read.
//!
//! Run it with `cargo run --example swallowed`.
//! `inflight demo swallowed` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use inflight::lab::client::get;
use inflight::plan::Practice;
use inflight::upstream::Upstream;
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = upstream.local_addr();
    // The connection of every third request is reset.
    let store = move |n: u32| async move {
        let path = if n.is_multiple_of(3) { "/reset?delay=50ms" } else { "/delay/50ms" };
        get(address, "a", path).await.map(|answer| answer.body)
    };

    for n in 1..=9 {
        // × The task handle is dropped, and the error with it.
        drop(tokio::spawn(store(n)));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let tally = upstream.tally();
    println!("wrong: {} of {} failed, and 0 errors were read", tally.resets, tally.requests);

    let mut tasks = JoinSet::new();
    for n in 1..=9 {
        tasks.spawn(store(n));
    }
    let mut errors = 0;
    // ✓ Each task is awaited, and its result is read.
    while let Some(ended) = tasks.join_next().await {
        errors += u32::from(!matches!(ended, Ok(Ok(_))));
    }
    println!("right: {errors} errors were read");
    Ok(())
}
