//! Journals under `tests/fixtures/`, each named by what it shows.

use std::fs;
use std::path::Path;

use inflight::event::Event;

use crate::scenario::replay;

/// The bytes of the journal.
#[track_caller]
pub fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.jsonl"));
    fs::read(&path).unwrap_or_else(|error| panic!("there is no fixture `{name}`: {error}"))
}

/// Every event of the journal. Panics if a line is not an event.
#[track_caller]
pub fn read(name: &str) -> Vec<Event> {
    let (events, skipped) = replay(&bytes(name));
    assert_eq!(skipped, 0, "`{name}` holds lines that are no events");
    events
}
