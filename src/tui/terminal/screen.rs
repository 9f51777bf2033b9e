//! The interface of a screen: the user's terminal, or a screen in memory in tests.
//!
//! Start at [`Screen`].

use std::io;
use std::time::Duration;

use ratatui::layout::Rect;

use crate::tui::picture::Picture;
use crate::tui::terminal::{DrawResult, Guard};
use crate::tui::window_status::WindowStatus;

/// The size and the place of a screen.
pub type Area = Rect;

/// A screen that frames are drawn on.
pub trait Screen {
    /// The size of the screen now.
    fn area(&self) -> Rect;
    /// Draws a frame, unless the screen still shows the last one to a slow terminal.
    fn draw(&mut self, area: Rect, render: impl FnOnce(&mut Picture)) -> io::Result<DrawResult>;
    /// Draws every cell with the next frame.
    fn redraw(&mut self);
    /// Sets the title, the progress bar and the mouse mode that go with the next frame.
    fn set_window_status(&mut self, status: WindowStatus);
    /// Copies a text to the user's clipboard.
    fn copy(&mut self, text: &str);
    /// Sends the control sequence of a notice.
    fn notify(&mut self, sequence: &[u8]);
    /// Stops the process, and returns when it continues.
    fn suspend(&mut self) -> io::Result<()>;
    /// Whether the terminal is gone: no frame will be visible again.
    fn is_gone(&self) -> bool;
    /// How long the last frame took to be written, once for each frame.
    fn take_write_time(&mut self) -> Option<Duration>;
}

impl Screen for Guard {
    fn area(&self) -> Rect {
        Self::area(self)
    }

    fn draw(&mut self, area: Rect, render: impl FnOnce(&mut Picture)) -> io::Result<DrawResult> {
        Self::draw(self, area, render)
    }

    fn redraw(&mut self) {
        Self::redraw(self);
    }

    fn set_window_status(&mut self, status: WindowStatus) {
        Self::set_window_status(self, status);
    }

    fn copy(&mut self, text: &str) {
        Self::copy(self, text);
    }

    fn notify(&mut self, sequence: &[u8]) {
        Self::notify(self, sequence);
    }

    fn suspend(&mut self) -> io::Result<()> {
        Self::suspend(self)
    }

    fn is_gone(&self) -> bool {
        Self::is_gone(self)
    }

    fn take_write_time(&mut self) -> Option<Duration> {
        Self::take_write_time(self)
    }
}
