//! A watchdog that reports when the terminal has gone, even while nothing reads or writes.
//!
//! Under `sudo`, or a shell that ignores SIGHUP, no signal arrives: the listener may be paused and nothing
//! may need drawing. The watchdog reads no input. Start at [`Watchdog::start`].

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use crate::tui::tty::{self, Tty};

/// Linux reports a hang-up to a poll without events. Other systems may not, so they poll at this interval.
const POLL_INTERVAL: Option<Duration> = if cfg!(target_os = "linux") { None } else { Some(Duration::from_secs(1)) };

/// A thread that watches the terminal; it ends when this is dropped.
#[derive(Debug)]
pub struct Watchdog {
    /// Closing it ends the thread.
    _stop: UnixStream,
}

impl Watchdog {
    /// Starts the thread; it calls `on_gone` once, when the terminal has gone.
    pub fn start(tty: Arc<Tty>, on_gone: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (stop, stopped) = UnixStream::pair()?;
        let watch = move || {
            if watch(&tty, &stopped).is_ok_and(|is_gone| is_gone) {
                on_gone();
            }
        };
        thread::Builder::new().name("terminal-watchdog".into()).spawn(watch)?;
        Ok(Self { _stop: stop })
    }
}

/// Waits until the terminal has gone (true) or the watchdog is dropped (false).
fn watch(tty: &Tty, stopped: &UnixStream) -> io::Result<bool> {
    loop {
        let mut fds = [
            PollFd::from_borrowed_fd(tty.screen(), PollFlags::empty()),
            PollFd::from_borrowed_fd(stopped.as_fd(), PollFlags::IN),
        ];
        tty::wait(&mut fds, POLL_INTERVAL)?;
        if !fds[1].revents().is_empty() {
            return Ok(false);
        }
        if tty::is_gone(fds[0].revents()) {
            return Ok(true);
        }
    }
}
