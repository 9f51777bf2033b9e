//! Books unused slots to the reason for which they are unused.
//!
//! Pure. Every step of the pool is booked, so the sums are exact; the reason is looked for when a
//! worker finds nothing to do, and a few times while nothing changes. Start at [`IdleSlots::book`].

use crate::event::idle::{Idle, IdleReason};
use crate::event::{Micros, Offset};

/// Unused slots by reason, so far.
#[derive(Debug, Default)]
pub struct IdleSlots {
    sums: Idle,
    told: Idle,
    told_at: Offset,
    since: Offset,
    unused: u32,
    why: IdleReason,
}

impl IdleSlots {
    /// How often the sums are told while they grow.
    const TELL_EVERY: Micros = Micros(1_000_000);

    /// Books the time since the last step, and what holds from now on; `why` is `None` where the
    /// reason has not been looked for, and the last one is believed.
    pub fn book(&mut self, now: Offset, unused: u32, why: Option<IdleReason>) {
        let length = now.since(self.since).0.saturating_mul(u64::from(self.unused));
        *self.sums.sum(self.why) += Micros(length);
        self.since = self.since.max(now);
        self.unused = unused;
        self.why = why.unwrap_or(self.why);
    }

    /// The sums, if they have grown and it is time to tell.
    pub fn news(&mut self, now: Offset) -> Option<Idle> {
        if now.since(self.told_at) < Self::TELL_EVERY {
            return None;
        }
        self.last_news(now)
    }

    /// The sums, if they have grown since they were told.
    pub fn last_news(&mut self, now: Offset) -> Option<Idle> {
        self.told_at = now;
        (self.sums != self.told).then(|| {
            self.told = self.sums;
            self.sums
        })
    }
}

#[cfg(test)]
mod tests {
    use super::IdleSlots;
    use crate::event::idle::IdleReason;
    use crate::event::{Micros, Offset};

    #[test]
    fn unused_slots_are_booked_to_the_reason_that_held() {
        let mut books = IdleSlots::default();
        books.book(Offset(0), 4, Some(IdleReason::Rate));
        books.book(Offset(1_000), 0, None);
        books.book(Offset(9_000), 2, Some(IdleReason::Cooldown));
        books.book(Offset(10_000), 2, Some(IdleReason::NoWork));
        let sums = books.last_news(Offset(10_000)).unwrap();
        assert_eq!((sums.rate, sums.cooldown, sums.total()), (Micros(4_000), Micros(2_000), Micros(6_000)));
        assert_eq!(books.last_news(Offset(10_000)), None);
    }

    #[test]
    fn sums_are_told_once_a_second_at_most() {
        let mut books = IdleSlots::default();
        books.book(Offset(0), 1, Some(IdleReason::Gap));
        books.book(Offset(900_000), 1, None);
        assert_eq!(books.news(Offset(900_000)), None);
        books.book(Offset(1_000_000), 1, None);
        assert!(books.news(Offset(1_000_000)).is_some());
    }
}
