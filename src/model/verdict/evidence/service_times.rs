//! Service times of attempts, and an estimate of their total time with another number of slots.
//!
//! Start at [`ServiceTimes::makespan`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::{Micros, Offset};

/// Service times: the first ones individually, and the sum of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceTimes {
    kept: Vec<Micros>,
    /// Number of attempts.
    pub n: u64,
    /// Sum of all service times.
    pub sum: Micros,
    /// The longest service time.
    pub longest: Micros,
    /// The slowest attempts, the slowest first.
    pub slowest: Vec<SlowService>,
}

/// One of the slowest attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlowService {
    /// Its service time.
    pub service: Micros,
    /// Its number in the order of starts, from 0.
    pub number: u64,
    /// When it started.
    pub started: Offset,
    /// Whether it timed out.
    pub is_timeout: bool,
}

impl ServiceTimes {
    /// Number of service times kept individually; for more attempts, their sum is accurate enough.
    const KEPT: usize = 512;

    /// Number of the slowest attempts that are kept. If all of them are alike, slow ones are nothing special.
    pub const SLOWEST: usize = 64;

    /// Records the end of an attempt.
    pub(super) fn end(&mut self, slow: SlowService) {
        let service = slow.service;
        let place = self.slowest.partition_point(|other| other.service >= service);
        if place < Self::SLOWEST {
            self.slowest.truncate(Self::SLOWEST - 1);
            self.slowest.insert(place, slow);
        }
        if self.kept.len() < Self::KEPT {
            self.kept.push(service);
        }
        self.n += 1;
        self.sum += service;
        self.longest = self.longest.max(service);
    }

    /// The mean service time.
    pub fn mean(&self) -> Micros {
        Micros(self.sum.0 / self.n.max(1))
    }

    /// How long all attempts would take on this many slots, if each starts as soon as a slot is free.
    pub fn makespan(&self, slots: u32) -> Micros {
        let slots = u64::from(slots.max(1));
        if self.n > self.kept.len() as u64 {
            return Micros((self.sum.0 / slots).max(self.longest.0));
        }
        let n_slots = usize::try_from(slots).unwrap_or(usize::MAX).min(self.kept.len());
        let mut free: BinaryHeap<Reverse<Micros>> = std::iter::repeat_n(Reverse(Micros::ZERO), n_slots).collect();
        let mut last = Micros::ZERO;
        for service in &self.kept {
            let end = free.pop().map_or(Micros::ZERO, |Reverse(at)| at) + *service;
            last = last.max(end);
            free.push(Reverse(end));
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::{ServiceTimes, SlowService};
    use crate::event::{Micros, Offset};

    fn service_times(all: impl IntoIterator<Item = u64>) -> ServiceTimes {
        let mut service_times = ServiceTimes::default();
        for (number, service) in (0..).zip(all) {
            let slow = SlowService { service: Micros(service), number, started: Offset::ZERO, is_timeout: false };
            service_times.end(slow);
        }
        service_times
    }

    #[test]
    fn each_attempt_starts_on_the_first_free_slot() {
        let spread = service_times([3, 1, 1, 1]);
        assert_eq!([1, 2, 4, 99].map(|slots| spread.makespan(slots)), [Micros(6), Micros(3), Micros(3), Micros(3)]);
        assert_eq!(service_times([]).makespan(8), Micros::ZERO);
    }

    #[test]
    fn only_the_slowest_attempts_are_kept() {
        let mixed = service_times((0..10_000).map(|n| n * 7 % 10_000));
        assert_eq!(mixed.slowest.len(), ServiceTimes::SLOWEST);
        assert!(mixed.slowest.iter().map(|slow| slow.service.0).eq((0..64).map(|n| 9_999 - n)));
    }

    #[test]
    fn many_attempts_are_estimated_by_their_sum() {
        assert_eq!(service_times(std::iter::repeat_n(10, 10_000)).makespan(10), Micros(10_000));
    }
}
