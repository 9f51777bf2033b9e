//! Writes frames to a terminal that may be slow, so that nobody else waits for it.
//!
//! Holds at most one frame: while it writes, [`Writer::is_busy`] is true and frames are left out
//! before they are drawn, so a terminal that stops reading costs pictures and nothing else. Frames
//! are written whole and in order. Start at [`Writer::hand_over`].

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A thread that writes, and the slot before it.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What waits to be written.
    slot: Vec<u8>,
    /// Bytes are on their way.
    is_writing: bool,
    /// Nothing more will come.
    is_closed: bool,
    /// The terminal takes nothing any more.
    is_gone: bool,
    /// How long the last piece took, until somebody asks.
    took: Option<Duration>,
}

impl State {
    fn is_busy(&self) -> bool {
        self.is_writing || !self.slot.is_empty()
    }
}

impl Writer {
    /// Starts to write to a descriptor.
    pub fn start(to: OwnedFd) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name("terminal-writer".into()).spawn(move || theirs.write_all(&to))?;
        Ok(Self { shared })
    }

    /// Whether a frame is still on its way.
    pub fn is_busy(&self) -> bool {
        self.shared.lock().is_busy()
    }

    /// Whether the terminal takes nothing any more.
    pub fn is_gone(&self) -> bool {
        self.shared.lock().is_gone
    }

    /// How long the last frame took to be written, once for each.
    pub fn take_took(&self) -> Option<Duration> {
        self.shared.lock().took.take()
    }

    /// Hands a frame over and leaves an empty buffer in its place; false, and nothing is taken, while
    /// another is on its way.
    pub fn hand_over(&self, frame: &mut Vec<u8>) -> bool {
        let mut state = self.shared.lock();
        if state.is_busy() {
            return false;
        }
        if state.is_gone {
            frame.clear();
            return true;
        }
        // Two buffers go round, and keep their room.
        std::mem::swap(&mut state.slot, frame);
        self.shared.changed.notify_all();
        true
    }

    /// Adds bytes after whatever is on its way, and waits until all is written, but not for ever.
    ///
    /// Says whether it was.
    pub fn finish(&self, bytes: &[u8], at_most: Duration) -> bool {
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

impl Drop for Writer {
    fn drop(&mut self) {
        // A thread that is stuck in a write is left behind: it holds nothing that anyone needs.
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's work.
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
            state.took = Some(took);
            if written.is_err() {
                state.is_gone = true;
                state.slot.clear();
            } else if state.slot.is_empty() {
                // The roomy buffer goes back to whoever draws next.
                std::mem::swap(&mut state.slot, &mut frame);
            }
            self.changed.notify_all();
            if state.is_gone {
                return;
            }
        }
    }
}

/// Writes a whole frame, in one piece if the terminal takes it.
fn write(to: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(to, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => bytes = &bytes[n..],
            Err(rustix::io::Errno::INTR) => {}
            // Somebody else has made the terminal non-blocking; a full one is waited for.
            Err(rustix::io::Errno::AGAIN) => {
                let flags = rustix::event::PollFlags::OUT;
                let fd = to.as_fd();
                crate::tui::terminal::tty::wait(&mut [rustix::event::PollFd::from_borrowed_fd(fd, flags)], None)?;
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

    use super::Writer;

    const LONG: Duration = Duration::from_secs(20);

    fn writer() -> (Writer, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Writer::start(ours.into()).unwrap(), theirs)
    }

    #[test]
    fn frames_arrive_whole_and_in_order() {
        let (writer, mut terminal) = writer();
        for n in 0..50u8 {
            let mut frame = vec![n; 100];
            while !writer.hand_over(&mut frame) {
                std::thread::yield_now();
            }
            assert!(frame.is_empty());
        }
        assert!(writer.finish(b"end", LONG));
        drop(writer);
        let mut seen = Vec::new();
        terminal.read_to_end(&mut seen).unwrap();
        let wanted: Vec<u8> = (0..50).flat_map(|n| [n; 100]).chain(*b"end").collect();
        assert!(seen == wanted);
    }

    #[test]
    fn a_terminal_that_stops_reading_costs_pictures_and_no_time() {
        let (writer, mut terminal) = writer();
        let huge = vec![b'x'; 1 << 22];
        assert!(writer.hand_over(&mut huge.clone()));
        assert!(writer.is_busy());
        let mut next = b"next".to_vec();
        assert!(!writer.hand_over(&mut next));
        assert_eq!(next, b"next");
        assert!(!writer.finish(b"bye", Duration::from_millis(10)));
        assert_eq!(writer.take_took(), None);
        let reader = std::thread::spawn(move || {
            let mut seen = Vec::new();
            terminal.read_to_end(&mut seen).unwrap();
            seen
        });
        assert!(writer.finish(b"", LONG));
        assert!(writer.take_took().is_some() && writer.take_took().is_none());
        drop(writer);
        let seen = reader.join().unwrap();
        assert!(seen == [huge, b"bye".to_vec()].concat());
    }

    #[test]
    fn a_terminal_that_has_gone_takes_every_frame() {
        let (writer, terminal) = writer();
        drop(terminal);
        assert!(!writer.finish(b"hello", LONG));
        assert!(writer.is_gone());
        assert!(writer.hand_over(&mut b"more".to_vec()));
        assert!(!writer.is_busy());
    }

    #[test]
    fn the_buffers_go_round() {
        let (writer, _terminal) = writer();
        let mut frame = Vec::with_capacity(5000);
        for _ in 0..4 {
            frame.extend_from_slice(b"picture");
            assert!(writer.hand_over(&mut frame));
            assert!(writer.finish(b"", LONG));
        }
        let mut other = Vec::new();
        assert!(writer.hand_over(&mut other));
        assert!(frame.capacity() >= 5000 || other.capacity() >= 5000);
    }
}
