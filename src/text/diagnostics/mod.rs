//! Diagnostics for plans, themes and settings: all mistakes of a file, each with its place and a fix.
//!
//! A mistake quotes only the file as written, never a value from the environment. Rendered text is
//! sanitized. Start at [`Mistakes::render`].

mod render;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use crate::text::units;

/// A text that is checked, and its name for the user.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceText {
    /// Its name in messages.
    pub file: Arc<str>,
    /// Its content.
    pub text: Arc<str>,
}

/// A range of bytes in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSpan {
    source: SourceText,
    bytes: Range<usize>,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The problem.
    pub message: String,
    /// The file, as the user named it.
    pub file: String,
    /// The line, from 1, if the mistake has a place.
    pub line: Option<usize>,
    /// The column, from 1.
    pub column: Option<usize>,
    /// A short fix, which is shown next to the caret.
    pub label: Option<String>,
    /// A longer fix, which is shown as a paragraph.
    pub help: Option<String>,
    /// The part of the file that is shown.
    #[serde(skip)]
    snippet: Option<SourceSpan>,
}

/// All mistakes of one or more files, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.summary())]
pub struct Mistakes(Vec<Mistake>);

impl SourceText {
    /// Returns the text of a file.
    pub fn new(file: &str, text: &str) -> Self {
        Self { file: file.into(), text: text.into() }
    }

    /// Returns a range of bytes in this text, shortened to whole characters.
    pub fn span(&self, bytes: Range<usize>) -> SourceSpan {
        let start = floor_char(&self.text, bytes.start);
        let end = floor_char(&self.text, bytes.end).max(start);
        SourceSpan { source: self.clone(), bytes: start..end }
    }

    /// Returns the line of a byte, from 1.
    pub fn line_at(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// Returns a mistake at a range of bytes.
    pub fn mistake(&self, bytes: Range<usize>, message: impl Into<String>) -> Mistake {
        self.span(bytes).mistake(message)
    }
}

impl SourceSpan {
    /// Returns a mistake at this place.
    pub fn mistake(&self, message: impl Into<String>) -> Mistake {
        let before = &self.source.text[..self.bytes.start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Mistake {
            line: Some(self.source.line_at(self.bytes.start)),
            column: Some(before[line_start..].chars().count() + 1),
            snippet: Some(self.clone()),
            ..Mistake::in_file(&self.source.file, message)
        }
    }
}

impl Mistake {
    /// Returns a mistake that concerns a whole file.
    pub fn in_file(file: &str, message: impl Into<String>) -> Self {
        let (file, message) = (file.to_owned(), message.into());
        Self { message, file, line: None, column: None, label: None, help: None, snippet: None }
    }

    /// Sets the line, for a mistake whose text is no longer available.
    #[must_use]
    pub fn at_line(self, line: Option<usize>) -> Self {
        Self { line, ..self }
    }

    /// Sets the fix that is shown next to the caret.
    #[must_use]
    pub fn with_label(self, label: impl Into<Option<String>>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// Sets the paragraph of help. An empty text means no help.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()).filter(|help| !help.is_empty()), ..self }
    }
}

impl Mistakes {
    /// Returns an error if there is a mistake.
    pub fn check(mistakes: Vec<Mistake>) -> Result<(), Self> {
        if mistakes.is_empty() { Ok(()) } else { Err(Self::new(mistakes)) }
    }

    /// Sorts the mistakes by place, and removes duplicates.
    pub fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        mistakes.dedup();
        Self(mistakes)
    }

    /// Returns the mistakes, in order.
    pub fn list(&self) -> &[Mistake] {
        &self.0
    }

    /// Renders the mistakes as errors, for a terminal of this width. Colour adds no information.
    pub fn render(&self, colour: bool, width: usize) -> String {
        render::render(&self.0, "error:", colour, width)
    }

    /// Renders the mistakes as warnings.
    pub fn render_warnings(&self, colour: bool, width: usize) -> String {
        render::render(&self.0, "warning:", colour, width)
    }

    fn summary(&self) -> String {
        let first = self.0.first().map_or("", |mistake| mistake.message.as_str());
        match self.0.len() {
            0 | 1 => first.to_owned(),
            n => format!("{first}, and {}", units::plural(n as u64 - 1, "more mistake")),
        }
    }
}

fn floor_char(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

// The text may be a whole plan, which may contain a secret.
impl fmt::Debug for SourceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.file, self.text.len())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Mistake {}
