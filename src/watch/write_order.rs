//! The order in which a program wrote to several terminals, as Linux reports it; elsewhere it is not known.
//!
//! Two terminals have no common order of their own: what was written to both within microseconds arrives at once. Start
//! at [`WriteOrder::watch`].

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

/// The turns of terminals: a turn is one write, or several without a write to another terminal in between.
#[derive(Debug)]
pub struct WriteOrder {
    reports: OwnedFd,
    /// The watch of each terminal.
    watches: Vec<i32>,
    /// The terminal whose turn it is, by its place in the list, and those that follow.
    turns: VecDeque<usize>,
}

impl WriteOrder {
    /// Watches the program's side of these terminals.
    #[cfg(target_os = "linux")]
    pub fn watch(paths: &[PathBuf]) -> io::Result<Self> {
        use rustix::fs::inotify;
        let reports = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
        let watch = |path| inotify::add_watch(&reports, path, inotify::WatchFlags::MODIFY);
        let watches = paths.iter().map(watch).collect::<Result<_, _>>()?;
        Ok(Self { reports, watches, turns: VecDeque::new() })
    }

    /// Watches the program's side of these terminals.
    #[cfg(not(target_os = "linux"))]
    pub fn watch(_paths: &[PathBuf]) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Takes new reports in.
    pub fn read(&mut self) {
        #[cfg(target_os = "linux")]
        {
            let mut buffer = [std::mem::MaybeUninit::uninit(); 4_096];
            let mut reader = rustix::fs::inotify::Reader::new(&self.reports, &mut buffer);
            // Without news, it would block.
            while let Ok(report) = reader.next() {
                let terminal = self.watches.iter().position(|watch| *watch == report.wd());
                if self.turns.back() != terminal.as_ref() {
                    self.turns.extend(terminal);
                }
            }
        }
    }

    /// The terminal whose turn it is.
    pub fn turn(&self) -> Option<usize> {
        self.turns.front().copied()
    }

    /// Whether another turn has begun.
    pub fn has_next(&self) -> bool {
        self.turns.len() > 1
    }

    /// How many later turns a terminal has.
    pub fn later_turns(&self, terminal: usize) -> usize {
        self.turns.iter().skip(1).filter(|other| **other == terminal).count()
    }

    /// Goes on to the next turn, if it has begun.
    pub fn advance(&mut self) -> bool {
        self.has_next() && self.turns.pop_front().is_some()
    }

    /// Forgets all turns: everything was passed on.
    pub fn clear(&mut self) {
        self.turns.clear();
    }
}

impl AsFd for WriteOrder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reports.as_fd()
    }
}
