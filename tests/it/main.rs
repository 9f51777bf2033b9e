//! Integration tests: over real sockets, with real files, and with the program itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod docs;
mod journal;
mod lab;
mod model;
mod output;
mod pictures;
mod plan;
mod pool;
#[cfg(unix)]
mod pty;
#[cfg(unix)]
mod run;
mod scenario;
mod screen;
mod upstream;
#[cfg(unix)]
mod watch;
mod window_status;
mod wire;
