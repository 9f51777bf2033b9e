//! A text of an imported request, in which some parts are environment variables.
//!
//! Start at [`ImportedText`].

/// A text with references to variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedText {
    pieces: Vec<ImportedPiece>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ImportedPiece {
    /// Characters as they are.
    Literal(String),
    /// Characters that are secret, with the name of a variable for them.
    Secret(String, String),
    /// The value of this environment variable.
    Variable(String),
}

impl ImportedText {
    /// A text without variables.
    pub fn literal(text: impl Into<String>) -> Self {
        let mut made = Self::default();
        made.push(text);
        made
    }

    /// The value of a variable.
    pub fn variable(name: impl Into<String>) -> Self {
        Self { pieces: vec![ImportedPiece::Variable(name.into())] }
    }

    /// Adds characters.
    pub fn push(&mut self, text: impl Into<String>) {
        let text = text.into();
        match self.pieces.last_mut() {
            Some(ImportedPiece::Literal(last)) => last.push_str(&text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(ImportedPiece::Literal(text)),
        }
    }

    /// Adds another text.
    pub fn append(&mut self, other: Self) {
        for piece in other.pieces {
            match piece {
                ImportedPiece::Literal(text) => self.push(text),
                other @ (ImportedPiece::Secret(..) | ImportedPiece::Variable(_)) => self.pieces.push(other),
            }
        }
    }

    /// Marks all characters as secret, with the name of a variable for them.
    #[must_use]
    pub fn into_secret(self, name: &str) -> Self {
        let marked = |piece| match piece {
            ImportedPiece::Literal(text) => ImportedPiece::Secret(name.to_owned(), text),
            other @ (ImportedPiece::Secret(..) | ImportedPiece::Variable(_)) => other,
        };
        Self { pieces: self.pieces.into_iter().map(marked).collect() }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text, if it has no variables.
    pub fn plain(&self) -> Option<&str> {
        match &*self.pieces {
            [] => Some(""),
            [ImportedPiece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The names of its variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            ImportedPiece::Variable(name) => Some(name.as_str()),
            ImportedPiece::Literal(_) | ImportedPiece::Secret(..) => None,
        })
    }

    /// Its characters without variables and secrets.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            ImportedPiece::Literal(text) => Some(text.as_str()),
            ImportedPiece::Secret(..) | ImportedPiece::Variable(_) => None,
        })
    }

    /// Its characters with secrets, without variables. They must not be shown.
    pub(super) fn characters(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            ImportedPiece::Literal(text) | ImportedPiece::Secret(_, text) => Some(text.as_str()),
            ImportedPiece::Variable(_) => None,
        })
    }

    /// Replaces every part that is marked as secret: its name and its characters.
    pub(super) fn replace_secrets(&mut self, mut replace: impl FnMut(&str, &str) -> Self) {
        let mut made = Self::default();
        for piece in std::mem::take(&mut self.pieces) {
            match piece {
                ImportedPiece::Secret(name, text) => made.append(replace(&name, &text)),
                other @ (ImportedPiece::Literal(_) | ImportedPiece::Variable(_)) => {
                    made.append(Self { pieces: vec![other] });
                }
            }
        }
        *self = made;
    }

    /// Replaces every part of characters.
    pub(super) fn replace_literals(&mut self, mut replace: impl FnMut(&str) -> Self) {
        let mut made = Self::default();
        for piece in std::mem::take(&mut self.pieces) {
            match piece {
                ImportedPiece::Literal(text) => made.append(replace(&text)),
                other @ (ImportedPiece::Secret(..) | ImportedPiece::Variable(_)) => made.pieces.push(other),
            }
        }
        *self = made;
    }

    /// The text as a plan has it: `${NAME}` for variables, and what looks like a placeholder or variable escaped.
    pub fn in_plan(&self) -> String {
        let written = |piece: &ImportedPiece| match piece {
            ImportedPiece::Literal(text) => escape_placeholders(&text.replace("${", "$${")),
            ImportedPiece::Secret(name, _) | ImportedPiece::Variable(name) => format!("${{{name}}}"),
        };
        self.pieces.iter().map(written).collect()
    }
}

impl From<&str> for ImportedText {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

/// Doubles the braces of `{name}`.
fn escape_placeholders(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        escaped.push_str(before);
        let name = &from[1..from.find('}').unwrap_or(1).max(1)];
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if is_name {
            escaped.extend(["{{", name, "}}"]);
            rest = &from[name.len() + 2..];
        } else {
            escaped.push('{');
            rest = &from[1..];
        }
    }
    escaped + rest
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::ImportedText;
    use crate::plan::Plan;

    #[test]
    fn what_a_plan_would_fill_in_is_escaped() {
        for text in ["a{b}c", "{{b}}", "{\"a\":{\"b\":1}}", "${HOME}/{x}", "$${X}", "{", "}{", "{}", "$", "{a-1}{ b}"] {
            let mut folded = ImportedText::literal(text);
            assert_eq!(folded.plain(), Some(text));
            folded.append(ImportedText::variable("V"));
            let plan = format!(
                "[[endpoint]]\nurl = \"http://127.0.0.1:1/\"\nbody = {}\n",
                serde_json::Value::from(ImportedText::literal(text).in_plan())
            );
            let plan = Plan::from_toml(&plan, "plan", Path::new(""), &|_| None).unwrap();
            let mut cursor = crate::plan::cursor::Cursor::open(&plan, None).unwrap();
            let crate::plan::cursor::Draw::Row(Ok(job)) = cursor.draw(0) else { panic!("{text}") };
            assert_eq!(job.body, text.to_owned().into(), "{text}");
        }
    }
}
