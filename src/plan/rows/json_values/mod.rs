//! The values of a JSON input: an array of them, one on each line, or one after another over several lines.
//!
//! A value that is broken spoils only its own line. Blank lines, `#` comments and commas between values are skipped.
//! It finds where values end, and leaves their content to a parser. Start at [`JsonValues::next`].

use std::io::{self, Read};

use crate::plan::defaults::MAX_LINE;
use crate::plan::error::io_reason;
use crate::plan::rows::buffer::InputBuffer;

/// The deepest nesting; the parser has the same limit.
const MAX_DEPTH: usize = 127;

/// A reader of JSON values.
pub(super) struct JsonValues<R> {
    buffer: InputBuffer<R>,
    /// The line of the first unread byte.
    line: u64,
    /// Where the last value begins: its line, and how far it is indented.
    value_line: u64,
    indent: usize,
    is_in_array: bool,
    /// How many values were returned.
    n_values: u64,
    /// The end of a list that is not closed was reported.
    has_ended: bool,
}

/// One value.
pub(super) enum JsonText<'v> {
    /// Its text. It may be invalid inside.
    Text(&'v [u8]),
    /// A value that cannot be used. Completes "line 7 …".
    Bad(String),
    /// There are no more.
    End,
}

/// Where a value ends.
enum ValueEnd {
    /// After this many bytes.
    At(usize),
    /// It is broken, and what follows it begins at the earliest after this many bytes.
    Broken(&'static str, usize),
    TooLong,
}

/// A container that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Object,
    Array,
}

impl<R: Read> JsonValues<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            buffer: InputBuffer::new(input),
            line: 1,
            value_line: 1,
            indent: 0,
            is_in_array: false,
            n_values: 0,
            has_ended: false,
        }
    }

    /// The place of the last value, such as `line 7` or `row 3, line 12`.
    pub(super) fn place(&self) -> String {
        if self.is_in_array {
            format!("row {}, line {}", self.n_values, self.value_line)
        } else {
            format!("line {}", self.value_line)
        }
    }

    /// The next value.
    pub(super) fn next(&mut self) -> JsonText<'_> {
        match self.find() {
            Ok(None) => JsonText::End,
            Ok(Some(ValueEnd::At(len))) => JsonText::Text(self.buffer.consumed(len)),
            Ok(Some(ValueEnd::Broken(why, _))) => JsonText::Bad(why.to_owned()),
            Ok(Some(ValueEnd::TooLong)) => JsonText::Bad("is longer than 1 MiB".to_owned()),
            Err(why) => {
                self.value_line = self.line;
                JsonText::Bad(format!("cannot be read: {}", io_reason(&why)))
            }
        }
    }

    /// Moves past the next value.
    fn find(&mut self) -> io::Result<Option<ValueEnd>> {
        let has_value = self.skip_to_value()?;
        if !has_value && (!self.is_in_array || self.has_ended) {
            return Ok(None);
        }
        self.value_line = self.line;
        self.n_values += 1;
        if !has_value {
            // The rest of a list that was cut off is missing.
            self.has_ended = true;
            return Ok(Some(ValueEnd::Broken("is missing: the list is not closed", 0)));
        }
        let found = self.scan()?;
        match found {
            ValueEnd::At(len) => self.skip(len),
            ValueEnd::Broken(_, len) => {
                self.skip(len);
                self.skip_broken_lines()?;
            }
            ValueEnd::TooLong => {}
        }
        Ok(Some(found))
    }

    /// Moves to the first byte of a value. Returns whether there is one.
    fn skip_to_value(&mut self) -> io::Result<bool> {
        loop {
            match self.buffer.unread().first().copied() {
                None if self.buffer.read_more()? => continue,
                None => return Ok(false),
                Some(b'\n') => {
                    self.line += 1;
                    self.indent = 0;
                }
                Some(b' ' | b'\t') => self.indent += 1,
                Some(b'\r' | b',') => {}
                Some(b'#') => {
                    self.skip_line()?;
                    continue;
                }
                Some(b'[') if !self.is_in_array => self.is_in_array = true,
                Some(b']') if self.is_in_array => self.is_in_array = false,
                Some(_) => return Ok(true),
            }
            self.buffer.consume(1);
        }
    }

    fn skip(&mut self, len: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.buffer.unread()[..len]).count() as u64;
        self.buffer.consume(len);
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', self.buffer.unread()) {
                self.skip(at + 1);
                self.indent = 0;
                return Ok(());
            }
            self.buffer.consume(self.buffer.unread().len());
            if !self.buffer.read_more()? {
                return Ok(());
            }
        }
    }

    /// Moves past the rest of a value that is broken: to the next line that begins a value where this one began.
    fn skip_broken_lines(&mut self) -> io::Result<()> {
        let indent = self.indent;
        // One that began and broke on the same line ends with it.
        let is_short = self.line == self.value_line;
        let is_at_line_start = !is_short && self.buffer.consumed(1) == b"\n";
        if !is_at_line_start {
            self.skip_line()?;
        }
        loop {
            while self.buffer.unread().len() <= indent && self.buffer.read_more()? {}
            let line = self.buffer.unread();
            let is_blank = |bytes: &[u8]| bytes.iter().all(|&b| b == b' ' || b == b'\t');
            let begins = line.len() > indent && is_blank(&line[..indent]) && b"{[]".contains(&line[indent]);
            if is_short || begins || line.is_empty() {
                self.indent = 0;
                return Ok(());
            }
            self.skip_line()?;
        }
    }

    /// Finds the end of the value that begins here.
    fn scan(&mut self) -> io::Result<ValueEnd> {
        let (mut at, mut open) = (0, Vec::new());
        let (mut is_text, mut is_escaped, mut previous) = (false, false, b' ');
        // Where the current line and the second one begin.
        let (mut line_at, mut first_line) = (0, 0);
        loop {
            let Some(&byte) = self.buffer.unread().get(at) else {
                if at > MAX_LINE {
                    self.skip(at);
                    self.skip_line()?;
                    return Ok(ValueEnd::TooLong);
                }
                if self.buffer.read_more()? {
                    continue;
                }
                // A bare word may end with the input.
                let is_complete = open.is_empty() && !is_text;
                return Ok(if is_complete { ValueEnd::At(at) } else { ValueEnd::Broken("is not closed", first_line) });
            };
            if is_text {
                match byte {
                    b'\n' => return Ok(ValueEnd::Broken("has a text that is not closed", at)),
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = true,
                    b'"' => {
                        is_text = false;
                        previous = byte;
                        if open.is_empty() {
                            return Ok(ValueEnd::At(at + 1));
                        }
                    }
                    _ => {}
                }
                at += 1;
                continue;
            }
            match byte {
                b'"' if open.is_empty() && at > 0 => return Ok(ValueEnd::At(self.end_of_word(at)?)),
                b'"' => is_text = true,
                b'{' | b'[' => {
                    let fits = match open.last() {
                        None => at == 0,
                        Some(Container::Object) => previous == b':',
                        Some(Container::Array) => previous == b'[' || previous == b',',
                    };
                    let is_first = self.buffer.unread()[line_at..at].trim_ascii().is_empty();
                    // The value before this one was left open.
                    if !fits && is_first && at > 0 {
                        return Ok(ValueEnd::Broken("is not closed", line_at));
                    }
                    if open.len() > MAX_DEPTH {
                        return Ok(ValueEnd::Broken("is nested too deeply", at));
                    }
                    open.push(if byte == b'{' { Container::Object } else { Container::Array });
                }
                b'}' | b']' => match open.pop() {
                    Some(container) if (container == Container::Object) != (byte == b'}') => {
                        return Ok(ValueEnd::Broken("is not closed", at));
                    }
                    Some(_) if open.is_empty() => return Ok(ValueEnd::At(at + 1)),
                    // The end of the array around a bare word.
                    None if self.is_in_array && byte == b']' && at > 0 => return Ok(ValueEnd::At(at)),
                    Some(_) | None => {}
                },
                b',' if open.is_empty() && self.is_in_array => return Ok(ValueEnd::At(at)),
                b'\n' if open.is_empty() => return Ok(ValueEnd::At(at)),
                _ => {}
            }
            if byte == b'\n' {
                line_at = at + 1;
                first_line = if first_line == 0 { line_at } else { first_line };
            }
            if !byte.is_ascii_whitespace() {
                previous = byte;
            }
            at += 1;
        }
    }

    /// Finds the end of a line that is no JSON.
    fn end_of_word(&mut self, mut at: usize) -> io::Result<usize> {
        loop {
            match self.buffer.unread().get(at).copied() {
                Some(b'\n') => return Ok(at),
                Some(_) => at += 1,
                None if at <= MAX_LINE && self.buffer.read_more()? => {}
                None => return Ok(at),
            }
        }
    }
}

#[cfg(test)]
mod tests;
