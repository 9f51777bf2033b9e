//! Everything that is tested from outside: over real sockets, real files and the program itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod journal;
mod lab;
mod model;
mod output;
mod pictures;
mod plan;
mod pool;
#[cfg(unix)]
mod pty;
mod readme;
#[cfg(unix)]
mod run;
mod scenario;
mod screen;
mod upstream;
mod window_status;
mod wire;
