//! Puts what several processes report into the order in which it happened.
//!
//! A probe sends many events at once, a short while after they happened. Each is held back for so long that what
//! happened before it has arrived. Start at [`InOrder::release`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::{Micros, Offset};

/// For how long an event is held back.
pub const HELD: Micros = Micros(150_000);

/// Items with their times.
#[derive(Debug)]
pub struct InOrder<T> {
    heap: BinaryHeap<Reverse<Entry<T>>>,
    added: u64,
}

#[derive(Debug)]
struct Entry<T> {
    at: Offset,
    /// Of two items of the same time, the one that arrived first comes first.
    number: u64,
    item: T,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), added: 0 }
    }
}

impl<T> InOrder<T> {
    /// Adds an item.
    pub fn add(&mut self, at: Offset, item: T) {
        self.added += 1;
        self.heap.push(Reverse(Entry { at, number: self.added, item }));
    }

    /// Takes the first item that happened at `until` or before.
    pub fn release(&mut self, until: Offset) -> Option<(Offset, T)> {
        if self.heap.peek()?.0.at > until {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.item))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::InOrder;
    use crate::event::Offset;

    #[test]
    fn items_come_out_in_the_order_of_their_times() {
        let mut order = InOrder::default();
        for (at, item) in [(30, 'c'), (10, 'a'), (10, 'b'), (99, 'd')] {
            order.add(Offset(at), item);
        }
        let released: String = std::iter::from_fn(|| order.release(Offset(50))).map(|(_, item)| item).collect();
        assert_eq!(released, "abc");
        assert_eq!(order.release(Offset(99)), Some((Offset(99), 'd')));
    }
}
