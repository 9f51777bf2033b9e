//! The popups of the lab: the list of keys with its search, and the palette.
//!
//! Start at [`RaceUi::choose`].

use ratatui::crossterm::event::KeyEvent;

use crate::control::{Abilities, LabCommand};
use crate::event::Offset;
use crate::model::race::Race;
use crate::tui::effect::Effect;
use crate::tui::keymap::entry::Context;
use crate::tui::state::choice::chosen_theme;
use crate::tui::state::palette::{Findable, Palette, PaletteChoice, PaletteRow};
use crate::tui::state::race::RaceUi;

impl RaceUi {
    /// Opens the palette.
    pub(super) fn open_palette(&mut self) {
        (self.help, self.lesson) = (None, None);
        self.palette = Some(Palette::new(Context::Race, Abilities::FULL));
    }

    /// Opens the list of themes, one of which is in use.
    pub fn show_themes(&mut self, themes: &[String], current: &str) {
        (self.help, self.lesson) = (None, None);
        self.palette = Some(Palette::of_themes(Context::Race, themes, current));
    }

    /// Finds the rows of the open palette.
    pub(super) fn refresh_palette(&mut self, race: &Race) {
        if let Some(palette) = &mut self.palette {
            let findable = Findable { model: None, themes: &self.themes, programs: &self.programs };
            palette.refresh(findable, |action| Self::refusal(action, race));
        }
    }

    /// Does what the selected row of the palette is for, and closes the palette.
    pub(super) fn choose(&mut self, race: &Race, now: Offset) -> Vec<Effect> {
        let Some(palette) = self.palette.take() else { return Vec::new() };
        let Some(PaletteRow { choice, name, refusal }) = palette.selected_row().cloned() else { return Vec::new() };
        if let Some(why) = refusal {
            self.show_remark(&why, now);
            return Vec::new();
        }
        match choice {
            PaletteChoice::Act(entry) => self.update(entry.action, race, now),
            PaletteChoice::Theme => chosen_theme(name, palette.is_of_themes),
            PaletteChoice::Program(number) => vec![Effect::ControlLab(LabCommand::Show(number))],
            // Only a run has them.
            PaletteChoice::Endpoint(_) | PaletteChoice::Host(_) => Vec::new(),
        }
    }

    /// Starts a search in the list of keys.
    pub(super) fn start_search(&mut self, now: Offset) {
        match &mut self.help {
            Some(list) => list.is_typing = true,
            None => self.show_remark("only the list of keys can be searched", now),
        }
    }

    /// Keeps the search text.
    pub(super) fn stop_search(&mut self) {
        if let Some(list) = &mut self.help {
            list.is_typing = false;
        }
    }

    /// Closes the open popup, or shows all lanes again.
    pub(super) fn go_back(&mut self) {
        if self.palette.take().is_some() {
            return;
        }
        if let Some(list) = self.help.take() {
            self.help = list.after_back();
        } else if self.lesson.take().is_none() {
            self.show_all_lanes();
        }
    }

    /// Edits the open search text.
    pub fn edit(&mut self, key: KeyEvent) {
        match (&mut self.palette, &mut self.help) {
            (Some(palette), _) => palette.edit(key),
            (None, Some(list)) if list.is_typing => list.edit(key),
            (None, _) => {}
        }
    }

    /// Pastes the first line into the open search text.
    pub fn paste(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default();
        match (&mut self.palette, &mut self.help) {
            (Some(palette), _) => palette.paste(line),
            (None, Some(list)) if list.is_typing => list.paste(line),
            (None, _) => {}
        }
    }
}
