//! All requests at once to a server that allows ten, against ten at once.
//!
//! Run it with `cargo run --example flood`.
//! `inflight demo flood` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use inflight::lab::client::get;
use inflight::plan::Practice;
use inflight::upstream::Upstream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let (address, path) = (upstream.local_addr(), "/limit?concurrent=10&delay=100ms");
    let refused = || upstream.tally().answers.get(&429).copied().unwrap_or(0);

    let requests = (0..50).map(|_| get(address, "a", path));
    // × Fifty at once: ten are served, forty are refused with a 429.
    let all = join_all(requests).await;
    println!("wrong: {} refused of {}", refused(), all.len());

    upstream.reset_tally();
    let requests = (0..50).map(|_| get(address, "a", path));
    // ✓ Never more than ten: the next starts when one ends.
    let all: Vec<_> = stream::iter(requests).buffer_unordered(10).collect().await;
    println!("right: {} refused of {}", refused(), all.len());
    Ok(())
}
