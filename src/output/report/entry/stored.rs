//! An entry that is read back from a spool, for reports that are tables.
//!
//! Start at [`StoredEntry::read`].

use std::io;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// An entry without the data.
#[derive(Debug, Deserialize)]
pub struct StoredEntry<'a> {
    pub(in crate::output) endpoint: String,
    pub(in crate::output) request: Option<String>,
    pub(in crate::output) final_url: Option<String>,
    pub(in crate::output) row: u64,
    #[serde(borrow)]
    pub(in crate::output) with: Option<&'a RawValue>,
    pub(in crate::output) page: Option<u32>,
    pub(in crate::output) ok: bool,
    pub(in crate::output) status: Option<u16>,
    pub(in crate::output) tries: u32,
    pub(in crate::output) started: Option<String>,
    pub(in crate::output) total_ms: f64,
    pub(in crate::output) waited_ms: f64,
    pub(in crate::output) since_due_ms: Option<f64>,
    pub(in crate::output) bytes: Option<u64>,
    pub(in crate::output) content_type: Option<String>,
    pub(in crate::output) file: Option<String>,
    pub(in crate::output) error: Option<StoredError>,
    #[serde(default)]
    pub(in crate::output) extract: Map<String, Value>,
}

/// Why its job failed.
#[derive(Debug, Deserialize)]
pub(in crate::output) struct StoredError {
    pub(in crate::output) kind: String,
    pub(in crate::output) cause: Option<String>,
    pub(in crate::output) detail: Option<String>,
}

impl<'a> StoredEntry<'a> {
    /// Reads an entry.
    pub fn read(entry: &'a [u8]) -> io::Result<Self> {
        Ok(serde_json::from_slice(entry)?)
    }

    /// The cause of its failure for people, or else the kind; empty if it did not fail.
    pub(in crate::output) fn cause(&self) -> &str {
        self.error.as_ref().map_or("", |error| error.cause.as_deref().unwrap_or(&error.kind))
    }
}
