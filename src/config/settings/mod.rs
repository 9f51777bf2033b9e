//! The settings of the user and the project.
//!
//! Texts and variables are parameters. An unknown key is only a warning, so that one file works with two
//! versions of the program. A wrong value is an error. Start at [`Settings::read`].

mod keys;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::config::settings::keys::Remap;
use crate::model::window::TimeWindow;
use crate::text::diagnostics::{Mistake, Mistakes, SourceText};
use crate::text::toml_reader::{TomlReader, WrittenKey};
use crate::text::toml_section::{TomlEntry, TomlSection};
use crate::text::value_error::ValueError;
use crate::tui::detect::Preferences;
use crate::tui::detect::pace::FPS;
use crate::tui::keymap::Keymap;
use crate::tui::notice::Notify;

/// The merged settings.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Theme, glyphs and other preferences.
    pub preferences: Preferences,
    /// The keymap in use.
    pub keymap: Keymap,
    /// All themes that the settings name.
    pub themes: Vec<NamedTheme>,
    /// Warnings about unknown keys.
    pub warnings: Option<Mistakes>,
}

/// A theme that the settings name, and its place.
#[derive(Clone, Debug)]
pub struct NamedTheme {
    /// Its name or path.
    pub theme: String,
    place: Mistake,
}

impl NamedTheme {
    /// Returns the mistake that the theme does not exist, with a suggestion.
    pub fn missing(&self, near: Option<String>) -> Mistake {
        self.place.clone().with_label(near)
    }
}

/// The keys that name a theme.
const THEMES: [&str; 3] = ["theme", "theme_light", "theme_dark"];
/// The keys that are `true` or `false`.
const FLAGS: [&str; 7] = ["ascii", "mouse", "motion", "title", "progress", "exit", "privacy"];

/// The environment variables that override a setting.
pub const VARIABLES: [(&str, &str); 13] = [
    ("INFLIGHT_THEME", "theme"),
    ("INFLIGHT_THEME_LIGHT", "theme_light"),
    ("INFLIGHT_THEME_DARK", "theme_dark"),
    ("INFLIGHT_ASCII", "ascii"),
    ("INFLIGHT_MOUSE", "mouse"),
    ("INFLIGHT_MOTION", "motion"),
    ("INFLIGHT_FPS", "fps"),
    ("INFLIGHT_TITLE", "title"),
    ("INFLIGHT_PROGRESS", "progress"),
    ("INFLIGHT_EXIT", "exit"),
    ("INFLIGHT_NOTIFY", "notify"),
    ("INFLIGHT_PRIVACY", "privacy"),
    ("INFLIGHT_WINDOW", "window"),
];

/// A template of a settings file, with every key commented out.
pub const TEMPLATE: &str = "\
# Settings of inflight: copy to ~/.config/inflight/config.toml, or to .config/inflight.toml in a project.
# A project's settings override this file; INFLIGHT_* variables override both; flags override everything.

# A name from `inflight theme list`, or a path. On the other background, its pair is used.
# theme = \"inflight-dark\"
# One for each kind of background instead.
# theme_light = \"inflight-light\"
# theme_dark = \"inflight-dark\"

# Use ASCII characters only.
# ascii = false

# Use the mouse: the wheel scrolls, a click selects. Hold shift to select text.
# mouse = false
# Update the screen at once; otherwise once a second.
# motion = true
# Maximum frame rate, from 1 to 60. The default over ssh is 8.
# fps = 20
# Show progress in the window title, and in the terminal's tab if supported.
# title = true
# progress = true
# Close the screen when the run is over; its last frame stays above the prompt.
# exit = false
# Notify when the run ends or something goes down or up: \"bell\", \"desktop\", \"both\" or \"off\".
# notify = \"off\"
# Hide hosts and paths on the screen, for a shared screen. Files and copies keep them.
# privacy = false
# The time that the key figures cover at the start: \"1s\", \"10s\", \"60s\" or \"run\".
# window = \"10s\"

# The keys of an action: one, a list, or [] for none. `inflight keys` lists actions and keys.
# [keys]
# pause = [\"space\", \"p\"]
# page_down = \"ctrl+f\"
# view_prev = \"shift+tab\"
# theme = []
";

impl Settings {
    /// Reads settings files, the nearest first. Environment variables override them.
    pub fn read(files: &[SourceText], variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Mistakes> {
        let mut reading = SettingsReader::default();
        let mut layers = vec![reading.variables(variable)];
        layers.extend(files.iter().map(|file| reading.file(file)));
        let mut settings = Self::default();
        for layer in layers.iter().rev() {
            settings.preferences.override_with(&layer.preferences);
        }
        settings.keymap = reading.keymap(&layers);
        Mistakes::check(reading.mistakes)?;
        settings.themes = reading.themes;
        settings.warnings = Mistakes::check(reading.warnings).err();
        Ok(settings)
    }
}

/// The settings of one file, or of all variables.
#[derive(Default)]
struct SettingsLayer {
    preferences: Preferences,
    keys: Vec<Remap>,
}

/// The reader of several files.
#[derive(Default)]
struct SettingsReader {
    themes: Vec<NamedTheme>,
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
}

impl SettingsReader {
    fn variables(&mut self, variable: &dyn Fn(&str) -> Option<String>) -> SettingsLayer {
        let mut layer = SettingsLayer::default();
        for (name, key) in VARIABLES {
            let Some(value) = variable(name).filter(|value| !value.is_empty()) else { continue };
            layer.preferences.sources.insert(key.to_owned(), name.to_owned());
            match (key, value.as_str()) {
                (key, "1" | "true") if FLAGS.contains(&key) => set_flag(&mut layer.preferences, key, true),
                (key, "0" | "false") if FLAGS.contains(&key) => set_flag(&mut layer.preferences, key, false),
                (key, _) if FLAGS.contains(&key) => {
                    let mistake = Mistake::in_file(name, format!("`{name}` is not `true` or `false`"));
                    self.mistakes.push(mistake);
                }
                ("fps", text) => match text.parse().ok().filter(|fps| FPS.contains(fps)) {
                    Some(fps) => layer.preferences.fps = Some(fps),
                    None => self.mistakes.push(Mistake::in_file(name, format!("`{name}` is not {A_RATE}"))),
                },
                ("notify", text) => match Notify::from_name(text) {
                    Some(notify) => layer.preferences.notify = Some(notify),
                    None => self.mistakes.push(Mistake::in_file(name, format!("`{name}` is not {A_NOTICE}"))),
                },
                ("window", text) => match TimeWindow::from_key(text) {
                    Some(window) => layer.preferences.window = Some(window),
                    None => self.mistakes.push(Mistake::in_file(name, format!("`{name}` is not {A_WINDOW}"))),
                },
                (key, _) => {
                    let place = Mistake::in_file(name, format!("there is no theme `{value}`, which `{name}` names"));
                    self.themes.push(NamedTheme { theme: value.clone(), place });
                    set_theme(&mut layer.preferences, key, value);
                }
            }
        }
        layer
    }

    fn file(&mut self, source: &SourceText) -> SettingsLayer {
        let mut layer = SettingsLayer::default();
        let reader = TomlReader::new(source, "settings", ());
        let table = reader.parse();
        // After a syntax error, further mistakes may be wrong.
        if reader.n_mistakes() == 0 {
            self.keys_of_file(&mut layer, TomlSection::top(&reader, &table));
        }
        let (notes, ()) = reader.finish();
        for WrittenKey { key, line, .. } in notes.keys {
            layer.preferences.sources.insert(key, format!("{}:{line}", source.file));
        }
        self.mistakes.extend(notes.mistakes);
        self.warnings.extend(notes.warnings);
        layer
    }

    fn keys_of_file(&mut self, layer: &mut SettingsLayer, mut top: TomlSection<'_, ()>) {
        for key in THEMES {
            let Some(entry) = top.get(key) else { continue };
            let Some(theme) = entry.string(A_THEME) else { continue };
            if theme.is_empty() {
                entry.note_invalid(ValueError::new("empty", format!("write {A_THEME}")));
                continue;
            }
            let place = entry.place().mistake(format!("there is no theme `{theme}`")).with_help(LIST);
            let theme = resolve_path(&entry.reader.source.file, theme);
            self.themes.push(NamedTheme { theme: theme.clone(), place });
            set_theme(&mut layer.preferences, key, theme);
        }
        for key in FLAGS {
            if let Some(flag) = top.get(key).and_then(|entry| entry.flag()) {
                set_flag(&mut layer.preferences, key, flag);
            }
        }
        layer.preferences.fps = top.get("fps").and_then(|entry| frame_rate(&entry));
        layer.preferences.notify = top.get("notify").and_then(|entry| choice(&entry, A_NOTICE, Notify::from_name));
        layer.preferences.window = top.get("window").and_then(|entry| choice(&entry, A_WINDOW, TimeWindow::from_key));
        let keys = top.get("keys").and_then(|entry| entry.section("[keys]", "a table such as `[keys]`"));
        layer.keys = keys.map_or_else(Vec::new, keys::read);
        top.finish_with_warnings();
    }
}

/// The valid values of a `theme` key.
const A_THEME: &str = "a theme's name or path";
/// The valid values of `fps`.
const A_RATE: &str = "a whole number from 1 to 60";
/// The valid values of `notify`.
const A_NOTICE: &str = "`bell`, `desktop`, `both` or `off`";
/// The valid values of `window`.
const A_WINDOW: &str = "`1s`, `10s`, `60s` or `run`";

fn frame_rate(entry: &TomlEntry<'_, ()>) -> Option<u32> {
    let Some(number) = entry.number() else {
        entry.note_wrong_type(A_RATE);
        return None;
    };
    let fps = number.parse().ok().filter(|fps| FPS.contains(fps));
    entry.check(fps.ok_or_else(|| ValueError::new("not between 1 and 60", format!("write {A_RATE}"))))
}

/// Reads one of several names.
fn choice<T>(entry: &TomlEntry<'_, ()>, names: &'static str, known: fn(&str) -> Option<T>) -> Option<T> {
    let known = known(entry.string(names)?);
    entry.check(known.ok_or_else(|| ValueError::new("not known", format!("write {names}"))))
}

fn set_flag(preferences: &mut Preferences, key: &str, is_on: bool) {
    let flag = match key {
        "mouse" => &mut preferences.mouse,
        "motion" => &mut preferences.motion,
        "title" => &mut preferences.title,
        "progress" => &mut preferences.progress,
        "exit" => &mut preferences.exit,
        "privacy" => &mut preferences.privacy,
        _ => &mut preferences.ascii,
    };
    *flag = Some(is_on);
}

const LIST: &str = "`inflight theme list` lists the themes";

fn set_theme(preferences: &mut Preferences, key: &str, theme: String) {
    match key {
        "theme_light" => preferences.light = Some(theme),
        "theme_dark" => preferences.dark = Some(theme),
        _ => preferences.any = Some(theme),
    }
}

/// Returns a theme's name unchanged, and a path relative to the folder of the settings file.
fn resolve_path(file: &str, theme: &str) -> String {
    if !theme.contains('/') && Path::new(theme).extension().is_none() {
        return theme.to_owned();
    }
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    folder.join(theme).to_string_lossy().into_owned()
}
