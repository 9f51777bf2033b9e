//! What is to be copied or saved, once the next picture has been drawn.
//!
//! Start at [`UiState::copy`].

use crate::event::Offset;
use crate::model::Model;
use crate::tui::curl::{Asked, Line};
use crate::tui::state::UiState;
use crate::tui::view::failures::example;

/// What is to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The picture, as SVG.
    Svg,
    /// The picture, as text.
    Text,
    /// A request, as a command.
    Curl(Line),
}

/// What is asked for and not done.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The menu lies open.
    pub is_open: bool,
    saving: Option<Saving>,
    copying: Option<Line>,
}

impl UiState {
    /// Copies the selected request.
    pub(super) fn copy(&mut self, model: &Model, now: Offset) {
        match self.command(model) {
            Ok(line) => self.export.copying = Some(line),
            Err(why) => self.say(why, now),
        }
    }

    /// Saves what was chosen; the menu closes.
    pub(super) fn save(&mut self, saving: Saving) {
        self.export.is_open = false;
        self.export.saving = Some(saving);
    }

    /// Saves the selected request.
    pub(super) fn save_command(&mut self, model: &Model, now: Offset) {
        self.export.is_open = false;
        match self.command(model) {
            Ok(line) => self.save(Saving::Curl(line)),
            Err(why) => self.say(why, now),
        }
    }

    /// Whether there is a request to copy.
    pub fn has_command(&self, model: &Model) -> bool {
        self.command(model).is_ok()
    }

    /// Whether a picture is to be saved.
    pub fn wants_picture(&self) -> bool {
        matches!(self.export.saving, Some(Saving::Svg | Saving::Text))
    }

    /// What is to be saved, since last asked.
    pub fn take_saving(&mut self) -> Option<Saving> {
        self.export.saving.take()
    }

    /// What is to be copied, since last asked.
    pub fn take_copying(&mut self) -> Option<Line> {
        self.export.copying.take()
    }

    fn command(&self, model: &Model) -> Result<Line, &'static str> {
        let asked = self.asked(model).ok_or("no request is selected here")?;
        Line::of(asked, model).ok_or("its request is not known")
    }

    fn asked<'m>(&self, model: &'m Model) -> Option<Asked<'m>> {
        if let Some(opened) = self.example {
            let (_, group) = model.incidents.nth(opened.row)?;
            return example::asked(example::example(group, opened.nth));
        }
        self.view.page().asked(model, self.list().chosen()?)
    }
}
