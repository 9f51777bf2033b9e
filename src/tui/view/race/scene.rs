//! The scene of the lab: everything that a picture of it is drawn from, and the part of one lane.
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
    /// The race and its figures.
    pub race: &'a Race,
    /// Each lane's model, in the order of the lanes.
    pub models: &'a [&'a Model],
    /// Whether the race is paused.
    pub is_paused: bool,
    /// The lesson.
    pub lesson: &'a [Paragraph],
    /// The state of the screen.
    pub ui: &'a RaceUi,
    /// The theme.
    pub theme: &'a Theme,
    /// The keys in force.
    pub keymap: &'a Keymap,
    /// The character set of the terminal.
    pub charset: Charset,
    /// The current time, since the lanes started.
    pub now: Offset,
}

/// The scene of one lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneScene<'a> {
    pub(super) index: usize,
    pub(super) letter: char,
    pub(super) figures: &'a LaneFigures,
    pub(super) model: &'a Model,
    pub(super) scene: &'a LabScene<'a>,
}
