//! The keymap: maps keys to actions, and actions to the keys that footer, help and documentation show.
//!
//! Everything is generated from the table in [`table`], so that every listed key works.
//! Start at [`Keymap::action`].

pub mod chord;
mod context_sets;
pub mod entry;
pub mod remap;
mod row;
pub mod search;
pub mod sections;
pub mod table;

use std::fmt::{self, Write as _};

use ratatui::crossterm::event::{KeyEvent, KeyEventKind};

use crate::tui::action::Action;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::entry::{ActionEntry, Context, KeyBehavior, KeyGroup};
use crate::tui::keymap::table::ENTRIES;

/// The keys in force.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// The chords of each row of the key table.
    chords: Vec<Vec<Chord>>,
}

/// A line of the help: an action and its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The heading.
    pub group: KeyGroup,
    /// All keys, separated by spaces; empty if the action has none.
    pub keys: String,
    /// The action.
    pub action: Action,
    /// What the action does.
    pub help: &'static str,
}

/// A label of the footer with its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FooterHint {
    /// The first action of the label; if it is unavailable, the label is dimmed.
    pub action: Action,
    /// The first action's key.
    pub key: String,
    /// The other actions that share the label, with their keys.
    pub others: Vec<(Action, String)>,
    /// The label.
    pub label: &'static str,
}

impl FooterHint {
    /// Every key of the label, with its action.
    pub fn keys(&self) -> impl Iterator<Item = (Action, &str)> {
        let others = self.others.iter().map(|(action, key)| (*action, key.as_str()));
        std::iter::once((self.action, self.key.as_str())).chain(others)
    }
}

impl fmt::Display for FooterHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keys().try_for_each(|(_, key)| write!(f, "{key} "))?;
        f.write_str(self.label)
    }
}

impl Default for Keymap {
    fn default() -> Self {
        // A test checks that every default parses.
        let parsed = |entry: &ActionEntry| entry.keys.iter().filter_map(|key| key.parse().ok()).collect();
        Self { chords: ENTRIES.iter().map(parsed).collect() }
    }
}

impl Keymap {
    /// The action of a key in a context. A release has none; a held key has one only if its action repeats.
    pub fn action(&self, context: Context, key: KeyEvent) -> Option<Action> {
        let chord = Chord::from(key);
        if context.takes_text() && chord.is_typing() {
            return None;
        }
        let (entry, _) =
            self.effective().find(|(entry, chords)| entry.contexts.contains(&context) && chords.contains(&chord))?;
        match key.kind {
            KeyEventKind::Press => Some(entry.action),
            KeyEventKind::Repeat if entry.behavior == KeyBehavior::Repeats => Some(entry.action),
            KeyEventKind::Repeat | KeyEventKind::Release => None,
        }
    }

    /// The footer's hints, most useful first; neighbours with the same label share a hint.
    pub fn footer(&self, context: Context) -> Vec<FooterHint> {
        let mut hints: Vec<FooterHint> = Vec::new();
        for (entry, chords) in self.effective() {
            let label = entry.footer.iter().find(|(at, _)| at.contains(&context)).map(|(_, label)| *label);
            let (Some(label), Some(chord)) = (label, chords.first()) else { continue };
            match hints.last_mut() {
                Some(last) if last.label == label => last.others.push((entry.action, chord.to_string())),
                _ => hints.push(FooterHint { action: entry.action, key: chord.to_string(), others: Vec::new(), label }),
            }
        }
        // `back` comes last, because every user knows it; in a view it comes first, and help and quit last.
        let is_view = matches!(context, Context::At(_) | Context::Race);
        hints.sort_by_key(|hint| (hint.action == Action::Back) != is_view);
        hints
    }

    /// Every action with its keys, sorted by heading, for the help.
    pub fn rows(&self) -> Vec<KeyRow> {
        let row = |(entry, chords): (&'static ActionEntry, &[Chord])| {
            let keys: Vec<String> = chords.iter().map(Chord::to_string).collect();
            KeyRow { group: entry.group, keys: keys.join(" "), action: entry.action, help: entry.help }
        };
        let mut rows: Vec<KeyRow> = self.effective().map(row).collect();
        rows.sort_by_key(|row| row.group);
        rows
    }

    /// The rows of the export menu.
    pub fn menu(&self) -> Vec<KeyRow> {
        let is_saved = |row: &KeyRow| entry(row.action).is_some_and(|entry| *entry.contexts == [Context::Menu]);
        self.rows().into_iter().filter(is_saved).collect()
    }

    /// The first key of an action, as the settings write it; `None` if it has none.
    pub fn key(&self, action: Action) -> Option<String> {
        let (_, chords) = self.effective().find(|(entry, _)| entry.action == action)?;
        chords.first().map(Chord::to_string)
    }

    fn effective(&self) -> impl Iterator<Item = (&'static ActionEntry, &[Chord])> {
        ENTRIES.iter().zip(self.chords.iter().map(Vec::as_slice))
    }
}

/// The row of an action in the key table; every action has one.
pub fn entry(action: Action) -> Option<&'static ActionEntry> {
    ENTRIES.iter().find(|entry| entry.action == action)
}

/// The keys as lines of text, by heading, each with the action's name in settings.
pub fn plain(keymap: &Keymap) -> String {
    let rows = keymap.rows();
    let id = |row: &KeyRow| entry(row.action).map_or("", |entry| entry.id);
    let width = rows.iter().map(|row| row.keys.chars().count()).max().unwrap_or(0).max(1);
    let id_width = rows.iter().map(|row| id(row).len()).max().unwrap_or(0);
    let line = |row: &KeyRow| {
        let keys = if row.keys.is_empty() { "-" } else { &row.keys };
        format!("  {keys:<width$}  {:<id_width$}  {}\n", id(row), row.help)
    };
    let of = |group: KeyGroup| rows.iter().filter(move |row| row.group == group).map(line).collect::<String>();
    KeyGroup::ALL.map(|group| format!("{}\n{}", group.title(), of(group))).concat()
}

/// The default keys as a Markdown table, for the documentation.
pub fn markdown() -> String {
    let mut text = String::from("| Key | Action | What it does |\n| --- | --- | --- |\n");
    for group in KeyGroup::ALL {
        for entry in ENTRIES.iter().filter(|entry| entry.group == group) {
            let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "| {} | `{}` | {} |", keys.join(" "), entry.id, entry.help);
        }
    }
    text
}

#[cfg(test)]
mod tests;
