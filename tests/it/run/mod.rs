//! Whole runs from outside, compared with what the upstream counted.
//!
//! Start at [`program::Folder::inflight`] for the program itself, and at [`batch::Batch::start`] for a run inside
//! this process, whose limits a test can change. Both give up rather than hang.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod batch;
mod check;
mod counts;
mod ends;
mod expectations;
mod import;
mod inputs;
mod lab;
mod limits;
mod manual;
mod network;
mod order;
mod outages;
pub mod program;
mod redirects;
mod refusals;
mod repeats;
mod requests;
mod results;
mod resume;
mod retries;
mod rounds;
mod settings;
mod supervision;
mod weights;

use inflight::upstream::Upstream;

use crate::upstream::client;

/// A practice upstream in this process, for the program to meet over a real socket.
#[track_caller]
pub fn upstream() -> Upstream {
    inflight::source::pool::wire::descriptors::raise_limit();
    client::upstream(7, &[])
}

/// The URL of a path of that upstream.
fn at(upstream: &Upstream, path: &str) -> String {
    format!("http://{}{path}", upstream.local_addr())
}
