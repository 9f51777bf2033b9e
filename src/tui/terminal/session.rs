//! A terminal session: takes the terminal and restores it, from any thread.
//!
//! Start at [`Session::enter`] and [`Session::leave`].

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste};
use ratatui::crossterm::queue;
use ratatui::crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};

use crate::tui::terminal::options::TerminalOptions;
use crate::tui::tty::Tty;
use crate::tui::tty::writer::TerminalWriter;
use crate::tui::window_status::{POP_TITLE, PUSH_TITLE, TabProgress};

/// How long the terminal may take to read the final bytes.
const WRITE_TIMEOUT: Duration = Duration::from_millis(500);

/// Most panic messages to keep.
const MAX_POSTPONED: usize = 50;

/// The state for taking and restoring the terminal, shared by all threads.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) tty: Arc<Tty>,
    pub(super) writer: TerminalWriter,
    /// The thread that draws.
    pub(super) thread: ThreadId,
    /// The terminal features in use, which must be undone.
    pub(super) options: TerminalOptions,
    pub(super) is_inside: AtomicBool,
    /// Restored for good.
    pub(super) is_over: AtomicBool,
    pub(super) postponed: Mutex<Vec<String>>,
}

impl Session {
    pub(super) fn is_inside(&self) -> bool {
        self.is_inside.load(Ordering::Acquire)
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Takes the terminal, then sends `more`.
    pub(super) fn enter(&self, more: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::new();
        queue!(bytes, EnterAlternateScreen, Hide, EnableBracketedPaste)?;
        if self.options.title {
            bytes.write_all(PUSH_TITLE.as_bytes())?;
        }
        bytes.write_all(more)?;
        // Set first, so that a failure half-way is undone as well.
        self.is_inside.store(true, Ordering::Release);
        self.tty.make_raw().inspect_err(|_| self.is_inside.store(false, Ordering::Release))?;
        self.writer.write_and_wait(&bytes, WRITE_TIMEOUT);
        Ok(())
    }

    /// Restores the terminal, once.
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
        if self.options.bar {
            bytes.extend_from_slice(TabProgress::NONE.to_string().as_bytes());
        }
        if self.options.title {
            bytes.extend_from_slice(POP_TITLE.as_bytes());
        }
        // A terminal that has stopped reading never gets the bytes, but the kernel holds its modes.
        self.writer.write_and_wait(&bytes, WRITE_TIMEOUT);
        self.tty.restore_modes();
    }

    /// Restores the terminal for good.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.leave();
    }

    /// Keeps a message until the terminal is restored.
    pub(super) fn postpone(&self, message: String) {
        let mut postponed = self.postponed.lock().unwrap_or_else(PoisonError::into_inner);
        if postponed.len() < MAX_POSTPONED {
            postponed.push(message);
        }
    }
}
