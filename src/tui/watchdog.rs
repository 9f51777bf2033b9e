//! Notices that the terminal has gone, whether or not anybody reads or writes.
//!
//! Without SIGHUP, as under `sudo` or a shell that ignores it, nothing else tells: the listener may
//! be held and nothing may need drawing. Reads nothing. Start at [`Watchdog::start`].

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use crate::tui::terminal::tty::{self, Tty};

/// Linux wakes a wait that wants nothing but the end; some systems do not, there we look again after this.
const ROUND: Option<Duration> = if cfg!(target_os = "linux") { None } else { Some(Duration::from_secs(1)) };

/// The thread that watches; it ends when this is dropped.
#[derive(Debug)]
pub struct Watchdog {
    /// Closing it ends the thread.
    _leash: UnixStream,
}

impl Watchdog {
    /// Starts to watch the screen; `bark` is called once, when the terminal has gone.
    pub fn start(tty: Arc<Tty>, bark: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (leash, collar) = UnixStream::pair()?;
        let watch = move || {
            if watch(&tty, &collar).is_ok_and(|is_gone| is_gone) {
                bark();
            }
        };
        thread::Builder::new().name("terminal-watchdog".into()).spawn(watch)?;
        Ok(Self { _leash: leash })
    }
}

/// Waits for the end of the terminal, or of the need to watch; says whether it was the former.
fn watch(tty: &Tty, collar: &UnixStream) -> io::Result<bool> {
    loop {
        let mut fds = [
            PollFd::from_borrowed_fd(tty.screen(), PollFlags::empty()),
            PollFd::from_borrowed_fd(collar.as_fd(), PollFlags::IN),
        ];
        tty::wait(&mut fds, ROUND)?;
        if !fds[1].revents().is_empty() {
            return Ok(false);
        }
        if tty::is_gone(fds[0].revents()) {
            return Ok(true);
        }
    }
}
