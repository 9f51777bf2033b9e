//! A simulated upstream with a limit of rate or of attempts in flight.
//!
//! Start at [`RunningUpstream::admits`].

use std::ops::Range;

use fastrand::Rng;

use crate::event::{Micros, Offset};

/// What an upstream allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allows {
    /// A token bucket: so many per second, and a fifth of that in a burst.
    Bucket(f64),
    /// So many in each second of a fixed grid.
    Window(f64),
    /// So many in each second that begins with an attempt.
    Floating(f64),
    /// So many at once.
    AtOnce(f64),
}

/// An upstream and how it is reached.
#[derive(Clone, Copy, Debug)]
pub struct SimulatedUpstream {
    pub allows: Allows,
    /// From 40 s to 80 s it allows half as much.
    pub is_halved: bool,
}

const HALVED: Range<f64> = 40.0..80.0;

/// The median of its service times, in seconds, and the deviation of their logarithm.
const LATENCY: f64 = 0.1;
const SPREAD: f64 = 0.35;

impl SimulatedUpstream {
    /// How many attempts a client that knows the limit would get accepted.
    pub fn capacity(&self, from: Offset, to: Offset) -> f64 {
        let mean = LATENCY * (SPREAD * SPREAD / 2.0).exp();
        let rate = |share: f64| match self.allows {
            Allows::Bucket(n) => n * share,
            Allows::Window(n) | Allows::Floating(n) => (n * share).floor(),
            Allows::AtOnce(n) => (n * share).floor() / mean,
        };
        let halved = if self.is_halved { HALVED.end - HALVED.start } else { 0.0 };
        rate(1.0) * (to.since(from).as_secs_f64() - halved) + rate(0.5) * halved
    }

    fn allowed(&self, now: f64) -> f64 {
        let share = if self.is_halved && HALVED.contains(&now) { 0.5 } else { 1.0 };
        match self.allows {
            Allows::Bucket(n) => n * share,
            Allows::Window(n) | Allows::Floating(n) | Allows::AtOnce(n) => (n * share).floor(),
        }
    }
}

/// How long an upstream serves an attempt: log-normal, by Box and Muller.
pub fn service_time(rng: &mut Rng) -> Micros {
    let normal = (-2.0 * rng.f64().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos();
    Micros::from(std::time::Duration::from_secs_f64(LATENCY * (SPREAD * normal).exp()))
}

/// A simulated upstream in a running simulation.
#[derive(Debug)]
pub struct RunningUpstream<'a> {
    upstream: &'a SimulatedUpstream,
    in_service: u32,
    /// Tokens left, or counted in this window.
    n: f64,
    /// When tokens were last added, or the window began, in seconds.
    mark: f64,
}

impl<'a> RunningUpstream<'a> {
    /// `mark` is when the first window began, or when an empty bucket began to fill.
    pub fn new(upstream: &'a SimulatedUpstream, mark: f64) -> Self {
        Self { upstream, in_service: 0, n: 0.0, mark }
    }

    /// Takes an attempt into service, or refuses it.
    pub fn admits(&mut self, now: Offset) -> bool {
        let now = now.since(Offset::ZERO).as_secs_f64();
        let allowed = self.upstream.allowed(now);
        let passed = now - self.mark;
        let is_admitted = match self.upstream.allows {
            Allows::Bucket(n) => {
                self.n = (self.n + passed * allowed).min((n / 5.0).max(1.0));
                self.mark = now;
                self.n >= 1.0
            }
            Allows::Window(_) | Allows::Floating(_) => {
                if passed >= 1.0 {
                    let is_fixed = matches!(self.upstream.allows, Allows::Window(_));
                    self.mark = if is_fixed { self.mark + passed.floor() } else { now };
                    self.n = 0.0;
                }
                self.n < allowed
            }
            Allows::AtOnce(_) => f64::from(self.in_service) < allowed,
        };
        if is_admitted {
            self.in_service += 1;
            self.n += if let Allows::Bucket(_) = self.upstream.allows { -1.0 } else { 1.0 };
        }
        is_admitted
    }

    /// Ends the service of an attempt.
    pub fn end_attempt(&mut self) {
        self.in_service -= 1;
    }
}
