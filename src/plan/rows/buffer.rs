//! The bytes of an input that were read and not used yet.
//!
//! It knows nothing of lines or values. Start at [`InputBuffer::unread`] and [`InputBuffer::read_more`].

use std::io::{self, Read};

const CHUNK: usize = 64 << 10;

/// A growing window on an input.
pub(super) struct InputBuffer<R> {
    input: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
}

impl<R: Read> InputBuffer<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, bytes: vec![0; CHUNK], start: 0, end: 0, ended: false }
    }

    /// The bytes that were read and not consumed.
    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Moves past the first bytes. They can be read again until the next [`Self::read_more`].
    pub(super) fn consume(&mut self, n: usize) {
        self.start += n;
    }

    /// The `n` bytes before the first unread one.
    pub(super) fn consumed(&self, n: usize) -> &[u8] {
        &self.bytes[self.start - n..self.start]
    }

    /// Reads more bytes behind the unread ones. Blocks until there are some; returns whether there are.
    pub(super) fn read_more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.bytes.len() {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
        loop {
            match self.input.read(&mut self.bytes[self.end..]) {
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
            return Ok(!self.ended);
        }
    }

    /// Moves past the next line break, however far away it is. Returns it, unless the input ended first.
    pub(super) fn skip_line(&mut self) -> io::Result<Option<u8>> {
        loop {
            if let Some(at) = memchr::memchr2(b'\n', b'\r', self.unread()) {
                self.consume(at + 1);
                return Ok(self.consumed(1).first().copied());
            }
            self.start = self.end;
            if !self.read_more()? {
                return Ok(None);
            }
        }
    }
}
