//! The recording of a run: JSON Lines, with one header line and then one event per line.
//!
//! Works on any `Read` or `Write`, never on a path. The reader skips and counts unknown lines, and accepts a last
//! line that was cut off at any byte. Start at [`Writer`] and [`Reader`].

pub mod synced_file;

use std::io::{self, BufRead, Write};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::text::safe_json;

/// The schema version that is written. The reader also accepts every older one.
pub const SCHEMA: u32 = 1;

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHeader {
    /// Schema version. The name of the field identifies the file type.
    pub inflight: u32,
    /// The name of the run.
    pub name: String,
    /// Wall-clock time at offset 0, in RFC 3339, UTC.
    pub started: String,
    /// The name of the file with the results, in the same folder, if it is not `NAME.results`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<String>,
}

impl JournalHeader {
    /// The header of a run that starts now.
    pub fn new(name: &str, started: SystemTime) -> Self {
        Self {
            inflight: SCHEMA,
            name: name.to_owned(),
            started: humantime::format_rfc3339_millis(started).to_string(),
            results: None,
        }
    }
}

/// Writes a journal.
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Starts a journal by writing its header.
    pub fn new(to: W, header: &JournalHeader) -> io::Result<Self> {
        let mut writer = Self { to, line: Vec::with_capacity(512) };
        writer.write_line(header)?;
        Ok(writer)
    }

    /// Writes one event, as one line in a single write.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        self.write_line(event)
    }

    /// Flushes the underlying writer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    fn write_line(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        safe_json::write(&mut self.line, value)?;
        self.line.push(b'\n');
        self.to.write_all(&self.line)
    }
}

/// Reads a journal, event by event.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    line: Vec<u8>,
    header: JournalHeader,
    skipped: u64,
    is_cut: bool,
}

/// Why a file cannot be read as a journal.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read the journal")]
    Io(#[from] io::Error),
    /// The first line is not a header.
    #[error("not a journal: the first line is not a header")]
    NotAJournal,
    /// The journal was written by a later version of inflight.
    #[error("the journal has schema {found}, but this version reads only up to {SCHEMA}")]
    TooNew {
        /// The schema version of the journal.
        found: u32,
    },
}

impl<R: BufRead> Reader<R> {
    /// Opens a journal and reads its header.
    pub fn new(mut from: R) -> Result<Self, ReadError> {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line)?;
        let header: JournalHeader = serde_json::from_slice(&line).map_err(|_| ReadError::NotAJournal)?;
        if header.inflight > SCHEMA {
            return Err(ReadError::TooNew { found: header.inflight });
        }
        Ok(Self { from, line, header, skipped: 0, is_cut: false })
    }

    /// The header of the journal.
    pub fn header(&self) -> &JournalHeader {
        &self.header
    }

    /// How many complete lines were skipped because they are not a known kind of event.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Whether the last line was cut off.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Event, io::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line.clear();
            match self.from.read_until(b'\n', &mut self.line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            // A cut line may still parse, for example if a number lost its last digits.
            if self.line.last() != Some(&b'\n') {
                self.is_cut = true;
                return None;
            }
            match serde_json::from_slice(&self.line) {
                Ok(event) => return Some(Ok(event)),
                Err(_) => self.skipped += 1,
            }
        }
    }
}
