//! The next turn by the weights of sources instead of the order of the rotation.
//!
//! Start at [`Lanes::next_turn_by`].

use crate::source::pool::schedule::lanes::Lanes;
use crate::source::pool::schedule::lanes::rotation::LaneTurn;

impl Lanes {
    /// The turn in the rotation that is next by weight. `tag` returns the tag of that of some sources that is next; a
    /// lane that has only parked jobs comes first.
    pub fn next_turn_by(&mut self, tag: impl Fn(&mut dyn Iterator<Item = usize>) -> Option<u64>) -> Option<LaneTurn> {
        let all = &self.all;
        let turn = self.rotation.take_next_by(|turn| match turn {
            LaneTurn::Lane(lane, _) => {
                all.get(lane).and_then(|lane| tag(&mut lane.sources.iter().copied())).unwrap_or(0)
            }
            LaneTurn::Mixed(source) => tag(&mut std::iter::once(*source)).unwrap_or(0),
        })?;
        Some(self.begin_turn(turn))
    }
}
