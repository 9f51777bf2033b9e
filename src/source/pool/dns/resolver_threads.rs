//! The threads that call the blocking resolver of the system.
//!
//! Normally a few threads are enough. A look-up that takes longer than [`MAX_WAIT`] frees its slot, while its thread
//! still waits. So a look-up that hangs delays the others by [`MAX_WAIT`] at most. Even if a thousand hang, all
//! start within a second. Start at [`ResolverThreads::queue`].

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::SetOnce;

use crate::source::pool::dns::SystemResolver;
use crate::source::pool::dns::look_up::LookUpResult;

/// The number of slots for concurrent look-ups.
///
/// With one thread per slot, one timer thread and the pool's threads, the process stays below its number of cores
/// plus 34.
pub const SLOTS: usize = 24;

/// The time after which a look-up frees its slot.
///
/// A nearby resolver answers from its cache in less time. A slower one still gets a thousand names per second.
pub const MAX_WAIT: Duration = Duration::from_millis(20);

/// The most threads, and so the most look-ups that can hang at once.
const MAX_THREADS: usize = 1_024;

/// The stack size of a thread; a thousand threads may exist.
const STACK: usize = 512 << 10;

/// The time after which an idle thread ends.
const IDLE_TIMEOUT: Duration = Duration::from_secs(1);

/// The queue of look-ups, and the threads that process it.
#[derive(Debug)]
pub struct ResolverThreads {
    system: SystemResolver,
    max_wait: Duration,
    state: Mutex<ThreadsState>,
    /// Notified when there is a name to look up.
    wakeup: Condvar,
}

/// The queue and the running look-ups.
#[derive(Debug, Default)]
struct ThreadsState {
    queue: VecDeque<QueuedLookUp>,
    /// The start of each look-up that holds a slot, in order.
    started: BTreeMap<u64, Instant>,
    n_started: u64,
    /// The number of running look-ups that have lost their slot.
    overdue: usize,
    threads: usize,
}

/// A name to look up, and the cell for its result.
#[derive(Debug)]
struct QueuedLookUp {
    name: String,
    result: Arc<SetOnce<LookUpResult>>,
}

impl ResolverThreads {
    /// Returns threads that call this resolver. A look-up frees its slot after `max_wait`.
    pub fn new(system: SystemResolver, max_wait: Duration) -> Self {
        Self { system, max_wait, state: Mutex::default(), wakeup: Condvar::new() }
    }

    /// Adds a name to the end of the queue.
    pub fn queue(self: &Arc<Self>, name: &str, result: &Arc<SetOnce<LookUpResult>>) {
        let mut state = self.lock();
        state.queue.push_back(QueuedLookUp { name: name.to_owned(), result: Arc::clone(result) });
        self.wake_or_spawn(&mut state);
    }

    /// Empties the queue, and returns its names.
    pub fn clear_queue(&self) -> Vec<String> {
        self.lock().queue.drain(..).map(|queued| queued.name).collect()
    }

    /// Ensures that a thread takes the next look-up, or waits for a free slot.
    fn wake_or_spawn(self: &Arc<Self>, state: &mut ThreadsState) {
        let wanted = state.queue.len().min(state.free_slots() + 1);
        if state.idle() < wanted && state.threads < MAX_THREADS {
            let threads = Arc::clone(self);
            let spawned = thread::Builder::new().name("names".into()).stack_size(STACK).spawn(move || threads.serve());
            match spawned {
                Ok(_) => state.threads += 1,
                // An existing thread takes it later.
                Err(_) if state.threads > 0 => {}
                Err(error) => {
                    let failed = LookUpResult::new(Err(error), Instant::now());
                    state.queue.drain(..).for_each(|queued| queued.resolve(failed.clone()));
                }
            }
        }
        self.wakeup.notify_one();
    }

    /// Runs the loop of one thread.
    fn serve(self: &Arc<Self>) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            state.mark_overdue(now, self.max_wait);
            if state.free_slots() > 0
                && let Some(queued) = state.queue.pop_front()
            {
                let n = state.begin(now);
                self.wake_or_spawn(&mut state);
                drop(state);
                let found = catch_unwind(|| (self.system)(&queued.name));
                let found = found.unwrap_or_else(|_| Err(io::Error::other("the look-up panicked")));
                state = self.lock();
                // Free the slot before the task receives the result.
                state.end(n);
                queued.resolve(LookUpResult::new(found, now));
                continue;
            }
            let oldest = state.started.first_key_value().filter(|_| !state.queue.is_empty());
            let rest =
                oldest.map_or(IDLE_TIMEOUT, |(_, &started)| (started + self.max_wait).saturating_duration_since(now));
            let (woken, waited) = self.wakeup.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if waited.timed_out() && state.queue.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, ThreadsState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ThreadsState {
    /// Returns the number of threads without a look-up.
    fn idle(&self) -> usize {
        self.threads - self.started.len() - self.overdue
    }

    fn free_slots(&self) -> usize {
        SLOTS - self.started.len()
    }

    fn begin(&mut self, now: Instant) -> u64 {
        self.n_started += 1;
        self.started.insert(self.n_started, now);
        self.n_started
    }

    fn end(&mut self, n: u64) {
        if self.started.remove(&n).is_none() {
            self.overdue -= 1;
        }
    }

    fn mark_overdue(&mut self, now: Instant, max_wait: Duration) {
        while let Some(oldest) = self.started.first_entry().filter(|oldest| now - *oldest.get() >= max_wait) {
            oldest.remove();
            self.overdue += 1;
        }
    }
}

impl QueuedLookUp {
    fn resolve(self, found: LookUpResult) {
        // This cannot fail, because only this thread sets the result.
        let _ = self.result.set(found);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, LazyLock, Mutex};
    use std::time::Duration;

    use tokio::sync::SetOnce;

    use super::{MAX_WAIT, ResolverThreads, SLOTS, SystemResolver};
    use crate::source::pool::dns::look_up::LookUpResult;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// Queues these names, and returns their pending results.
    fn queue(threads: &Arc<ResolverThreads>, names: impl Iterator<Item = String>) -> Vec<Arc<SetOnce<LookUpResult>>> {
        let result = |name: String| {
            let result = Arc::new(SetOnce::new());
            threads.queue(&name, &result);
            result
        };
        names.map(result).collect()
    }

    #[track_caller]
    fn all_found(results: &[Arc<SetOnce<LookUpResult>>]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for result in results {
                assert_eq!(result.wait().await.addresses, Ok([HERE].into()));
            }
        });
    }

    fn hosts(n: usize) -> impl Iterator<Item = String> {
        (0..n).map(|n| format!("host-{n}.test"))
    }

    #[test]
    fn look_ups_that_do_not_hang_need_one_thread_per_slot_and_one_more() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static PEAK: AtomicUsize = AtomicUsize::new(0);
        let system: SystemResolver = |_| {
            PEAK.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            NOW.fetch_sub(1, Ordering::SeqCst);
            Ok(vec![HERE])
        };
        // Even on a slow machine, no look-up is overdue.
        let threads = Arc::new(ResolverThreads::new(system, Duration::from_secs(3_600)));
        all_found(&queue(&threads, hosts(1_000)));
        assert!(PEAK.load(Ordering::SeqCst) <= SLOTS, "{PEAK:?}");
        assert!(threads.lock().threads <= SLOTS + 1, "{threads:?}");
    }

    #[test]
    fn look_ups_that_hang_free_their_slots() {
        static SILENCE: Mutex<()> = Mutex::new(());
        let silence = SILENCE.lock().unwrap();
        let system: SystemResolver = |name| {
            if name.starts_with("hang") {
                drop(SILENCE.lock());
            }
            Ok(vec![HERE])
        };
        let threads = Arc::new(ResolverThreads::new(system, Duration::from_millis(1)));
        let hanging = queue(&threads, (0..3 * SLOTS).map(|n| format!("hang-{n}.test")));
        all_found(&queue(&threads, hosts(1)));
        assert!(hanging.iter().all(|result| !result.initialized()));
        drop(silence);
        all_found(&hanging);
        // No look-up has freed its slot twice.
        assert_eq!(threads.lock().overdue, 0);
    }

    #[test]
    fn a_thousand_names_are_looked_up_at_the_same_time() {
        // No look-up ends before all have started.
        static ALL: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(1_000));
        let system: SystemResolver = |_| {
            ALL.wait();
            Ok(vec![HERE])
        };
        let threads = Arc::new(ResolverThreads::new(system, MAX_WAIT));
        all_found(&queue(&threads, hosts(1_000)));
    }

    #[test]
    fn a_look_up_that_panics_fails() {
        let threads =
            Arc::new(ResolverThreads::new(|_| std::panic::resume_unwind(Box::new("as the test says")), MAX_WAIT));
        let results = queue(&threads, hosts(2 * SLOTS));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for result in results {
            assert!(runtime.block_on(result.wait()).addresses.is_err());
        }
    }

    #[test]
    fn a_name_that_was_removed_from_the_queue_is_never_looked_up() {
        static SILENCE: Mutex<()> = Mutex::new(());
        static REQUESTED: AtomicUsize = AtomicUsize::new(0);
        let silence = SILENCE.lock().unwrap();
        let system: SystemResolver = |_| {
            REQUESTED.fetch_add(1, Ordering::SeqCst);
            drop(SILENCE.lock());
            Ok(vec![HERE])
        };
        let threads = Arc::new(ResolverThreads::new(system, Duration::from_secs(3_600)));
        let results = queue(&threads, hosts(100));
        let n_removed = threads.clear_queue().len();
        drop(silence);
        all_found(&results[..100 - n_removed]);
        assert!(n_removed >= 100 - SLOTS && REQUESTED.load(Ordering::SeqCst) == 100 - n_removed, "{n_removed}");
    }
}
