//! A screen in memory, for tests of the live loop.
//!
//! Start at [`MemoryScreen`].

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect, Size};

use crate::tui::input::event::{Keystroke, Mouse, MouseAction};
use crate::tui::picture::{self, Picture};
use crate::tui::terminal::DrawResult;
use crate::tui::terminal::screen::Screen;
use crate::tui::window_status::WindowStatus;

/// The key of a letter.
pub fn letter(letter: char) -> Keystroke {
    KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)
}

/// The enter key.
pub fn enter() -> Keystroke {
    KeyCode::Enter.into()
}

/// The escape key.
pub fn escape() -> Keystroke {
    KeyCode::Esc.into()
}

/// A mouse event at a column and a row.
pub fn mouse(action: MouseAction, (x, y): (u16, u16)) -> Mouse {
    Mouse { action, at: Position::new(x, y) }
}

/// The column and the row where a frame first shows a text.
///
/// # Panics
///
/// If the frame does not show it.
#[track_caller]
pub fn position_of(text: &str, frame: &str) -> (u16, u16) {
    let found = frame.lines().zip(0..).find_map(|(line, y)| Some((line.split_once(text)?.0.chars().count(), y)));
    let (x, y) = found.unwrap_or_else(|| panic!("the frame does not show `{text}`:\n{frame}"));
    (u16::try_from(x).unwrap(), y)
}

/// The state of the terminal that a script can change.
#[derive(Clone, Copy)]
pub struct ScreenState {
    /// Its width.
    pub columns: u16,
    /// Its height.
    pub rows: u16,
    /// Whether writing to it fails.
    pub is_gone: bool,
    /// Whether it still reads the last frame.
    pub is_busy: bool,
}

/// A screen in memory.
pub struct MemoryScreen {
    clock: Rc<Cell<Instant>>,
    start: Instant,
    /// What a test can change.
    pub state: Rc<Cell<ScreenState>>,
    /// Every frame, with its time in milliseconds.
    pub frames: Vec<(u64, String)>,
    /// The bytes of all notices.
    pub notices: Vec<u8>,
    /// How often every cell was to be drawn again.
    pub n_redraws: u32,
}

impl MemoryScreen {
    /// An empty screen of 100 columns and 30 rows.
    pub fn new(clock: &Rc<Cell<Instant>>) -> Self {
        let state = ScreenState { columns: 100, rows: 30, is_gone: false, is_busy: false };
        Self {
            clock: Rc::clone(clock),
            start: clock.get(),
            state: Rc::new(Cell::new(state)),
            frames: Vec::new(),
            notices: Vec::new(),
            n_redraws: 0,
        }
    }
}

impl Screen for MemoryScreen {
    fn area(&self) -> Rect {
        let ScreenState { columns, rows, .. } = self.state.get();
        Rect::from((Position::ORIGIN, Size::new(columns, rows)))
    }

    fn draw(&mut self, area: Rect, render: impl FnOnce(&mut Picture)) -> io::Result<DrawResult> {
        if self.state.get().is_busy {
            return Ok(DrawResult::Skipped);
        }
        let mut frame = Buffer::empty(area);
        render(&mut frame);
        let text = picture::lines(&frame).join("\n");
        let at = (self.clock.get() - self.start).as_millis();
        self.frames.push((u64::try_from(at).unwrap(), text));
        Ok(DrawResult::Sent)
    }

    fn redraw(&mut self) {
        self.n_redraws += 1;
    }

    fn set_window_status(&mut self, _: WindowStatus) {}

    fn copy(&mut self, _: &str) {}

    fn notify(&mut self, sequence: &[u8]) {
        self.notices.extend(sequence);
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn is_gone(&self) -> bool {
        self.state.get().is_gone
    }

    fn take_write_time(&mut self) -> Option<Duration> {
        None
    }
}
