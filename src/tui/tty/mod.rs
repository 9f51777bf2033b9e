//! The terminal device: the descriptors for drawing and for keys, its modes and its size.
//!
//! Every function may be called after the terminal has gone: it then fails or does nothing, and never waits.
//! Drawing and input both build on this module, and it knows neither. Start at [`Tty::open`].

pub mod watchdog;
pub mod writer;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, Termios};

/// Most cells to draw: a larger size is a misconfigured terminal, so its last rows stay empty.
const MOST_CELLS: u32 = 300_000;

/// The terminal to draw on and the one that keys come from, which are usually the same.
#[derive(Debug)]
pub struct Tty {
    screen: OwnedFd,
    keys: OwnedFd,
    /// The modes to restore.
    before: Termios,
}

impl Tty {
    /// Opens the terminal behind a stream for drawing, and finds the one that keys come from.
    ///
    /// Keys come from standard input if that is a terminal. Otherwise they come from the drawing stream
    /// if it is readable, and then from `/dev/tty`. That is last because macOS cannot poll it.
    pub fn open(screen: BorrowedFd<'_>) -> io::Result<Self> {
        if !rustix::termios::isatty(screen) {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "not a terminal"));
        }
        let stdin = rustix::stdio::stdin();
        let keys = if rustix::termios::isatty(stdin) {
            stdin.try_clone_to_owned()?
        } else if rustix::fs::fcntl_getfl(screen)?.contains(OFlags::RDWR) {
            screen.try_clone_to_owned()?
        } else {
            File::open("/dev/tty")?.into()
        };
        let before = rustix::termios::tcgetattr(&keys)?;
        Ok(Self { screen: screen.try_clone_to_owned()?, keys, before })
    }

    /// The descriptor to draw on.
    pub fn screen(&self) -> BorrowedFd<'_> {
        self.screen.as_fd()
    }

    /// The descriptor that keys come from.
    pub fn keys(&self) -> BorrowedFd<'_> {
        self.keys.as_fd()
    }

    /// The current size; 80 by 24 if the terminal reports none.
    pub fn size(&self) -> Size {
        match rustix::termios::tcgetwinsize(&self.screen) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
                let most_rows = (MOST_CELLS / u32::from(size.ws_col)).max(1);
                let rows = u16::try_from(most_rows).map_or(size.ws_row, |most| most.min(size.ws_row));
                Size::new(size.ws_col, rows)
            }
            Ok(_) | Err(_) => Size::new(80, 24),
        }
    }

    /// Switches to raw mode: keys arrive one by one, without echo and without signals.
    pub fn make_raw(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.make_raw();
        Ok(rustix::termios::tcsetattr(&self.keys, OptionalActions::Now, &raw)?)
    }

    /// Restores the original modes, without waiting for output: a stalled terminal is restored too.
    pub fn restore_modes(&self) {
        // If the terminal has gone, there is nothing to restore.
        let _ = rustix::termios::tcsetattr(&self.keys, OptionalActions::Now, &self.before);
    }

    /// Whether this process is in the foreground; after `bg` it may neither read nor set the terminal.
    pub fn is_in_foreground(&self) -> bool {
        match rustix::termios::tcgetpgrp(&self.keys) {
            Ok(foreground) => foreground == rustix::process::getpgrp(),
            // Without a controlling terminal there is no job control.
            Err(_) => true,
        }
    }
}

/// The columns of a stream that is a terminal; 80 if the terminal reports none.
pub fn columns(stream: BorrowedFd<'_>) -> Option<usize> {
    if !rustix::termios::isatty(stream) {
        return None;
    }
    let columns = rustix::termios::tcgetwinsize(stream).map_or(0, |size| size.ws_col);
    Some(if columns > 0 { usize::from(columns) } else { 80 })
}

/// Whether these poll(2) flags mean that the terminal has gone.
pub fn is_gone(flags: PollFlags) -> bool {
    flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// Waits until a descriptor is ready. After a signal it returns early, and the caller waits again.
pub fn wait(fds: &mut [PollFd<'_>], at_most: Option<std::time::Duration>) -> io::Result<()> {
    let at_most = at_most.and_then(|length| Timespec::try_from(length).ok());
    match rustix::event::poll(fds, at_most.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
