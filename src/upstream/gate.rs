//! The gate of a limit, which admits requests within the limit and computes the wait for others.
//!
//! The time is an argument, and nothing here waits. All requests to the same host, path and query share a gate,
//! regardless of their `id`. Start at [`UpstreamGate::admit`].

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use crate::upstream::behaviour::Limit;

/// One limit and how much of it is used.
#[derive(Debug)]
pub struct UpstreamGate {
    limit: Limit,
    /// The period in which the limit is halved.
    half: Option<Range<Duration>>,
    /// The time of the first request.
    started: Cell<Option<Instant>>,
    is_halved: Cell<bool>,
    /// With `Rate`, the time at which the bucket is full; with `Window`, the start of the window.
    time_mark: Cell<Option<Instant>>,
    /// With `Concurrent`, the number of requests in service; with `Window`, the number in this window.
    n: Cell<u32>,
}

/// An admitted request. Dropping it frees its place.
#[derive(Debug)]
pub struct Admission(Rc<UpstreamGate>);

impl UpstreamGate {
    /// Returns a gate that has admitted nothing.
    pub fn new(limit: Limit, half: Option<Range<Duration>>) -> Self {
        let (started, time_mark) = (Cell::new(None), Cell::new(None));
        Self { limit, half, started, is_halved: Cell::new(false), time_mark, n: Cell::new(0) }
    }

    /// Admits a request at `now`.
    ///
    /// # Errors
    /// The time until a request would be admitted, or zero if that is unknown.
    pub fn admit(self: &Rc<Self>, now: Instant) -> Result<Admission, Duration> {
        match self.limit_at(now) {
            Limit::Rate { rps, burst } => self.take_token(now, Duration::from_secs_f64(1.0 / rps), burst)?,
            Limit::Concurrent(most) if self.n.get() >= most => return Err(Duration::ZERO),
            Limit::Concurrent(_) => self.n.set(self.n.get() + 1),
            Limit::Window { n, window } => self.count_in_window(now, n, window)?,
        }
        Ok(Admission(Rc::clone(self)))
    }

    fn limit_at(&self, now: Instant) -> Limit {
        let Some(half) = &self.half else { return self.limit };
        let started = self.started.get().unwrap_or(now);
        self.started.set(Some(started));
        let is_halved = half.contains(&(now - started));
        if self.is_halved.replace(is_halved) != is_halved
            && let (Limit::Rate { .. }, Some(full)) = (self.limit, self.time_mark.get())
        {
            // The number of missing tokens stays the same, but they arrive at another rate.
            let missing = full.saturating_duration_since(now);
            self.time_mark.set(Some(now + if is_halved { missing * 2 } else { missing / 2 }));
        }
        if is_halved { self.limit.halved() } else { self.limit }
    }

    /// Takes a token. The time at which the bucket will be full represents its level.
    fn take_token(&self, now: Instant, per_token: Duration, burst: u32) -> Result<(), Duration> {
        let full = self.time_mark.get().unwrap_or(now).max(now);
        let room = per_token * (burst - 1);
        match (full - now).checked_sub(room) {
            Some(wait) if !wait.is_zero() => Err(wait),
            Some(_) | None => {
                self.time_mark.set(Some(full + per_token));
                Ok(())
            }
        }
    }

    fn count_in_window(&self, now: Instant, most: u32, window: Duration) -> Result<(), Duration> {
        let started = self.time_mark.get().filter(|started| now - *started < window);
        let started = started.unwrap_or_else(|| {
            self.n.set(0);
            self.time_mark.set(Some(now));
            now
        });
        if self.n.get() >= most {
            return Err(window.saturating_sub(now - started));
        }
        self.n.set(self.n.get() + 1);
        Ok(())
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if let Limit::Concurrent(_) = self.0.limit {
            self.0.n.set(self.0.n.get() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::Duration;

    use tokio::time::Instant;

    use crate::upstream::behaviour::Limit;
    use crate::upstream::gate::UpstreamGate;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_bucket_admits_its_burst_and_then_its_rate() {
        let (gate, start) = (Rc::new(UpstreamGate::new(Limit::Rate { rps: 10.0, burst: 3 }, None)), Instant::now());
        let passed = (0..2_000).filter(|ms| gate.admit(start + MS * *ms).is_ok()).count();
        assert_eq!(passed, 3 + 19);
        let rested = start + Duration::from_secs(60);
        assert_eq!((0..9).filter(|_| gate.admit(rested).is_ok()).count(), 3);
    }

    #[test]
    fn a_refused_request_is_admitted_after_the_computed_wait() {
        for limit in [Limit::Rate { rps: 10.0, burst: 1 }, Limit::Window { n: 1, window: Duration::from_millis(700) }] {
            let (gate, start) = (Rc::new(UpstreamGate::new(limit, None)), Instant::now());
            assert!(gate.admit(start).is_ok());
            let wait = gate.admit(start + MS * 30).unwrap_err();
            assert!(gate.admit(start + MS * 30 + wait - MS).is_err());
            assert!(gate.admit(start + MS * 30 + wait).is_ok());
        }
    }

    #[test]
    fn dropping_an_admission_frees_its_place() {
        let (gate, now) = (Rc::new(UpstreamGate::new(Limit::Concurrent(2), None)), Instant::now());
        let (first, second) = (gate.admit(now).unwrap(), gate.admit(now).unwrap());
        assert_eq!(gate.admit(now).unwrap_err(), Duration::ZERO);
        drop(first);
        assert!(gate.admit(now).is_ok());
        drop(second);
    }

    #[test]
    fn a_new_window_admits_the_full_number() {
        let (gate, start) =
            (Rc::new(UpstreamGate::new(Limit::Window { n: 5, window: MS * 100 }, None)), Instant::now());
        let passed = (0..1_000).filter(|ms| gate.admit(start + MS * *ms).is_ok()).count();
        assert_eq!(passed, 50);
    }

    #[test]
    fn a_limit_is_halved_for_a_period_after_its_first_request() {
        let start = Instant::now() + Duration::from_secs(60);
        let half = Some(Duration::from_secs(40)..Duration::from_secs(80));
        for limit in [Limit::Rate { rps: 100.0, burst: 20 }, Limit::Window { n: 100, window: Duration::from_secs(1) }] {
            let gate = Rc::new(UpstreamGate::new(limit, half.clone()));
            let passed = |ms: std::ops::Range<u32>| ms.filter(|ms| gate.admit(start + MS * *ms).is_ok()).count();
            assert!((4_000..=4_020).contains(&passed(0..40_000)));
            assert_eq!(passed(40_000..80_000), 2_000);
            assert!((3_999..=4_000).contains(&passed(80_000..120_000)));
        }
        let gate = Rc::new(UpstreamGate::new(Limit::Concurrent(3), half));
        let at_once =
            |s| (0..9).map_while(|_| gate.admit(start + Duration::from_secs(s)).ok()).collect::<Vec<_>>().len();
        assert_eq!([0, 40, 80].map(at_once), [3, 1, 3]);
    }
}
