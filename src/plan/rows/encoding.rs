//! The encoding of an input: UTF-8, or UTF-16 as some shells write it.
//!
//! A byte order mark decides, or the zeros that UTF-16 puts between Latin letters; the mark is removed. Text that is
//! neither passes unchanged, and its lines are bad ones. Start at [`decoded`].

use std::io::{self, Read};

use crate::plan::rows::Input;

/// Bytes that are looked at to find the encoding.
const MARK: usize = 3;

/// The number of bytes that are decoded together.
const CHUNK: usize = 8 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Unknown,
    Bytes,
    LittleEndian,
    BigEndian,
}

struct DecodedInput {
    input: Input,
    encoding: Encoding,
    /// Decoded text that was not read yet, and how much of it was.
    text: Vec<u8>,
    n_read: usize,
    /// Bytes of an incomplete character.
    rest: Vec<u8>,
    ended: bool,
}

/// Returns the input as UTF-8 without a byte order mark.
pub fn decoded(input: Input) -> Input {
    let (text, rest) = (Vec::new(), Vec::new());
    Box::new(DecodedInput { input, encoding: Encoding::Unknown, text, n_read: 0, rest, ended: false })
}

impl DecodedInput {
    fn detect(&mut self) -> io::Result<()> {
        let mut start = Vec::new();
        let mut chunk = [0; CHUNK];
        while start.len() < MARK {
            match self.input.read(&mut chunk)? {
                0 => break,
                n => start.extend_from_slice(&chunk[..n]),
            }
        }
        let (encoding, n_mark) = match start[..] {
            [0xff, 0xfe, ..] => (Encoding::LittleEndian, 2),
            [0xfe, 0xff, ..] => (Encoding::BigEndian, 2),
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
            [first, 0, ..] if first != 0 => (Encoding::LittleEndian, 0),
            [0, second, ..] if second != 0 => (Encoding::BigEndian, 0),
            _ => (Encoding::Bytes, 0),
        };
        self.encoding = encoding;
        self.rest = start.split_off(n_mark);
        if self.encoding == Encoding::Bytes {
            self.text = std::mem::take(&mut self.rest);
        }
        Ok(())
    }

    /// Decodes the next bytes of UTF-16.
    fn decode(&mut self) -> io::Result<()> {
        let mut chunk = [0; CHUNK];
        let n = self.input.read(&mut chunk)?;
        self.ended = n == 0;
        self.rest.extend_from_slice(&chunk[..n]);
        let unit = |pair: &[u8]| match self.encoding {
            Encoding::BigEndian => u16::from_be_bytes([pair[0], pair[1]]),
            Encoding::LittleEndian | Encoding::Unknown | Encoding::Bytes => u16::from_le_bytes([pair[0], pair[1]]),
        };
        let mut units: Vec<u16> = self.rest.chunks_exact(2).map(unit).collect();
        // The first half of a pair waits for the second.
        if !self.ended && units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            units.pop();
        }
        self.rest.drain(..units.len() * 2);
        self.text = String::from_utf16_lossy(&units).into_bytes();
        self.n_read = 0;
        Ok(())
    }
}

impl Read for DecodedInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Unknown {
            self.detect()?;
        }
        while self.n_read == self.text.len() {
            if self.encoding == Encoding::Bytes {
                return self.input.read(buffer);
            }
            if self.ended {
                return Ok(0);
            }
            self.decode()?;
        }
        let n = buffer.len().min(self.text.len() - self.n_read);
        buffer[..n].copy_from_slice(&self.text[self.n_read..self.n_read + n]);
        self.n_read += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::decoded;

    /// Returns one byte at a time.
    struct Slow(std::vec::IntoIter<u8>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(self.0.next().map_or(0, |byte| {
                buffer[0] = byte;
                1
            }))
        }
    }

    #[track_caller]
    fn assert_text(bytes: &[u8], text: &str) {
        let mut all = String::new();
        let owned: Vec<u8> = bytes.into();
        decoded(Box::new(Slow(owned.into_iter()))).read_to_string(&mut all).unwrap();
        assert_eq!(all, text, "{bytes:?}");
    }

    #[test]
    fn utf_16_is_decoded_in_both_byte_orders_and_marks_are_removed() {
        let text = "https://ä.b/😀\r\nx";
        let units = |mark: &'static str| format!("{mark}{text}").encode_utf16().collect::<Vec<_>>();
        for mark in ["", "\u{feff}"] {
            assert_text(&units(mark).into_iter().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), text);
            assert_text(&units(mark).into_iter().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), text);
            assert_text(format!("{mark}{text}").as_bytes(), text);
        }
    }

    #[test]
    fn short_texts_and_halves_of_characters_do_not_hang() {
        for bytes in [&b""[..], b"a", b"ab"] {
            assert_text(bytes, str::from_utf8(bytes).unwrap());
        }
        assert_text(&[0xff, 0xfe], "");
        assert_text(&[0xff, 0xfe, 0x3d, 0xd8, b'a'], "\u{fffd}");
    }
}
