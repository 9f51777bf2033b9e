//! A thread that writes frames to a terminal that may be slow, so that no other thread waits for it.
//!
//! It holds at most one frame. While it writes, [`TerminalWriter::is_busy`] is true and no further frame is
//! drawn: a terminal that stops reading costs frames and nothing else. Frames are written whole and in order.
//! Start at [`TerminalWriter::submit`].

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A writing thread, and the one frame that waits for it.
#[derive(Debug)]
pub struct TerminalWriter {
    shared: Arc<WriterShared>,
}

#[derive(Debug, Default)]
struct WriterShared {
    state: Mutex<WriterState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct WriterState {
    /// The frame to write next.
    slot: Vec<u8>,
    /// The thread is inside a write.
    is_writing: bool,
    /// The writer was dropped.
    is_closed: bool,
    /// A write failed: the terminal has gone.
    is_gone: bool,
    /// How long the last write took, until it is taken.
    write_time: Option<Duration>,
}

impl WriterState {
    fn is_busy(&self) -> bool {
        self.is_writing || !self.slot.is_empty()
    }
}

impl TerminalWriter {
    /// Starts a thread that writes to this descriptor.
    pub fn start(to: OwnedFd) -> io::Result<Self> {
        let shared = Arc::new(WriterShared::default());
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name("terminal-writer".into()).spawn(move || theirs.write_all(&to))?;
        Ok(Self { shared })
    }

    /// Whether a frame is still being written.
    pub fn is_busy(&self) -> bool {
        self.shared.lock().is_busy()
    }

    /// Whether the terminal has gone.
    pub fn is_gone(&self) -> bool {
        self.shared.lock().is_gone
    }

    /// How long the last write took; each duration is returned once.
    pub fn take_write_time(&self) -> Option<Duration> {
        self.shared.lock().write_time.take()
    }

    /// Takes the frame and leaves an empty buffer in its place. While another frame is being written,
    /// it takes nothing and returns false.
    pub fn submit(&self, frame: &mut Vec<u8>) -> bool {
        let mut state = self.shared.lock();
        if state.is_busy() {
            return false;
        }
        if state.is_gone {
            frame.clear();
            return true;
        }
        // The two buffers are swapped so that they keep their capacity.
        std::mem::swap(&mut state.slot, frame);
        self.shared.changed.notify_all();
        true
    }

    /// Appends bytes and waits until everything is written, for at most this long.
    ///
    /// Returns whether everything was written.
    pub fn write_and_wait(&self, bytes: &[u8], at_most: Duration) -> bool {
        let deadline = Instant::now() + at_most;
        let mut state = self.shared.lock();
        state.slot.extend_from_slice(bytes);
        self.shared.changed.notify_all();
        while state.is_busy() && !state.is_gone {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        !state.is_gone
    }
}

impl Drop for TerminalWriter {
    fn drop(&mut self) {
        // A thread that is stuck in a write is not joined: it holds no resource that is needed.
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl WriterShared {
    fn lock(&self) -> MutexGuard<'_, WriterState> {
        // No code that holds the lock can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's main loop.
    fn write_all(&self, to: &OwnedFd) {
        let mut frame = Vec::new();
        let mut state = self.lock();
        loop {
            while state.slot.is_empty() {
                if state.is_closed {
                    return;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            std::mem::swap(&mut state.slot, &mut frame);
            state.is_writing = true;
            drop(state);
            let began = Instant::now();
            let written = write(to, &frame);
            let took = began.elapsed();
            frame.clear();
            state = self.lock();
            state.is_writing = false;
            state.write_time = Some(took);
            if written.is_err() {
                state.is_gone = true;
                state.slot.clear();
            } else if state.slot.is_empty() {
                // The larger buffer goes back to the drawing thread.
                std::mem::swap(&mut state.slot, &mut frame);
            }
            self.changed.notify_all();
            if state.is_gone {
                return;
            }
        }
    }
}

/// Writes a whole frame, in one call if the terminal accepts it.
fn write(to: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(to, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => bytes = &bytes[n..],
            Err(rustix::io::Errno::INTR) => {}
            // Another process has made the terminal non-blocking: wait until it accepts bytes.
            Err(rustix::io::Errno::AGAIN) => {
                let flags = rustix::event::PollFlags::OUT;
                let fd = to.as_fd();
                crate::tui::tty::wait(&mut [rustix::event::PollFd::from_borrowed_fd(fd, flags)], None)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use super::TerminalWriter;

    const LONG: Duration = Duration::from_secs(20);

    fn writer() -> (TerminalWriter, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (TerminalWriter::start(ours.into()).unwrap(), theirs)
    }

    #[test]
    fn frames_arrive_whole_and_in_order() {
        let (writer, mut terminal) = writer();
        for n in 0..50u8 {
            let mut frame = vec![n; 100];
            while !writer.submit(&mut frame) {
                std::thread::yield_now();
            }
            assert!(frame.is_empty());
        }
        assert!(writer.write_and_wait(b"end", LONG));
        drop(writer);
        let mut received = Vec::new();
        terminal.read_to_end(&mut received).unwrap();
        let wanted: Vec<u8> = (0..50).flat_map(|n| [n; 100]).chain(*b"end").collect();
        assert!(received == wanted);
    }

    #[test]
    fn a_terminal_that_stops_reading_costs_frames_and_no_time() {
        let (writer, mut terminal) = writer();
        let huge = vec![b'x'; 1 << 22];
        assert!(writer.submit(&mut huge.clone()));
        assert!(writer.is_busy());
        let mut next = b"next".to_vec();
        assert!(!writer.submit(&mut next));
        assert_eq!(next, b"next");
        assert!(!writer.write_and_wait(b"bye", Duration::from_millis(10)));
        assert_eq!(writer.take_write_time(), None);
        let reader = std::thread::spawn(move || {
            let mut received = Vec::new();
            terminal.read_to_end(&mut received).unwrap();
            received
        });
        assert!(writer.write_and_wait(b"", LONG));
        assert!(writer.take_write_time().is_some() && writer.take_write_time().is_none());
        drop(writer);
        let received = reader.join().unwrap();
        assert!(received == [huge, b"bye".to_vec()].concat());
    }

    #[test]
    fn a_terminal_that_has_gone_discards_every_frame() {
        let (writer, terminal) = writer();
        drop(terminal);
        assert!(!writer.write_and_wait(b"hello", LONG));
        assert!(writer.is_gone());
        assert!(writer.submit(&mut b"more".to_vec()));
        assert!(!writer.is_busy());
    }

    #[test]
    fn the_buffers_are_reused() {
        let (writer, _terminal) = writer();
        let mut frame = Vec::with_capacity(5000);
        for _ in 0..4 {
            frame.extend_from_slice(b"frame");
            assert!(writer.submit(&mut frame));
            assert!(writer.write_and_wait(b"", LONG));
        }
        let mut other = Vec::new();
        assert!(writer.submit(&mut other));
        assert!(frame.capacity() >= 5000 || other.capacity() >= 5000);
    }
}
