//! Turns pictures into bytes in memory: each into what is different from the one before.
//!
//! It never touches the terminal: no size is asked and no cursor, so that drawing cannot wait.
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

/// Where one picture after the other is drawn.
#[derive(Debug)]
pub struct FrameEncoder(Terminal<Encoder>);

impl FrameEncoder {
    /// An easel for a terminal of this size, which shows nothing yet.
    pub fn new(size: Size) -> io::Result<Self> {
        Ok(Self(Terminal::new(Encoder::new(size))?))
    }

    /// Draws a picture for an area, behind `news`; anew, if what the terminal shows is not what we think.
    ///
    /// A picture that is as the one before comes to no bytes at all.
    pub fn draw(
        &mut self,
        area: Rect,
        news: &str,
        is_unknown: bool,
        render: impl FnOnce(&mut Frame<'_>),
    ) -> io::Result<()> {
        self.0.backend_mut().size = area.as_size();
        let (kept, begun) = self.with_bytes(|bytes| {
            bytes.extend_from_slice(news.as_bytes());
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

    /// Works on the bytes so far.
    pub fn with_bytes<T>(&self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        self.0.backend().with_bytes(work)
    }
}

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
        // crossterm would set colours back for nothing.
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.commands.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        // Whoever took the terminal has hidden it, and no picture shows it.
        Ok(())
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

    use ratatui::layout::{Position, Rect, Size};
    use ratatui::style::{Modifier, Style};

    use super::FrameEncoder;

    const SMALL: Size = Size::new(20, 4);
    const LARGE: Size = Size::new(30, 6);

    /// A terminal of paper: shows what bytes do.
    fn paper(size: Size) -> vt100::Parser {
        let at_least_one = |n| NonZero::new(n).unwrap_or(NonZero::<u16>::MIN);
        vt100::Parser::new(at_least_one(size.height), at_least_one(size.width), 0)
    }

    /// Draws a text and shows the bytes to paper; gives back how many there were.
    fn shown(easel: &mut FrameEncoder, paper: &mut vt100::Parser, size: Size, text: &str) -> usize {
        let draw = |frame: &mut ratatui::Frame<'_>| {
            assert_eq!(frame.area().as_size(), size);
            if !frame.area().is_empty() {
                frame.buffer_mut().set_string(0, 1, text, Style::new().add_modifier(Modifier::BOLD));
            }
        };
        easel.draw(Rect::from((Position::ORIGIN, size)), "", false, draw).unwrap();
        easel.with_bytes(|bytes| {
            paper.process(bytes);
            std::mem::take(bytes).len()
        })
    }

    #[test]
    fn bytes_show_what_was_drawn_and_then_only_what_changed() {
        let mut easel = FrameEncoder::new(SMALL).unwrap();
        let mut paper = paper(SMALL);
        let first = shown(&mut easel, &mut paper, SMALL, "12 in flight");
        assert_eq!(paper.screen().contents(), "\n12 in flight");
        assert!(paper.screen().cell(1, 0).is_some_and(vt100::Cell::bold));
        let second = shown(&mut easel, &mut paper, SMALL, "13 in flight");
        assert_eq!(paper.screen().contents(), "\n13 in flight");
        assert!(second < first, "{second} of {first} bytes");
        assert_eq!(shown(&mut easel, &mut paper, SMALL, "13 in flight"), 0, "nothing changed");
    }

    #[test]
    fn what_goes_beside_a_picture_goes_without_one_too() {
        let mut easel = FrameEncoder::new(SMALL).unwrap();
        let area = Rect::from((Position::ORIGIN, SMALL));
        let mut bytes_of = |news: &str, is_unknown| {
            easel.draw(area, news, is_unknown, |_| {}).unwrap();
            easel.with_bytes(std::mem::take)
        };
        assert_eq!(bytes_of("title", false), b"title");
        let anew = bytes_of("title", true);
        assert!(anew.starts_with(b"title\x1b[?2026h") && anew.ends_with(b"\x1b[?2026l"), "{anew:?}");
    }

    #[test]
    fn another_size_is_drawn_whole_without_asking_anyone() {
        let mut easel = FrameEncoder::new(SMALL).unwrap();
        let mut small = paper(SMALL);
        shown(&mut easel, &mut small, SMALL, "12 in flight");
        for size in [LARGE, SMALL, Size::ZERO, LARGE] {
            let mut sheet = paper(size);
            let text = if size == Size::ZERO { "" } else { "12 in flight" };
            shown(&mut easel, &mut sheet, size, text);
            assert_eq!(sheet.screen().contents().trim(), text, "at {size}");
        }
    }
}
