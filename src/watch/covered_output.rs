//! What a program prints while the screen covers its terminal: kept, and printed when the screen closes.
//!
//! The program gets terminals of its own, so that it prints as it would without the screen: one for each stream, so that
//! the screen shows them apart. Start at [`CoveredOutput::open`].

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

use crate::text::output_lines::{OutputLines, OutputStream};
use crate::watch::write_order::WriteOrder;

/// How long the last output may take to arrive. A process that was left behind may hold the terminal for ever.
const END_PATIENCE: Duration = Duration::from_millis(500);
/// How long the bytes of a reported write may take to arrive.
const WRITE_PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
const BUFFER: usize = 1 << 14;

/// The output of a program whose terminal is covered.
#[derive(Debug)]
pub struct CoveredOutput {
    /// Its last lines.
    pub lines: OutputLines,
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

/// A terminal that the program prints one of its streams to.
#[derive(Debug)]
struct StreamTerminal {
    stream: OutputStream,
    ours: File,
    /// What has arrived and was not passed on yet.
    arrived: VecDeque<u8>,
    is_closed: bool,
}

impl CoveredOutput {
    /// Opens terminals of the size of this one for these streams of the program; returns the descriptors that it prints
    /// to, in the same order.
    pub fn open(terminal: impl AsFd, streams: &[OutputStream]) -> io::Result<(Self, Vec<OwnedFd>)> {
        let (mut theirs, mut terminals, mut paths) = (Vec::new(), Vec::new(), Vec::new());
        for &stream in streams {
            let (ours, path, slave) = open_terminal(&terminal)?;
            terminals.push(StreamTerminal { stream, ours, arrived: VecDeque::new(), is_closed: false });
            paths.push(path);
            theirs.push(slave);
        }
        // Without it, lines that were printed to both at once may change places.
        let order = WriteOrder::watch(&paths).ok();
        let terminal = File::from(terminal.as_fd().try_clone_to_owned()?);
        let kept = Arc::new(Mutex::new(KeptOutput { spool: Some(tempfile::tempfile()?), terminal }));
        let lines = OutputLines::default();
        let reader = thread::Builder::new().name("watch-output".into()).spawn({
            let mut reader =
                OutputReader { terminals, order, has_line: false, kept: Arc::clone(&kept), lines: lines.clone() };
            move || reader.run()
        })?;
        Ok((Self { lines, kept, reader }, theirs))
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

/// The thread's own state.
struct OutputReader {
    terminals: Vec<StreamTerminal>,
    order: Option<WriteOrder>,
    /// Whether the current turn has a line.
    has_line: bool,
    kept: Arc<Mutex<KeptOutput>>,
    lines: OutputLines,
}

impl OutputReader {
    /// Reads until every process has closed the terminals.
    fn run(&mut self) {
        while self.terminals.iter().any(|terminal| !terminal.is_closed) {
            // A write was reported whose bytes have not arrived, or a part of a line has.
            let has_part = self.terminals.iter().any(|terminal| !terminal.arrived.is_empty());
            let is_waiting = has_part || self.order.as_ref().is_some_and(WriteOrder::has_next);
            let Ok(has_news) = self.wait(is_waiting.then_some(&WRITE_PATIENCE)) else { break };
            // The order comes second, so that it has every write whose bytes were read.
            self.terminals.iter_mut().for_each(StreamTerminal::read);
            if let Some(order) = &mut self.order {
                order.read();
            }
            self.pass_in_order();
            if !has_news {
                // A part of a line, or a write whose bytes came with the one before.
                self.pass_rest();
                self.has_line = false;
                if let Some(order) = &mut self.order {
                    order.clear();
                }
            }
        }
        self.pass_rest();
    }

    /// Waits until something arrives; returns whether something has.
    fn wait(&self, patience: Option<&Timespec>) -> io::Result<bool> {
        let open = self.terminals.iter().filter(|terminal| !terminal.is_closed);
        let mut fds: Vec<PollFd<'_>> = open.map(|terminal| PollFd::new(&terminal.ours, PollFlags::IN)).collect();
        if let Some(order) = &self.order {
            fds.push(PollFd::from_borrowed_fd(order.as_fd(), PollFlags::IN));
        }
        match poll(&mut fds, patience) {
            Ok(n) => Ok(n > 0),
            Err(rustix::io::Errno::INTR) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Passes on what has arrived, as far as its place among the writes is known.
    ///
    /// Of several turns of a terminal, each has a line at least, as programs print line by line to a terminal; the first
    /// turn has the lines that are too many.
    fn pass_in_order(&mut self) {
        let Some(order) = &mut self.order else { return self.pass_rest() };
        let mut passed = Vec::new();
        while let Some(turn) = order.turn() {
            let Some(terminal) = self.terminals.get_mut(turn) else { break };
            let later = order.later_turns(turn);
            let n = terminal.n_lines().saturating_sub(later).max(usize::from(!self.has_line).min(terminal.n_lines()));
            if n > 0 {
                passed.push((terminal.stream, terminal.take_lines(n)));
            }
            self.has_line |= n > 0;
            // Without a line, its bytes are still on their way.
            if !self.has_line || !order.advance() {
                break;
            }
            self.has_line = false;
        }
        for (stream, bytes) in passed {
            self.pass(stream, &bytes);
        }
    }

    fn pass_rest(&mut self) {
        for i in 0..self.terminals.len() {
            let bytes: Vec<u8> = self.terminals[i].arrived.drain(..).collect();
            self.pass(self.terminals[i].stream, &bytes);
        }
    }

    fn pass(&self, stream: OutputStream, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.lines.add(stream, bytes);
            // What cannot be kept cannot be reported either.
            drop(lock(&self.kept).take(bytes));
        }
    }
}

impl StreamTerminal {
    /// Takes what is there.
    fn read(&mut self) {
        let mut buffer = [0; BUFFER];
        while !self.is_closed {
            match self.ours.read(&mut buffer) {
                Ok(n) if n > 0 => {
                    self.arrived.extend(&buffer[..n]);
                    if n < buffer.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // When the last process has closed it, Linux reports an error instead of an end.
                Ok(_) | Err(_) => self.is_closed = true,
            }
        }
    }

    /// The number of whole lines that have arrived.
    fn n_lines(&self) -> usize {
        self.arrived.iter().filter(|byte| **byte == b'\n').count()
    }

    /// Takes so many lines.
    fn take_lines(&mut self, n: usize) -> Vec<u8> {
        let ends = self.arrived.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let end = ends.map(|(at, _)| at + 1).nth(n - 1).unwrap_or(self.arrived.len());
        self.arrived.drain(..end).collect()
    }
}

/// Opens a terminal of the size of another: our side, the path of the program's side, and that side itself.
fn open_terminal(like: &impl AsFd) -> io::Result<(File, PathBuf, OwnedFd)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let path = ptsname(&ours, Vec::new())?;
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
    let theirs = rustix::fs::open(&path, flags, rustix::fs::Mode::empty())?;
    rustix::io::fcntl_setfd(&ours, rustix::io::FdFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&ours, true)?;
    // The real terminal adds carriage returns when the output is printed.
    let mut modes = tcgetattr(&theirs)?;
    modes.output_modes.remove(OutputModes::OPOST);
    tcsetattr(&theirs, OptionalActions::Now, &modes)?;
    if let Ok(size) = tcgetwinsize(like) {
        tcsetwinsize(&ours, size)?;
    }
    let path: OsString = std::os::unix::ffi::OsStringExt::from_vec(path.into_bytes());
    Ok((File::from(ours), path.into(), theirs))
}

fn lock(kept: &Mutex<KeptOutput>) -> MutexGuard<'_, KeptOutput> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
