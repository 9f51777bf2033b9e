//! The panel of the latest events, and the line of one event.
//!
//! Start at [`line()`].

use crate::model::event_log::LogEntry;
use crate::text::units;
use crate::tui::rows::event_text::describe;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// The text of a log without events.
pub const NOTHING: &str = "no events: every answer was as expected";

/// Draws the title and the latest events, newest first.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() == 0 {
        return;
    }
    pen.section(0, "Events", "");
    let total = scene.model.event_log.n_added();
    if total == 0 {
        pen.text(0, 1, NOTHING, Role::TextFaint);
    }
    let height = pen.height();
    for (y, item) in (1..height).zip(scene.model.event_log.newest_first()) {
        line(pen, y, item, scene);
    }
}

/// Draws one event: time, mark, place and text.
pub fn line(pen: &mut Pen<'_>, y: u16, item: &LogEntry, scene: &ViewScene<'_>) {
    let event = describe(item, scene.model);
    let clock = units::clock(item.at);
    pen.text(0, y, &clock, Role::TextFaint);
    let glyph = pen.theme.glyph(event.status).to_owned();
    pen.text(9, y, &glyph, event.status);
    let end = match &event.number {
        Some(number) => {
            pen.right(pen.width(), y, number, Role::TextFaint);
            pen.width().saturating_sub(width_of(number) + 2)
        }
        None => pen.width(),
    };
    // It depends only on the panel's width, so that all texts begin in the same column.
    let place_width = (pen.width().saturating_sub(18) * 3 / 10).clamp(12, 40);
    let style = pen.theme.style(Role::TextDim);
    pen.foreign(12, y, &event.place, place_width, style);
    let at = 12 + place_width + 2;
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let text = cut_end(&pen.safe(&event.text), usize::from(end.saturating_sub(at)), &ellipsis).into_owned();
    pen.text(at, y, &text, Role::Text);
}
