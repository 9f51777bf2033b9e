//! Turns what ratatui wants drawn into bytes in memory.
//!
//! It never touches the terminal: no size is asked and no cursor, so that drawing cannot wait.
//! Start at [`Encoder`].

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// A backend whose output is a buffer.
#[derive(Debug)]
pub struct Encoder {
    commands: CrosstermBackend<Bytes>,
    bytes: Bytes,
    /// The size to draw for.
    pub size: Size,
}

/// Bytes that several hold.
#[derive(Clone, Debug, Default)]
struct Bytes(Rc<RefCell<Vec<u8>>>);

impl Encoder {
    /// An encoder for a terminal of this size.
    pub fn new(size: Size) -> Self {
        let bytes = Bytes::default();
        Self { commands: CrosstermBackend::new(bytes.clone()), bytes, size }
    }

    /// Works on the bytes so far.
    pub fn with_bytes<T>(&self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        work(&mut self.bytes.0.borrow_mut())
    }
}

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Backend for Encoder {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.commands.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.commands.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.commands.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Nobody may ask a terminal that may not answer.
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

    use ratatui::Terminal;
    use ratatui::layout::Size;
    use ratatui::style::{Modifier, Style};

    use super::Encoder;

    const SMALL: Size = Size::new(20, 4);
    const LARGE: Size = Size::new(30, 6);

    /// A terminal of paper: shows what bytes do.
    fn paper(size: Size) -> vt100::Parser {
        let at_least_one = |n| NonZero::new(n).unwrap_or(NonZero::<u16>::MIN);
        vt100::Parser::new(at_least_one(size.height), at_least_one(size.width), 0)
    }

    /// Draws a text and shows the bytes to paper.
    fn shown(terminal: &mut Terminal<Encoder>, paper: &mut vt100::Parser, text: &str) -> usize {
        terminal
            .draw(|frame| {
                let style = Style::new().add_modifier(Modifier::BOLD);
                frame.buffer_mut().set_string(0, 1, text, style);
            })
            .unwrap();
        terminal.backend().with_bytes(|bytes| {
            paper.process(bytes);
            let length = bytes.len();
            bytes.clear();
            length
        })
    }

    #[test]
    fn bytes_show_what_was_drawn_and_then_only_what_changed() {
        let mut terminal = Terminal::new(Encoder::new(SMALL)).unwrap();
        let mut paper = paper(SMALL);
        let first = shown(&mut terminal, &mut paper, "12 in flight");
        assert_eq!(paper.screen().contents(), "\n12 in flight");
        assert!(paper.screen().cell(1, 0).is_some_and(vt100::Cell::bold));
        let second = shown(&mut terminal, &mut paper, "13 in flight");
        assert_eq!(paper.screen().contents(), "\n13 in flight");
        assert!(second < first, "{second} of {first} bytes");
    }

    #[test]
    fn another_size_is_drawn_whole_without_asking_anyone() {
        let mut terminal = Terminal::new(Encoder::new(SMALL)).unwrap();
        let mut small = paper(SMALL);
        shown(&mut terminal, &mut small, "12 in flight");
        for size in [LARGE, SMALL, Size::ZERO, LARGE] {
            terminal.backend_mut().size = size;
            let mut sheet = paper(size);
            let text = if size == Size::ZERO { "" } else { "12 in flight" };
            terminal
                .draw(|frame| {
                    assert_eq!(frame.area().as_size(), size);
                    if !frame.area().is_empty() {
                        frame.buffer_mut().set_string(0, 1, text, Style::new());
                    }
                })
                .unwrap();
            terminal.backend().with_bytes(|bytes| {
                sheet.process(bytes);
                bytes.clear();
            });
            assert_eq!(sheet.screen().contents().trim(), text, "at {size}");
        }
    }
}
