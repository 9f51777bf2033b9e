//! Runs without a source: read from fixtures, written in a short notation, or made up at random.
//!
//! Start at [`fixtures::read`], [`notation::scenario`] and [`playback::run`].

pub mod fixtures;
pub mod notation;
pub mod playback;
mod program;
pub mod strategies;
mod words;

use inflight::event::Event;
use inflight::journal::{JournalHeader, Reader, SCHEMA, Writer};
use inflight::model::Model;

/// The model after these events.
pub fn fold<'e>(events: impl IntoIterator<Item = &'e Event>) -> Model {
    let mut model = Model::default();
    for event in events {
        model.apply(event);
    }
    model
}

/// A journal with these events.
pub fn record(events: &[Event]) -> Vec<u8> {
    let header = JournalHeader {
        inflight: SCHEMA,
        name: "scenario".into(),
        started: "2026-11-20T14:03:27.000Z".into(),
        results: None,
    };
    let mut journal = Vec::new();
    let mut writer = Writer::new(&mut journal, &header).unwrap();
    for event in events {
        writer.write(event).unwrap();
    }
    journal
}

/// The events of a journal, and the number of skipped lines.
pub fn replay(journal: &[u8]) -> (Vec<Event>, u64) {
    let mut reader = Reader::new(journal).unwrap();
    let events = reader.by_ref().map(Result::unwrap).collect();
    (events, reader.skipped())
}
