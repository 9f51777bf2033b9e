//! The scene that a picture is drawn from, and the panels that draw it.
//!
//! Start at [`Scene`].

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
pub struct Scene<'a> {
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
pub type Panel = fn(&mut Pen<'_>, &Scene<'_>);
