//! Decoders of content codings: gzip, deflate, br and zstd (RFC 9110 §8.4).
//!
//! A decoder is fed as bytes arrive, and never produces more than its caller has room for. Start at
//! [`BodyDecoder::for_response`].

mod gzip;
#[cfg(test)]
mod tests;
mod zstd;

use std::fmt;
use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::source::pool::wire::content_coding::gzip::Gzip;
use crate::source::pool::wire::content_coding::zstd::Zstd;

/// The codings to ask for.
pub const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// The size of a decoder's buffer.
const BUFFER: usize = 4 << 10;

/// Why a body could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// It has more bytes than there is room for.
    NoRoom,
    /// It is no valid content of this coding.
    Invalid(&'static str),
}

/// The codings of a response, in the order in which they are removed.
#[derive(Debug)]
pub struct BodyDecoder(Vec<(&'static str, Coding)>);

/// One coding.
enum Coding {
    Gzip(Gzip),
    /// Its first two bytes show which kind of deflate it is.
    Deflate(Vec<u8>),
    Zlib(ZlibDecoder<Bounded>),
    RawDeflate(DeflateDecoder<Bounded>),
    Brotli(Box<DecompressorWriter<Bounded>>),
    Zstd(Box<Zstd>),
}

/// A buffer of limited size.
#[derive(Debug, Default)]
struct Bounded {
    bytes: Vec<u8>,
    room: usize,
}

impl BodyDecoder {
    /// The decoder for a response, if it is encoded and every coding is known.
    pub fn for_response(headers: &HeaderMap) -> Option<Self> {
        let mut codings = Vec::new();
        for name in names(headers) {
            match name.as_str() {
                "gzip" | "x-gzip" => codings.push(("gzip", Coding::Gzip(Gzip::new()))),
                "deflate" => codings.push(("deflate", Coding::Deflate(Vec::new()))),
                "br" => {
                    codings.push(("br", Coding::Brotli(Box::new(DecompressorWriter::new(Bounded::default(), BUFFER)))));
                }
                "zstd" => codings.push(("zstd", Coding::Zstd(Box::new(Zstd::new())))),
                "identity" | "" => {}
                _ => return None,
            }
        }
        codings.reverse();
        // More than two are no real content.
        (!codings.is_empty() && codings.len() <= 2).then_some(Self(codings))
    }

    /// Decodes more input. Appends up to `room` bytes to `output`, also if there are more.
    pub fn decode(&mut self, input: &[u8], output: &mut Vec<u8>, room: usize) -> Result<(), DecodeError> {
        run(&mut self.0, input, output, room)
    }

    /// Checks that the content is complete, and appends what is left of it.
    pub fn finish(mut self, output: &mut Vec<u8>, room: usize) -> Result<(), DecodeError> {
        for i in 0..self.0.len() {
            let mut rest = Vec::new();
            let (name, coding) = &mut self.0[i];
            coding.finish(&mut rest, room).map_err(|error| problem(&error, name))?;
            run(&mut self.0[i + 1..], &rest, output, room)?;
        }
        Ok(())
    }
}

/// The names of the codings of a response, in lower case, in the order in which they were applied.
pub fn names(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

fn run(
    codings: &mut [(&'static str, Coding)],
    input: &[u8],
    output: &mut Vec<u8>,
    room: usize,
) -> Result<(), DecodeError> {
    let Some(((name, coding), rest)) = codings.split_first_mut() else {
        output.extend_from_slice(input);
        return Ok(());
    };
    let mut decoded = Vec::new();
    let ended = coding.decode(input, &mut decoded, room).map_err(|error| problem(&error, name));
    run(rest, &decoded, output, room)?;
    ended
}

fn problem(error: &io::Error, name: &'static str) -> DecodeError {
    if error.kind() == io::ErrorKind::StorageFull { DecodeError::NoRoom } else { DecodeError::Invalid(name) }
}

impl fmt::Debug for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coding").finish_non_exhaustive()
    }
}

impl Coding {
    fn decode(&mut self, input: &[u8], output: &mut Vec<u8>, room: usize) -> io::Result<()> {
        match self {
            Self::Gzip(gzip) => gzip.decode(input, output, room),
            Self::Zlib(to) => write(to, ZlibDecoder::get_mut, input, output, room),
            Self::RawDeflate(to) => write(to, DeflateDecoder::get_mut, input, output, room),
            Self::Brotli(to) => write(&mut **to, DecompressorWriter::get_mut, input, output, room),
            Self::Zstd(zstd) => zstd.decode(input, output, room),
            Self::Deflate(start) => {
                start.extend_from_slice(input);
                let &[first, second, ..] = &**start else { return Ok(()) };
                let is_zlib = first & 0x0f == 8 && (u16::from(first) << 8 | u16::from(second)) % 31 == 0;
                let start = std::mem::take(start);
                // Some servers omit the header that the standard requires.
                *self = if is_zlib {
                    Self::Zlib(ZlibDecoder::new(Bounded::default()))
                } else {
                    Self::RawDeflate(DeflateDecoder::new(Bounded::default()))
                };
                self.decode(&start, output, room)
            }
        }
    }

    fn finish(&mut self, output: &mut Vec<u8>, room: usize) -> io::Result<()> {
        let finish = |ended: io::Result<()>, to: &mut Bounded, output: &mut Vec<u8>| {
            output.append(&mut to.bytes);
            ended
        };
        match self {
            Self::Gzip(gzip) => gzip.finish(output, room),
            Self::Zlib(to) => {
                to.get_mut().room = room;
                finish(to.try_finish(), to.get_mut(), output)
            }
            Self::RawDeflate(to) => {
                to.get_mut().room = room;
                finish(to.try_finish(), to.get_mut(), output)
            }
            Self::Brotli(to) => {
                to.get_mut().room = room;
                finish(to.close(), to.get_mut(), output)
            }
            Self::Zstd(zstd) if zstd.is_complete() => Ok(()),
            Self::Zstd(_) | Self::Deflate(_) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Writes input to a decoder, and takes its output.
fn write<W: Write>(
    to: &mut W,
    inner: impl Fn(&mut W) -> &mut Bounded,
    input: &[u8],
    output: &mut Vec<u8>,
    room: usize,
) -> io::Result<()> {
    inner(to).room = room;
    let written = to.write_all(input).and_then(|()| to.flush());
    output.append(&mut inner(to).bytes);
    written
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
