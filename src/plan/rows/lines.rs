//! The lines of a text file; a line that is too long is not kept.
//!
//! Blank lines and `#` comments are not lines; a line that is too long or not UTF-8 is a bad one.
//! Counting uses the same code as reading, so that both agree. Start at [`Lines::next`].

use std::io::{self, Read};

use crate::plan::defaults::MAX_LINE;
use crate::plan::error::io_reason;
use crate::plan::rows::buffer::InputBuffer;

/// A reader of lines. They end with a line feed, a carriage return, or both.
pub(super) struct Lines<R> {
    buffer: InputBuffer<R>,
    number: u64,
    /// The last line ended with a carriage return, so a line feed that follows belongs to it.
    after_return: bool,
}

/// One line.
pub(super) enum Line<'l> {
    /// Its text, trimmed, and its number from 1.
    Text {
        /// Where.
        number: u64,
        /// What.
        text: &'l str,
    },
    /// A line that cannot be used.
    Bad {
        /// Where.
        number: u64,
        /// Completes "line 7 …".
        why: String,
    },
    /// There are no more.
    End,
}

/// A line's bytes, or nothing if there were too many.
type Raw<'l> = Option<&'l [u8]>;

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { buffer: InputBuffer::new(input), number: 0, after_return: false }
    }

    /// The number of the line that was read last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is not blank or a comment.
    pub(super) fn next(&mut self) -> Line<'_> {
        let number = self.number;
        match self.next_raw() {
            Ok(None) => Line::End,
            Ok(Some((number, None))) => Line::Bad { number, why: "is longer than 1 MiB".to_owned() },
            Ok(Some((number, Some(bytes)))) => match std::str::from_utf8(bytes) {
                Ok(text) => Line::Text { number, text: text.trim() },
                Err(_) => Line::Bad { number, why: "is not UTF-8 text".to_owned() },
            },
            Err(why) => Line::Bad { number: number + 1, why: format!("cannot be read: {}", io_reason(&why)) },
        }
    }

    /// How many lines are not blank or comments.
    pub(super) fn count(mut self) -> io::Result<u64> {
        let mut n_lines = 0;
        while self.next_raw()?.is_some() {
            n_lines += 1;
        }
        Ok(n_lines)
    }

    /// The next line, also if it is blank or a comment.
    pub(super) fn next_any(&mut self) -> io::Result<Option<(u64, Raw<'_>)>> {
        let Some(line) = self.advance()? else { return Ok(None) };
        let bytes = line.map(|(len, n_ending)| &self.buffer.consumed(len + n_ending)[..len]);
        Ok(Some((self.number, bytes)))
    }

    fn next_raw(&mut self) -> io::Result<Option<(u64, Raw<'_>)>> {
        let has_content = |line: &[u8]| !matches!(line.trim_ascii_start().first(), None | Some(b'#'));
        loop {
            let Some(line) = self.advance()? else { return Ok(None) };
            let Some((len, n_ending)) = line else { return Ok(Some((self.number, None))) };
            if has_content(&self.buffer.consumed(len + n_ending)[..len]) {
                return Ok(Some((self.number, Some(&self.buffer.consumed(len + n_ending)[..len]))));
            }
        }
    }

    /// Moves past one line. Returns its length and that of its ending, or an inner `None` if it was too long.
    #[expect(clippy::option_option, reason = "the outer one is the end, the inner one a line without place")]
    fn advance(&mut self) -> io::Result<Option<Option<(usize, usize)>>> {
        let mut searched = 0;
        loop {
            let unread = self.buffer.unread();
            if self.after_return && !unread.is_empty() {
                self.after_return = false;
                if unread[0] == b'\n' {
                    self.buffer.consume(1);
                    continue;
                }
            }
            if let Some(at) = memchr::memchr2(b'\n', b'\r', &unread[searched..]) {
                let len = searched + at;
                self.after_return = unread[len] == b'\r';
                self.buffer.consume(len + 1);
                self.number += 1;
                return Ok(Some((len <= MAX_LINE).then_some((len, 1))));
            }
            searched = unread.len();
            if searched > MAX_LINE {
                self.number += 1;
                self.after_return = self.buffer.skip_line()? == Some(b'\r');
                return Ok(Some(None));
            }
            if !self.buffer.read_more()? {
                let len = self.buffer.unread().len();
                self.buffer.consume(len);
                self.number += u64::from(len > 0);
                return Ok((len > 0).then_some(Some((len, 0))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};
    use crate::plan::defaults::MAX_LINE;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(bytes);
        let mut found = Vec::new();
        loop {
            match lines.next() {
                Line::Text { number, text } => found.push(format!("{number} {text}")),
                Line::Bad { number, why } => found.push(format!("{number} {why}")),
                Line::End => break,
            }
        }
        assert_eq!(Lines::new(bytes).count().unwrap(), found.len() as u64, "the count agrees");
        found
    }

    #[test]
    fn comments_blank_lines_line_ends_and_marks_are_not_content() {
        assert_eq!(all(b"a\r\n\r\n  # no\r\n b \n\nc"), ["1 a", "4 b", "6 c"]);
        assert_eq!(all(b"a\r\r# no\rb\r"), ["1 a", "4 b"]);
        assert!(all(b"").is_empty());
        assert!(all(b"\n\n#\n").is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_costs_no_more_than_itself() {
        let mut text = b"a\n".to_vec();
        text.extend(vec![b'x'; 3 * MAX_LINE]);
        text.extend(b"\nb\n");
        text.extend(vec![b'y'; MAX_LINE]);
        text.extend(b"\n\xff\n");
        let found = all(&text);
        assert_eq!(&found[..3], ["1 a", "2 is longer than 1 MiB", "3 b"]);
        assert_eq!(found[3].len(), MAX_LINE + 2);
        assert_eq!(found[4], "5 is not UTF-8 text");
    }

    #[test]
    fn a_last_line_that_is_too_long_is_a_bad_line() {
        assert_eq!(all(&vec![b'x'; 2 * MAX_LINE + 5]), ["1 is longer than 1 MiB"]);
    }
}
