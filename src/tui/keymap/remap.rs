//! What the user's settings change about keys, and what they must not.
//!
//! Start at [`Keymap::set`] and [`Keymap::clashes`].

use std::fmt;

use crate::tui::keymap::Keymap;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::entry::{Context, Entry, Nature};
use crate::tui::keymap::table::ENTRIES;

/// Why an action cannot have a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such action.
    UnknownAction,
    /// The action keeps its key.
    Fixed {
        /// Which action.
        id: &'static str,
        /// Its key.
        key: Chord,
    },
    /// The key belongs to an action that keeps it.
    Taken {
        /// The key.
        key: Chord,
        /// Whose it is.
        by: &'static str,
    },
    /// Terminals send the same for another key.
    SameAs {
        /// The key.
        key: Chord,
        /// What arrives instead.
        arrives: &'static str,
    },
    /// The action works only where the key is typed as text.
    Typed {
        /// The key.
        key: Chord,
    },
}

/// A key that means two things in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The key.
    pub key: Chord,
    /// The actions, in the order of the table.
    pub ids: [&'static str; 2],
}

/// Keys that arrive as another one, whatever the terminal.
const SAME: [(&str, &str); 4] = [("ctrl+i", "tab"), ("ctrl+m", "enter"), ("ctrl+h", "backspace"), ("ctrl+[", "esc")];

impl Keymap {
    /// Gives an action these keys and no others; none switches it off.
    pub fn set(&mut self, id: &str, keys: &[Chord]) -> Result<(), Refusal> {
        let found = ENTRIES.iter().zip(&mut self.chords).find(|(entry, _)| entry.id == id);
        let (entry, chords) = found.ok_or(Refusal::UnknownAction)?;
        if let (Nature::Fixed, Some(key)) = (entry.nature, chords.first()) {
            return Err(Refusal::Fixed { id: entry.id, key: *key });
        }
        for key in keys {
            refuse(entry, *key)?;
        }
        chords.clear();
        for key in keys {
            if !chords.contains(key) {
                chords.push(*key);
            }
        }
        Ok(())
    }

    /// Every key that means two things in one place.
    pub fn clashes(&self) -> Vec<Clash> {
        let mut clashes = Vec::new();
        let rows: Vec<(&'static Entry, &[Chord])> = self.effective().collect();
        for (i, (first, chords)) in rows.iter().enumerate() {
            for (second, others) in &rows[i + 1..] {
                let mut shared = chords.iter().filter(|chord| others.contains(chord));
                let meets = |chord: Chord| {
                    let reaches = |context: &Context| !context.takes_text() || !chord.is_typing();
                    first.contexts.iter().any(|context| second.contexts.contains(context) && reaches(context))
                };
                if let Some(key) = shared.find(|chord| meets(**chord)) {
                    clashes.push(Clash { key: *key, ids: [first.id, second.id] });
                }
            }
        }
        clashes
    }
}

fn refuse(entry: &Entry, key: Chord) -> Result<(), Refusal> {
    let is = |name: &str| name.parse() == Ok(key);
    let fixed = ENTRIES.iter().find(|other| other.nature == Nature::Fixed && other.keys.iter().any(|name| is(name)));
    if let Some(by) = fixed {
        return Err(Refusal::Taken { key, by: by.id });
    }
    if let Some((_, arrives)) = SAME.into_iter().find(|(name, _)| is(name)) {
        return Err(Refusal::SameAs { key, arrives });
    }
    if entry.contexts.iter().all(|context| context.takes_text()) && key.is_typing() {
        return Err(Refusal::Typed { key });
    }
    Ok(())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAction => write!(f, "there is no such action"),
            Self::Fixed { id, key } => write!(f, "`{id}` is always `{key}`, and nothing else"),
            Self::Taken { key, by } => write!(f, "`{key}` is always `{by}`, and cannot be taken"),
            Self::SameAs { key, arrives } => write!(f, "terminals cannot tell `{key}` from `{arrives}`"),
            Self::Typed { key } => write!(f, "`{key}` is text where this works, and never reaches it"),
        }
    }
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.ids;
        write!(f, "`{}` means both `{first}` and `{second}`", self.key)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent};

    use super::{Clash, Refusal};
    use crate::tui::action::Action;
    use crate::tui::keymap::Keymap;
    use crate::tui::keymap::chord::Chord;
    use crate::tui::keymap::entry::Context;
    use crate::tui::views::View;

    const OVERVIEW: Context = Context::At(View::Overview);

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_told_about_keys_is_what_works() {
        let mut keymap = Keymap::default();
        keymap.set("pause", &[chord("p"), chord("ctrl+p"), chord("p")]).unwrap();
        keymap.set("sort", &[]).unwrap();
        keymap.set("view_4", &[chord("v")]).unwrap();
        let meaning = |key: char| keymap.action(OVERVIEW, KeyEvent::from(KeyCode::Char(key)));
        assert_eq!(meaning('p'), Some(Action::Pause));
        assert_eq!(meaning('v'), Some(Action::Show(View::Failures)));
        assert_eq!((meaning(' '), meaning('s'), meaning('4')), (None, None, None));
        let footer: Vec<String> = keymap.footer(OVERVIEW).iter().map(ToString::to_string).collect();
        assert_eq!(footer[0], "p pause");
        assert!(!footer.iter().any(|hint| hint.ends_with("sort")), "{footer:?}");
        let row = |action| keymap.rows().into_iter().find(|row| row.action == action).map(|row| row.keys);
        assert_eq!(row(Action::Pause).as_deref(), Some("p ctrl+p"));
        assert_eq!(row(Action::Sort).as_deref(), Some(""));
        assert_eq!(keymap.clashes(), []);
    }

    #[test]
    fn a_key_may_mean_one_thing_in_one_place_and_another_elsewhere() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.clashes(), []);
        keymap.set("freeze", &[chord("space")]).unwrap();
        assert_eq!(keymap.clashes(), [Clash { key: chord("space"), ids: ["pause", "freeze"] }]);
        assert_eq!(keymap.clashes()[0].to_string(), "`space` means both `pause` and `freeze`");
        keymap.set("pause", &[chord("d")]).unwrap();
        assert_eq!(keymap.clashes(), []);
    }

    #[test]
    fn some_keys_and_some_actions_cannot_be_had() {
        let mut keymap = Keymap::default();
        let refused = |keymap: &mut Keymap, id, key| keymap.set(id, &[chord(key)]).unwrap_err().to_string();
        assert_eq!(keymap.set("pase", &[]), Err(Refusal::UnknownAction));
        assert_eq!(refused(&mut keymap, "interrupt", "v"), "`interrupt` is always `ctrl+c`, and nothing else");
        assert_eq!(refused(&mut keymap, "pause", "ctrl+c"), "`ctrl+c` is always `interrupt`, and cannot be taken");
        assert_eq!(refused(&mut keymap, "pause", "ctrl+i"), "terminals cannot tell `ctrl+i` from `tab`");
        assert_eq!(refused(&mut keymap, "keep", "k"), "`k` is text where this works, and never reaches it");
        assert_eq!(keymap.key(Action::Pause).as_deref(), Some("space"));
    }
}
