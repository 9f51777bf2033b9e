//! What settings say about keys: one, several or none for an action, and no key for two.
//!
//! Start at [`Reading::keymap`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::settings::{Layer, Reading};
use crate::text::diagnostics::{Page, meant};
use crate::tui::keymap::Keymap;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::remap::RemapError;
use crate::tui::keymap::table::ENTRIES;

type Key<'k, 'i> = &'k Spanned<Cow<'i, str>>;
type Value<'v, 'i> = &'v Spanned<DeValue<'i>>;

/// An action's new keys, and where that is said.
pub(super) struct Remap {
    id: String,
    keys: Vec<Chord>,
    page: Page,
    key: Range<usize>,
    value: Range<usize>,
}

impl Reading {
    pub(super) fn keys(&mut self, page: &Page, table: &DeTable<'_>) -> Vec<Remap> {
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
    pub(super) fn keymap(&mut self, layers: &[Layer]) -> Keymap {
        let mut keymap = Keymap::default();
        // Who has the last word on an action.
        let mut words: BTreeMap<&str, &Remap> = BTreeMap::new();
        for remap in layers.iter().rev().flat_map(|layer| &layer.keys) {
            words.insert(&remap.id, remap);
        }
        for remap in words.values() {
            match keymap.set(&remap.id, &remap.keys) {
                Ok(()) => {}
                Err(refusal @ RemapError::Fixed { .. }) => {
                    self.mistakes.push(remap.page.mistake(remap.key.clone(), refusal.to_string()));
                }
                Err(refusal) => self.mistakes.push(remap.page.mistake(remap.value.clone(), refusal.to_string())),
            }
        }
        for conflict in keymap.conflicts() {
            // Defaults have no conflicts: one of the two is the user's.
            let theirs = conflict.ids.iter().rev().find_map(|id| words.get(id));
            let Some(remap) = theirs else { continue };
            let other = conflict.ids.into_iter().find(|id| *id != remap.id).unwrap_or_default();
            let help = format!("give one of them another key, or none, such as `{other} = []`");
            self.mistakes.push(remap.page.mistake(remap.value.clone(), conflict.to_string()).help(help));
        }
        keymap
    }
}
