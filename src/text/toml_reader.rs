//! The reader of one TOML file, which collects mistakes, warnings and keys.
//!
//! It does not stop at the first mistake. [`TomlSection`](crate::text::toml_section::TomlSection) reads the keys. Start at [`TomlReader::parse`].

use std::cell::RefCell;
use std::ops::Range;

use toml::de::DeTable;

use crate::text::diagnostics::{Mistake, SourceText};
use crate::text::sanitize::sanitize;

/// The label of a missing key.
pub const MISSING: &str = "missing";

/// The reader of one file. `C` is a context for the getters of the caller.
pub struct TomlReader<'r, C> {
    /// The file.
    pub source: &'r SourceText,
    /// The context for the getters of the caller.
    pub context: C,
    /// The kind of file, for messages: `plan`, `theme` or `settings`.
    pub kind: &'static str,
    /// The ends of all lines, to find the line of a key.
    line_ends: Vec<usize>,
    notes: RefCell<TomlNotes>,
}

/// The mistakes, warnings and keys of a file.
#[derive(Default)]
pub struct TomlNotes {
    /// The mistakes.
    pub mistakes: Vec<Mistake>,
    /// The warnings.
    pub warnings: Vec<Mistake>,
    /// The keys that are set, in reading order.
    pub keys: Vec<WrittenKey>,
}

/// A key that a file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenKey {
    /// Its full name, such as `limits.rate`.
    pub key: String,
    /// Its line, from 1.
    pub line: usize,
    /// The variables in its value, such as `${TOKEN}`.
    pub variables: Vec<String>,
}

impl<'r, C> TomlReader<'r, C> {
    /// Starts to read a file of this kind.
    pub fn new(source: &'r SourceText, kind: &'static str, context: C) -> Self {
        let line_ends = memchr::memchr_iter(b'\n', source.text.as_bytes()).collect();
        Self { source, context, kind, line_ends, notes: RefCell::default() }
    }

    /// Parses the file as far as possible. Syntax errors are noted.
    pub fn parse(&self) -> DeTable<'r> {
        let (table, errors) = DeTable::parse_recoverable(&self.source.text);
        for error in &errors {
            let message = format!("not TOML: {}", sanitize(error.message()));
            self.note(self.source.mistake(error.span().unwrap_or_default(), message));
        }
        table.into_inner()
    }

    /// Notes a mistake.
    pub fn note(&self, mistake: Mistake) {
        self.notes.borrow_mut().mistakes.push(mistake);
    }

    /// Notes a mistake at a range of bytes, with a label next to its caret.
    pub fn note_at(&self, span: Range<usize>, message: impl Into<String>, label: impl Into<String>) {
        self.note(self.source.mistake(span, message).with_label(label.into()));
    }

    /// Returns the line of a byte, from 1.
    pub fn line_at(&self, at: usize) -> usize {
        self.line_ends.partition_point(|&end| end < at) + 1
    }

    /// Returns the position of a text within a span, or the whole span.
    pub fn find_within(&self, span: &Range<usize>, text: &str) -> Range<usize> {
        let found = self.source.text.get(span.clone()).and_then(|part| part.find(text));
        found.map_or_else(|| span.clone(), |at| span.start + at..span.start + at + text.len())
    }

    /// Returns the number of mistakes so far.
    pub fn n_mistakes(&self) -> usize {
        self.notes.borrow().mistakes.len()
    }

    /// Returns the number of keys that were read so far.
    pub fn n_keys(&self) -> usize {
        self.notes.borrow().keys.len()
    }

    /// Removes and returns the keys that were read after the first `n`.
    pub fn take_keys_after(&self, n: usize) -> Vec<WrittenKey> {
        self.notes.borrow_mut().keys.split_off(n)
    }

    /// Ends the reading, and returns the results.
    pub fn finish(self) -> (TomlNotes, C) {
        (self.notes.into_inner(), self.context)
    }

    /// Notes that a key is set.
    pub fn note_key(&self, key: String, at: usize) {
        let line = self.line_at(at);
        self.notes.borrow_mut().keys.push(WrittenKey { key, line, variables: Vec::new() });
    }

    /// Notes the variables in the value of a key, in the entry that was read last.
    pub fn note_variables(&self, key: &str, variables: &[String]) {
        if let Some(key) = self.notes.borrow_mut().keys.iter_mut().rfind(|written| written.key == key) {
            key.variables.extend_from_slice(variables);
        }
    }

    /// Notes a warning.
    pub fn note_warning(&self, warning: Mistake) {
        self.notes.borrow_mut().warnings.push(warning);
    }
}
