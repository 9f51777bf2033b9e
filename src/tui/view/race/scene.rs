//! The scene that a picture of the lab is drawn from, and the part of one lane.
//!
//! Start at [`LabScene`].

use crate::event::Offset;
use crate::model::Model;
use crate::model::race::{LaneFigures, Race};
use crate::tui::keymap::Keymap;
use crate::tui::state::race::RaceUi;
use crate::tui::theme::Theme;
use crate::tui::theme::glyphs::Charset;
use crate::tui::view::race::paragraph::Paragraph;

/// Everything a picture of the lab depends on.
#[derive(Clone, Copy, Debug)]
pub struct LabScene<'a> {
    /// What all lanes have come to.
    pub race: &'a Race,
    /// Each lane's model, in their order.
    pub models: &'a [&'a Model],
    /// Whether nothing starts.
    pub is_paused: bool,
    /// What is to be learned.
    pub lesson: &'a [Paragraph],
    /// What the person has chosen.
    pub ui: &'a RaceUi,
    /// What meanings look like.
    pub theme: &'a Theme,
    /// What keys mean.
    pub keymap: &'a Keymap,
    /// Which marks the terminal can show.
    pub charset: Charset,
    /// Now, since the lanes started.
    pub now: Offset,
}

/// A lane as it is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneScene<'a> {
    pub(super) letter: char,
    pub(super) figures: &'a LaneFigures,
    pub(super) model: &'a Model,
    pub(super) stage: &'a LabScene<'a>,
}
