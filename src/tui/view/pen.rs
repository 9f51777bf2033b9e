//! The pen: writes text and glyphs into an area of the screen, and never outside it.
//!
//! Views draw only through a [`Pen`]. Foreign text must go through [`Pen::foreign`] or [`Pen::safe`].
//! Start at [`Pen::text`].

use std::borrow::Cow;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::text::sanitize::sanitize;
use crate::tui::click_targets::{ClickTarget, ClickTargets};
use crate::tui::privacy::Privacy;
use crate::tui::text_fit::{cut_middle, is_plain, width_of};
use crate::tui::theme::Theme;
use crate::tui::theme::role::{Role, Status};

/// The parts of a progress bar, as shares of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BarParts {
    /// What has succeeded at once.
    pub done: f64,
    /// What has succeeded after a retry.
    pub retried: f64,
    /// What has failed.
    pub failed: f64,
    /// What is in flight.
    pub live: f64,
}

impl BarParts {
    /// A bar with one part only.
    pub fn done(share: f64) -> Self {
        Self { done: share, ..Self::default() }
    }
}

/// Writes into one area; positions count from its upper left corner.
#[derive(Debug)]
pub struct Pen<'a> {
    buffer: &'a mut Buffer,
    targets: &'a mut ClickTargets,
    /// Hides hosts and paths; the lab has none to hide.
    privacy: Option<&'a Privacy>,
    /// The area to write in.
    pub area: Rect,
    /// The theme of all styles.
    pub theme: &'a Theme,
}

impl<'a> Pen<'a> {
    /// A pen for one area of the screen.
    pub fn new(buffer: &'a mut Buffer, targets: &'a mut ClickTargets, area: Rect, theme: &'a Theme) -> Self {
        let area = area.intersection(buffer.area);
        Self { buffer, targets, privacy: None, area, theme }
    }

    /// The same pen, which hides hosts and paths while the user wants that.
    #[must_use]
    pub fn with_privacy(self, privacy: &'a Privacy) -> Self {
        Self { privacy: Some(privacy), ..self }
    }

    /// A pen for a part of this one's area.
    pub fn part(&mut self, x: u16, y: u16, width: u16, height: u16) -> Pen<'_> {
        let part = Rect { x: self.area.x.saturating_add(x), y: self.area.y.saturating_add(y), width, height };
        self.within(part)
    }

    /// A pen for a part of this one's area, in screen coordinates.
    pub fn within(&mut self, part: Rect) -> Pen<'_> {
        let (privacy, theme) = (self.privacy, self.theme);
        Pen { area: part.intersection(self.area), buffer: self.buffer, targets: self.targets, privacy, theme }
    }

    /// Width of the area.
    pub fn width(&self) -> u16 {
        self.area.width
    }

    /// Height of the area.
    pub fn height(&self) -> u16 {
        self.area.height
    }

    /// Writes from `x` on, and returns the column after the text.
    pub fn text(&mut self, x: u16, y: u16, text: &str, role: impl Into<Role>) -> u16 {
        let style = self.theme.style(role);
        self.styled(x, y, text, style)
    }

    /// Writes a text in any style, and returns the column after it.
    pub fn styled(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        if x >= self.area.width || y >= self.area.height {
            return x;
        }
        let (at, room) = (self.area.x + x, usize::from(self.area.width - x));
        if !text.chars().all(is_plain) {
            let (end, _) = self.buffer.set_stringn(at, self.area.y + y, text, room, style);
            return end - self.area.x;
        }
        // One cell for each character. Most text is like this, and finding graphemes costs more than drawing them.
        let first = self.buffer.index_of(at, self.area.y + y);
        let cells = &mut self.buffer.content[first..first + room];
        let mut n = 0;
        for (cell, c) in cells.iter_mut().zip(text.chars()) {
            cell.set_char(c).set_style(style);
            n += 1;
        }
        x + n
    }

    /// Makes cells of one row a click target.
    pub fn target(&mut self, x: u16, y: u16, width: u16, target: ClickTarget) {
        let area = self.part(x, y, width, 1).area;
        self.targets.add(area, target);
    }

    /// Makes the whole area a click target.
    pub fn target_all(&mut self, target: ClickTarget) {
        self.targets.add(self.area, target);
    }

    /// Writes so that the text ends before column `end`.
    pub fn right(&mut self, end: u16, y: u16, text: &str, role: impl Into<Role>) {
        let width = width_of(text);
        self.text(end.saturating_sub(width), y, text, role);
    }

    /// Foreign text that is safe to show: sanitized, and without hosts and paths while they are hidden.
    pub fn safe<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.privacy.map_or_else(|| sanitize(text), |privacy| privacy.safe(text))
    }

    /// Writes foreign text, made safe, and cut in its middle to fit `room` columns.
    pub fn foreign(&mut self, x: u16, y: u16, text: &str, room: u16, style: Style) -> u16 {
        let ellipsis = self.theme.glyphs.ellipsis.clone();
        let safe = self.safe(text);
        let cut = cut_middle(&safe, usize::from(room), &ellipsis);
        self.styled(x, y, &cut, style)
    }

    /// Repeats one glyph over `width` cells.
    pub fn fill(&mut self, x: u16, y: u16, width: u16, glyph: &str, role: impl Into<Role>) {
        let style = self.theme.style(role);
        let width = width.min(self.area.width.saturating_sub(x));
        if y < self.area.height && width > 0 {
            let first = self.buffer.index_of(self.area.x + x, self.area.y + y);
            for cell in &mut self.buffer.content[first..first + usize::from(width)] {
                cell.set_symbol(glyph).set_style(style);
            }
        }
    }

    /// Draws a faint line over the whole width.
    pub fn rule(&mut self, y: u16) {
        let glyph = self.theme.glyphs.rule.clone();
        self.fill(0, y, self.area.width, &glyph, Role::Border);
    }

    /// Draws a section's title, a faint rule, and a remark at its right end if it fits.
    pub fn section(&mut self, y: u16, title: &str, remark: &str) {
        let glyph = self.theme.glyphs.rule.clone();
        let after = self.text(0, y, title, Role::Title) + 1;
        let remark_at = self.area.width.saturating_sub(width_of(remark));
        let has_remark = !remark.is_empty() && remark_at > after + 1;
        let end = if has_remark { remark_at - 1 } else { self.area.width };
        self.fill(after, y, end.saturating_sub(after), &glyph, Role::Border);
        if has_remark {
            self.text(remark_at, y, remark, Role::TextDim);
        }
    }

    /// Draws a bar of `width` cells. Any part above zero is visible, if there is room.
    pub fn bar(&mut self, x: u16, y: u16, width: u16, progress: &BarParts) {
        let theme = self.theme;
        let glyphs = &theme.glyphs;
        let part = |share: f64| if share > 0.0 { cells(share, width).max(1) } else { 0 };
        let BarParts { done, retried, failed, live } = *progress;
        let n_failed = part(failed);
        let n_retried = part(retried).min(width - n_failed);
        let n_settled = cells(done + retried + failed, width).max(n_failed + n_retried);
        // The part in flight is always visible.
        let n_live =
            if live > 0.0 { part(done + retried + failed + live).max(n_settled + 1).min(width) - n_settled } else { 0 };
        let parts: [(u16, &str, Role); 5] = [
            (n_settled - n_failed - n_retried, &glyphs.bar_full, Role::Bar),
            (n_retried, theme.glyph(Status::Retrying), Role::Retrying),
            (n_failed, theme.glyph(Status::Failed), Role::Failed),
            (n_live, &glyphs.bar_live, Role::Running),
            (width - n_settled - n_live, &glyphs.bar_rest, Role::BarRest),
        ];
        let mut x = x;
        for (n, glyph, role) in parts {
            self.fill(x, y, n, glyph, role);
            x += n;
        }
    }

    /// Writes one cell.
    pub fn set_cell(&mut self, x: u16, y: u16, glyph: &str, style: Style) {
        let at = Position { x: self.area.x.saturating_add(x), y: self.area.y.saturating_add(y) };
        if self.area.contains(at)
            && let Some(cell) = self.buffer.cell_mut(at)
        {
            // Only glyphs of the theme get here; other text goes through `styled`.
            cell.set_symbol(glyph).set_style(style);
        }
    }

    /// Adds a style to a whole row.
    pub fn highlight_row(&mut self, y: u16, role: impl Into<Role>) {
        let style = self.theme.style(role);
        let row = Rect { x: self.area.x, y: self.area.y.saturating_add(y), width: self.area.width, height: 1 };
        self.buffer.set_style(row.intersection(self.area), style);
    }

    /// Sets the background of the whole area.
    pub fn fill_background(&mut self, color: ratatui::style::Color) {
        let area = self.area;
        self.buffer.set_style(area, Style::new().bg(color));
    }

    /// Clears the area to one style.
    pub fn clear(&mut self, role: impl Into<Role>) {
        let style = self.theme.style(Role::Text).patch(self.theme.style(role));
        let mut blank = Cell::EMPTY;
        blank.set_style(style);
        for row in self.area.rows().filter(|row| row.width > 0) {
            let first = self.buffer.index_of(row.x, row.y);
            self.buffer.content[first..first + usize::from(row.width)].fill(blank.clone());
        }
    }
}

/// The number of cells that a share of `width` fills.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and width")]
pub fn cells(share: f64, width: u16) -> u16 {
    (share.clamp(0.0, 1.0) * f64::from(width)).round() as u16
}

/// Replaces everything that is not ASCII, foreign text included.
pub fn replace_non_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let plain = match cell.symbol() {
            symbol if symbol.is_ascii() => continue,
            "–" | "—" | "─" => "-",
            "…" => "~",
            "→" => ">",
            "µ" => "u",
            "×" => "x",
            _ => "?",
        };
        cell.set_symbol(plain);
    }
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn a_share_fills_its_cells() {
        assert_eq!(
            [cells(0.0, 10), cells(0.26, 10), cells(1.0, 10), cells(9.0, 10), cells(f64::NAN, 10)],
            [0, 3, 10, 10, 0]
        );
    }
}
