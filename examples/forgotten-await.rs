//! Futures that are created and dropped, against futures that are awaited.
//!
//! Run it with `cargo run --example forgotten-await`.
//! `inflight demo forgotten-await` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;

use futures_util::future::join_all;
use inflight::lab::client::get;
use inflight::plan::Practice;
use inflight::upstream::Upstream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = upstream.local_addr();
    let paths = || std::iter::repeat_n("/delay/100ms", 10);

    let n = forgotten(address, paths());
    println!("wrong: {n} results, {} requests", upstream.tally().requests);

    let paths = paths();
    // ✓ All of them are awaited, at the same time.
    let results = join_all(paths.map(|path| get(address, "a", path))).await;
    println!("right: {} results, {} requests", results.len(), upstream.tally().requests);
    Ok(())
}

/// The number of results, or so it seems.
fn forgotten(address: SocketAddr, paths: impl Iterator<Item = &'static str>) -> usize {
    // × Futures that never run. Their number looks like success.
    let results: Vec<_> = paths.map(|path| get(address, "a", path)).collect();
    results.len()
}
