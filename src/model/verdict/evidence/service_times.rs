//! How long attempts took, and how long they would take on so many slots.
//!
//! Start at [`ServiceTimes::makespan`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::Micros;

/// Service times: the first of them one by one, all of them as a sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceTimes {
    kept: Vec<Micros>,
    /// How many there were.
    pub n: u64,
    /// All together.
    pub sum: Micros,
    /// The longest.
    pub longest: Micros,
}

impl ServiceTimes {
    /// Service times kept one by one; of more than these the sum says enough.
    const KEPT: usize = 512;

    pub(super) fn end(&mut self, service: Micros) {
        if self.kept.len() < Self::KEPT {
            self.kept.push(service);
        }
        self.n += 1;
        self.sum += service;
        self.longest = self.longest.max(service);
    }

    /// The mean.
    pub fn mean(&self) -> Micros {
        Micros(self.sum.0 / self.n.max(1))
    }

    /// How long they all would take on `slots` if each took as long as it did. The next one starts as soon as a
    /// slot is free.
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
    use super::ServiceTimes;
    use crate::event::Micros;

    fn of(all: impl IntoIterator<Item = u64>) -> ServiceTimes {
        let mut service_times = ServiceTimes::default();
        all.into_iter().for_each(|service| service_times.end(Micros(service)));
        service_times
    }

    #[test]
    fn work_spreads_over_slots_as_they_come_free() {
        let service_times = of([3, 1, 1, 1]);
        assert_eq!(
            [1, 2, 4, 99].map(|slots| service_times.makespan(slots)),
            [Micros(6), Micros(3), Micros(3), Micros(3)]
        );
        assert_eq!(of([]).makespan(8), Micros::ZERO);
    }

    #[test]
    fn beyond_what_is_kept_the_sum_is_shared_out() {
        assert_eq!(of(std::iter::repeat_n(10, 10_000)).makespan(10), Micros(10_000));
    }
}
