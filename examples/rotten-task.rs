//! One request fails: all other results discarded, against every outcome kept.
//!
//! Run it with `cargo run --example rotten-task`.
//! `inflight demo rotten-task` shows both live.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::io;
use std::net::SocketAddr;

use futures_util::future::{join_all, try_join_all};
use inflight::lab::client::{Response, get};
use inflight::plan::Practice;
use inflight::upstream::Upstream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = Upstream::start(&Practice::default(), SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = upstream.local_addr();
    // The fourth of ten fails; the responses arrive one after another.
    let fetch = move |n: u64| async move {
        let path = if n == 4 { format!("/status/500?delay={n}0ms") } else { format!("/delay/{n}0ms") };
        good(get(address, "a", &path).await?)
    };

    let requests = (1..=10).map(fetch);
    // × Only the first error is left: finished results are dropped, the others are cancelled.
    let all = try_join_all(requests).await;
    println!("wrong: {:?}", all.map(|answers| answers.len()).map_err(|error| error.to_string()));

    let requests = (1..=10).map(fetch);
    // ✓ Each outcome is a value, including the failure.
    let all: Vec<Result<_, _>> = join_all(requests).await;
    let n = all.iter().filter(|outcome| outcome.is_ok()).count();
    let errors: Vec<_> = all.iter().filter_map(|outcome| outcome.as_ref().err()).map(ToString::to_string).collect();
    println!("right: {n} results, and {errors:?}");
    Ok(())
}

/// Accepts only status 200.
fn good(answer: Response) -> io::Result<Response> {
    if answer.status == 200 { Ok(answer) } else { Err(io::Error::other(format!("answered {}", answer.status))) }
}
