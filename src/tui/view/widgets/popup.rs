//! A popup over the screen: its area and its margins. Header and footer stay visible.
//!
//! Start at [`Popup::new`].

use ratatui::layout::Rect;

use crate::tui::click_targets::ClickTarget;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;

/// The position of a popup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Popup {
    area: Rect,
    /// Columns left and right of the text, and rows above and below.
    margins: (u16, u16),
    /// The rows below the title.
    pub rows: u16,
}

impl Popup {
    /// The width of the text, if it needs `wanted` columns.
    pub fn text_width(screen: Rect, wanted: u16) -> u16 {
        let (width, left) = width(screen, wanted);
        width.saturating_sub(2 * left)
    }

    /// A popup for a width of text and a number of lines below the title.
    pub fn new(screen: Rect, wanted: u16, lines: usize) -> Self {
        let (width, left) = width(screen, wanted);
        let edge = u16::from(screen.height > 4);
        let room = screen.height.saturating_sub(edge);
        let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(3).min(room.saturating_sub(edge));
        let above = u16::from(height >= 8);
        let area = Rect {
            x: screen.x + (screen.width - width) / 2,
            y: screen.y + ((room - height) / 2).max(edge),
            width,
            height,
        };
        Self { area, margins: (left, above), rows: height.saturating_sub(1 + 2 * above) }
    }

    /// The maximum scroll position for a number of lines.
    pub fn last_row(self, lines: usize) -> usize {
        lines.saturating_sub(usize::from(self.rows))
    }

    /// Clears the area and draws on it; the drawing returns the selected row.
    pub fn write(self, screen: &mut Pen<'_>, write: impl FnOnce(&mut Pen<'_>) -> Option<u16>) {
        let mut popup = screen.within(self.area);
        popup.clear(Role::Surface);
        popup.target_all(ClickTarget::Popup);
        let (left, above) = self.margins;
        let (width, height) = (self.area.width.saturating_sub(2 * left), self.area.height.saturating_sub(above));
        let selected = write(&mut popup.part(left, above, width, height));
        // Text is drawn with the screen's background, so the popup's own is set last.
        if let Some(background) = popup.theme.style(Role::Surface).bg {
            popup.fill_background(background);
        }
        if let Some(y) = selected {
            popup.part(left, above, width, height).highlight_row(y, Role::Selection);
        }
    }
}

/// The width of a popup, and the margin on each side of its text.
fn width(screen: Rect, wanted: u16) -> (u16, u16) {
    let left = if screen.width < 60 { 1 } else { 3 };
    let wanted = wanted.saturating_add(2 * left);
    // A popup that would leave only a narrow strip uncovered takes the whole width.
    (if wanted.saturating_add(8) > screen.width { screen.width } else { wanted }, left)
}
