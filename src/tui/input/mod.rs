//! The terminal listener: a thread that reports keys, pastes, resizes, answers, and the terminal's end.
//!
//! It waits with poll(2) and reads only available bytes. crossterm's own loop is not used: it waits inside a
//! read for the rest of a sequence. If the terminal goes away meanwhile, that loop spins forever.
//! Start at [`Listener::start`].

pub mod decode;
pub mod event;

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGWINCH};

use crate::tui::input::decode::Decoder;
use crate::tui::input::event::{InputHandler, TerminalInput};
use crate::tui::tty::{self, Tty};

/// How long to wait for the thread to pause. It reads only available bytes, so it pauses at once, unless
/// another process reads the same terminal.
const PAUSE_TIMEOUT: Duration = Duration::from_millis(200);
/// How often to check whether the process is in the foreground again.
const BACKGROUND_POLL: Duration = Duration::from_millis(200);

/// The listening thread.
#[derive(Debug)]
pub struct Listener {
    shared: Arc<ListenerShared>,
    waker: UnixStream,
    signals: [SigId; 4],
}

#[derive(Debug)]
struct ListenerShared {
    tty: Arc<Tty>,
    control: Mutex<ListenerControl>,
    acknowledged: Condvar,
    was_stopped: Arc<AtomicBool>,
    was_resized: Arc<AtomicBool>,
    is_stale: AtomicBool,
}

#[derive(Debug, Default)]
struct ListenerControl {
    /// The thread is asked not to read.
    pause: bool,
    /// The thread does not read.
    is_paused: bool,
    stop: bool,
}

impl Listener {
    /// Starts the thread; `on_input` receives every event.
    pub fn start(tty: Arc<Tty>, on_input: InputHandler) -> io::Result<Self> {
        let (waker, wake_reader) = UnixStream::pair()?;
        waker.set_nonblocking(true)?;
        wake_reader.set_nonblocking(true)?;
        let was_stopped = Arc::new(AtomicBool::new(false));
        let was_resized = Arc::new(AtomicBool::new(false));
        // Handlers run in registration order, so the flag is set before the thread wakes.
        let signals = [
            signal_hook::flag::register(SIGCONT, Arc::clone(&was_stopped))?,
            signal_hook::low_level::pipe::register(SIGCONT, waker.try_clone()?)?,
            signal_hook::flag::register(SIGWINCH, Arc::clone(&was_resized))?,
            signal_hook::low_level::pipe::register(SIGWINCH, waker.try_clone()?)?,
        ];
        let shared = Arc::new(ListenerShared {
            tty,
            control: Mutex::default(),
            acknowledged: Condvar::new(),
            was_stopped,
            was_resized,
            is_stale: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let listen = move || theirs.listen(&wake_reader, &on_input);
        thread::Builder::new().name("terminal-listener".into()).spawn(listen)?;
        Ok(Self { shared, waker, signals })
    }

    /// Stops reading until [`Listener::resume`], so that other programs get every byte.
    pub fn pause(&self) {
        let mut control = self.shared.control();
        control.pause = true;
        self.wake();
        while !control.is_paused && !control.stop {
            let waited = self.shared.acknowledged.wait_timeout(control, PAUSE_TIMEOUT);
            let (now, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            control = now;
            if timeout.timed_out() {
                return;
            }
        }
    }

    /// Reads again, after the terminal has been taken again.
    pub fn resume(&self) {
        self.shared.is_stale.store(false, Ordering::Release);
        self.shared.control().pause = false;
        self.wake();
    }

    /// Whether the process was stopped since, so that the terminal's modes may be lost.
    pub fn is_stale(&self) -> bool {
        self.shared.is_stale.load(Ordering::Acquire)
    }

    fn wake(&self) {
        // If the pipe is full, the thread wakes anyway.
        let _ = (&self.waker).write(b"!");
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.control().stop = true;
        for signal in self.signals {
            signal_hook::low_level::unregister(signal);
        }
        // The thread is not joined: it ends before its next read.
        self.wake();
    }
}

impl ListenerShared {
    fn control(&self) -> MutexGuard<'_, ListenerControl> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's main loop.
    fn listen(&self, wake_reader: &UnixStream, on_input: &InputHandler) {
        let mut decoder = Decoder::default();
        while let Ok(ControlFlow::Continue(())) = self.step(wake_reader, &mut decoder, on_input) {}
        let was_asked = std::mem::replace(&mut self.control().stop, true);
        self.acknowledged.notify_all();
        if !was_asked {
            on_input(TerminalInput::Gone);
        }
    }

    fn step(
        &self,
        wake_reader: &UnixStream,
        decoder: &mut Decoder,
        on_input: &InputHandler,
    ) -> io::Result<ControlFlow<()>> {
        let is_paused = {
            let mut control = self.control();
            if control.stop {
                return Ok(ControlFlow::Break(()));
            }
            control.is_paused = control.pause;
            self.acknowledged.notify_all();
            control.is_paused
        };
        // In the background, a read would stop the process.
        let skips_reading = is_paused || !self.tty.is_in_foreground();
        let at_most = if skips_reading { Some(BACKGROUND_POLL) } else { decoder.timeout() };
        let interest = if skips_reading { PollFlags::empty() } else { PollFlags::IN };
        let mut fds = [
            PollFd::from_borrowed_fd(self.tty.keys(), interest),
            PollFd::from_borrowed_fd(wake_reader.as_fd(), PollFlags::IN),
        ];
        tty::wait(&mut fds, at_most)?;
        let (keys, wake) = (fds[0].revents(), fds[1].revents());
        if tty::is_gone(keys) {
            return Ok(ControlFlow::Break(()));
        }
        if !wake.is_empty() {
            self.handle_wake(wake_reader, on_input);
            // The control flags may have changed: check them before reading.
            return Ok(ControlFlow::Continue(()));
        }
        if skips_reading && self.tty.is_in_foreground() {
            on_input(TerminalInput::Continued);
        } else if keys.contains(PollFlags::IN) {
            return self.read(decoder, on_input);
        } else if !skips_reading {
            decoder.flush(|input| on_input(input));
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Handles signals; the control flags are checked by the caller.
    fn handle_wake(&self, mut wake_reader: &UnixStream, on_input: &InputHandler) {
        let mut drain = [0; 64];
        while matches!(wake_reader.read(&mut drain), Ok(n) if n > 0) {}
        if self.was_stopped.swap(false, Ordering::AcqRel) {
            self.is_stale.store(true, Ordering::Release);
            on_input(TerminalInput::Continued);
        }
        // Several resizes may have happened since the last check, and each may have damaged the content.
        if self.was_resized.swap(false, Ordering::AcqRel) {
            on_input(TerminalInput::Resize);
        }
    }

    fn read(&self, decoder: &mut Decoder, on_input: &InputHandler) -> io::Result<ControlFlow<()>> {
        let mut bytes = [0; 1024];
        match rustix::io::read(self.tty.keys(), &mut bytes) {
            Ok(0) => Ok(ControlFlow::Break(())),
            Ok(n) => {
                decoder.feed(&bytes[..n], |input| on_input(input));
                Ok(ControlFlow::Continue(()))
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(ControlFlow::Continue(())),
            Err(error) => Err(error.into()),
        }
    }
}
