//! The scene that a picture is drawn from, and the panels and pages that draw it.
//!
//! Start at [`ViewScene`].

use ratatui::layout::Rect;

use crate::control::Abilities;
use crate::event::Offset;
use crate::model::Model;
use crate::tui::keymap::Keymap;
use crate::tui::state::UiState;
use crate::tui::theme::Theme;
use crate::tui::theme::glyphs::Charset;
use crate::tui::view::pen::Pen;

/// Everything a picture depends on.
#[derive(Clone, Copy, Debug)]
pub struct ViewScene<'a> {
    /// What the facts add up to.
    pub model: &'a Model,
    /// What the person has chosen.
    pub ui: &'a UiState,
    /// What meanings look like.
    pub theme: &'a Theme,
    /// What keys mean.
    pub keymap: &'a Keymap,
    /// What the source can do.
    pub can: Abilities,
    /// Which marks the terminal can show.
    pub charset: Charset,
    /// Now, since the run started.
    pub now: Offset,
}

/// A panel draws itself into its area.
pub type Panel = fn(&mut Pen<'_>, &ViewScene<'_>);

/// Draws one view's rows.
pub trait ViewPage: Sync {
    /// How many rows an area of this size shows.
    fn rows_in(&self, area: Rect, model: &Model) -> usize;

    /// Draws everything between the tabs and the footer.
    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>);

    /// Draws the same in a few lines, on a small terminal.
    fn draw_compact(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        self.draw(pen, scene);
    }

    /// How many rows a small terminal shows.
    fn compact_rows_in(&self, area: Rect, model: &Model) -> usize {
        self.rows_in(area, model)
    }
}
