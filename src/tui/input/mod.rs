//! Listens to the terminal on a thread of its own: keys, pastes, sizes, its answers and its end.
//!
//! It waits with poll(2) and reads only when there is something to read. crossterm's own reading
//! loop is not used: it waits inside a read for the rest of a sequence, and when the terminal goes
//! meanwhile it turns for ever, because it takes neither an empty read nor an error for an end.
//! Start at [`Listener::start`].

pub mod decode;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Position;
use rustix::event::{PollFd, PollFlags};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGWINCH};

use crate::tui::input::decode::Decoder;
use crate::tui::terminal::tty::{self, Tty};
use crate::tui::theme::role::Variant;

/// A key that was pressed, held or released.
pub type Key = KeyEvent;

/// Something from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Text that was pasted: foreign, and with its line ends.
    Paste(String),
    /// A click, or a turn of the wheel.
    Mouse(Mouse),
    /// The terminal has, or had for a moment, another size: what it shows is lost. Whoever draws asks for it.
    Resize,
    /// The terminal has told its background, or has told that it will not. Comes once if asked.
    Ground(Option<Variant>),
    /// We were stopped and run again, and the terminal is ours: draw.
    Continued,
    /// The terminal has gone. Nothing comes after it.
    Gone,
}

/// Something done with the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub deed: Deed,
    /// In which cell.
    pub at: Position,
}

/// What is done with a mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The main button goes down.
    Click,
    /// The wheel turns away from the hand.
    WheelUp,
    /// The wheel turns towards the hand.
    WheelDown,
}

/// Who is told. Called from several threads; must not block.
pub type Hear = Arc<dyn Fn(Input) + Send + Sync>;

/// How long to wait for the thread to let go of the terminal: it only ever reads what is there, so
/// this is over at once, unless somebody else reads the same terminal.
const HOLD_PATIENCE: Duration = Duration::from_millis(200);
/// How often to look whether the terminal is ours again.
const AWAY_PATIENCE: Duration = Duration::from_millis(200);

/// The thread that listens.
#[derive(Debug)]
pub struct Listener {
    shared: Arc<Shared>,
    waker: UnixStream,
    signals: [SigId; 4],
}

#[derive(Debug)]
struct Shared {
    tty: Arc<Tty>,
    wishes: Mutex<Wishes>,
    obeyed: Condvar,
    was_stopped: Arc<AtomicBool>,
    was_resized: Arc<AtomicBool>,
    is_stale: AtomicBool,
}

#[derive(Debug, Default)]
struct Wishes {
    /// Leave the terminal alone.
    hold: bool,
    /// It does.
    is_held: bool,
    stop: bool,
}

impl Listener {
    /// Starts to listen; `hear` is told everything.
    pub fn start(tty: Arc<Tty>, hear: Hear) -> io::Result<Self> {
        let (waker, wakened) = UnixStream::pair()?;
        waker.set_nonblocking(true)?;
        wakened.set_nonblocking(true)?;
        let was_stopped = Arc::new(AtomicBool::new(false));
        let was_resized = Arc::new(AtomicBool::new(false));
        // Handlers run in the order of their registration: the flag is up when the thread wakes.
        let signals = [
            signal_hook::flag::register(SIGCONT, Arc::clone(&was_stopped))?,
            signal_hook::low_level::pipe::register(SIGCONT, waker.try_clone()?)?,
            signal_hook::flag::register(SIGWINCH, Arc::clone(&was_resized))?,
            signal_hook::low_level::pipe::register(SIGWINCH, waker.try_clone()?)?,
        ];
        let shared = Arc::new(Shared {
            tty,
            wishes: Mutex::default(),
            obeyed: Condvar::new(),
            was_stopped,
            was_resized,
            is_stale: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let listen = move || theirs.listen(&wakened, &hear);
        thread::Builder::new().name("terminal-listener".into()).spawn(listen)?;
        Ok(Self { shared, waker, signals })
    }

    /// Leaves the terminal alone until [`Listener::go_on`]: not a byte is read that is not ours.
    pub fn hold(&self) {
        let mut wishes = self.shared.wishes();
        wishes.hold = true;
        self.wake();
        while !wishes.is_held && !wishes.stop {
            let waited = self.shared.obeyed.wait_timeout(wishes, HOLD_PATIENCE);
            let (now, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            wishes = now;
            if timeout.timed_out() {
                return;
            }
        }
    }

    /// Listens again, to a terminal that has been taken anew.
    pub fn go_on(&self) {
        self.shared.is_stale.store(false, Ordering::Release);
        self.shared.wishes().hold = false;
        self.wake();
    }

    /// Whether we were stopped since, so that the terminal's modes may be lost.
    pub fn is_stale(&self) -> bool {
        self.shared.is_stale.load(Ordering::Acquire)
    }

    fn wake(&self) {
        // A full pipe wakes as well.
        let _ = (&self.waker).write(b"!");
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.wishes().stop = true;
        for signal in self.signals {
            signal_hook::low_level::unregister(signal);
        }
        // Nobody waits for the thread: it ends before it would read again.
        self.wake();
    }
}

/// How listening goes on.
enum Next {
    Listen,
    End,
}

impl Shared {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's work.
    fn listen(&self, wakened: &UnixStream, hear: &Hear) {
        let mut decoder = Decoder::default();
        while let Ok(Next::Listen) = self.turn(wakened, &mut decoder, hear) {}
        let was_asked = std::mem::replace(&mut self.wishes().stop, true);
        self.obeyed.notify_all();
        if !was_asked {
            hear(Input::Gone);
        }
    }

    fn turn(&self, wakened: &UnixStream, decoder: &mut Decoder, hear: &Hear) -> io::Result<Next> {
        let is_held = {
            let mut wishes = self.wishes();
            if wishes.stop {
                return Ok(Next::End);
            }
            wishes.is_held = wishes.hold;
            self.obeyed.notify_all();
            wishes.is_held
        };
        // In the background a read would stop us.
        let is_away = is_held || !self.tty.is_ours();
        let at_most = if is_away { Some(AWAY_PATIENCE) } else { decoder.patience() };
        let interest = if is_away { PollFlags::empty() } else { PollFlags::IN };
        let mut fds = [
            PollFd::from_borrowed_fd(self.tty.keys(), interest),
            PollFd::from_borrowed_fd(wakened.as_fd(), PollFlags::IN),
        ];
        tty::wait(&mut fds, at_most)?;
        let (keys, wake) = (fds[0].revents(), fds[1].revents());
        if tty::is_gone(keys) {
            return Ok(Next::End);
        }
        if !wake.is_empty() {
            self.wakened(wakened, hear);
            // Wishes may have changed: they come before reading.
            return Ok(Next::Listen);
        }
        if is_away && self.tty.is_ours() {
            hear(Input::Continued);
        } else if keys.contains(PollFlags::IN) {
            return self.read(decoder, hear);
        } else if !is_away {
            decoder.settle(|input| hear(input));
        }
        Ok(Next::Listen)
    }

    /// A signal came, or a wish.
    fn wakened(&self, mut wakened: &UnixStream, hear: &Hear) {
        let mut drain = [0; 64];
        while matches!(wakened.read(&mut drain), Ok(n) if n > 0) {}
        if self.was_stopped.swap(false, Ordering::AcqRel) {
            self.is_stale.store(true, Ordering::Release);
            hear(Input::Continued);
        }
        // Sizes may have come and gone since we looked, and each of them may have cost some of the picture.
        if self.was_resized.swap(false, Ordering::AcqRel) {
            hear(Input::Resize);
        }
    }

    fn read(&self, decoder: &mut Decoder, hear: &Hear) -> io::Result<Next> {
        let mut bytes = [0; 1024];
        match rustix::io::read(self.tty.keys(), &mut bytes) {
            Ok(0) => Ok(Next::End),
            Ok(n) => {
                decoder.feed(&bytes[..n], |input| hear(input));
                Ok(Next::Listen)
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(Next::Listen),
            Err(error) => Err(error.into()),
        }
    }
}
