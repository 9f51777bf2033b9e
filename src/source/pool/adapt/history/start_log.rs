//! A log of starts in order of time, thinned out as it grows.
//!
//! Each entry has the number of starts up to it. So a removed entry only makes the next one a little too late: counts
//! stay exact, and windows err towards waiting. Start at [`StartLog::add`].

use std::collections::VecDeque;

use crate::source::pool::adapt::seconds::Seconds;

/// Starts in order of time.
#[derive(Debug, Default)]
pub struct StartLog {
    entries: VecDeque<StartEntry>,
    /// Starts before the first entry.
    before: u64,
}

#[derive(Clone, Copy, Debug)]
struct StartEntry {
    at: Seconds,
    /// Starts up to here, since the log began.
    total: u64,
}

impl StartLog {
    /// Adds a start. Answers overtake each other, so it may belong before others.
    pub fn add(&mut self, at: Seconds, most: usize) {
        if self.entries.len() >= most {
            self.thin_out();
        }
        let mut i = self.entries.len();
        while i > 0 && self.entries[i - 1].at > at {
            self.entries[i - 1].total += 1;
            i -= 1;
        }
        let total = self.total_at(i) + 1;
        self.entries.insert(i, StartEntry { at, total });
    }

    /// How many starts are in `(from, to]`.
    pub fn count(&self, from: Seconds, to: Seconds) -> u64 {
        if to <= from { 0 } else { self.up_to(to) - self.up_to(from) }
    }

    /// How many starts are after a moment.
    pub fn count_after(&self, from: Seconds) -> u64 {
        self.total_at(self.entries.len()) - self.up_to(from)
    }

    /// The `n`th start from the end, from 1 on, if so many are known.
    pub fn nth_last(&self, n: u64) -> Option<Seconds> {
        let rank = self.total_at(self.entries.len()).checked_sub(n)?;
        if rank < self.before || n == 0 {
            return None;
        }
        self.entries.get(self.entries.partition_point(|entry| entry.total <= rank)).map(|entry| entry.at)
    }

    fn up_to(&self, moment: Seconds) -> u64 {
        self.total_at(self.entries.partition_point(|entry| entry.at <= moment))
    }

    /// Starts before the entry with this index.
    fn total_at(&self, i: usize) -> u64 {
        i.checked_sub(1).map_or(self.before, |i| self.entries[i].total)
    }

    /// Removes every second entry of the older half.
    fn thin_out(&mut self) {
        let (half, mut i) = (self.entries.len() / 2, 0);
        self.entries.retain(|_| {
            i += 1;
            i > half || i % 2 == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::StartLog;

    #[test]
    fn counts_stay_exact_in_a_short_log() {
        let mut log = StartLog::default();
        for i in 0..1_000 {
            // Every third one is overtaken by the two after it.
            log.add(f64::from(if i % 3 == 0 { i } else { i + 3 }), 64);
        }
        assert_eq!(log.count(-1.0, 2_000.0), 1_000);
        assert!(log.entries.len() <= 64);
        assert_eq!(log.nth_last(1), Some(1_001.0));
        assert_eq!(log.nth_last(1_001), None);
        let recent = log.count_after(980.0);
        assert!((20..=24).contains(&recent), "{recent}");
    }

    #[test]
    fn the_nth_last_start_is_the_one_after_which_fewer_remain() {
        let mut log = StartLog::default();
        for at in [5.0, 1.0, 3.0, 2.0, 4.0] {
            log.add(at, 64);
        }
        assert_eq!([1, 3, 5].map(|n| log.nth_last(n)), [Some(5.0), Some(3.0), Some(1.0)]);
        assert_eq!((log.count(1.0, 4.0), log.count_after(4.5)), (3, 1));
    }
}
