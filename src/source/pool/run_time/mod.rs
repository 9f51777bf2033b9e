//! The clock of a run: it does not move while the run is over, nor while the process or its machine is stopped.
//!
//! SIGSTOP, Ctrl-Z, a closed lid or a machine that gives the process no time cannot be noticed while they last, and
//! afterwards every timer fires at once. So the first reading of the clock finds a stop: the last reading was long
//! ago, although a task reads the clock every [`TICK`]. No time-out is judged by a timer alone.
//! Start at [`RunTime::now`] and [`RunTime::in_time`].

mod stops;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::event::{Micros, Offset};
use crate::source::pool::run_time::stops::{SleepClock, StopLog};

/// How often a task reads the clock while stops are noticed.
pub const TICK: Duration = Duration::from_millis(50);

/// If the clock was not read for so long, the process was stopped.
///
/// On two cores with ten busy programs, a task that sleeps for a [`TICK`] wakes up late by 108 ms once in a thousand times,
/// and by 158 ms at most. A shorter stop cannot be distinguished from such noise.
const SHORTEST_STOP: Micros = Micros(250_000);

/// Readings that are so close to the last one are not noted.
const GRAIN: Micros = Micros(20_000);

/// The last reading while stops are not noticed.
const UNREAD: u64 = u64::MAX;

/// The clock of a run. Clones show the same time.
#[derive(Clone, Debug)]
pub struct RunTime {
    shared: Arc<SharedTime>,
    notices_stops: bool,
}

#[derive(Debug)]
struct SharedTime {
    start: Instant,
    /// The last reading that was noted, in microseconds of the machine after the start.
    read_at: AtomicU64,
    /// How long the process was stopped in all.
    stopped: AtomicU64,
    /// The time of the run at which it was stopped last.
    last_stop: AtomicU64,
    /// How often the clock has stood still, so that most readings take no lock.
    n_stills: AtomicU64,
    log: Mutex<(StopLog, SleepClock)>,
}

impl RunTime {
    /// The clock of a run that starts now.
    pub fn begin() -> Self {
        Self::from_instant(Instant::now())
    }

    /// The clock of a run that started then.
    pub fn since(start: std::time::Instant) -> Self {
        Self::from_instant(Instant::from_std(start))
    }

    fn from_instant(start: Instant) -> Self {
        let shared = SharedTime {
            start,
            read_at: AtomicU64::new(UNREAD),
            stopped: AtomicU64::new(0),
            last_stop: AtomicU64::new(0),
            n_stills: AtomicU64::new(0),
            log: Mutex::default(),
        };
        Self { shared: Arc::new(shared), notices_stops: false }
    }

    /// Notices stops while a task of the run ticks.
    #[must_use]
    pub fn noticing_stops(self) -> Self {
        Self { notices_stops: true, ..self }
    }

    /// Whether stops are to be noticed.
    pub fn notices_stops(&self) -> bool {
        self.notices_stops
    }

    /// The time of the run.
    pub fn now(&self) -> Offset {
        self.read(Instant::now())
    }

    /// The time of the run at a moment of the machine's clock.
    pub fn at(&self, moment: std::time::Instant) -> Offset {
        self.read(Instant::from_std(moment))
    }

    /// The moment of the machine's clock at which the run's clock shows `at`, if nothing stops it before.
    pub fn instant(&self, at: Offset) -> Instant {
        self.shared.start + Duration::from(at.since(Offset::ZERO) + self.still())
    }

    /// How long after the start the run's clock showed `at`, by a clock that never stops.
    pub fn elapsed_at(&self, at: Offset) -> Micros {
        at.since(Offset::ZERO) + self.shared.lock().0.still_before(at)
    }

    /// Waits until the run's clock shows `at`.
    pub async fn sleep_until(&self, at: Offset) {
        while self.now() < at {
            tokio::time::sleep_until(self.instant(at)).await;
        }
    }

    /// Waits for a future until the run's clock shows `deadline`; then there is no output.
    ///
    /// If the process was stopped, the timer fires too early by the length of the stop. What arrived during the stop
    /// is read before the next timer fires.
    pub async fn in_time<F: Future>(&self, deadline: Offset, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        loop {
            match timeout_at(self.instant(deadline), future.as_mut()).await {
                Ok(output) => return Some(output),
                Err(_) if self.now() >= deadline => return None,
                Err(_) => {}
            }
        }
    }

    /// Takes away the time for which the run was over.
    pub fn skip(&self, length: Micros) {
        let now = self.shared.micros(Instant::now());
        let mut log = self.shared.lock();
        log.0.add(Micros(now.0.saturating_sub(length.0)), now, length);
        self.shared.n_stills.fetch_add(1, Ordering::Release);
    }

    /// From now on a long time without a reading is a stop.
    pub fn start_noticing(&self) {
        let now = self.shared.micros(Instant::now());
        let mut log = self.shared.lock();
        log.1 = SleepClock::start();
        self.shared.read_at.store(now.0, Ordering::Release);
    }

    /// From now on the clock need not be read regularly.
    pub fn stop_noticing(&self) {
        let _log = self.shared.lock();
        self.shared.read_at.store(UNREAD, Ordering::Release);
    }

    /// How long the process was stopped in all, as far as it is known.
    pub fn stopped(&self) -> Micros {
        Micros(self.shared.stopped.load(Ordering::Acquire))
    }

    /// Whether the process was stopped after this moment.
    pub fn has_stopped_since(&self, moment: Offset) -> bool {
        moment.0 < self.shared.last_stop.load(Ordering::Acquire)
    }

    fn read(&self, moment: Instant) -> Offset {
        let elapsed = self.shared.micros(moment);
        self.shared.note(elapsed);
        if self.shared.n_stills.load(Ordering::Acquire) == 0 {
            return Offset(elapsed.0);
        }
        self.shared.lock().0.time_at(elapsed)
    }

    fn still(&self) -> Micros {
        if self.shared.n_stills.load(Ordering::Acquire) == 0 {
            return Micros::ZERO;
        }
        self.shared.lock().0.still()
    }
}

impl SharedTime {
    /// Time of the machine since the start.
    fn micros(&self, moment: Instant) -> Micros {
        Micros::from(moment.saturating_duration_since(self.start))
    }

    /// Notes that the clock is read, and finds out whether the process was stopped before.
    fn note(&self, elapsed: Micros) {
        if !self.is_worth_noting(elapsed) {
            return;
        }
        let mut log = self.lock();
        // Another thread may have noted the same stop.
        if !self.is_worth_noting(elapsed) {
            return;
        }
        let read_at = Micros(self.read_at.load(Ordering::Acquire));
        let (stops, sleep) = &mut *log;
        let asleep = sleep.take_sleep(SHORTEST_STOP);
        let has_stopped = elapsed - read_at >= SHORTEST_STOP;
        if has_stopped || !asleep.is_zero() {
            // Readings up to here were not noted, and no time may be shown twice.
            let from = if has_stopped { read_at + GRAIN } else { elapsed };
            let stopped = elapsed - from + asleep;
            stops.add(from, elapsed, stopped);
            self.stopped.fetch_add(stopped.0, Ordering::AcqRel);
            self.last_stop.store(stops.time_at(elapsed).0, Ordering::Release);
            self.n_stills.fetch_add(1, Ordering::Release);
        }
        self.read_at.store(elapsed.0, Ordering::Release);
    }

    fn is_worth_noting(&self, elapsed: Micros) -> bool {
        elapsed.0 > self.read_at.load(Ordering::Acquire).saturating_add(GRAIN.0)
    }

    fn lock(&self) -> MutexGuard<'_, (StopLog, SleepClock)> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
