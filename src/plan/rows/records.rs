//! The records of a CSV file, read one at a time; a record above 1 MiB is not kept.
//!
//! It does not know the header. Start at [`Records::advance`].

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};

use csv_core::ReadRecordResult;

use crate::plan::defaults::MAX_LINE;

/// The result of reading a record.
pub(super) enum Record {
    /// A record whose fields can be read.
    Fields,
    /// A record that was not kept.
    TooLong,
    /// There are no more.
    End,
}

/// A reader of records.
pub(super) struct Records {
    input: File,
    reader: csv_core::Reader,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    text: Vec<u8>,
    ends: Vec<usize>,
    n_fields: usize,
    line: u64,
    ended: bool,
}

impl Records {
    pub(super) fn new(input: File, delimiter: u8) -> Self {
        Self {
            input,
            reader: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            buffer: vec![0; 64 << 10],
            start: 0,
            end: 0,
            text: vec![0; 4 << 10],
            ends: vec![0; 32],
            n_fields: 0,
            line: 0,
            ended: false,
        }
    }

    /// Moves to the next record.
    pub(super) fn advance(&mut self) -> io::Result<Record> {
        self.line = self.reader.line();
        let (mut n_text, mut n_ends, mut too_long) = (0, 0, false);
        loop {
            if self.start == self.end && !self.ended {
                self.start = 0;
                self.end = self.read()?;
                self.ended = self.end == 0;
            }
            let input = &self.buffer[self.start..self.end];
            let (result, n_read, n_written, n_ended) =
                self.reader.read_record(input, &mut self.text[n_text..], &mut self.ends[n_ends..]);
            // Blank lines before a record belong to no record.
            if n_text == 0 && n_ends == 0 {
                let skipped = input[..n_read].iter().take_while(|&&b| b == b'\n' || b == b'\r');
                self.line += skipped.filter(|&&b| b == b'\n').count() as u64;
            }
            self.start += n_read;
            n_text += n_written;
            n_ends += n_ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() >= MAX_LINE => {
                    too_long = true;
                    n_text = 0;
                }
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= MAX_LINE => {
                    too_long = true;
                    n_ends = 0;
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record if too_long => return Ok(Record::TooLong),
                ReadRecordResult::Record => {
                    self.n_fields = n_ends;
                    return Ok(Record::Fields);
                }
                ReadRecordResult::End => return Ok(Record::End),
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        loop {
            match self.input.read(&mut self.buffer) {
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => {
                    // After a failed read the position is unknown, so the file ends here.
                    self.ended = true;
                    self.reader = csv_core::Reader::new();
                    return Err(why);
                }
                read => return read,
            }
        }
    }

    /// How many fields the record has.
    pub(super) fn n_fields(&self) -> usize {
        self.n_fields
    }

    /// The line where the record begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A field's bytes.
    pub(super) fn bytes(&self, field: usize) -> &[u8] {
        let from = if field == 0 { 0 } else { self.ends[field - 1] };
        &self.text[from..self.ends[field]]
    }

    /// A field's text; bytes that are not UTF-8 are replaced.
    pub(super) fn field(&self, field: usize) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(field))
    }
}
