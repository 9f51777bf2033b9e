//! Futures that are made and thrown away, against futures that are awaited.
//!
//! Run it with `cargo run --example forgotten-await`; live, measured and beside each other: `inflight demo forgotten-await`.

#![expect(clippy::print_stdout, reason = "an example has something to tell")]

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
    // ✓ Awaited, all of them, side by side.
    let results = join_all(paths.map(|path| get(address, "a", path))).await;
    println!("right: {} results, {} requests", results.len(), upstream.tally().requests);
    Ok(())
}

/// How many results there seem to be.
fn forgotten(address: SocketAddr, paths: impl Iterator<Item = &'static str>) -> usize {
    // × Futures that nobody asks to run. Their number looks like success.
    let results: Vec<_> = paths.map(|path| get(address, "a", path)).collect();
    results.len()
}
