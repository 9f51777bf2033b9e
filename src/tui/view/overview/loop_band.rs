//! The loop band: what the event loops of a watched program did, under what was in flight, on the same axis.
//!
//! Each cell is the state that took most of its time. Its height says the same as its colour. Start at [`draw`].

use crate::model::loop_use::LoopState;
use crate::tui::theme::role::Role;
use crate::tui::view::overview::run_axis::{LABELS, RunAxis};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// Draws the band in one line.
pub(super) fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>, axis: RunAxis) {
    pen.right(LABELS - 2, 0, "loop", Role::Axis);
    let line = pen.theme.glyphs.axis.clone();
    pen.text(LABELS - 1, 0, &line, Role::Axis);
    let levels = pen.theme.glyphs.levels;
    for (x, from, to) in axis.ranges() {
        let (level, role) = match scene.model.loops.between(from, to, axis.now) {
            LoopState::Idle => (0, Role::TextFaint),
            LoopState::Running => (3, Role::Ok),
            LoopState::Blocked => (7, Role::Failed),
        };
        let style = pen.theme.style(role);
        pen.set_cell(x, 0, levels[level], style);
    }
}
