//! From keys to actions, and from actions to the keys that people are told.
//!
//! Everything is generated from the table in `table`, so that footer, help and README always name
//! the keys that work. Start at [`Keymap::action`].

pub mod chord;
pub mod entry;
mod places;
pub mod remap;
mod row;
pub mod search;
pub mod table;

use std::fmt::{self, Write as _};

use ratatui::crossterm::event::{KeyEvent, KeyEventKind};

use crate::tui::action::Action;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::entry::{Context, Entry, Group, Nature};
use crate::tui::keymap::table::ENTRIES;

/// The keys in force.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// The chords of each row of the table.
    chords: Vec<Vec<Chord>>,
}

/// A line of help: an action and its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its heading.
    pub group: Group,
    /// All keys, separated by spaces; empty when switched off.
    pub keys: String,
    /// The row of the table.
    pub action: Action,
    /// What it does.
    pub help: &'static str,
}

/// A word of the footer and the keys in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The first action behind it, and its key; what dims it dims the others.
    pub action: Action,
    /// See [`Hint::action`].
    pub key: String,
    /// The actions that share the word, and their keys.
    pub others: Vec<(Action, String)>,
    /// The word.
    pub label: &'static str,
}

impl Hint {
    /// Every key in front of the word, and what it does.
    pub fn keys(&self) -> impl Iterator<Item = (Action, &str)> {
        let others = self.others.iter().map(|(action, key)| (*action, key.as_str()));
        std::iter::once((self.action, self.key.as_str())).chain(others)
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keys().try_for_each(|(_, key)| write!(f, "{key} "))?;
        f.write_str(self.label)
    }
}

impl Default for Keymap {
    fn default() -> Self {
        // A test holds that every default parses.
        let parsed = |entry: &Entry| entry.keys.iter().filter_map(|key| key.parse().ok()).collect();
        Self { chords: ENTRIES.iter().map(parsed).collect() }
    }
}

impl Keymap {
    /// What a key means here. Releases mean nothing; held keys count where more is more.
    pub fn action(&self, context: Context, key: KeyEvent) -> Option<Action> {
        let chord = Chord::from(key);
        if context.takes_text() && chord.is_typing() {
            return None;
        }
        let (entry, _) =
            self.effective().find(|(entry, chords)| entry.contexts.contains(&context) && chords.contains(&chord))?;
        match key.kind {
            KeyEventKind::Press => Some(entry.action),
            KeyEventKind::Repeat if entry.nature == Nature::Repeats => Some(entry.action),
            KeyEventKind::Repeat | KeyEventKind::Release => None,
        }
    }

    /// The footer's hints, most wanted first; neighbours that share a word share a hint.
    pub fn footer(&self, context: Context) -> Vec<Hint> {
        let mut hints: Vec<Hint> = Vec::new();
        for (entry, chords) in self.effective() {
            let label = entry.footer.iter().find(|(at, _)| at.contains(&context)).map(|(_, label)| *label);
            let (Some(label), Some(chord)) = (label, chords.first()) else { continue };
            match hints.last_mut() {
                Some(last) if last.label == label => last.others.push((entry.action, chord.to_string())),
                _ => hints.push(Hint { action: entry.action, key: chord.to_string(), others: Vec::new(), label }),
            }
        }
        // The way back is known to everybody and comes last; in a view first, where help and the way out are last.
        let is_view = matches!(context, Context::At(_) | Context::Race);
        hints.sort_by_key(|hint| (hint.action == Action::Back) != is_view);
        hints
    }

    /// Every action with its keys, by heading, for help.
    pub fn rows(&self) -> Vec<Row> {
        let row = |(entry, chords): (&'static Entry, &[Chord])| {
            let keys: Vec<String> = chords.iter().map(Chord::to_string).collect();
            Row { group: entry.group, keys: keys.join(" "), action: entry.action, help: entry.help }
        };
        let mut rows: Vec<Row> = self.effective().map(row).collect();
        rows.sort_by_key(|row| row.group);
        rows
    }

    /// What can be saved, each with its keys.
    pub fn menu(&self) -> Vec<Row> {
        let is_saved = |row: &Row| entry(row.action).is_some_and(|entry| *entry.contexts == [Context::Menu]);
        self.rows().into_iter().filter(is_saved).collect()
    }

    /// The actions of one place with their keys, by heading, for help.
    pub fn rows_at(&self, context: Context) -> Vec<Row> {
        let mut rows = self.rows();
        rows.retain(|row| entry(row.action).is_some_and(|entry| entry.contexts.contains(&context)));
        rows
    }

    /// The first key of an action, as people write it; none when switched off.
    pub fn key(&self, action: Action) -> Option<String> {
        let (_, chords) = self.effective().find(|(entry, _)| entry.action == action)?;
        chords.first().map(Chord::to_string)
    }

    fn effective(&self) -> impl Iterator<Item = (&'static Entry, &[Chord])> {
        ENTRIES.iter().zip(self.chords.iter().map(Vec::as_slice))
    }
}

/// The table's row of an action; every action has one.
pub fn entry(action: Action) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.action == action)
}

/// Keys as lines of text, by heading, each with the action's name in settings.
pub fn plain(keymap: &Keymap) -> String {
    let rows = keymap.rows();
    let id = |row: &Row| entry(row.action).map_or("", |entry| entry.id);
    let width = rows.iter().map(|row| row.keys.chars().count()).max().unwrap_or(0).max(1);
    let id_width = rows.iter().map(|row| id(row).len()).max().unwrap_or(0);
    let line = |row: &Row| {
        let keys = if row.keys.is_empty() { "-" } else { &row.keys };
        format!("  {keys:<width$}  {:<id_width$}  {}\n", id(row), row.help)
    };
    let of = |group: Group| rows.iter().filter(move |row| row.group == group).map(line).collect::<String>();
    Group::ALL.map(|group| format!("{}\n{}", group.title(), of(group))).concat()
}

/// The default keys as the README shows them.
pub fn markdown() -> String {
    let mut text = String::from("| Key | Action | What it does |\n| --- | --- | --- |\n");
    for group in Group::ALL {
        for entry in ENTRIES.iter().filter(|entry| entry.group == group) {
            let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
            // Writing to a text cannot fail.
            let _ = writeln!(text, "| {} | `{}` | {} |", keys.join(" "), entry.id, entry.help);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

    use super::chord::Chord;
    use super::entry::{Context, Need};
    use super::table::ENTRIES;
    use super::{Keymap, entry, markdown};
    use crate::control::Abilities;
    use crate::tui::action::Action;
    use crate::tui::views::View;

    const CONTEXTS: [Context; 15] = [
        OVERVIEW,
        Context::At(View::Waterfall),
        Context::At(View::Endpoint),
        Context::At(View::Failures),
        Context::At(View::Hosts),
        Context::At(View::InFlight),
        Context::At(View::Log),
        Context::Race,
        Context::Help,
        Context::Example,
        Context::Menu,
        Context::Question,
        Context::Sure,
        Context::Prompt,
        Context::Palette,
    ];
    const OVERVIEW: Context = Context::At(View::Overview);

    #[test]
    fn every_default_key_is_a_key_and_means_one_thing_in_one_place() {
        for context in CONTEXTS {
            let mut taken = Vec::new();
            for entry in ENTRIES.iter().filter(|entry| entry.contexts.contains(&context)) {
                for key in entry.keys {
                    let chord: Chord = key.parse().unwrap();
                    assert!(!taken.contains(&chord), "`{key}` means two things in {context:?}");
                    taken.push(chord);
                }
            }
        }
    }

    #[test]
    fn ids_and_actions_are_in_the_table_once() {
        let ids: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.id).collect();
        let actions: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.action).collect();
        assert_eq!((ids.len(), actions.len()), (ENTRIES.len(), ENTRIES.len()));
        assert!(ENTRIES.iter().all(|entry| !entry.id.is_empty() && !entry.help.is_empty()));
        assert!(ENTRIES.iter().all(|e| e.footer.iter().flat_map(|(at, _)| *at).all(|at| e.contexts.contains(at))));
    }

    #[test]
    fn a_key_means_what_the_context_says() {
        let keymap = Keymap::default();
        let k = KeyEvent::from(KeyCode::Char('k'));
        assert_eq!(keymap.action(OVERVIEW, k), Some(Action::Up));
        assert_eq!(keymap.action(Context::Question, k), Some(Action::Stop));
        assert_eq!(keymap.action(Context::Prompt, k), None);
        assert_eq!(keymap.action(Context::Prompt, KeyCode::Backspace.into()), None);
        assert_eq!(keymap.action(Context::Prompt, KeyCode::Esc.into()), Some(Action::Back));
    }

    #[test]
    fn interrupt_and_suspend_work_everywhere() {
        let keymap = Keymap::default();
        for context in CONTEXTS {
            let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
            assert_eq!(keymap.action(context, ctrl('c')), Some(Action::Interrupt));
            assert_eq!(keymap.action(context, ctrl('z')), Some(Action::Suspend));
        }
    }

    #[test]
    fn held_keys_count_only_where_more_is_more() {
        let keymap = Keymap::default();
        let event = |code, kind| KeyEvent::new_with_kind(code, KeyModifiers::NONE, kind);
        let meaning = |code, kind| keymap.action(OVERVIEW, event(code, kind));
        assert_eq!(meaning(KeyCode::Char('+'), KeyEventKind::Repeat), Some(Action::LimitUp));
        assert_eq!(meaning(KeyCode::Char(' '), KeyEventKind::Repeat), None);
        assert_eq!(meaning(KeyCode::Down, KeyEventKind::Release), None);
    }

    #[test]
    fn the_footer_teaches_what_makes_sense_here() {
        let line = |context| {
            let hints = Keymap::default().footer(context);
            hints.iter().map(ToString::to_string).collect::<Vec<_>>().join("   ")
        };
        assert_eq!(
            line(OVERVIEW),
            "space pause   - + limit   R run again   tab view   / filter   s sort   enter detail   e export   ? help   q quit"
        );
        assert_eq!(
            line(Context::At(View::Log)),
            "esc back   space pause   R run again   / filter   F follow   e export   ? help   q quit"
        );
        assert_eq!(line(Context::Question), "d drain   k stop now   esc stay");
        assert_eq!(line(Context::Prompt), "enter keep   esc clear");
        assert_eq!(line(Context::Help), "up down scroll   esc close");
        assert_eq!(line(Context::Palette), "enter do it   up down choose   esc close");
    }

    #[test]
    fn a_source_without_an_ability_says_why() {
        let refusal = |action: Action| entry(action).and_then(|entry| entry.needs.refusal(Abilities::NONE));
        assert_eq!(refusal(Action::LimitUp), Some("this source keeps its own limit"));
        assert_eq!(refusal(Action::Freeze), None);
        assert_eq!(Need::Pause.refusal(Abilities::FULL), None);
    }

    #[test]
    fn help_and_readme_list_every_action() {
        assert_eq!(Keymap::default().rows().len(), ENTRIES.len());
        assert_eq!(markdown().lines().count(), ENTRIES.len() + 2);
        assert!(markdown().contains("| `space` | `pause` | Start no new attempts; again to resume |"));
    }
}
