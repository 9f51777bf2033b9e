//! The frame encoder: turns each frame into the bytes that change the previous frame into it.
//!
//! It works in memory and never queries the terminal, so that drawing cannot wait.
//! Start at [`FrameEncoder::draw`].

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::crossterm::queue;
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal};

/// Encodes one frame after the other.
#[derive(Debug)]
pub struct FrameEncoder(Terminal<BufferBackend>);

impl FrameEncoder {
    /// An encoder for a terminal of this size that shows nothing yet.
    pub fn new(size: Size) -> io::Result<Self> {
        Ok(Self(Terminal::new(BufferBackend::new(size))?))
    }

    /// Encodes a frame for an area, after the bytes of `prefix`. If the terminal's content is unknown, it
    /// encodes every cell.
    ///
    /// A frame that changes nothing gives no bytes.
    pub fn draw(
        &mut self,
        area: Rect,
        prefix: &str,
        is_unknown: bool,
        render: impl FnOnce(&mut Frame<'_>),
    ) -> io::Result<()> {
        self.0.backend_mut().size = area.as_size();
        let (kept, begun) = self.with_bytes(|bytes| {
            bytes.extend_from_slice(prefix.as_bytes());
            let kept = bytes.len();
            queue!(bytes, BeginSynchronizedUpdate)?;
            io::Result::Ok((kept, bytes.len()))
        })?;
        if is_unknown {
            self.0.resize(area)?;
        }
        self.0.draw(render)?;
        self.with_bytes(|bytes| {
            if bytes.len() == begun {
                bytes.truncate(kept);
                return Ok(());
            }
            queue!(bytes, EndSynchronizedUpdate)
        })
    }

    /// Gives access to the encoded bytes.
    pub fn with_bytes<T>(&self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        self.0.backend().with_bytes(work)
    }
}

/// A ratatui backend that writes to memory.
#[derive(Debug)]
pub struct BufferBackend {
    commands: CrosstermBackend<SharedBytes>,
    bytes: SharedBytes,
    /// The size to draw for.
    pub size: Size,
}

/// A buffer with several owners.
#[derive(Clone, Debug, Default)]
struct SharedBytes(Rc<RefCell<Vec<u8>>>);

impl BufferBackend {
    /// A backend for a terminal of this size.
    pub fn new(size: Size) -> Self {
        let bytes = SharedBytes::default();
        Self { commands: CrosstermBackend::new(bytes.clone()), bytes, size }
    }

    /// Gives access to the encoded bytes.
    pub fn with_bytes<T>(&self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        work(&mut self.bytes.0.borrow_mut())
    }
}

impl Write for SharedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Backend for BufferBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        // Without this, crossterm would reset the colours for an empty frame.
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.commands.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        // The session hides the cursor, and no frame shows it.
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.commands.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // The terminal might not answer a query.
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.commands.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.commands.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.commands.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use ratatui::layout::{Position, Rect, Size};
    use ratatui::style::{Modifier, Style};

    use super::FrameEncoder;

    const SMALL: Size = Size::new(20, 4);
    const LARGE: Size = Size::new(30, 6);

    /// A terminal emulator that shows what the bytes do.
    fn emulator(size: Size) -> vt100::Parser {
        let at_least_one = |n| NonZero::new(n).unwrap_or(NonZero::<u16>::MIN);
        vt100::Parser::new(at_least_one(size.height), at_least_one(size.width), 0)
    }

    /// Draws a text on the emulator; returns the number of bytes.
    fn show(encoder: &mut FrameEncoder, emulator: &mut vt100::Parser, size: Size, text: &str) -> usize {
        let draw = |frame: &mut ratatui::Frame<'_>| {
            assert_eq!(frame.area().as_size(), size);
            if !frame.area().is_empty() {
                frame.buffer_mut().set_string(0, 1, text, Style::new().add_modifier(Modifier::BOLD));
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
        let mut encoder = FrameEncoder::new(SMALL).unwrap();
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
        let mut encoder = FrameEncoder::new(SMALL).unwrap();
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
        let mut encoder = FrameEncoder::new(SMALL).unwrap();
        let mut small = emulator(SMALL);
        show(&mut encoder, &mut small, SMALL, "12 in flight");
        for size in [LARGE, SMALL, Size::ZERO, LARGE] {
            let mut screen = emulator(size);
            let text = if size == Size::ZERO { "" } else { "12 in flight" };
            show(&mut encoder, &mut screen, size, text);
            assert_eq!(screen.screen().contents().trim(), text, "at {size}");
        }
    }
}
