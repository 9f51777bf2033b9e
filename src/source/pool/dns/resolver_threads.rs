//! Asks the system for addresses, which blocks, on threads of its own.
//!
//! A few threads are enough for a system that answers. A look-up that has not ended within [`PATIENCE`]
//! gives its place to the next, while its thread hangs: a thousand names that are not answered for have
//! all been asked for within a second, and hold up nobody for longer. Start at [`ResolverThreads::ask`].

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::SetOnce;

use crate::source::pool::dns::{Found, System};

/// Look-ups at a time that keep others waiting. As many threads, one that watches the time, and those that
/// the process has besides are fewer than cores and 34.
pub const PLACES: usize = 24;

/// How long a look-up may keep others waiting. A resolver close by answers from memory in less, and one that
/// has to ask elsewhere is still asked for a thousand names a second.
pub const PATIENCE: Duration = Duration::from_millis(20);

/// Threads at most, and so names at most that hang beside each other.
const MOST: usize = 1_024;

/// What a thread needs: a thousand of them may be waiting.
const STACK: usize = 512 << 10;

/// How long a thread waits for something to do.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// Where names are asked for.
#[derive(Debug)]
pub struct ResolverThreads {
    system: System,
    patience: Duration,
    state: Mutex<State>,
    /// Rung when there is a name to ask for.
    bell: Condvar,
}

/// What the lock is for.
#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Question>,
    /// When each look-up began that is not overdue, in their order.
    begun: BTreeMap<u64, Instant>,
    n_begun: u64,
    /// Look-ups that have given their place away.
    overdue: usize,
    threads: usize,
}

/// A name to ask for, and where its answer goes.
#[derive(Debug)]
struct Question {
    name: String,
    answer: Arc<SetOnce<Found>>,
}

impl ResolverThreads {
    /// A desk that asks this system, and lets a look-up keep others waiting for so long.
    pub fn new(system: System, patience: Duration) -> Self {
        Self { system, patience, state: Mutex::default(), bell: Condvar::new() }
    }

    /// Asks for a name, after those that wait already.
    pub fn ask(self: &Arc<Self>, name: &str, answer: &Arc<SetOnce<Found>>) {
        let mut state = self.lock();
        state.waiting.push_back(Question { name: name.to_owned(), answer: Arc::clone(answer) });
        self.staff(&mut state);
    }

    /// Strikes the names that still wait to be asked for; gives them back.
    pub fn clear(&self) -> Vec<String> {
        self.lock().waiting.drain(..).map(|question| question.name).collect()
    }

    /// Sees to it that somebody takes the next question, or watches the time until there is room for it.
    fn staff(self: &Arc<Self>, state: &mut State) {
        let wanted = state.waiting.len().min(state.room() + 1);
        if state.idle() < wanted && state.threads < MOST {
            let desk = Arc::clone(self);
            let made = thread::Builder::new().name("names".into()).stack_size(STACK).spawn(move || desk.serve());
            match made {
                Ok(_) => state.threads += 1,
                // Those that there are come to it later.
                Err(_) if state.threads > 0 => {}
                Err(error) => {
                    let found = Found::from(Err(error));
                    state.waiting.drain(..).for_each(|question| question.answer(found.clone()));
                }
            }
        }
        self.bell.notify_one();
    }

    /// The life of a thread.
    fn serve(self: &Arc<Self>) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            state.mark_overdue(now, self.patience);
            if state.room() > 0
                && let Some(question) = state.waiting.pop_front()
            {
                let n = state.begin(now);
                self.staff(&mut state);
                drop(state);
                let found = catch_unwind(|| (self.system)(&question.name));
                let found = found.unwrap_or_else(|_| Err(io::Error::other("the look-up broke")));
                state = self.lock();
                // Whoever hears the answer finds the place free.
                state.end(n);
                question.answer(found.into());
                continue;
            }
            let oldest = state.begun.first_key_value().filter(|_| !state.waiting.is_empty());
            let rest = oldest.map_or(KEPT_FOR, |(_, &begun)| (begun + self.patience).saturating_duration_since(now));
            let (woken, waited) = self.bell.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if waited.timed_out() && state.waiting.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Threads that ask for nothing.
    fn idle(&self) -> usize {
        self.threads - self.begun.len() - self.overdue
    }

    /// Places that are free.
    fn room(&self) -> usize {
        PLACES - self.begun.len()
    }

    fn begin(&mut self, now: Instant) -> u64 {
        self.n_begun += 1;
        self.begun.insert(self.n_begun, now);
        self.n_begun
    }

    fn end(&mut self, n: u64) {
        if self.begun.remove(&n).is_none() {
            self.overdue -= 1;
        }
    }

    fn mark_overdue(&mut self, now: Instant, patience: Duration) {
        while let Some(oldest) = self.begun.first_entry().filter(|oldest| now - *oldest.get() >= patience) {
            oldest.remove();
            self.overdue += 1;
        }
    }
}

impl Question {
    fn answer(self, found: Found) {
        // Nobody else answers it.
        let _ = self.answer.set(found);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, LazyLock, Mutex};
    use std::time::Duration;

    use tokio::sync::SetOnce;

    use super::{PATIENCE, PLACES, ResolverThreads, System};
    use crate::source::pool::dns::Found;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// Asks for so many names, and gives back their answers to come.
    fn ask(desk: &Arc<ResolverThreads>, names: impl Iterator<Item = String>) -> Vec<Arc<SetOnce<Found>>> {
        let answer = |name: String| {
            let answer = Arc::new(SetOnce::new());
            desk.ask(&name, &answer);
            answer
        };
        names.map(answer).collect()
    }

    #[track_caller]
    fn all_found(answers: &[Arc<SetOnce<Found>>]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for answer in answers {
                assert_eq!(answer.wait().await.addresses, Ok([HERE].into()));
            }
        });
    }

    fn hosts(n: usize) -> impl Iterator<Item = String> {
        (0..n).map(|n| format!("host-{n}.test"))
    }

    #[test]
    fn names_that_are_answered_for_need_no_more_threads_than_there_are_places_and_one() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static PEAK: AtomicUsize = AtomicUsize::new(0);
        let system: System = |_| {
            PEAK.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            NOW.fetch_sub(1, Ordering::SeqCst);
            Ok(vec![HERE])
        };
        // However slow this machine is, nobody is late.
        let desk = Arc::new(ResolverThreads::new(system, Duration::from_secs(3_600)));
        all_found(&ask(&desk, hosts(1_000)));
        assert!(PEAK.load(Ordering::SeqCst) <= PLACES, "{PEAK:?}");
        assert!(desk.lock().threads <= PLACES + 1, "{desk:?}");
    }

    #[test]
    fn names_that_hang_give_their_places_back() {
        static SILENCE: Mutex<()> = Mutex::new(());
        let silence = SILENCE.lock().unwrap();
        let system: System = |name| {
            if name.starts_with("hang") {
                drop(SILENCE.lock());
            }
            Ok(vec![HERE])
        };
        let desk = Arc::new(ResolverThreads::new(system, Duration::from_millis(1)));
        let hanging = ask(&desk, (0..3 * PLACES).map(|n| format!("hang-{n}.test")));
        all_found(&ask(&desk, hosts(1)));
        assert!(hanging.iter().all(|answer| !answer.initialized()));
        drop(silence);
        all_found(&hanging);
        // They give back no place twice.
        assert_eq!(desk.lock().overdue, 0);
    }

    #[test]
    fn a_thousand_names_are_looked_up_beside_each_other() {
        // Nobody's answer comes before everybody has been asked.
        static ALL: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(1_000));
        let system: System = |_| {
            ALL.wait();
            Ok(vec![HERE])
        };
        let desk = Arc::new(ResolverThreads::new(system, PATIENCE));
        all_found(&ask(&desk, hosts(1_000)));
    }

    #[test]
    fn a_look_up_that_breaks_is_one_that_fails() {
        let desk =
            Arc::new(ResolverThreads::new(|_| std::panic::resume_unwind(Box::new("as the test says")), PATIENCE));
        let answers = ask(&desk, hosts(2 * PLACES));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for answer in answers {
            assert!(runtime.block_on(answer.wait()).addresses.is_err());
        }
    }

    #[test]
    fn what_is_struck_is_never_asked_for() {
        static SILENCE: Mutex<()> = Mutex::new(());
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let silence = SILENCE.lock().unwrap();
        let system: System = |_| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            drop(SILENCE.lock());
            Ok(vec![HERE])
        };
        let desk = Arc::new(ResolverThreads::new(system, Duration::from_secs(3_600)));
        let answers = ask(&desk, hosts(100));
        let n_struck = desk.clear().len();
        drop(silence);
        all_found(&answers[..100 - n_struck]);
        assert!(n_struck >= 100 - PLACES && ASKED.load(Ordering::SeqCst) == 100 - n_struck, "{n_struck}");
    }
}
