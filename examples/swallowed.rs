//! A task that nobody waits for and whose error nobody reads, against one whose end is taken in.
//!
//! Run it with `cargo run --example swallowed`; live, measured and beside each other: `inflight demo swallowed`.

#![expect(clippy::print_stdout, reason = "an example has something to tell")]

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
    // Every third one has its connection reset.
    let store = move |n: u32| async move {
        let path = if n.is_multiple_of(3) { "/reset?delay=50ms" } else { "/delay/50ms" };
        get(address, "a", path).await.map(|answer| answer.body)
    };

    for n in 1..=9 {
        // × Nobody holds the task any more, and so nobody will ever hear how it ended.
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
    // ✓ Somebody waits for each of them, and takes in how it ended.
    while let Some(ended) = tasks.join_next().await {
        errors += u32::from(!matches!(ended, Ok(Ok(_))));
    }
    println!("right: {errors} errors were read");
    Ok(())
}
