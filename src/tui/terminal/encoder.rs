//! The frame encoder: turns each frame into the bytes that change the previous frame into it.
//!
//! It works in memory and never queries the terminal, so that drawing cannot wait.
//! Start at [`FrameEncoder::draw`].

use std::io;

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::queue;
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::layout::{Position, Rect, Size};

use crate::tui::picture::Picture;
use crate::tui::text_fit::width_of;

/// Encodes one frame after the other.
#[derive(Debug)]
pub struct FrameEncoder {
    /// What the terminal shows.
    shown: Picture,
    /// The frame that is drawn.
    next: Picture,
    bytes: Vec<u8>,
}

impl FrameEncoder {
    /// An encoder for a terminal of this size that shows nothing yet.
    pub fn new(size: Size) -> Self {
        let area = Rect::from((Position::ORIGIN, size));
        Self { shown: Buffer::empty(area), next: Buffer::empty(area), bytes: Vec::new() }
    }

    /// Encodes a frame for an area, after the bytes of `prefix`. If the terminal's content is unknown, it
    /// encodes every cell. `render` gets an empty picture.
    ///
    /// A frame that changes nothing gives no bytes.
    pub fn draw(
        &mut self,
        area: Rect,
        prefix: &str,
        is_unknown: bool,
        render: impl FnOnce(&mut Picture),
    ) -> io::Result<()> {
        self.bytes.extend_from_slice(prefix.as_bytes());
        let kept = self.bytes.len();
        queue!(self.bytes, BeginSynchronizedUpdate)?;
        let begun = self.bytes.len();
        if is_unknown || self.shown.area != area {
            queue!(self.bytes, Clear(ClearType::All))?;
            (self.shown, self.next) = (Buffer::empty(area), Buffer::empty(area));
        }
        render(&mut self.next);
        {
            let mut changes = changes(&self.shown, &self.next).peekable();
            // Without this, crossterm would reset the colours for an empty frame.
            if changes.peek().is_some() {
                CrosstermBackend::new(&mut self.bytes).draw(changes)?;
            }
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        self.next.reset();
        if self.bytes.len() == begun {
            self.bytes.truncate(kept);
            return Ok(());
        }
        queue!(self.bytes, EndSynchronizedUpdate)
    }

    /// Gives access to the encoded bytes.
    pub fn with_bytes<T>(&mut self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        work(&mut self.bytes)
    }
}

/// The cells that differ between two pictures of the same size, with their places.
///
/// Most cells are equal, so the width of a symbol is only computed if it can be wide.
fn changes<'a>(shown: &'a Picture, next: &'a Picture) -> impl Iterator<Item = (u16, u16, &'a Cell)> {
    let (columns, len) = (usize::from(next.area.width).max(1), next.content.len().min(shown.content.len()));
    let place = move |i: usize| (u16::try_from(i % columns).unwrap_or(0), u16::try_from(i / columns).unwrap_or(0));
    // Cells before `stale` are sent even if they are equal.
    let (mut i, mut stale) = (0, 0);
    std::iter::from_fn(move || {
        while i < len {
            let (at, old, new) = (i, &shown.content[i], &next.content[i]);
            let is_changed = at < stale || old != new;
            // Some terminals do not clear the second column of an emoji with a variation selector.
            let width = if is_changed && new.symbol().contains('\u{fe0f}') { 1 } else { columns_of(new) };
            i += width;
            if is_changed {
                // The columns that a wide symbol has covered may still show it.
                stale = stale.max(at + columns_of(old));
                let (x, y) = place(at);
                return Some((x, y, new));
            }
        }
        None
    })
}

/// The number of columns that a cell's symbol covers.
fn columns_of(cell: &Cell) -> usize {
    usize::from(width_of(cell.symbol())).max(1)
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use ratatui::layout::{Position, Rect, Size};
    use ratatui::style::{Modifier, Style};

    use super::FrameEncoder;
    use crate::tui::picture::Picture;

    const SMALL: Size = Size::new(20, 4);
    const LARGE: Size = Size::new(30, 6);

    /// A terminal emulator that shows what the bytes do.
    fn emulator(size: Size) -> vt100::Parser {
        let at_least_one = |n| NonZero::new(n).unwrap_or(NonZero::<u16>::MIN);
        vt100::Parser::new(at_least_one(size.height), at_least_one(size.width), 0)
    }

    /// Draws a text on the emulator; returns the number of bytes.
    fn show(encoder: &mut FrameEncoder, emulator: &mut vt100::Parser, size: Size, text: &str) -> usize {
        let draw = |picture: &mut Picture| {
            assert_eq!(picture.area.as_size(), size);
            if !picture.area.is_empty() {
                picture.set_string(0, 1, text, Style::new().add_modifier(Modifier::BOLD));
            }
        };
        encoder.draw(Rect::from((Position::ORIGIN, size)), "", false, draw).unwrap();
        encoder.with_bytes(|bytes| {
            emulator.process(bytes);
            std::mem::take(bytes).len()
        })
    }

    #[test]
    fn the_first_frame_is_sent_whole_and_then_only_changes() {
        let mut encoder = FrameEncoder::new(SMALL);
        let mut screen = emulator(SMALL);
        let first = show(&mut encoder, &mut screen, SMALL, "12 in flight");
        assert_eq!(screen.screen().contents(), "\n12 in flight");
        assert!(screen.screen().cell(1, 0).is_some_and(vt100::Cell::bold));
        let second = show(&mut encoder, &mut screen, SMALL, "13 in flight");
        assert_eq!(screen.screen().contents(), "\n13 in flight");
        assert!(second < first, "{second} of {first} bytes");
        assert_eq!(show(&mut encoder, &mut screen, SMALL, "13 in flight"), 0, "nothing changed");
    }

    #[test]
    fn the_prefix_is_sent_even_if_the_frame_changes_nothing() {
        let mut encoder = FrameEncoder::new(SMALL);
        let area = Rect::from((Position::ORIGIN, SMALL));
        let mut bytes_of = |prefix: &str, is_unknown| {
            encoder.draw(area, prefix, is_unknown, |_| {}).unwrap();
            encoder.with_bytes(std::mem::take)
        };
        assert_eq!(bytes_of("title", false), b"title");
        let anew = bytes_of("title", true);
        assert!(anew.starts_with(b"title\x1b[?2026h") && anew.ends_with(b"\x1b[?2026l"), "{anew:?}");
    }

    #[test]
    fn a_new_size_is_drawn_whole_without_querying_the_terminal() {
        let mut encoder = FrameEncoder::new(SMALL);
        let mut small = emulator(SMALL);
        show(&mut encoder, &mut small, SMALL, "12 in flight");
        for size in [LARGE, SMALL, Size::ZERO, LARGE] {
            let mut screen = emulator(size);
            let text = if size == Size::ZERO { "" } else { "12 in flight" };
            show(&mut encoder, &mut screen, size, text);
            assert_eq!(screen.screen().contents().trim(), text, "at {size}");
        }
    }

    #[test]
    fn wide_symbols_leave_nothing_behind() {
        let mut encoder = FrameEncoder::new(SMALL);
        let mut screen = emulator(SMALL);
        for text in ["日本 x", "日本 y", "ab本 y", "a日b y", "abcd", "日本 x"] {
            show(&mut encoder, &mut screen, SMALL, text);
            assert_eq!(screen.screen().contents().trim_end(), format!("\n{text}"));
        }
    }
}
