//! The gate of a limit: it admits requests within the limit, and computes the wait for the others.
//!
//! Pure: the time is an argument, and nothing here waits. One gate is shared by every request to the same
//! host, path and query, with any `id`. Start at [`UpstreamGate::admit`].

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
    /// When its first request came.
    begun: Cell<Option<Instant>>,
    is_halved: Cell<bool>,
    /// With `Rate`, when the bucket is full again; with `Window`, when the window began.
    mark: Cell<Option<Instant>>,
    /// With `Concurrent`, how many are in service; with `Window`, how many came in the window.
    n: Cell<u32>,
}

/// An admitted request. Its place is free again when this is dropped.
#[derive(Debug)]
pub struct Admission(Rc<UpstreamGate>);

impl UpstreamGate {
    /// A gate that has admitted nothing.
    pub fn new(limit: Limit, half: Option<Range<Duration>>) -> Self {
        let (begun, mark) = (Cell::new(None), Cell::new(None));
        Self { limit, half, begun, is_halved: Cell::new(false), mark, n: Cell::new(0) }
    }

    /// Admits a request at `now`.
    ///
    /// # Errors
    /// It is not admitted. The duration is the time until one would be; zero if that is unknown.
    pub fn admit(self: &Rc<Self>, now: Instant) -> Result<Admission, Duration> {
        match self.limit_at(now) {
            Limit::Rate { rps, burst } => self.spend(now, Duration::from_secs_f64(1.0 / rps), burst)?,
            Limit::Concurrent(most) if self.n.get() >= most => return Err(Duration::ZERO),
            Limit::Concurrent(_) => self.n.set(self.n.get() + 1),
            Limit::Window { n, window } => self.count(now, n, window)?,
        }
        Ok(Admission(Rc::clone(self)))
    }

    fn limit_at(&self, now: Instant) -> Limit {
        let Some(half) = &self.half else { return self.limit };
        let begun = self.begun.get().unwrap_or(now);
        self.begun.set(Some(begun));
        let is_halved = half.contains(&(now - begun));
        if self.is_halved.replace(is_halved) != is_halved
            && let (Limit::Rate { .. }, Some(full)) = (self.limit, self.mark.get())
        {
            // As many tokens are missing as before, but they come at another rate.
            let missing = full.saturating_duration_since(now);
            self.mark.set(Some(now + if is_halved { missing * 2 } else { missing / 2 }));
        }
        if is_halved { self.limit.halved() } else { self.limit }
    }

    /// Takes a token. The bucket is represented by the moment at which it will be full.
    fn spend(&self, now: Instant, per_token: Duration, burst: u32) -> Result<(), Duration> {
        let full = self.mark.get().unwrap_or(now).max(now);
        let room = per_token * (burst - 1);
        match (full - now).checked_sub(room) {
            Some(wait) if !wait.is_zero() => Err(wait),
            Some(_) | None => {
                self.mark.set(Some(full + per_token));
                Ok(())
            }
        }
    }

    fn count(&self, now: Instant, most: u32, window: Duration) -> Result<(), Duration> {
        let begun = self.mark.get().filter(|begun| now - *begun < window);
        let begun = begun.unwrap_or_else(|| {
            self.n.set(0);
            self.mark.set(Some(now));
            now
        });
        if self.n.get() >= most {
            return Err(window.saturating_sub(now - begun));
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
    fn a_bucket_lets_its_burst_pass_and_then_its_rate() {
        let (gate, start) = (Rc::new(UpstreamGate::new(Limit::Rate { rps: 10.0, burst: 3 }, None)), Instant::now());
        let passed = (0..2_000).filter(|ms| gate.admit(start + MS * *ms).is_ok()).count();
        assert_eq!(passed, 3 + 19);
        let rested = start + Duration::from_secs(60);
        assert_eq!((0..9).filter(|_| gate.admit(rested).is_ok()).count(), 3);
    }

    #[test]
    fn a_refused_request_is_admitted_after_the_wait_that_it_was_given() {
        for limit in [Limit::Rate { rps: 10.0, burst: 1 }, Limit::Window { n: 1, window: Duration::from_millis(700) }] {
            let (gate, start) = (Rc::new(UpstreamGate::new(limit, None)), Instant::now());
            assert!(gate.admit(start).is_ok());
            let wait = gate.admit(start + MS * 30).unwrap_err();
            assert!(gate.admit(start + MS * 30 + wait - MS).is_err());
            assert!(gate.admit(start + MS * 30 + wait).is_ok());
        }
    }

    #[test]
    fn a_place_in_service_is_free_again_when_it_is_dropped() {
        let (gate, now) = (Rc::new(UpstreamGate::new(Limit::Concurrent(2), None)), Instant::now());
        let (first, second) = (gate.admit(now).unwrap(), gate.admit(now).unwrap());
        assert_eq!(gate.admit(now).unwrap_err(), Duration::ZERO);
        drop(first);
        assert!(gate.admit(now).is_ok());
        drop(second);
    }

    #[test]
    fn a_window_forgets_when_it_is_over() {
        let (gate, start) =
            (Rc::new(UpstreamGate::new(Limit::Window { n: 5, window: MS * 100 }, None)), Instant::now());
        let passed = (0..1_000).filter(|ms| gate.admit(start + MS * *ms).is_ok()).count();
        assert_eq!(passed, 50);
    }

    #[test]
    fn a_limit_is_half_as_much_for_a_while_after_its_first_request() {
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
