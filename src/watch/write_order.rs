//! The order in which a program wrote to several terminals, as Linux reports it; elsewhere it is not known.
//!
//! Two terminals have no common order of their own: what was written to both within microseconds arrives at once. Start
//! at [`WriteOrder::watch`].

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

/// Writes that were reported and not taken yet.
#[derive(Debug)]
pub struct WriteOrder {
    reports: OwnedFd,
    /// The watch of each terminal.
    watches: Vec<i32>,
    /// The terminals that were written to, by their places in the list.
    pending: VecDeque<usize>,
}

impl WriteOrder {
    /// Watches the program's side of these terminals.
    #[cfg(target_os = "linux")]
    pub fn watch(paths: &[PathBuf]) -> io::Result<Self> {
        use rustix::fs::inotify;
        let reports = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
        let watch = |path| inotify::add_watch(&reports, path, inotify::WatchFlags::MODIFY);
        let watches = paths.iter().map(watch).collect::<Result<_, _>>()?;
        Ok(Self { reports, watches, pending: VecDeque::new() })
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
                self.pending.extend(self.watches.iter().position(|watch| *watch == report.wd()));
            }
        }
    }

    /// Whether a reported write was not taken yet.
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The terminal of the first write, and whether it is the last one there.
    pub fn first(&self) -> Option<(usize, bool)> {
        let first = *self.pending.front()?;
        Some((first, !self.pending.iter().skip(1).any(|other| *other == first)))
    }

    /// The bytes of the first write were taken.
    pub fn take_first(&mut self) {
        self.pending.pop_front();
    }

    /// The bytes of all writes were taken.
    pub fn clear(&mut self) {
        self.pending.clear();
    }
}

impl AsFd for WriteOrder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reports.as_fd()
    }
}
