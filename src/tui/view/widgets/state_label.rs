//! The state of a run or of a race: its mark and its text.
//!
//! Start at [`draw`].

use crate::tui::theme::role::Status;
use crate::tui::view::pen::Pen;

/// Draws the mark of a status and a text.
pub fn draw(pen: &mut Pen<'_>, x: u16, y: u16, status: Status, text: &str) {
    let glyph = pen.theme.glyph(status).to_owned();
    let after = pen.text(x, y, &glyph, status);
    if status == Status::Paused {
        // This status has its own background, which needs a margin.
        pen.text(after, y, &format!(" {text} "), status);
    } else {
        pen.text(after + 1, y, text, status);
    }
}
