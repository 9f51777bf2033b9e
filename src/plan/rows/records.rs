//! The records of a CSV file, read one at a time; a record above 1 MiB is not kept.
//!
//! A quote that is never closed spoils only its own line: reading goes on with the next one. It does not know the
//! header. Start at [`Records::advance`].

use std::borrow::Cow;
use std::io::{self, Read};

use crate::plan::defaults::MAX_LINE;
use crate::plan::rows::buffer::InputBuffer;

/// A record of more lines than this is probably a quote that was left open.
const MANY_LINES: u64 = 100;

/// The result of reading a record.
pub(super) enum Record {
    /// A record whose fields can be read.
    Fields,
    /// A record that was not kept.
    TooLong,
    /// A record with a quote that is not closed where a field ends.
    OpenQuote,
    /// There are no more.
    End,
}

/// A reader of records.
pub(super) struct Records<R> {
    buffer: InputBuffer<R>,
    delimiter: u8,
    /// The text of all fields, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// The line where the record begins.
    line: u64,
    next_line: u64,
    /// The last line break was a carriage return, so a line feed that follows belongs to it.
    after_return: bool,
    /// The line of a record that takes up suspiciously many, and how many.
    suspect: Option<(u64, u64)>,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldPart {
    FieldStart,
    Plain,
    Quoted,
    AfterQuote,
}

impl<R: Read> Records<R> {
    /// A reader of records. Without a delimiter, the first line shows which one the file has.
    pub(super) fn open(input: R, delimiter: Option<u8>) -> io::Result<Self> {
        let mut buffer = InputBuffer::new(input);
        while memchr::memchr2(b'\n', b'\r', buffer.unread()).is_none() && buffer.unread().len() < MAX_LINE {
            if !buffer.read_more()? {
                break;
            }
        }
        let unread = buffer.unread();
        let first = &unread[..memchr::memchr2(b'\n', b'\r', unread).unwrap_or(unread.len())];
        // Some spreadsheets name the separator in a line of its own.
        let named = first.trim_ascii_end().strip_prefix(b"sep=").filter(|named| named.len() == 1).map(|named| named[0]);
        let delimiter = delimiter.or(named).unwrap_or_else(|| detect_delimiter(first));
        let mut records = Self {
            buffer,
            delimiter,
            text: Vec::new(),
            ends: Vec::new(),
            line: 1,
            next_line: 1,
            after_return: false,
            suspect: None,
        };
        if named.is_some() {
            records.skip_line()?;
        }
        Ok(records)
    }

    /// The line of a record that takes up suspiciously many lines, and how many.
    pub(super) fn suspect(&self) -> Option<(u64, u64)> {
        self.suspect
    }

    /// Moves to the next record.
    pub(super) fn advance(&mut self) -> io::Result<Record> {
        self.skip_blank_lines()?;
        self.line = self.next_line;
        self.text.clear();
        self.ends.clear();
        let (mut at, mut place, mut n_breaks) = (0, FieldPart::FieldStart, 0);
        loop {
            let Some(&byte) = self.buffer.unread().get(at) else {
                if at > MAX_LINE {
                    return self.give_up(n_breaks > 0);
                }
                if self.buffer.read_more()? {
                    continue;
                }
                return match place {
                    FieldPart::Quoted => self.give_up(true),
                    FieldPart::FieldStart | FieldPart::Plain | FieldPart::AfterQuote if at == 0 => Ok(Record::End),
                    FieldPart::FieldStart | FieldPart::Plain | FieldPart::AfterQuote => Ok(self.finish(at, n_breaks)),
                };
            };
            at += 1;
            let is_break = byte == b'\n' || byte == b'\r';
            place = match place {
                FieldPart::FieldStart if byte == b'"' => FieldPart::Quoted,
                FieldPart::Quoted if byte == b'"' => FieldPart::AfterQuote,
                FieldPart::Quoted => {
                    // A carriage return and a line feed are one break.
                    n_breaks += u64::from(is_break && !(byte == b'\n' && self.text.last() == Some(&b'\r')));
                    self.text.push(byte);
                    FieldPart::Quoted
                }
                FieldPart::AfterQuote if byte == b'"' => {
                    self.text.push(byte);
                    FieldPart::Quoted
                }
                _ if byte == self.delimiter => {
                    self.ends.push(self.text.len());
                    FieldPart::FieldStart
                }
                _ if is_break => {
                    self.after_return = byte == b'\r';
                    return Ok(self.finish(at, n_breaks + 1));
                }
                // Text behind the quote of a later line: the first quote was left open.
                FieldPart::AfterQuote if n_breaks > 0 && byte != b' ' => return self.give_up(true),
                FieldPart::FieldStart | FieldPart::Plain | FieldPart::AfterQuote => {
                    self.text.push(byte);
                    FieldPart::Plain
                }
            };
        }
    }

    fn finish(&mut self, len: usize, n_breaks: u64) -> Record {
        self.ends.push(self.text.len());
        self.buffer.consume(len);
        self.next_line += n_breaks;
        if n_breaks > MANY_LINES && self.suspect.is_none() {
            self.suspect = Some((self.line, n_breaks));
        }
        Record::Fields
    }

    /// Goes on behind the first line of a record that cannot be used.
    fn give_up(&mut self, has_open_quote: bool) -> io::Result<Record> {
        self.skip_line()?;
        Ok(if has_open_quote { Record::OpenQuote } else { Record::TooLong })
    }

    fn skip_line(&mut self) -> io::Result<()> {
        self.after_return = self.buffer.skip_line()? == Some(b'\r');
        self.next_line += 1;
        Ok(())
    }

    fn skip_blank_lines(&mut self) -> io::Result<()> {
        loop {
            match self.buffer.unread().first().copied() {
                Some(b'\n') if self.after_return => self.after_return = false,
                Some(byte @ (b'\n' | b'\r')) => {
                    self.after_return = byte == b'\r';
                    self.next_line += 1;
                }
                Some(_) => {
                    self.after_return = false;
                    return Ok(());
                }
                None if self.buffer.read_more()? => continue,
                None => return Ok(()),
            }
            self.buffer.consume(1);
        }
    }

    /// How many fields the record has.
    pub(super) fn n_fields(&self) -> usize {
        self.ends.len()
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

/// Finds the separator that a header has most often, outside quotes; a comma if there is none.
fn detect_delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut is_quoted = false;
        let is_separator = |&&byte: &&u8| {
            is_quoted ^= byte == b'"';
            !is_quoted && byte == delimiter
        };
        header.iter().filter(is_separator).count()
    };
    let mut best = (b',', count(b','));
    for delimiter in [b';', b'\t', b'|'] {
        let n = count(delimiter);
        best = if n > best.1 { (delimiter, n) } else { best };
    }
    best.0
}
