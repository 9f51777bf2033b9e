//! The main job, judged from outside: whole runs, held against the upstream's own truth.
//!
//! Start at [`program::Folder::inflight`] for the program itself, and at [`batch::Batch::start`] for a run
//! inside this process, whose dials can be turned. Both give up rather than hang.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod batch;
mod check;
mod check_refusals;
mod check_values;
mod console;
mod counts;
mod ends;
mod exhibits;
mod foreign;
mod lab;
mod limits;
mod manual;
mod order;
mod outputs;
mod program;
mod recordings;
mod redirects;
mod refusals;
mod repeats;
mod replay;
mod rounds;
mod secrets;
mod settings;
mod streams;
mod tls;
mod traceless;
mod wires;

use inflight::upstream::Upstream;

use crate::upstream::client;

/// A practice upstream in this process, for the program to meet over a real socket.
#[track_caller]
fn upstream() -> Upstream {
    inflight::source::pool::wire::descriptors::raise_limit();
    client::upstream(7, &[])
}

/// Where that upstream answers like this.
fn at(upstream: &Upstream, path: &str) -> String {
    format!("http://{}{path}", upstream.local_addr())
}
