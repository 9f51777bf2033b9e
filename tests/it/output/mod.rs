//! The outputs of a run, tested through their public functions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod destination;
mod given_up;
mod plain;
mod results;
mod run;
mod summary;
