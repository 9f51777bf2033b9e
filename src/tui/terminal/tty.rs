//! The terminal as a device: where we draw, where keys come from, and its modes.
//!
//! Nothing here writes. Everything may be called after the device has gone: it then fails or does
//! nothing, but never waits. Start at [`Tty::open`].

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, Termios};

/// A terminal of this many cells is a mistake of somebody's; more rows are not drawn.
const MOST_CELLS: u32 = 300_000;

/// The terminal we draw on and the one keys come from: mostly the same.
#[derive(Debug)]
pub struct Tty {
    screen: OwnedFd,
    keys: OwnedFd,
    /// The modes before ours.
    before: Termios,
}

impl Tty {
    /// Takes the terminal behind a stream for drawing and finds the one that keys come from.
    ///
    /// Keys come from standard input if that is a terminal. If it is a pipe, they come from the
    /// stream we draw on, where that can be read, and else from the controlling terminal: `/dev/tty`
    /// is last because macOS cannot wait for it.
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

    /// The descriptor we draw on.
    pub fn screen(&self) -> BorrowedFd<'_> {
        self.screen.as_fd()
    }

    /// The descriptor that keys come from.
    pub fn keys(&self) -> BorrowedFd<'_> {
        self.keys.as_fd()
    }

    /// Columns and rows now; 80 by 24 where the terminal does not say.
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

    /// Keys one by one, unechoed, and without signals.
    pub fn make_raw(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.make_raw();
        Ok(rustix::termios::tcsetattr(&self.keys, OptionalActions::Now, &raw)?)
    }

    /// The modes as we found them. Never waits for output: a stalled terminal is restored too.
    pub fn make_as_before(&self) {
        // The terminal may have gone; then there is nothing to restore.
        let _ = rustix::termios::tcsetattr(&self.keys, OptionalActions::Now, &self.before);
    }

    /// Whether the terminal is ours to read and set; it is not after `bg`.
    pub fn is_ours(&self) -> bool {
        match rustix::termios::tcgetpgrp(&self.keys) {
            Ok(foreground) => foreground == rustix::process::getpgrp(),
            // Not our controlling terminal, so no job control either.
            Err(_) => true,
        }
    }
}

/// The columns of a stream that is a terminal; 80 where the terminal does not say.
pub fn columns(stream: BorrowedFd<'_>) -> Option<usize> {
    if !rustix::termios::isatty(stream) {
        return None;
    }
    let columns = rustix::termios::tcgetwinsize(stream).map_or(0, |size| size.ws_col);
    Some(if columns > 0 { usize::from(columns) } else { 80 })
}

/// Whether what poll(2) says means that the terminal has gone.
pub fn is_gone(flags: PollFlags) -> bool {
    flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// Waits for one of two descriptors; interrupted waits are waited again by the caller.
pub fn wait(fds: &mut [PollFd<'_>], at_most: Option<std::time::Duration>) -> io::Result<()> {
    let at_most = at_most.and_then(|length| Timespec::try_from(length).ok());
    match rustix::event::poll(fds, at_most.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
