//! A popup over the screen: its area and its margins. The footer stays visible.
//! Start at [`Popup::of`].

use ratatui::layout::Rect;

use crate::tui::click_targets::ClickTarget;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;

/// Where a sheet lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Popup {
    area: Rect,
    /// Columns left and right of the text, and rows above and below.
    margins: (u16, u16),
    /// Rows for lines, below the head.
    pub rows: u16,
}

impl Popup {
    /// The columns that text has on it, if it wants so many.
    pub fn text_width(screen: Rect, wanted: u16) -> u16 {
        let (width, left) = width(screen, wanted);
        width.saturating_sub(2 * left)
    }

    /// A sheet for so many columns of text and so many lines below a head.
    pub fn of(screen: Rect, wanted: u16, lines: usize) -> Self {
        let (width, left) = width(screen, wanted);
        let room = screen.height.saturating_sub(u16::from(screen.height > 4));
        let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(3).min(room);
        let above = u16::from(height >= 8);
        let area = Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (room - height) / 2, width, height };
        Self { area, margins: (left, above), rows: height.saturating_sub(1 + 2 * above) }
    }

    /// The furthest that so many lines can be scrolled.
    pub fn last_row(self, lines: usize) -> usize {
        lines.saturating_sub(usize::from(self.rows))
    }

    /// Clears the area and draws on it; the drawing returns the selected row.
    pub fn write(self, screen: &mut Pen<'_>, write: impl FnOnce(&mut Pen<'_>) -> Option<u16>) {
        let mut paper = screen.within(self.area);
        paper.clear(Role::Surface);
        paper.target_all(ClickTarget::Sheet);
        let (left, above) = self.margins;
        let (width, height) = (self.area.width.saturating_sub(2 * left), self.area.height.saturating_sub(above));
        let selected = write(&mut paper.part(left, above, width, height));
        // Text brings the screen's ground along; the sheet has its own.
        if let Some(ground) = paper.theme.style(Role::Surface).bg {
            paper.ground(ground);
        }
        if let Some(y) = selected {
            paper.part(left, above, width, height).underlay(y, Role::Selection);
        }
    }
}

/// The width of a sheet, and the margin on either side of its text.
fn width(screen: Rect, wanted: u16) -> (u16, u16) {
    let left = if screen.width < 60 { 1 } else { 3 };
    let wanted = wanted.saturating_add(2 * left);
    // A sliver of what lies below says nothing.
    (if wanted.saturating_add(8) > screen.width { screen.width } else { wanted }, left)
}
