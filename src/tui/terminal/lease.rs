//! What it takes to take the terminal and to give it back, whatever happens and from any thread.
//!
//! Start at [`Lease::enter`] and [`Lease::leave`].

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste};
use ratatui::crossterm::queue;
use ratatui::crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};

use crate::tui::terminal::Wants;
use crate::tui::terminal::tty::Tty;
use crate::tui::window_status::{Bar, POP_TITLE, PUSH_TITLE};
use crate::tui::writer::Writer;

/// How long a terminal may take to read our farewell before it is left as it is.
const FAREWELL_PATIENCE: Duration = Duration::from_millis(500);

/// More messages of panics say nothing more.
const MOST_POSTPONED: usize = 50;

/// What it takes to give the terminal back, from any thread.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) tty: Arc<Tty>,
    pub(super) writer: Writer,
    /// The thread that draws.
    pub(super) thread: ThreadId,
    /// What has to be taken back beside the picture.
    pub(super) wants: Wants,
    pub(super) is_inside: AtomicBool,
    /// Given back for good.
    pub(super) is_over: AtomicBool,
    pub(super) postponed: Mutex<Vec<String>>,
}

impl Lease {
    pub(super) fn is_inside(&self) -> bool {
        self.is_inside.load(Ordering::Acquire)
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Takes the terminal, and sends `more` on top.
    pub(super) fn enter(&self, more: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::new();
        queue!(bytes, EnterAlternateScreen, Hide, EnableBracketedPaste)?;
        if self.wants.title {
            bytes.write_all(PUSH_TITLE.as_bytes())?;
        }
        bytes.write_all(more)?;
        // Before the deed: what fails half-way is undone as well.
        self.is_inside.store(true, Ordering::Release);
        self.tty.make_raw().inspect_err(|_| self.is_inside.store(false, Ordering::Release))?;
        self.writer.finish(&bytes, FAREWELL_PATIENCE);
        Ok(())
    }

    /// Gives the terminal back, once.
    pub(super) fn leave(&self) {
        if !self.is_inside.swap(false, Ordering::AcqRel) {
            return;
        }
        let mut bytes = Vec::new();
        // Writing to memory cannot fail.
        let _ = queue!(
            bytes,
            EndSynchronizedUpdate,
            DisableMouseCapture,
            DisableBracketedPaste,
            DisableFocusChange,
            Show,
            LeaveAlternateScreen,
        );
        if self.wants.bar {
            bytes.extend_from_slice(Bar::GONE.to_string().as_bytes());
        }
        if self.wants.title {
            bytes.extend_from_slice(POP_TITLE.as_bytes());
        }
        // A terminal that has stopped reading cannot be told, but its modes are the kernel's.
        self.writer.finish(&bytes, FAREWELL_PATIENCE);
        self.tty.make_as_before();
    }

    /// Gives the terminal back for good.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.leave();
    }

    /// Keeps a message until the terminal has been left.
    pub(super) fn postpone(&self, message: String) {
        let mut postponed = self.postponed.lock().unwrap_or_else(PoisonError::into_inner);
        if postponed.len() < MOST_POSTPONED {
            postponed.push(message);
        }
    }
}
