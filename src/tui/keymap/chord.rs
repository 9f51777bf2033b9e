//! A key with its modifiers, as the settings write it: `ctrl+f`, `shift+tab`, `space`, `pgup`.
//!
//! Start at [`Chord`].

use std::fmt;
use std::str::FromStr;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use thiserror::Error;

/// A key with its modifiers. A capital letter has no separate shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// The error for a text that is not the name of a key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no key `{0}`")]
pub struct UnknownKey(pub String);

const NAMES: [(&str, KeyCode); 16] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("null", KeyCode::Null),
];

const MODIFIERS: [(&str, KeyModifiers); 3] =
    [("ctrl+", KeyModifiers::CONTROL), ("alt+", KeyModifiers::ALT), ("shift+", KeyModifiers::SHIFT)];

impl Chord {
    /// Unifies the different ways in which terminals report a chord.
    fn normalize(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let held = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let modifiers = modifiers & held;
        match code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, modifiers: modifiers | KeyModifiers::SHIFT },
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                Self { code: KeyCode::Char(c.to_ascii_lowercase()), modifiers: modifiers - KeyModifiers::SHIFT }
            }
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::SHIFT) => {
                Self { code: KeyCode::Char(c.to_ascii_uppercase()), modifiers: modifiers - KeyModifiers::SHIFT }
            }
            code => Self { code, modifiers },
        }
    }

    /// Whether a text field handles it: a character, or a key that edits or moves within a line.
    pub fn is_typing(self) -> bool {
        match self.code {
            KeyCode::Char(_) => !self.modifiers.contains(KeyModifiers::CONTROL),
            KeyCode::Backspace | KeyCode::Delete | KeyCode::Left | KeyCode::Right | KeyCode::Home | KeyCode::End => {
                true
            }
            _ => false,
        }
    }
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        Self::normalize(key.code, key.modifiers)
    }
}

impl FromStr for Chord {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        while let Some((name, modifier)) = MODIFIERS.iter().find(|(name, _)| rest.starts_with(name)) {
            rest = &rest[name.len()..];
            modifiers |= *modifier;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && c != ' ' => KeyCode::Char(c),
            _ => key_by_name(rest).ok_or_else(|| UnknownKey(text.to_owned()))?,
        };
        Ok(Self::normalize(code, modifiers))
    }
}

/// The key with this name, function keys included.
fn key_by_name(name: &str) -> Option<KeyCode> {
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*code);
    }
    let number = name.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(number)) => write!(f, "f{number}"),
            (None, code) => write!(f, "{code:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::Chord;

    #[test]
    fn a_chord_is_displayed_as_it_is_written() {
        for text in ["a", "A", "+", "-", "ctrl+f", "shift+tab", "space", "pgup", "f1", "alt+ctrl+x", "ctrl++", "ü"] {
            let chord: Chord = text.parse().unwrap();
            let back: Chord = chord.to_string().parse().unwrap();
            assert_eq!(chord, back, "{text}");
        }
        assert_eq!("ctrl+f".parse::<Chord>().unwrap().to_string(), "ctrl+f");
        assert_eq!("shift+a".parse::<Chord>(), "A".parse::<Chord>());
    }

    #[test]
    fn a_text_that_is_not_a_key_is_refused() {
        for text in ["", "ctrl+", "f0", "f13", "hyper+x", "page up", " ", "ab", "\t"] {
            assert!(text.parse::<Chord>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn different_reports_of_one_chord_are_equal() {
        let plain = Chord::from(KeyEvent::new(KeyCode::Char('S'), KeyModifiers::NONE));
        let shifted = Chord::from(KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT));
        let lower = Chord::from(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::SHIFT));
        assert!(plain == shifted && plain == lower);
        let back = Chord::from(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT));
        assert_eq!(Ok(back), "shift+tab".parse());
    }
}
