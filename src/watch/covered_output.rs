//! What a program prints while the screen covers its terminal: kept, and printed when the screen closes.
//!
//! The program gets a terminal of its own, so that it prints as it would without the screen. Start at
//! [`CoveredOutput::open`].

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

/// How long the last output may take to arrive. A process that was left behind may hold the terminal for ever.
const END_PATIENCE: Duration = Duration::from_millis(500);

/// The output of a program whose terminal is covered.
#[derive(Debug)]
pub struct CoveredOutput {
    kept: Arc<Mutex<KeptOutput>>,
    reader: JoinHandle<()>,
}

/// Output that waits for the terminal, and where it goes afterwards.
#[derive(Debug)]
struct KeptOutput {
    /// What was printed so far; nothing once the terminal is free.
    spool: Option<File>,
    /// The terminal.
    terminal: File,
}

impl CoveredOutput {
    /// Opens a terminal of the size of this one for the program; returns the descriptor that it prints to.
    pub fn open(terminal: impl AsFd) -> io::Result<(Self, OwnedFd)> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let path = ptsname(&ours, Vec::new())?;
        let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
        let theirs = rustix::fs::open(path, flags, rustix::fs::Mode::empty())?;
        rustix::io::fcntl_setfd(&ours, rustix::io::FdFlags::CLOEXEC)?;
        // The real terminal adds carriage returns when the output is printed.
        let mut modes = tcgetattr(&theirs)?;
        modes.output_modes.remove(OutputModes::OPOST);
        tcsetattr(&theirs, OptionalActions::Now, &modes)?;
        if let Ok(size) = tcgetwinsize(&terminal) {
            tcsetwinsize(&ours, size)?;
        }
        let terminal = File::from(terminal.as_fd().try_clone_to_owned()?);
        let kept = Arc::new(Mutex::new(KeptOutput { spool: Some(tempfile::tempfile()?), terminal }));
        let reader = thread::Builder::new().name("watch-output".into()).spawn({
            let kept = Arc::clone(&kept);
            move || read(File::from(ours), &kept)
        })?;
        Ok((Self { kept, reader }, theirs))
    }

    /// The terminal is free: prints what was kept, and from now on prints at once.
    pub fn uncover(&self) {
        // What cannot be printed cannot be reported either.
        drop(lock(&self.kept).uncover());
    }

    /// The program has ended: prints the rest.
    pub fn finish(self) {
        let deadline = Instant::now() + END_PATIENCE;
        while !self.reader.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        self.uncover();
    }
}

impl KeptOutput {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.spool {
            Some(spool) => spool.write_all(bytes),
            None => self.terminal.write_all(bytes),
        }
    }

    fn uncover(&mut self) -> io::Result<()> {
        let Some(mut spool) = self.spool.take() else { return Ok(()) };
        spool.seek(SeekFrom::Start(0))?;
        io::copy(&mut spool, &mut self.terminal)?;
        Ok(())
    }
}

/// Reads until every process has closed the terminal.
fn read(mut from: File, kept: &Mutex<KeptOutput>) {
    let mut buffer = [0; 1 << 14];
    loop {
        match from.read(&mut buffer) {
            // When the last process has closed it, Linux reports an error instead of an end.
            Ok(0) => return,
            Ok(n) => drop(lock(kept).take(&buffer[..n])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

fn lock(kept: &Mutex<KeptOutput>) -> MutexGuard<'_, KeptOutput> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
