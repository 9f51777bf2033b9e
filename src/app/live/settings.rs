//! The settings menu's effects: values change at once, and are saved if the user asks for it.
//!
//! Start at [`Live::step_setting`].

use crate::app::live::Live;
use crate::app::live::live_view::LiveView;
use crate::app::live::pacing::FramePacing;
use crate::config;
use crate::config::settings_file;
use crate::text::sanitize::sanitize;
use crate::tui::setting::{ScreenSetting, SettingStep, SettingValue};
use crate::tui::terminal::screen::Screen;

impl<V: LiveView, S: Screen> Live<'_, V, S> {
    /// Opens the menu.
    pub(super) fn open_settings(&mut self) {
        self.view.store_settings(self.appearance);
        self.view.show_settings(self.appearance.setting_rows());
    }

    /// Steps a setting to another value, which applies at once.
    pub(super) fn step_setting(&mut self, setting: ScreenSetting, step: SettingStep) {
        self.appearance.step_setting(setting, step);
        self.view.apply_setting(setting, self.appearance);
        self.pacing = FramePacing::new(self.appearance.frames_per_second, self.appearance.has_motion);
        self.screen.redraw();
        self.view.show_settings(self.appearance.setting_rows());
    }

    /// Writes settings to the user's file.
    pub(super) fn save_settings(&mut self, settings: &[ScreenSetting]) {
        if settings.is_empty() {
            return self.view.say("no setting was changed");
        }
        let Some(path) = config::user_folder().map(|folder| folder.join("config.toml")) else {
            return self.view.say("there is no folder for settings: `HOME` is not set");
        };
        let rows = self.appearance.setting_rows();
        let values: Vec<(&str, SettingValue)> = rows
            .iter()
            .filter(|row| settings.contains(&row.setting))
            .map(|row| (row.setting.key(), row.value.clone()))
            .collect();
        let shown = path.display().to_string();
        let remark = match settings_file::save(&path, &values) {
            Ok(()) => match self.appearance.overriding(settings, &shown) {
                Some(place) => format!("saved in {shown}, but {place} overrides it"),
                None => format!("saved in {shown}"),
            },
            Err(error) => format!("cannot save in {shown}: {error}"),
        };
        self.view.say(&sanitize(&remark));
    }
}
