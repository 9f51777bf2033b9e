//! The terminal guard: takes the terminal, draws on it, and restores it.
//!
//! It restores the terminal at the end, on a panic, before a stop, and when the terminal has stopped reading.
//! Nothing else in the program changes the terminal's modes or writes to it. Drawing never waits for it.
//! Start at [`Guard::enter`] and [`Guard::draw`].

pub mod encoder;
pub mod frame_rate;
#[cfg(test)]
pub mod memory_screen;
pub mod options;
pub mod panic;
pub mod screen;
mod session;

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::style::force_color_output;
use ratatui::layout::{Position, Rect};
use rustix::process::Signal;

use crate::tui::clipboard;
use crate::tui::input::Listener;
use crate::tui::input::event::{InputHandler, TerminalInput};
use crate::tui::picture::Picture;
use crate::tui::terminal::encoder::FrameEncoder;
use crate::tui::terminal::options::TerminalOptions;
use crate::tui::terminal::session::Session;
use crate::tui::tty::Tty;
use crate::tui::tty::watchdog::Watchdog;
use crate::tui::tty::writer::TerminalWriter;
use crate::tui::window_status::{TabProgress, WindowStatus};

/// How long the process may take to stop after SIGTSTP.
const STOP_PATIENCE: Duration = Duration::from_millis(100);

/// Queries the background colour, then the device attributes. Every terminal answers the second query,
/// so that answer ends the wait.
const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x07\x1b[c";

/// The terminal while the interface owns it. It stays on the thread that entered.
pub struct Guard {
    session: Arc<Session>,
    encoder: FrameEncoder,
    listener: Listener,
    _watchdog: Watchdog,
    /// The terminal's content is unknown, so the next frame is drawn whole.
    is_unknown: bool,
    /// The wanted window status, and the one that was sent last.
    window_status: WindowStatus,
    sent_status: WindowStatus,
    /// Bytes to send with the next frame.
    pending_bytes: Vec<u8>,
}

/// The result of drawing a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum DrawResult {
    /// It was sent, or changed nothing.
    Sent,
    /// The terminal is busy with the previous frame, or not in the foreground: draw again later.
    Skipped,
}

impl Guard {
    /// Takes the terminal behind `screen`: raw mode, alternate screen, hidden cursor, bracketed paste.
    ///
    /// `on_input` receives everything from the terminal, on other threads. If the background is queried,
    /// the answer arrives as [`TerminalInput::Background`]. A caller that needs the right theme for the first frame
    /// waits for it, for 20 ms at most.
    pub fn enter(screen: BorrowedFd<'_>, options: TerminalOptions, on_input: InputHandler) -> io::Result<Self> {
        // The theme decides about colour; crossterm's own `NO_COLOR` would also drop bold and reversed.
        force_color_output(true);
        let tty = Arc::new(Tty::open(screen)?);
        let writer = TerminalWriter::start(screen.try_clone_to_owned()?)?;
        let session = Arc::new(Session {
            tty: Arc::clone(&tty),
            writer,
            thread: thread::current().id(),
            options,
            is_inside: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            postponed: Mutex::default(),
        });
        panic::install_hook(&session);
        let is_over = Arc::new(AtomicBool::new(false));
        let on_input: InputHandler = Arc::new(move |input| {
            // Listener and watchdog may both notice; it is reported once, and nothing is reported after it.
            let is_last = input == TerminalInput::Gone;
            let was_over = if is_last { is_over.swap(true, Ordering::AcqRel) } else { is_over.load(Ordering::Acquire) };
            if !was_over {
                on_input(input);
            }
        });
        session.enter(if options.background { ASK_BACKGROUND } else { b"" })?;
        let encoder = FrameEncoder::new(tty.size());
        let listener = Listener::start(Arc::clone(&tty), Arc::clone(&on_input));
        let watchdog = Watchdog::start(tty, move || on_input(TerminalInput::Gone));
        match (listener, watchdog) {
            (Ok(listener), Ok(watchdog)) => Ok(Self {
                session,
                encoder,
                listener,
                _watchdog: watchdog,
                is_unknown: false,
                window_status: WindowStatus::default(),
                sent_status: WindowStatus::default(),
                pending_bytes: Vec::new(),
            }),
            (Err(error), _) | (_, Err(error)) => {
                session.end();
                Err(error)
            }
        }
    }

    /// Draws a frame for an area that [`Guard::area`] returned, and sends what has changed in one write.
    ///
    /// The caller passes the area so that layout and frame have the same size, even if the window has been
    /// resized since. The next frame then follows the resize.
    ///
    /// While the terminal is busy or in the background, nothing is drawn: the next frame must be compared with
    /// what the terminal shows. After a stop, this takes the terminal again once the process is in the
    /// foreground, and draws everything anew.
    pub fn draw(&mut self, area: Rect, render: impl FnOnce(&mut Picture)) -> io::Result<DrawResult> {
        if !self.retake()? || self.is_busy() {
            return Ok(DrawResult::Skipped);
        }
        let prefix = self.window_status.changes_since(&self.sent_status);
        self.sent_status.clone_from(&self.window_status);
        self.encoder.draw(area, &prefix, std::mem::take(&mut self.is_unknown), render)?;
        self.encoder.with_bytes(|bytes| {
            bytes.append(&mut self.pending_bytes);
            if !bytes.is_empty() {
                // The writer was idle, and only this thread submits frames.
                self.session.writer.submit(bytes);
            }
        });
        Ok(DrawResult::Sent)
    }

    /// The whole screen at its current size.
    pub fn area(&self) -> Rect {
        Rect::from((Position::ORIGIN, self.session.tty.size()))
    }

    /// Copies a text to the user's clipboard, with the next frame.
    pub fn copy(&mut self, text: &str) {
        self.pending_bytes.extend(clipboard::copy_sequence(text));
    }

    /// Sends a notice, with the next frame.
    pub fn notify(&mut self, sequence: &[u8]) {
        self.pending_bytes.extend(sequence);
    }

    /// Whether the last frame is still being written.
    pub fn is_busy(&self) -> bool {
        self.session.writer.is_busy()
    }

    /// How long the last frame took to write; each duration is returned once.
    pub fn take_write_time(&self) -> Option<Duration> {
        self.session.writer.take_write_time()
    }

    /// Whether writing has failed because the terminal has gone.
    pub fn is_gone(&self) -> bool {
        self.session.writer.is_gone()
    }

    /// Draws the next frame whole, not only its changes.
    pub fn redraw(&mut self) {
        self.is_unknown = true;
    }

    /// Sets the window status; it is sent with the next frame.
    pub fn set_window_status(&mut self, mut window_status: WindowStatus) {
        // Only what was requested on entering is undone on leaving.
        window_status.title.take_if(|_| !self.session.options.title);
        if !self.session.options.bar {
            window_status.bar = TabProgress::NONE;
        }
        self.window_status = window_status;
    }

    /// Restores the terminal and stops the process, as Ctrl-Z does in other programs; returns when continued.
    ///
    /// The next [`Guard::draw`] in the foreground takes the terminal again. After `bg` the run goes on without a
    /// screen, and [`TerminalInput::Continued`] arrives after `fg`.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.listener.pause();
        self.session.leave();
        // The rest of the pipeline has to stop too, or the shell would wait for it.
        rustix::process::kill_current_process_group(Signal::TSTP)?;
        // Another thread may receive the signal first, so this one stops a moment later. In an orphaned
        // process group the signal has no effect, and this returns.
        let sent = Instant::now();
        while !self.listener.is_stale() && sent.elapsed() < STOP_PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Restores the terminal for good. Does nothing if it is already restored.
    pub fn leave(&mut self) {
        self.listener.pause();
        self.session.end();
    }

    /// Messages of panics on other threads, kept while the screen was in use.
    pub fn postponed(&self) -> Vec<String> {
        std::mem::take(&mut self.session.postponed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the terminal again after a stop; false while the process is in the background.
    fn retake(&mut self) -> io::Result<bool> {
        if self.session.is_over() {
            return Ok(false);
        }
        if self.session.is_inside() && !self.listener.is_stale() {
            return Ok(true);
        }
        if !self.session.tty.is_in_foreground() {
            return Ok(false);
        }
        // A stop from outside left the terminal taken: leave it now, so that `enter` starts from its own modes.
        self.session.leave();
        self.session.enter(b"")?;
        self.listener.resume();
        self.sent_status = WindowStatus::default();
        self.redraw();
        Ok(true)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.leave();
    }
}
