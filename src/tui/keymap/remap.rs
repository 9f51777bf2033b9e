//! Key bindings from the user's settings: applies them, and refuses bindings that cannot work.
//!
//! Start at [`Keymap::set`] and [`Keymap::conflicts`].

use std::fmt;

use crate::tui::keymap::Keymap;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::entry::{ActionEntry, Context, KeyBehavior};
use crate::tui::keymap::table::ENTRIES;

/// The reason why an action cannot have a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemapError {
    /// There is no such action.
    UnknownAction,
    /// The action's key cannot be changed.
    Fixed {
        /// The action.
        id: &'static str,
        /// Its key.
        key: Chord,
    },
    /// The key belongs to an action whose key cannot be changed.
    Taken {
        /// The key.
        key: Chord,
        /// The action that has it.
        by: &'static str,
    },
    /// Terminals send the same bytes for another key.
    SameAs {
        /// The key.
        key: Chord,
        /// The key that arrives instead.
        arrives: &'static str,
    },
    /// The action works only in contexts where the key is text.
    Typed {
        /// The key.
        key: Chord,
    },
}

/// A key with two actions in one context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyConflict {
    /// The key.
    pub key: Chord,
    /// The two actions, in table order.
    pub ids: [&'static str; 2],
}

/// Keys that every terminal sends as another key.
const SAME: [(&str, &str); 4] = [("ctrl+i", "tab"), ("ctrl+m", "enter"), ("ctrl+h", "backspace"), ("ctrl+[", "esc")];

impl Keymap {
    /// Binds an action to exactly these keys; an empty list unbinds it.
    pub fn set(&mut self, id: &str, keys: &[Chord]) -> Result<(), RemapError> {
        let found = ENTRIES.iter().zip(&mut self.chords).find(|(entry, _)| entry.id == id);
        let (entry, chords) = found.ok_or(RemapError::UnknownAction)?;
        if let (KeyBehavior::Fixed, Some(key)) = (entry.behavior, chords.first()) {
            return Err(RemapError::Fixed { id: entry.id, key: *key });
        }
        for key in keys {
            check_key(entry, *key)?;
        }
        chords.clear();
        for key in keys {
            if !chords.contains(key) {
                chords.push(*key);
            }
        }
        Ok(())
    }

    /// Every key with two actions in one context.
    pub fn conflicts(&self) -> Vec<KeyConflict> {
        let mut conflicts = Vec::new();
        let rows: Vec<(&'static ActionEntry, &[Chord])> = self.effective().collect();
        for (i, (first, chords)) in rows.iter().enumerate() {
            for (second, others) in &rows[i + 1..] {
                let mut shared = chords.iter().filter(|chord| others.contains(chord));
                let meets = |chord: Chord| {
                    let reaches = |context: &Context| !context.takes_text() || !chord.is_typing();
                    first.contexts.iter().any(|context| second.contexts.contains(context) && reaches(context))
                };
                if let Some(key) = shared.find(|chord| meets(**chord)) {
                    conflicts.push(KeyConflict { key: *key, ids: [first.id, second.id] });
                }
            }
        }
        conflicts
    }
}

fn check_key(entry: &ActionEntry, key: Chord) -> Result<(), RemapError> {
    let is = |name: &str| name.parse() == Ok(key);
    let fixed =
        ENTRIES.iter().find(|other| other.behavior == KeyBehavior::Fixed && other.keys.iter().any(|name| is(name)));
    if let Some(by) = fixed {
        return Err(RemapError::Taken { key, by: by.id });
    }
    if let Some((_, arrives)) = SAME.into_iter().find(|(name, _)| is(name)) {
        return Err(RemapError::SameAs { key, arrives });
    }
    if entry.contexts.iter().all(|context| context.takes_text()) && key.is_typing() {
        return Err(RemapError::Typed { key });
    }
    Ok(())
}

impl fmt::Display for RemapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAction => write!(f, "there is no such action"),
            Self::Fixed { id, key } => write!(f, "the key of `{id}` is always `{key}`"),
            Self::Taken { key, by } => write!(f, "`{key}` is reserved for `{by}`"),
            Self::SameAs { key, arrives } => write!(f, "terminals send `{key}` as `{arrives}`"),
            Self::Typed { key } => write!(f, "`{key}` is text wherever this action works"),
        }
    }
}

impl fmt::Display for KeyConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.ids;
        write!(f, "`{}` is bound to both `{first}` and `{second}`", self.key)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent};

    use super::{KeyConflict, RemapError};
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
    fn footer_and_help_show_the_remapped_keys() {
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
        assert_eq!(keymap.conflicts(), []);
    }

    #[test]
    fn a_key_may_have_different_actions_in_different_contexts() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.conflicts(), []);
        keymap.set("freeze", &[chord("space")]).unwrap();
        assert_eq!(keymap.conflicts(), [KeyConflict { key: chord("space"), ids: ["pause", "freeze"] }]);
        assert_eq!(keymap.conflicts()[0].to_string(), "`space` is bound to both `pause` and `freeze`");
        keymap.set("pause", &[chord("d")]).unwrap();
        assert_eq!(keymap.conflicts(), []);
    }

    #[test]
    fn some_keys_and_some_actions_cannot_be_remapped() {
        let mut keymap = Keymap::default();
        let refused = |keymap: &mut Keymap, id, key| keymap.set(id, &[chord(key)]).unwrap_err().to_string();
        assert_eq!(keymap.set("pase", &[]), Err(RemapError::UnknownAction));
        assert_eq!(refused(&mut keymap, "interrupt", "v"), "the key of `interrupt` is always `ctrl+c`");
        assert_eq!(refused(&mut keymap, "pause", "ctrl+c"), "`ctrl+c` is reserved for `interrupt`");
        assert_eq!(refused(&mut keymap, "pause", "ctrl+i"), "terminals send `ctrl+i` as `tab`");
        assert_eq!(refused(&mut keymap, "keep", "k"), "`k` is text wherever this action works");
        assert_eq!(keymap.key(Action::Pause).as_deref(), Some("space"));
    }
}
