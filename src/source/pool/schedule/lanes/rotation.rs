//! The order in which hosts get free slots: the one with the fewest attempts in flight first, then each in turn.
//!
//! So a host that answers slowly, or never, holds no more slots than the others while they have work, and all slots once
//! they have none (max-min fairness). Start at [`Rotation::take_next`].

use std::collections::{BTreeMap, VecDeque};

use crate::source::pool::schedule::lane::position::TurnKey;

/// The turns of lanes and of sources that have many hosts.
#[derive(Debug, Default)]
pub struct Rotation {
    /// The lanes, by number.
    lanes: BTreeMap<TurnKey, usize>,
    /// The sources, each with the number of its entry.
    mixed: VecDeque<(u64, usize)>,
    n_entries: u64,
    /// How many turns at the front the DNS prefetch has looked at.
    n_peeked: usize,
}

/// What may start a job next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneTurn {
    /// A lane, with its position in the rotation.
    Lane(usize, TurnKey),
    /// A source whose jobs go to many hosts.
    Mixed(usize),
}

impl Rotation {
    /// Adds a lane with so many attempts in flight. `is_new` is true if the DNS prefetch has not looked at it.
    pub fn add_lane(&mut self, lane: usize, in_flight: u32, is_new: bool) -> TurnKey {
        self.n_entries += 1;
        let key = TurnKey { in_flight, entry: self.n_entries };
        self.lanes.insert(key, lane);
        if is_new {
            self.n_peeked = 0;
        }
        key
    }

    /// Moves a lane that has another number of attempts in flight now. It keeps its turn among those with as many.
    pub fn move_lane(&mut self, from: TurnKey, in_flight: u32) -> TurnKey {
        let to = TurnKey { in_flight, ..from };
        if let Some(lane) = self.lanes.remove(&from) {
            self.lanes.insert(to, lane);
        }
        to
    }

    /// Removes a lane.
    pub fn remove_lane(&mut self, key: TurnKey) {
        self.lanes.remove(&key);
    }

    /// Adds a source of many hosts. It takes turns with the first of the lanes.
    pub fn add_mixed(&mut self, source: usize) {
        self.n_entries += 1;
        self.mixed.push_back((self.n_entries, source));
    }

    /// Whether there is no turn.
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty() && self.mixed.is_empty()
    }

    /// Takes the next turn.
    pub fn take_next(&mut self) -> Option<LaneTurn> {
        let turn = self.turns().next()?;
        self.take(turn);
        Some(turn)
    }

    /// Takes the turn with the least tag, and the first of those with the same.
    pub fn take_next_by(&mut self, tag: impl FnMut(&LaneTurn) -> u64) -> Option<LaneTurn> {
        let turn = self.turns().min_by_key(tag)?;
        self.take(turn);
        Some(turn)
    }

    fn take(&mut self, turn: LaneTurn) {
        self.n_peeked = self.n_peeked.saturating_sub(1);
        match turn {
            LaneTurn::Lane(_, key) => self.remove_lane(key),
            LaneTurn::Mixed(source) => self.mixed.retain(|(_, other)| *other != source),
        }
    }

    /// The next turn that the DNS prefetch has not looked at, if it is one of the next `n`.
    pub fn peek(&mut self, n: usize) -> Option<LaneTurn> {
        if self.n_peeked >= n.min(self.lanes.len() + self.mixed.len()) {
            return None;
        }
        let turn = self.turns().nth(self.n_peeked)?;
        self.n_peeked += 1;
        Some(turn)
    }

    /// All turns in their order.
    fn turns(&self) -> impl Iterator<Item = LaneTurn> {
        let mut lanes = self.lanes.iter().peekable();
        let mut mixed = self.mixed.iter().peekable();
        std::iter::from_fn(move || match (lanes.peek(), mixed.peek()) {
            (Some((key, _)), Some((entry, _))) if *entry < key.entry => mixed.next().map(|&(_, i)| LaneTurn::Mixed(i)),
            (Some(_), _) => lanes.next().map(|(&key, &lane)| LaneTurn::Lane(lane, key)),
            (None, _) => mixed.next().map(|&(_, source)| LaneTurn::Mixed(source)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LaneTurn, Rotation};

    fn next(rotation: &mut Rotation) -> String {
        match rotation.take_next() {
            Some(LaneTurn::Lane(lane, _)) => format!("lane {lane}"),
            Some(LaneTurn::Mixed(source)) => format!("source {source}"),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn the_lane_with_the_fewest_in_flight_is_next_and_equal_ones_take_turns() {
        let mut rotation = Rotation::default();
        let slow = rotation.add_lane(0, 3, true);
        rotation.add_lane(1, 1, true);
        rotation.add_lane(2, 1, true);
        assert_eq!(next(&mut rotation), "lane 1");
        rotation.add_lane(1, 1, false);
        assert_eq!(next(&mut rotation), "lane 2");
        rotation.move_lane(slow, 1);
        assert_eq!(next(&mut rotation), "lane 0", "it has waited for longer");
        assert_eq!(next(&mut rotation), "lane 1");
        assert_eq!(next(&mut rotation), "none");
    }

    #[test]
    fn a_source_of_many_hosts_takes_turns_with_the_lanes() {
        let mut rotation = Rotation::default();
        rotation.add_mixed(7);
        rotation.add_lane(0, 5, true);
        let mut order = Vec::new();
        for _ in 0..3 {
            order.push(next(&mut rotation));
            rotation.add_mixed(7);
            order.push(next(&mut rotation));
            rotation.add_lane(0, 5, false);
        }
        assert_eq!(order, ["source 7", "lane 0", "source 7", "lane 0", "source 7", "lane 0"]);
    }

    #[test]
    fn the_prefetch_looks_at_each_new_lane_once() {
        let mut rotation = Rotation::default();
        rotation.add_lane(0, 1, true);
        rotation.add_lane(1, 1, true);
        assert!(rotation.peek(8).is_some() && rotation.peek(8).is_some());
        assert!(rotation.peek(8).is_none());
        rotation.add_lane(2, 0, true);
        assert!(matches!(rotation.peek(8), Some(LaneTurn::Lane(2, _))), "it comes before those that were looked at");
    }
}
