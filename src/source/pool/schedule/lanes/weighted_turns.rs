//! The next turn by the weights of sources instead of the order of the rotation.
//!
//! Start at [`Lanes::next_turn_by`].

use crate::source::pool::schedule::lane::LanePosition;
use crate::source::pool::schedule::lanes::{LaneTurn, Lanes};

impl Lanes {
    /// The turn in the rotation that is next by weight. `tag` returns the tag of that of some sources that is next; a
    /// lane that has only parked jobs comes first.
    pub fn next_turn_by(&mut self, tag: impl Fn(&mut dyn Iterator<Item = usize>) -> Option<u64>) -> Option<LaneTurn> {
        let entries = self.rotation.iter().enumerate().filter_map(|(i, &(turn, entry))| match turn {
            LaneTurn::Lane(lane) => {
                let lane = self.all.get(&lane).filter(|lane| lane.position == LanePosition::Rotation(entry))?;
                Some((i, tag(&mut lane.sources.iter().copied()).unwrap_or(0)))
            }
            LaneTurn::Mixed(source) => Some((i, tag(&mut std::iter::once(source)).unwrap_or(0))),
        });
        let Some((i, _)) = entries.min_by_key(|(_, tag)| *tag) else {
            // What is left is outdated.
            return self.next_turn();
        };
        self.rotation.swap(0, i);
        // The order of the others matters only where tags are the same.
        self.next_turn()
    }
}
