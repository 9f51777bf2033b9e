//! What wakes the main thread: the terminal, the system's signals, and news from the pump.
//!
//! Start at [`Wake`].

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::iterator::Signals;

use crate::tui::input::event::TerminalInput;

/// Why the main thread wakes.
#[derive(Clone, Debug)]
pub enum Wake {
    /// Something from the terminal.
    Input(TerminalInput),
    /// A signal asks for an end.
    Signal(Signal),
    /// The model has changed since it was last looked at.
    Changed,
}

/// Signals that mean something to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A polite request to end.
    Terminate,
    /// The terminal has gone.
    HangUp,
    /// Tell how it stands.
    Status,
}

/// Listens for signals, on a thread of its own, until the process ends.
///
/// Once nobody hears of them any more, what came of the run is being written. The first signal then leaves
/// time for that; the second ends the process, which may be stuck at a pipe that nobody reads.
pub fn listen(wake: Sender<Wake>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGUSR1])?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        let mut unheard = 0;
        for number in signals.forever() {
            let signal = match number {
                SIGINT => Signal::Interrupt,
                SIGTERM => Signal::Terminate,
                SIGHUP => Signal::HangUp,
                _ => Signal::Status,
            };
            if wake.send(Wake::Signal(signal)).is_err() && signal != Signal::Status {
                unheard += 1;
                if unheard > 1 {
                    // It only fails for a number that is no signal.
                    let _ = signal_hook::low_level::emulate_default_handler(number);
                }
            }
        }
    })?;
    Ok(())
}
