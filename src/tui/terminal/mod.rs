//! The one guard of the terminal: enters it, draws on it, and gives it back as it was.
//!
//! Whatever happens, the terminal is given back: at the end, on a panic, before a stop, and when the
//! terminal itself has stopped reading. Nothing else in the program changes its modes or writes to
//! it. Drawing never waits for the terminal. Start at [`Guard::enter`] and [`Guard::draw`].

pub mod encoder;
mod lease;
mod panic;
pub mod tty;

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::crossterm::style::force_color_output;
use ratatui::layout::{Position, Rect};
use rustix::process::Signal;

use crate::tui::clipboard;
use crate::tui::input::{Hear, Input, Listener};
use crate::tui::terminal::encoder::FrameEncoder;
use crate::tui::terminal::lease::Lease;
use crate::tui::terminal::tty::Tty;
use crate::tui::watchdog::Watchdog;
use crate::tui::window_status::{Bar, WindowStatus};
use crate::tui::writer::Writer;

/// How long a stop may take to happen.
const STOP_PATIENCE: Duration = Duration::from_millis(100);

/// Asks for the background, then what every terminal answers: the second answer ends the waiting.
const ASK_GROUND: &[u8] = b"\x1b]11;?\x07\x1b[c";

/// The terminal in our hands. Whoever holds it draws; it stays on the thread that entered.
pub struct Guard {
    lease: Arc<Lease>,
    easel: FrameEncoder,
    listener: Listener,
    _watchdog: Watchdog,
    /// What the terminal shows is not what we think.
    is_unknown: bool,
    /// What it is to show beside the picture, and what it has been told of that.
    beside: WindowStatus,
    told: WindowStatus,
    /// Bytes that go with the next picture.
    along: Vec<u8>,
}

/// What is wanted of a terminal beside pictures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wants {
    /// It is asked for its background.
    pub ground: bool,
    /// Its window gets a title.
    pub title: bool,
    /// Its tab gets a bar.
    pub bar: bool,
}

/// What became of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Drawn {
    /// It is on its way, or was there already.
    Sent,
    /// The terminal still reads the one before, or is not ours: draw again later.
    Skipped,
}

impl Guard {
    /// Takes the terminal behind `screen`: raw mode, alternate screen, no cursor, bracketed paste.
    ///
    /// `hear` is told everything that comes from the terminal, on other threads. If
    /// it is asked for its background, the answer comes as [`Input::Ground`], and whoever
    /// wants to have the right theme from the first picture on waits for it, for 20 ms at most.
    pub fn enter(screen: BorrowedFd<'_>, wants: Wants, hear: Hear) -> io::Result<Self> {
        // Colours are the theme's business; crossterm's own `NO_COLOR` also takes bold and reversed.
        force_color_output(true);
        let tty = Arc::new(Tty::open(screen)?);
        let writer = Writer::start(screen.try_clone_to_owned()?)?;
        let lease = Arc::new(Lease {
            tty: Arc::clone(&tty),
            writer,
            thread: thread::current().id(),
            wants,
            is_inside: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            postponed: Mutex::default(),
        });
        panic::guard(&lease);
        let is_over = Arc::new(AtomicBool::new(false));
        let hear: Hear = Arc::new(move |input| {
            // Listener and watchdog may both notice; it is told once, and is the last word.
            let is_last = input == Input::Gone;
            let was_over = if is_last { is_over.swap(true, Ordering::AcqRel) } else { is_over.load(Ordering::Acquire) };
            if !was_over {
                hear(input);
            }
        });
        lease.enter(if wants.ground { ASK_GROUND } else { b"" })?;
        let easel = FrameEncoder::new(tty.size());
        let listener = Listener::start(Arc::clone(&tty), Arc::clone(&hear));
        let watchdog = Watchdog::start(tty, move || hear(Input::Gone));
        match (easel, listener, watchdog) {
            (Ok(easel), Ok(listener), Ok(watchdog)) => Ok(Self {
                lease,
                easel,
                listener,
                _watchdog: watchdog,
                is_unknown: false,
                beside: WindowStatus::default(),
                told: WindowStatus::default(),
                along: Vec::new(),
            }),
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
                lease.end();
                Err(error)
            }
        }
    }

    /// Draws a picture for an area, as [`Guard::area`] gave it, and sends it, whole and in one piece; nothing,
    /// if it is as the one before.
    ///
    /// What was measured for the picture and the picture itself then have the same size, though the
    /// window may have another by now: the resize that made it so is followed by the next picture.
    ///
    /// While the terminal is busy or not ours nothing is drawn, so that the next picture is still
    /// compared with what the terminal shows. After a stop the terminal is taken again as soon as it
    /// is ours, and everything is drawn anew.
    pub fn draw(&mut self, area: Rect, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<Drawn> {
        if !self.take_again()? || self.is_busy() {
            return Ok(Drawn::Skipped);
        }
        let news = self.beside.news(&self.told);
        self.told.clone_from(&self.beside);
        self.easel.draw(area, &news, std::mem::take(&mut self.is_unknown), render)?;
        self.easel.with_bytes(|bytes| {
            bytes.append(&mut self.along);
            if !bytes.is_empty() {
                // It was idle, and only we hand frames over.
                self.lease.writer.hand_over(bytes);
            }
        });
        Ok(Drawn::Sent)
    }

    /// The whole screen, as large as it is now.
    pub fn area(&self) -> Rect {
        Rect::from((Position::ORIGIN, self.lease.tty.size()))
    }

    /// Copies a text to the clipboard of whoever sits there, with the next picture.
    pub fn copy(&mut self, text: &str) {
        self.along = clipboard::sequence(text);
    }

    /// Whether the terminal still reads the last picture.
    pub fn is_busy(&self) -> bool {
        self.lease.writer.is_busy()
    }

    /// How long the last picture took to be written, once for each.
    pub fn take_took(&self) -> Option<Duration> {
        self.lease.writer.take_took()
    }

    /// Whether writing to the terminal has failed: nothing will be seen any more.
    pub fn is_gone(&self) -> bool {
        self.lease.writer.is_gone()
    }

    /// The next picture is drawn anew, whatever the terminal shows.
    pub fn redraw(&mut self) {
        self.is_unknown = true;
    }

    /// What the terminal is to show beside the picture; it is told with the next one.
    pub fn set_beside(&mut self, mut beside: WindowStatus) {
        // What was not announced would not be taken back.
        beside.title.take_if(|_| !self.lease.wants.title);
        if !self.lease.wants.bar {
            beside.bar = Bar::GONE;
        }
        self.beside = beside;
    }

    /// Gives the terminal back and stops, as Ctrl-Z does elsewhere; returns when continued.
    ///
    /// The next [`Guard::draw`] takes the terminal again, once it is ours: after `bg` the work goes on
    /// without a picture, and [`Input::Continued`] comes when `fg` follows.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.listener.hold();
        self.lease.leave();
        // The others of our pipeline stop too, or the shell would wait for them.
        rustix::process::kill_current_process_group(Signal::TSTP)?;
        // The signal may reach another thread first and stop this one a moment later. Where nobody
        // could continue us it is void, and we go on.
        let sent = Instant::now();
        while !self.listener.is_stale() && sent.elapsed() < STOP_PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Gives the terminal back for good. Harmless when it is already given back.
    pub fn leave(&mut self) {
        self.listener.hold();
        self.lease.end();
    }

    /// Messages of panics on other threads that could not be shown meanwhile.
    pub fn postponed(&self) -> Vec<String> {
        std::mem::take(&mut self.lease.postponed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes sure that the terminal is taken; false while it is not ours to take.
    fn take_again(&mut self) -> io::Result<bool> {
        if self.lease.is_over() {
            return Ok(false);
        }
        if self.lease.is_inside() && !self.listener.is_stale() {
            return Ok(true);
        }
        if !self.lease.tty.is_ours() {
            return Ok(false);
        }
        // Stopped from outside we could not leave: do it now, so that entering finds what it expects.
        self.lease.leave();
        self.lease.enter(b"")?;
        self.listener.go_on();
        self.told = WindowStatus::default();
        self.redraw();
        Ok(true)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.leave();
    }
}
