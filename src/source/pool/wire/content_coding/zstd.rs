//! A decoder of zstd frames (RFC 8878) that is fed as bytes arrive.
//!
//! Start at [`Zstd::decode`].

use std::io;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The largest window of zstd (RFC 9659).
const MAX_ZSTD_WINDOW: u64 = 8 << 20;

/// A stream of zstd frames.
pub(super) struct Zstd {
    frame: FrameDecoder,
    is_inside: bool,
    has_checksum: bool,
    /// Input that is no complete block yet.
    pending: Vec<u8>,
}

impl Zstd {
    /// A decoder before the first frame.
    pub(super) fn new() -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(MAX_ZSTD_WINDOW);
        Self { frame, is_inside: false, has_checksum: false, pending: Vec::new() }
    }

    /// Decodes one block after the other, because the decoder takes only complete ones.
    pub(super) fn decode(&mut self, input: &[u8], output: &mut Vec<u8>, room: usize) -> io::Result<()> {
        self.pending.extend_from_slice(input);
        let mut at = 0;
        let limit = output.len().saturating_add(room);
        while let Some(length) = self.next_part(&self.pending[at..]) {
            let mut part = &self.pending[at..at + length];
            at += length;
            if !self.is_inside {
                self.has_checksum = part[4] >> 2 & 1 == 1;
                self.frame.reset(part).map_err(io::Error::other)?;
                self.is_inside = true;
                continue;
            }
            self.frame.decode_blocks(&mut part, BlockDecodingStrategy::UptoBlocks(1)).map_err(io::Error::other)?;
            if output.len() + self.frame.can_collect() > limit {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.frame.collect_to_writer(&mut *output)?;
            if self.frame.is_finished() {
                self.is_inside = false;
                let stated = self.frame.get_checksum_from_data();
                if stated.is_some() && stated != self.frame.get_calculated_checksum() {
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
        self.pending.drain(..at);
        Ok(())
    }

    /// Whether every frame so far is complete.
    pub(super) fn is_complete(&self) -> bool {
        !self.is_inside && self.pending.is_empty()
    }

    /// The length of the next frame header or block, if it is complete.
    fn next_part(&self, input: &[u8]) -> Option<usize> {
        let length = if self.is_inside {
            let &[a, b, c, ..] = input else { return None };
            let header = u32::from_le_bytes([a, b, c, 0]);
            let (is_last, is_repeated) = (header & 1 == 1, header >> 1 & 3 == 1);
            // The checksum follows the last block.
            let checksum = if is_last && self.has_checksum { 4 } else { 0 };
            3 + if is_repeated { 1 } else { (header >> 3) as usize } + checksum
        } else {
            frame_header_length(input)?
        };
        (length <= input.len()).then_some(length)
    }
}

/// The length of a zstd frame header (RFC 8878 §3.1.1.1), if its start shows it.
fn frame_header_length(input: &[u8]) -> Option<usize> {
    let descriptor = *input.get(4)?;
    let is_single = descriptor >> 5 & 1 == 1;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content = match (descriptor >> 6, is_single) {
        (0, false) => 0,
        (0, true) => 1,
        (1, _) => 2,
        (2, _) => 4,
        _ => 8,
    };
    Some(5 + usize::from(!is_single) + dictionary + content)
}
