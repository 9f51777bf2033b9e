//! What the user's and the project's settings say, checked.
//!
//! Pure: texts and variables are handed in. A key that is not known is a warning, so that one file
//! serves two versions; a value that is wrong is an error. Start at [`Settings::read`].

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::caret::{Mistake, Mistakes, Page, meant};
use crate::tui::detect::Usual;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::remap::Refusal;
use crate::tui::keymap::table::ENTRIES;

/// What settings say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Theme and marks.
    pub usual: Usual,
    /// The keys in force.
    pub keymap: Keymap,
    /// Every theme that is named, and where.
    pub themes: Vec<Named>,
    /// What was not understood, and does no harm.
    pub warnings: Option<Mistakes>,
}

/// A theme, and where settings name it.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name or path.
    pub theme: String,
    place: Mistake,
}

impl Named {
    /// That there is no such theme, told where it is named.
    pub fn missing(&self, near: Option<String>) -> Mistake {
        self.place.clone().label(near)
    }
}

/// The keys at the top of a settings file.
const KEYS: [&str; 6] = ["theme", "theme_light", "theme_dark", "ascii", "mouse", "keys"];

/// The variables that say the same as a setting.
const VARIABLES: [(&str, &str); 4] = [
    ("INFLIGHT_THEME", "theme"),
    ("INFLIGHT_THEME_LIGHT", "theme_light"),
    ("INFLIGHT_THEME_DARK", "theme_dark"),
    ("INFLIGHT_ASCII", "ascii"),
];

/// A settings file with every key, all of them commented out.
pub const TEMPLATE: &str = "\
# Settings of inflight: copy to ~/.config/inflight/config.toml, or to .config/inflight.toml in a project.
# What a project says wins over this; INFLIGHT_THEME and its kin win over both, flags over everything.

# A name that `inflight theme list` lists, or a path. Its pair takes over on the other background.
# theme = \"inflight-dark\"
# One for each kind of background instead.
# theme_light = \"inflight-light\"
# theme_dark = \"inflight-dark\"

# Letters and signs of ASCII alone.
# ascii = false

# Keys of an action: one, a list, or [] for none. `inflight keys` lists actions and keys.
# [keys]
# pause = [\"space\", \"p\"]
# page_down = \"ctrl+f\"
# view_prev = \"shift+tab\"
# theme = []
";

type Key<'k, 'i> = &'k Spanned<Cow<'i, str>>;
type Value<'v, 'i> = &'v Spanned<DeValue<'i>>;

impl Settings {
    /// Reads settings files, the nearest first, under the variables that win over them.
    pub fn read(pages: &[Page], variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Mistakes> {
        let mut reading = Reading::default();
        let mut layers = vec![reading.variables(variable)];
        layers.extend(pages.iter().map(|page| reading.page(page)));
        let mut settings = Self::default();
        for layer in layers.iter().rev() {
            settings.usual.lay_over(&layer.usual);
        }
        settings.keymap = reading.keymap(&layers);
        Mistakes::of(reading.mistakes)?;
        settings.themes = reading.themes;
        settings.warnings = Mistakes::of(reading.warnings).err();
        Ok(settings)
    }
}

/// What one file says.
#[derive(Default)]
struct Layer {
    usual: Usual,
    keys: Vec<Remap>,
}

/// An action's new keys, and where that is said.
struct Remap {
    id: String,
    keys: Vec<Chord>,
    page: Page,
    key: Range<usize>,
    value: Range<usize>,
}

/// Several files being read.
#[derive(Default)]
struct Reading {
    themes: Vec<Named>,
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
}

impl Reading {
    fn variables(&mut self, variable: &dyn Fn(&str) -> Option<String>) -> Layer {
        let mut layer = Layer::default();
        for (name, key) in VARIABLES {
            let Some(value) = variable(name).filter(|value| !value.is_empty()) else { continue };
            match (key, value.as_str()) {
                ("ascii", "1" | "true") => layer.usual.ascii = Some(true),
                ("ascii", "0" | "false") => layer.usual.ascii = Some(false),
                ("ascii", _) => {
                    let mistake = Page::new(name, "").whole(format!("`{name}` is not `true` or `false`"));
                    self.mistakes.push(mistake);
                }
                (key, _) => {
                    let place = Page::new(name, "").whole(format!("there is no theme `{value}`, which `{name}` names"));
                    self.themes.push(Named { theme: value.clone(), place });
                    set_theme(&mut layer.usual, key, value);
                }
            }
        }
        layer
    }

    fn page(&mut self, page: &Page) -> Layer {
        let mut layer = Layer::default();
        let (document, errors) = DeTable::parse_recoverable(&page.text);
        for error in &errors {
            let message = format!("not TOML: {}", error.message());
            self.mistakes.push(page.mistake(error.span().unwrap_or_default(), message));
        }
        if !errors.is_empty() {
            return layer;
        }
        for (key, value) in document.get_ref() {
            let wrong = |wants: &str| page.mistake(value.span(), format!("`{}` is not {wants}", key.get_ref()));
            match key.get_ref().as_ref() {
                name @ ("theme" | "theme_light" | "theme_dark") => match value.get_ref().as_str() {
                    Some(theme) if !theme.is_empty() => {
                        let place = page.mistake(value.span(), format!("there is no theme `{theme}`")).help(LIST);
                        let theme = beside(page, theme);
                        self.themes.push(Named { theme: theme.clone(), place });
                        set_theme(&mut layer.usual, name, theme);
                    }
                    _ => self.mistakes.push(wrong("a theme's name or path").help(LIST)),
                },
                "ascii" => match value.get_ref().as_bool() {
                    Some(flag) => layer.usual.ascii = Some(flag),
                    None => self.mistakes.push(wrong("`true` or `false`")),
                },
                "mouse" => {
                    let mistake = page.mistake(key.span(), "`mouse` is planned but does not work yet");
                    self.mistakes.push(mistake.label("leave it out for now".to_owned()));
                }
                "keys" => match value.get_ref().as_table() {
                    Some(table) => layer.keys = self.keys(page, table),
                    None => self.mistakes.push(wrong("a table such as `[keys]`")),
                },
                name => {
                    let warning = page.mistake(key.span(), format!("unknown key `{name}` in settings"));
                    self.warnings.push(warning.label(meant(name, KEYS)));
                }
            }
        }
        layer
    }

    fn keys(&mut self, page: &Page, table: &DeTable<'_>) -> Vec<Remap> {
        let mut remaps = Vec::new();
        for (key, value) in table {
            let id = key.get_ref().as_ref();
            if !ENTRIES.iter().any(|entry| entry.id == id) {
                let warning = page.mistake(key.span(), format!("unknown action `{id}` in [keys]"));
                let ids = ENTRIES.iter().map(|entry| entry.id);
                self.warnings.push(warning.label(meant(id, ids)).help("`inflight keys` lists actions and keys"));
                continue;
            }
            if let Some(keys) = self.chords(page, key, value) {
                remaps.push(Remap {
                    id: id.to_owned(),
                    keys,
                    page: page.clone(),
                    key: key.span(),
                    value: value.span(),
                });
            }
        }
        remaps
    }

    /// One key, several, or none.
    fn chords(&mut self, page: &Page, key: Key<'_, '_>, value: Value<'_, '_>) -> Option<Vec<Chord>> {
        let values = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        let mut chords = Vec::new();
        let n_before = self.mistakes.len();
        for value in values {
            match value.get_ref().as_str().map(|text| (text, text.parse::<Chord>())) {
                Some((_, Ok(chord))) => chords.push(chord),
                Some((text, Err(_))) => {
                    let help = "write it like `x`, `X`, `space`, `f1`, `ctrl+f` or `shift+tab`";
                    self.mistakes.push(page.mistake(value.span(), format!("there is no key `{text}`")).help(help));
                }
                None => {
                    let message = format!("`{}` is not a key or a list of keys", key.get_ref());
                    self.mistakes.push(page.mistake(value.span(), message));
                }
            }
        }
        (self.mistakes.len() == n_before).then_some(chords)
    }

    /// The keymap under all layers, the nearest first.
    fn keymap(&mut self, layers: &[Layer]) -> Keymap {
        let mut keymap = Keymap::default();
        // Who has the last word on an action.
        let mut words: BTreeMap<&str, &Remap> = BTreeMap::new();
        for remap in layers.iter().rev().flat_map(|layer| &layer.keys) {
            words.insert(&remap.id, remap);
        }
        for remap in words.values() {
            match keymap.set(&remap.id, &remap.keys) {
                Ok(()) => {}
                Err(refusal @ Refusal::Fixed { .. }) => {
                    self.mistakes.push(remap.page.mistake(remap.key.clone(), refusal.to_string()));
                }
                Err(refusal) => self.mistakes.push(remap.page.mistake(remap.value.clone(), refusal.to_string())),
            }
        }
        for clash in keymap.clashes() {
            // Defaults do not clash: one of the two is the user's.
            let theirs = clash.ids.iter().rev().find_map(|id| words.get(id));
            let Some(remap) = theirs else { continue };
            let other = clash.ids.into_iter().find(|id| *id != remap.id).unwrap_or_default();
            let help = format!("give one of them another key, or none, such as `{other} = []`");
            self.mistakes.push(remap.page.mistake(remap.value.clone(), clash.to_string()).help(help));
        }
        keymap
    }
}

const LIST: &str = "`inflight theme list` lists the themes";

fn set_theme(usual: &mut Usual, key: &str, theme: String) {
    match key {
        "theme_light" => usual.light = Some(theme),
        "theme_dark" => usual.dark = Some(theme),
        _ => usual.any = Some(theme),
    }
}

/// A theme's name as it is; a path from the folder of the file that says it.
fn beside(page: &Page, theme: &str) -> String {
    if !theme.contains('/') && Path::new(theme).extension().is_none() {
        return theme.to_owned();
    }
    let folder = Path::new(&*page.file).parent().unwrap_or(Path::new(""));
    folder.join(theme).to_string_lossy().into_owned()
}
