//! The recording of a run: JSON Lines, one event a line, behind one header line.
//!
//! Takes any `Read` or `Write`, never a path. A reader skips and counts what it does not know, and
//! survives a last line that was cut at any byte. Start at [`Writer`] and [`Reader`].

use std::io::{self, BufRead, Write};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::text::safe_json;

/// The schema that this program writes; it reads this one and every older one.
pub const SCHEMA: u32 = 1;

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHeader {
    /// Schema number; its name marks the file as ours.
    pub inflight: u32,
    /// What was run.
    pub name: String,
    /// Wall clock at offset 0, RFC 3339, UTC.
    pub started: String,
}

impl JournalHeader {
    /// The header of a run that starts now.
    pub fn new(name: &str, started: SystemTime) -> Self {
        Self { inflight: SCHEMA, name: name.to_owned(), started: humantime::format_rfc3339_millis(started).to_string() }
    }
}

/// Writes a journal.
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a journal with its header.
    pub fn new(to: W, header: &JournalHeader) -> io::Result<Self> {
        let mut writer = Self { to, line: Vec::with_capacity(512) };
        writer.write_line(header)?;
        Ok(writer)
    }

    /// Adds one event: one whole line in one write.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        self.write_line(event)
    }

    /// Hands everything written so far to the system.
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
    /// The file cannot be read at all.
    #[error("cannot read the journal")]
    Io(#[from] io::Error),
    /// The first line is not a header.
    #[error("not a journal: the first line is no header")]
    NotAJournal,
    /// Written by a later version of this program.
    #[error("the journal has schema {found}, and this version reads up to {SCHEMA}")]
    TooNew {
        /// The schema it has.
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

    /// The first line.
    pub fn header(&self) -> &JournalHeader {
        &self.header
    }

    /// Complete lines that were no event of a kind we know.
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
            // Without its line end a line may have lost its tail, and still parse.
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
