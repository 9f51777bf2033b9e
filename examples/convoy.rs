//! A lock held across an await, against a lock that is released before it.
//!
//! Run it with `cargo run --example convoy`.
//! `inflight demo convoy` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use inflight::lab::client::get;
use inflight::plan::Practice;
use inflight::upstream::Upstream;
use tokio::sync::Mutex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = upstream.local_addr();
    let token = Arc::new(Mutex::new(String::from("secret")));
    let path = |token: &str| format!("/delay/200ms?id={token}");

    let start = Instant::now();
    let tasks = std::iter::repeat_n(Arc::clone(&token), 10).map(|token| async move {
        // × Locked until the response is complete: every other task waits for the token.
        let token = token.lock().await;
        get(address, "a", &path(&token)).await
    });
    join_all(tasks).await;
    println!("wrong: {:.1?}, {} in flight at most", start.elapsed(), upstream.tally().peak);

    upstream.reset_tally();
    let start = Instant::now();
    let tasks = std::iter::repeat_n(token, 10).map(|token| async move {
        // ✓ Locked only to copy the token.
        let token = token.lock().await.clone();
        get(address, "a", &path(&token)).await
    });
    join_all(tasks).await;
    println!("right: {:.1?}, {} in flight at most", start.elapsed(), upstream.tally().peak);
    Ok(())
}
