//! What wakes the main thread: input from the terminal, signals, and changes of the model.
//!
//! Start at [`Wakeups`].

use std::ffi::c_int;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGABRT, SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM};
use signal_hook::iterator::Signals;

use crate::pump::Follow;
use crate::tui::input::event::TerminalInput;
use crate::tui::terminal::panic;

/// Why the main thread wakes.
#[derive(Clone, Debug)]
pub enum Wakeup {
    /// Input from the terminal.
    Input(TerminalInput),
    /// A signal.
    Signal(Signal),
    /// The model has changed since it was last drawn.
    Changed,
}

/// Signals that the program handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A request to end: SIGTERM.
    Terminate,
    /// The terminal has gone.
    HangUp,
    /// A request for the current figures.
    Status,
}

/// A queue of wake-ups and a clock: the real ones, or a test's script.
pub trait WakeupSource {
    /// The time now.
    fn now(&self) -> Instant;
    /// The next wake-up, if one comes within `patience`.
    fn next(&mut self, patience: Duration) -> Option<Wakeup>;
    /// Acknowledges the changes so far, because the model is about to be drawn. The next change wakes again.
    fn acknowledge_changes(&mut self);
}

/// The queue that wakes the main thread.
#[derive(Debug)]
pub struct Wakeups {
    notifier: ChangeNotifier,
    receiver: Receiver<Wakeup>,
}

/// Turns changes of models into wake-ups, one at a time however many changes there are.
#[derive(Clone, Debug)]
pub struct ChangeNotifier {
    sender: Sender<Wakeup>,
    is_pending: Arc<AtomicBool>,
}

impl Wakeups {
    /// Opens the queue; from here on signals no longer end the process by themselves.
    pub fn open() -> io::Result<Self> {
        let wakeups = Self::without_signals();
        listen(wakeups.sender())?;
        Ok(wakeups)
    }

    /// Opens the queue, and leaves signals as they are.
    pub fn without_signals() -> Self {
        let (sender, receiver) = mpsc::channel();
        Self { notifier: ChangeNotifier { sender, is_pending: Arc::default() }, receiver }
    }

    /// A sender of wake-ups.
    pub fn sender(&self) -> Sender<Wakeup> {
        self.notifier.sender.clone()
    }

    /// A handle that turns changes of models into wake-ups.
    pub fn notifier(&self) -> ChangeNotifier {
        self.notifier.clone()
    }

    /// Waits for the next wake-up, for `patience` at most.
    pub fn wait(&self, patience: Duration) -> Option<Wakeup> {
        // The queue itself holds a sender, so it is never disconnected: an error is a time-out.
        self.receiver.recv_timeout(patience).ok()
    }
}

impl WakeupSource for Wakeups {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn next(&mut self, patience: Duration) -> Option<Wakeup> {
        self.wait(patience)
    }

    fn acknowledge_changes(&mut self) {
        self.notifier.is_pending.store(false, Ordering::Release);
    }
}

impl ChangeNotifier {
    /// Wakes the main thread when this model changes, and at once when its last event has been applied.
    pub fn watch(&self, follow: &Follow) {
        let (notifier, watched) = (self.clone(), follow.clone());
        follow.on_change(move || {
            if !notifier.is_pending.swap(true, Ordering::AcqRel) || watched.is_closed() {
                // Sending fails only when the main thread has stopped waiting.
                drop(notifier.sender.send(Wakeup::Changed));
            }
        });
    }

    /// Wakes the main thread only when the last event of this model has been applied.
    pub fn watch_end(&self, follow: &Follow) {
        let (sender, watched) = (self.sender.clone(), follow.clone());
        follow.on_change(move || {
            if watched.is_closed() {
                drop(sender.send(Wakeup::Changed));
            }
        });
    }
}

/// Signals that end the process at once, as they do by default, but not before the terminal is restored.
const DEADLY: [c_int; 6] = [SIGQUIT, SIGABRT, SIGALRM, SIGUSR2, SIGVTALRM, SIGPROF];

/// Starts a thread that listens for signals until the process ends.
///
/// After the run nothing receives signals, while the result is written. The first signal is ignored then, so
/// that writing can finish. The second ends the process, which may be stuck at a pipe that is never read.
fn listen(sender: Sender<Wakeup>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGUSR1].iter().chain(&DEADLY))?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        let mut unreceived = 0;
        for number in signals.forever() {
            if DEADLY.contains(&number) {
                panic::restore();
                let _ = signal_hook::low_level::emulate_default_handler(number);
            }
            let signal = match number {
                SIGINT => Signal::Interrupt,
                SIGTERM => Signal::Terminate,
                SIGHUP => Signal::HangUp,
                _ => Signal::Status,
            };
            if sender.send(Wakeup::Signal(signal)).is_err() && signal != Signal::Status {
                unreceived += 1;
                if unreceived > 1 {
                    // This fails only for a number that is not a signal.
                    let _ = signal_hook::low_level::emulate_default_handler(number);
                }
            }
        }
    })?;
    Ok(())
}
