//! The keymap of settings: any number of keys for an action, but never one key for two actions.
//!
//! Start at [`SettingsReader::keymap`].

use std::collections::BTreeMap;

use crate::config::settings::{SettingsLayer, SettingsReader};
use crate::text::diagnostics::SourceSpan;
use crate::text::toml_section::{TomlEntry, TomlSection};
use crate::tui::keymap::Keymap;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::remap::RemapError;
use crate::tui::keymap::table::ENTRIES;

/// The new keys of an action, and their place in the file.
pub(super) struct Remap {
    action: String,
    keys: Vec<Chord>,
    name_place: SourceSpan,
    keys_place: SourceSpan,
}

/// Reads `[keys]`. An unknown action is a warning.
pub(super) fn read(mut section: TomlSection<'_, ()>) -> Vec<Remap> {
    let mut remaps = Vec::new();
    for action in ENTRIES.iter().map(|entry| entry.id) {
        let Some(entry) = section.get(action) else { continue };
        let Some(keys) = chords(&entry) else { continue };
        let (name_place, keys_place) = (entry.name_place(), entry.place());
        remaps.push(Remap { action: action.to_owned(), keys, name_place, keys_place });
    }
    section.with_noun("action").with_help("`inflight keys` lists actions and keys").finish_with_warnings();
    remaps
}

/// Reads the keys of an action: one key, several, or none.
fn chords(entry: &TomlEntry<'_, ()>) -> Option<Vec<Chord>> {
    let chord = |item: TomlEntry<'_, ()>| {
        let text = item.string("a key or a list of keys")?;
        let chord = text.parse::<Chord>().ok();
        if chord.is_none() {
            let help = "write it like `x`, `X`, `space`, `f1`, `ctrl+f` or `shift+tab`";
            let mistake = item.place().mistake(format!("there is no key `{text}`"));
            item.reader.note(mistake.with_help(help));
        }
        chord
    };
    // Read all keys, so that each mistake is noted.
    let chords: Vec<Option<Chord>> = entry.items().into_iter().map(chord).collect();
    chords.into_iter().collect()
}

impl SettingsReader {
    /// Builds the keymap from all layers, the nearest first.
    pub(super) fn keymap(&mut self, layers: &[SettingsLayer]) -> Keymap {
        let mut keymap = Keymap::default();
        // The nearest layer wins.
        let mut last: BTreeMap<&str, &Remap> = BTreeMap::new();
        for remap in layers.iter().rev().flat_map(|layer| &layer.keys) {
            last.insert(&remap.action, remap);
        }
        for remap in last.values() {
            match keymap.set(&remap.action, &remap.keys) {
                Ok(()) => {}
                Err(refusal @ RemapError::Fixed { .. }) => {
                    self.mistakes.push(remap.name_place.mistake(refusal.to_string()));
                }
                Err(refusal) => self.mistakes.push(remap.keys_place.mistake(refusal.to_string())),
            }
        }
        for conflict in keymap.conflicts() {
            // The defaults have no conflicts, so the user set at least one of the two.
            let theirs = conflict.ids.iter().rev().find_map(|id| last.get(id));
            let Some(remap) = theirs else { continue };
            let other = conflict.ids.into_iter().find(|id| *id != remap.action).unwrap_or_default();
            let help = format!("give one of them another key, or none, such as `{other} = []`");
            self.mistakes.push(remap.keys_place.mistake(conflict.to_string()).with_help(help));
        }
        keymap
    }
}
