//! What a run leaves behind, seen from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod plain;
mod results;
mod run;
mod summary;
