//! The scene: everything that a picture is drawn from. Also the interface of panels and pages.
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
    /// The state of the run.
    pub model: &'a Model,
    /// The state of the screen.
    pub ui: &'a UiState,
    /// The theme.
    pub theme: &'a Theme,
    /// The keys in force.
    pub keymap: &'a Keymap,
    /// The abilities of the source.
    pub can: Abilities,
    /// The character set of the terminal.
    pub charset: Charset,
    /// The current time, since the start of the run.
    pub now: Offset,
}

/// A function that draws a panel into its area.
pub type Panel = fn(&mut Pen<'_>, &ViewScene<'_>);

/// The drawing of one view.
pub trait ViewPage: Sync {
    /// The number of rows that an area of this size shows.
    fn rows_in(&self, area: Rect, model: &Model, ui: &UiState) -> usize;

    /// Draws everything between the tabs and the footer.
    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>);

    /// Draws the view in a few lines, on a small terminal.
    fn draw_compact(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        self.draw(pen, scene);
    }

    /// The number of rows that a small terminal shows.
    fn compact_rows_in(&self, area: Rect, model: &Model, ui: &UiState) -> usize {
        self.rows_in(area, model, ui)
    }
}
