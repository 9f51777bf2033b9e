//! The state of the settings menu: its rows, the selected one, and what the user has changed.
//!
//! Start at [`SettingsMenu::show`].

use crate::tui::effect::Effect;
use crate::tui::setting::{Setting, SettingRow, SettingStep};

/// The open menu.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsMenu {
    /// The settings with their values.
    pub rows: Vec<SettingRow>,
    /// The selected row.
    pub selected: usize,
    /// The settings that the user has changed since the menu was opened.
    pub changed: Vec<Setting>,
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
