//! The state of the settings menu: its rows, the selected one, and what the user has changed.
//!
//! Start at [`SettingsMenu::show`].

use crate::event::Offset;
use crate::model::Model;
use crate::tui::effect::Effect;
use crate::tui::rows::list::is_over;
use crate::tui::setting::{ScreenSetting, SettingRow, SettingStep};
use crate::tui::state::UiState;

/// The open menu.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsMenu {
    /// The settings with their values.
    pub rows: Vec<SettingRow>,
    /// The selected row.
    pub selected: usize,
    /// The settings that the user has changed since the menu was opened.
    pub changed: Vec<ScreenSetting>,
}

impl SettingsMenu {
    /// Shows new values.
    pub(super) fn show(&mut self, rows: Vec<SettingRow>) {
        self.rows = rows;
    }

    /// Steps the selected setting to another value.
    pub(super) fn change(&mut self, step: SettingStep) -> Option<Effect> {
        let setting = self.rows.get(self.selected)?.setting;
        if !self.changed.contains(&setting) {
            self.changed.push(setting);
        }
        Some(Effect::StepSetting(setting, step))
    }

    /// Moves the selection.
    pub(super) fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }
}

impl UiState {
    /// Steps the selected setting to another value.
    pub(super) fn step_setting(&mut self, step: SettingStep) -> Vec<Effect> {
        self.settings.as_mut().and_then(|menu| menu.change(step)).into_iter().collect()
    }

    /// Closes the menu, and saves what was changed.
    pub(super) fn save_settings(&mut self) -> Vec<Effect> {
        let changed = self.settings.take().map(|menu| menu.changed);
        changed.map(Effect::SaveSettings).into_iter().collect()
    }

    /// Shows the settings with these values, in a menu that is opened if it is not open.
    pub fn show_settings(&mut self, rows: Vec<SettingRow>) {
        (self.help, self.working) = (None, None);
        self.settings.get_or_insert_default().show(rows);
    }

    /// Says once how the screen could have closed by itself, if the user has pressed no key. Returns whether it did.
    pub fn suggest_exit(&mut self, model: &Model, now: Offset) -> bool {
        let is_due = self.suggests_exit && !self.has_suggested_exit && is_over(model);
        if is_due {
            self.has_suggested_exit = true;
            self.show_remark(SUGGESTION, now);
        }
        is_due
    }
}

/// How the screen would have closed by itself.
pub const SUGGESTION: &str = "`--exit` closes the screen at the end";
