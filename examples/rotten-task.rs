//! One request fails: the rest is thrown away with it, against every outcome kept.
//!
//! Run it with `cargo run --example rotten-task`; live, measured and beside each other: `inflight demo rotten-task`.

#![expect(clippy::print_stdout, reason = "an example has something to tell")]

use std::io;
use std::net::SocketAddr;

use futures_util::future::{join_all, try_join_all};
use inflight::lab::client::{Answer, get};
use inflight::plan::Practice;
use inflight::upstream::Upstream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = upstream.local_addr();
    // The fourth of ten is rotten; they are answered one after the other.
    let fetch = move |n: u64| async move {
        let path = if n == 4 { format!("/status/500?delay={n}0ms") } else { format!("/delay/{n}0ms") };
        good(get(address, "a", &path).await?)
    };

    let requests = (1..=10).map(fetch);
    // × The first error is all that is left: what was done is dropped, what was not is cancelled.
    let all = try_join_all(requests).await;
    println!("wrong: {:?}", all.map(|answers| answers.len()).map_err(|error| error.to_string()));

    let requests = (1..=10).map(fetch);
    // ✓ Each outcome is a value, the failure among them.
    let all: Vec<Result<_, _>> = join_all(requests).await;
    let n = all.iter().filter(|outcome| outcome.is_ok()).count();
    let errors: Vec<_> = all.iter().filter_map(|outcome| outcome.as_ref().err()).map(ToString::to_string).collect();
    println!("right: {n} results, and {errors:?}");
    Ok(())
}

/// Only 200 will do.
fn good(answer: Answer) -> io::Result<Answer> {
    if answer.status == 200 { Ok(answer) } else { Err(io::Error::other(format!("answered {}", answer.status))) }
}
