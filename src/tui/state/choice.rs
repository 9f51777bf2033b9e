//! What the palette does: it performs an action, or shows what was found by name.
//!
//! Start at [`UiState::choose`].

use crate::control::{Abilities, ReplayCommand};
use crate::event::Offset;
use crate::model::Model;
use crate::tui::effect::Effect;
use crate::tui::keymap::entry::Context;
use crate::tui::refusal::refusal;
use crate::tui::rows::list::List;
use crate::tui::setting::ScreenSetting;
use crate::tui::state::UiState;
use crate::tui::state::palette::{Findable, Palette, PaletteChoice, PaletteRow};
use crate::tui::views::View;

impl UiState {
    /// Opens the palette.
    pub(super) fn open_palette(&mut self, can: Abilities) {
        (self.help, self.working) = (None, None);
        let replay_end = self.playback.map(|playback| playback.end);
        self.palette = Some(Palette::new(self.place(), can).of_replay(replay_end));
    }

    /// Opens the list of themes, one of which is in use.
    pub fn show_themes(&mut self, themes: &[String], current: &str) {
        self.palette = Some(Palette::of_themes(self.place(), themes, current));
    }

    /// The view, or what lies over it: a comparison or a card.
    pub fn place(&self) -> Context {
        match &self.card {
            _ if self.comparison.is_some() => Context::Compare,
            Some(_) => Context::Card,
            None => Context::At(self.view),
        }
    }

    /// Finds the rows of the open palette.
    pub(super) fn refresh_palette(&mut self, model: &Model) {
        if let Some(palette) = &mut self.palette {
            let can = palette.can;
            let findable = Findable { model: Some(model), themes: &self.themes, programs: &[] };
            palette.refresh(findable, |action| refusal(action, model.stage, can));
        }
    }

    /// Does what the selected row of the palette is for, and closes the palette.
    pub(super) fn choose(&mut self, model: &Model, can: Abilities, now: Offset) -> Vec<Effect> {
        let Some(palette) = self.palette.take() else { return Vec::new() };
        self.searches.keep(palette.text());
        if let Some(at) = palette.moment() {
            return vec![Effect::Travel(ReplayCommand::To(at))];
        }
        let Some(PaletteRow { choice, name, refusal }) = palette.selected_row().cloned() else { return Vec::new() };
        if let Some(why) = refusal {
            self.show_remark(&why, now);
            return Vec::new();
        }
        match choice {
            PaletteChoice::Act(entry) => return self.update(entry.action, model, can, now),
            PaletteChoice::Endpoint(row) => self.go_to(View::Endpoint, List::default().with_selected(row)),
            PaletteChoice::Host(row) => self.go_to(View::Hosts, List::default().with_selected(row)),
            PaletteChoice::Theme => return chosen_theme(name, palette.is_of_themes),
            // Only the lab has programs.
            PaletteChoice::Program(_) => {}
        }
        Vec::new()
    }
}

/// What choosing a theme does: the list of themes also saves it.
pub(super) fn chosen_theme(name: String, is_saved: bool) -> Vec<Effect> {
    let saved = is_saved.then(|| Effect::SaveSettings(vec![ScreenSetting::Theme]));
    std::iter::once(Effect::SetTheme(name)).chain(saved).collect()
}
