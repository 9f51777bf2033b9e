//! Gzip with several members, and with bytes after the last one that are no member.
//!
//! Some servers pad their files. Like browsers and `gzip` itself, it ignores such bytes. Start at [`Gzip::decode`].

use std::io::{self, Write};
use std::mem;

use flate2::write::GzDecoder;

use crate::source::pool::wire::content_coding::Bounded;

/// The first byte of a member.
const MAGIC: u8 = 0x1f;

/// A decoder of gzip.
pub(super) struct Gzip {
    member: GzDecoder<Bounded>,
    /// The last member is over, and bytes follow that are no member.
    is_over: bool,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self { member: GzDecoder::new(Bounded::default()), is_over: false }
    }

    /// Decodes more input. Appends up to `room` bytes to `output`, also if there are more.
    pub(super) fn decode(&mut self, input: &[u8], output: &mut Vec<u8>, room: usize) -> io::Result<()> {
        if self.is_over {
            return Ok(());
        }
        self.member.get_mut().room = room;
        let decoded = self.decode_members(input);
        output.append(&mut self.member.get_mut().bytes);
        decoded
    }

    fn decode_members(&mut self, mut input: &[u8]) -> io::Result<()> {
        while let Some(&first) = input.first() {
            let n = self.member.write(input)?;
            input = &input[n..];
            if n == 0 {
                self.member.try_finish()?;
                if first != MAGIC {
                    self.is_over = true;
                    return Ok(());
                }
                let bounded = mem::take(self.member.get_mut());
                self.member = GzDecoder::new(bounded);
            }
        }
        self.member.flush()
    }

    /// Checks that the last member is complete, and appends what is left of it.
    pub(super) fn finish(&mut self, output: &mut Vec<u8>, room: usize) -> io::Result<()> {
        self.member.get_mut().room = room;
        let finished = self.member.try_finish();
        output.append(&mut self.member.get_mut().bytes);
        finished
    }
}
