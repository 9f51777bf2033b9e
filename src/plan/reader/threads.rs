//! The reader threads: they read sources ahead, so that a slow file or pipe delays only its own jobs.
//!
//! While a thread is blocked in a read, another thread reads the next source, up to [`MAX_THREADS`]. Threads are
//! never joined, because a blocked read cannot be interrupted. Start at
//! [`ReaderThreads::read`].

use std::collections::VecDeque;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::plan::reader::queue::RowQueue;

/// The most threads. If this many sources are blocked, the others wait.
const MAX_THREADS: usize = 64;

/// Called from a reader thread when a source that had no row has one again.
pub(in crate::plan) type Waker = Arc<dyn Fn() + Send + Sync>;

/// The reader threads. They end after this is dropped, each as soon as its read returns.
pub(in crate::plan) struct ReaderThreads(Arc<Shared>);

struct Shared {
    state: Mutex<ReaderState>,
    /// Notified when there is a source to read, or no more will come.
    work: Condvar,
    waker: Mutex<Option<Waker>>,
    /// Sources that are to be read or being read.
    n_reading: AtomicUsize,
}

#[derive(Default)]
struct ReaderState {
    sources: VecDeque<Arc<RowQueue>>,
    n_threads: usize,
    n_idle: usize,
    is_closed: bool,
}

/// Reports whether any source is being read ahead. Tests with a paused clock wait for that.
#[derive(Clone)]
pub struct ReaderActivity(Arc<Shared>);

impl ReaderActivity {
    /// Whether a source is being read, or about to be.
    pub fn is_reading(&self) -> bool {
        self.0.n_reading.load(Ordering::SeqCst) > 0
    }
}

impl ReaderThreads {
    /// No threads yet.
    pub(in crate::plan) fn new() -> Self {
        let (state, waker) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Shared { state, work: Condvar::new(), waker, n_reading: AtomicUsize::new(0) }))
    }

    /// Starts the first thread, if there is none.
    pub(in crate::plan) fn start(&self) -> io::Result<()> {
        let mut state = self.0.lock();
        if state.n_threads == 0 {
            start_thread(&self.0)?;
            state.n_threads = 1;
        }
        Ok(())
    }

    /// Sets what to call when a source that had no row has one again.
    pub(in crate::plan) fn set_waker(&self, waker: Waker) {
        *self.0.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker);
    }

    /// Makes a thread read a source ahead.
    pub(in crate::plan) fn read(&self, source: &Arc<RowQueue>) {
        self.0.n_reading.fetch_add(1, Ordering::SeqCst);
        let mut state = self.0.lock();
        state.sources.push_back(Arc::clone(source));
        if state.n_idle >= state.sources.len() {
            self.0.work.notify_one();
        } else if state.n_threads < MAX_THREADS && start_thread(&self.0).is_ok() {
            state.n_threads += 1;
        }
        // If no thread was started, the next idle thread reads this source.
    }

    /// Whether any source is being read ahead.
    pub(in crate::plan) fn activity(&self) -> ReaderActivity {
        ReaderActivity(Arc::clone(&self.0))
    }
}

impl Drop for ReaderThreads {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.work.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, ReaderState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one source after another.
    fn run(&self) {
        while let Some(source) = self.next_source() {
            let wake = || {
                let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if let Some(waker) = waker {
                    waker();
                }
            };
            // The run must not wait for a reader that panicked, so the panic is passed on to the thread that draws.
            if let Err(cause) = panic::catch_unwind(AssertUnwindSafe(|| source.fill(wake))) {
                source.fail(cause, wake);
            }
            self.n_reading.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Waits for a source to read. Returns `None` when no more will come.
    fn next_source(&self) -> Option<Arc<RowQueue>> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(source) = state.sources.pop_front() {
                return Some(source);
            }
            state.n_idle += 1;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.n_idle -= 1;
        }
    }
}

fn start_thread(shared: &Arc<Shared>) -> io::Result<()> {
    let shared = Arc::clone(shared);
    thread::Builder::new().name("plan-reader".to_owned()).spawn(move || shared.run()).map(drop)
}
