//! The lines of a text file; a line that is too long is not kept.
//!
//! Blank lines and `#` comments are not lines; a line that is too long or not UTF-8 is a bad one.
//! Counting uses the same code as reading, so that both agree. Start at [`Lines::next`].

use std::io::{self, Read};

use crate::plan::defaults::MAX_LINE;
use crate::plan::error::io_reason;

const CHUNK: usize = 64 << 10;

/// A reader of lines.
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    number: u64,
    ended: bool,
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
        Self { input, buffer: vec![0; CHUNK], start: 0, end: 0, number: 0, ended: false }
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

    fn next_raw(&mut self) -> io::Result<Option<(u64, Raw<'_>)>> {
        loop {
            let Some(range) = self.advance()? else { return Ok(None) };
            self.number += 1;
            let Some((mut from, to)) = range else { return Ok(Some((self.number, None))) };
            if self.number == 1 && self.buffer[from..to].starts_with(b"\xef\xbb\xbf") {
                from += 3;
            }
            let has_content = |line: &[u8]| !matches!(line.trim_ascii_start().first(), None | Some(b'#'));
            if has_content(&self.buffer[from..to]) {
                return Ok(Some((self.number, Some(&self.buffer[from..to]))));
            }
        }
    }

    /// Moves past one line. Returns its range in the buffer, or an inner `None` if it was too long.
    #[expect(clippy::option_option, reason = "the outer one is the end, the inner one a line without place")]
    fn advance(&mut self) -> io::Result<Option<Option<(usize, usize)>>> {
        let mut searched = self.start;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[searched..self.end]) {
                let line = (self.start, searched + at);
                self.start = line.1 + 1;
                return Ok(Some((line.1 - line.0 <= MAX_LINE).then_some(line)));
            }
            if self.ended {
                let line = (self.start, self.end);
                self.start = self.end;
                return Ok((line.0 < line.1).then_some(Some(line)));
            }
            if self.end - self.start > MAX_LINE {
                return self.skip_line().map(|()| Some(None));
            }
            searched = self.end - self.start;
            self.make_room();
            self.refill()?;
        }
    }

    fn make_room(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(n) => self.end += n,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                // After a failed read the position is unknown, so the text ends here.
                Err(why) => {
                    self.ended = true;
                    self.start = self.end;
                    return Err(why);
                }
            }
            return Ok(());
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[self.start..self.end]) {
                self.start += at + 1;
                return Ok(());
            }
            self.start = 0;
            self.end = 0;
            if self.ended {
                return Ok(());
            }
            self.refill()?;
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
        assert_eq!(all(b"\xef\xbb\xbfa\r\n\r\n  # no\r\n b \n\nc"), ["1 a", "4 b", "6 c"]);
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
