//! The layout of the lanes: side by side if they fit, otherwise one below the other.
//!
//! Pure. Start at [`LabLayout::new`].

use ratatui::layout::Rect;

/// The minimum width of a lane with rows of requests.
const NARROWEST: u16 = 27;
/// The minimum height of a lane with rows of requests.
const LOWEST: u16 = 8;
/// The space between two lanes.
const GAP: u16 = 3;

/// The size in which lanes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LaneSize {
    /// Numbers, rows of requests, the heartbeat and a sentence.
    Panel,
    /// Two lines: numbers, and the attempts in flight.
    Strip,
    /// One line of numbers.
    Line,
}

/// The areas of the screen's parts; a part of height 0 is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LabLayout {
    pub(super) head: Rect,
    pub(super) sentence: Rect,
    pub(super) verdict: Rect,
    pub(super) lanes: Vec<Rect>,
    pub(super) size: LaneSize,
    pub(super) outcome: Rect,
    pub(super) foot: Rect,
}

impl LabLayout {
    /// The layout of a screen of this size.
    pub(super) fn new(area: Rect, lanes: usize) -> Self {
        let lanes = u16::try_from(lanes.max(1)).unwrap_or(1);
        let margin = match area.width {
            100.. => 2,
            50.. => 1,
            _ => 0,
        };
        let mut left =
            Rect { x: area.x + margin.min(area.width), width: area.width.saturating_sub(2 * margin), ..area };
        // Two rows of lanes need every line to show ten requests each.
        let is_dense = grid(left.width, lanes).1 > 1;
        let head = above(&mut left, 1);
        let foot_height = if area.height >= 30 && !is_dense { 2 } else { u16::from(area.height > 3 + lanes) };
        let foot = below(&mut left, foot_height);
        let sentence = above(&mut left, u16::from(area.height >= 20));
        let verdict = above(&mut left, u16::from(area.height >= 20));
        above(&mut left, u16::from(area.height >= 30 && !is_dense));
        let outcome = below(
            &mut left,
            match area.height {
                30.. if !is_dense => 5,
                20.. => 4,
                _ => u16::from(area.height > 2 + lanes),
            },
        );
        let (columns, rows) = grid(left.width, lanes);
        let height = left.height / rows;
        let size = match height {
            _ if left.width / columns < NARROWEST => LaneSize::Line,
            LOWEST.. => LaneSize::Panel,
            _ if left.height / lanes >= 2 => LaneSize::Strip,
            _ => LaneSize::Line,
        };
        let lanes = match size {
            LaneSize::Panel => {
                let width = (left.width - GAP * (columns - 1)) / columns;
                let at = |i: u16| Rect {
                    x: left.x + i % columns * (width + GAP),
                    y: left.y + i / columns * height,
                    width,
                    height,
                };
                (0..lanes).map(at).collect()
            }
            LaneSize::Strip | LaneSize::Line => {
                let height = if size == LaneSize::Line { 1 } else { (left.height / lanes).min(4) };
                let at = |i: u16| Rect { y: left.y + i * height, height, ..left };
                // Lanes that do not fit are left out.
                (0..lanes).map(at).map(|at| at.intersection(left)).collect()
            }
        };
        Self { head, sentence, verdict, lanes, size, outcome, foot }
    }
}

/// The numbers of columns and rows of lanes.
fn grid(width: u16, lanes: u16) -> (u16, u16) {
    let columns = match lanes {
        3 | 4 if width >= lanes * 36 => lanes,
        1 => 1,
        _ => 2,
    };
    (columns, lanes.div_ceil(columns))
}

fn above(left: &mut Rect, height: u16) -> Rect {
    let height = height.min(left.height);
    let taken = Rect { height, ..*left };
    left.y += height;
    left.height -= height;
    taken
}

fn below(left: &mut Rect, height: u16) -> Rect {
    let height = height.min(left.height);
    left.height -= height;
    Rect { y: left.y + left.height, height, ..*left }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    use super::{LabLayout, LaneSize};

    fn size(width: u16, height: u16, lanes: usize) -> LaneSize {
        LabLayout::new(Rect::new(0, 0, width, height), lanes).size
    }

    #[test]
    fn two_lanes_are_side_by_side_on_a_usual_screen() {
        for (width, height) in [(120, 40), (80, 24), (60, 16)] {
            assert_eq!(size(width, height, 2), LaneSize::Panel, "{width}x{height}");
        }
        assert_eq!(
            (size(120, 40, 4), size(80, 24, 4), size(60, 16, 4)),
            (LaneSize::Panel, LaneSize::Panel, LaneSize::Strip)
        );
        assert_eq!((size(40, 10, 2), size(40, 6, 4)), (LaneSize::Line, LaneSize::Line));
    }

    proptest! {
        #[test]
        fn nothing_overlaps(width in 0..220_u16, height in 0..70_u16, lanes in 1..=4_usize) {
            let area = Rect::new(0, 0, width, height);
            let place = LabLayout::new(area, lanes);
            let mut all = place.lanes.clone();
            all.extend([place.head, place.sentence, place.verdict, place.outcome, place.foot]);
            all.retain(|at| at.width > 0 && at.height > 0);
            for (i, at) in all.iter().enumerate() {
                prop_assert_eq!(at.intersection(area), *at);
                prop_assert!(all[i + 1..].iter().all(|other| !at.intersects(*other)), "{:?}", place);
            }
        }
    }
}
