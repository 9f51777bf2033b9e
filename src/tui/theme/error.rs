//! What can be wrong with a theme file, in words that name the line and the way out.
//!
//! Start at [`ThemeError`].

use thiserror::Error;

/// A theme that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cannot read theme `{theme}`: line {line} {problem}")]
pub struct ThemeError {
    /// The theme as the user named it.
    pub theme: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a line of a theme.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The file is no TOML.
    #[error("is not TOML: {0}")]
    Syntax(String),
    /// No such table.
    #[error("names an unknown table `{key}`")]
    UnknownTable {
        /// As written.
        key: String,
        /// The known one that is closest.
        near: Option<&'static str>,
    },
    /// No such key in this table.
    #[error("names an unknown {what} `{key}`")]
    UnknownKey {
        /// What the keys of this table are called.
        what: &'static str,
        /// As written.
        key: String,
        /// The known one that is closest.
        near: Option<&'static str>,
    },
    /// Neither a colour nor in the palette.
    #[error("names an unknown colour `{name}`")]
    UnknownColor {
        /// As written.
        name: String,
        /// The known one that is closest.
        near: Option<String>,
    },
    /// The value is of the wrong kind.
    #[error("gives `{key}` a value that is not {wants}")]
    WrongKind {
        /// Whose value.
        key: String,
        /// What it may be.
        wants: &'static str,
    },
    /// The parent does not exist.
    #[error("names an unknown parent `{0}`")]
    UnknownParent(String),
    /// The parents form a ring, or a chain without end.
    #[error("names a parent `{0}` that leads back to itself")]
    EndlessParents(String),
    /// The name of the theme is missing.
    #[error("starts a theme without `name` in `[meta]`")]
    Nameless,
}

impl ThemeError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match &self.problem {
            Problem::UnknownTable { near, .. } => Some(match near {
                Some(near) => format!("did you mean `[{near}]`?"),
                None => "tables are `meta`, `palette`, `ui`, `status`, `chart` and `glyphs`".to_owned(),
            }),
            Problem::UnknownKey { near, .. } => near.map(|near| format!("did you mean `{near}`?")),
            Problem::UnknownColor { near, .. } => Some(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a colour is a palette name, `#rrggbb`, `0` to `255`, an ANSI name or `reset`".to_owned(),
            }),
            Problem::UnknownParent(_) => Some("run `inflight theme list` to list the themes".to_owned()),
            Problem::Nameless => Some("add `name = \"…\"` to `[meta]`".to_owned()),
            Problem::Syntax(_) | Problem::WrongKind { .. } | Problem::EndlessParents(_) => None,
        }
    }
}

/// The known name that is close enough to be what was meant.
pub(super) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
