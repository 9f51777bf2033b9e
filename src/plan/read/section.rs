//! A table of the plan whose keys are asked for one by one.
//!
//! What was never asked for is unknown, and [`Section::finish`] says so with the nearest key. Start at
//! [`Section::get`].

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::plan::read::entry::Entry;
use crate::plan::read::{MISSING, Reading};
use crate::text::nearest::did_you_mean;
use crate::text::sanitize::sanitize;

/// A table, and which of its keys were asked for.
pub(super) struct Section<'r> {
    pub(super) reading: &'r Reading<'r>,
    /// How messages call it, such as `[limits]`.
    title: String,
    /// What full names of its keys start with, such as `limits.`.
    path: String,
    table: &'r DeTable<'r>,
    span: Range<usize>,
    allowed: Vec<&'static str>,
    later: Vec<&'static str>,
}

impl<'r> Section<'r> {
    pub(super) fn new(
        reading: &'r Reading<'r>,
        title: impl Into<String>,
        path: impl Into<String>,
        table: &'r DeTable<'r>,
        span: Range<usize>,
    ) -> Self {
        let (title, path) = (title.into(), path.into());
        Self { reading, title, path, table, span, allowed: Vec::new(), later: Vec::new() }
    }

    /// The value of a key, if it is set.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Entry<'r>> {
        self.allowed.push(key);
        let (name, node) = self.table.get_key_value(key)?;
        let path = format!("{}{key}", self.path);
        self.reading.note_written(path.clone(), name.span().start);
        Some(Entry { reading: self.reading, key: Cow::Borrowed(key), path, name: name.span(), node })
    }

    /// The value of a key that must be set.
    pub(super) fn need(&mut self, key: &'static str, example: &str) -> Option<Entry<'r>> {
        let entry = self.get(key);
        if entry.is_none() {
            let message = format!("{} has no `{key}`", self.title);
            let line = self.reading.source[self.span.clone()].lines().next().unwrap_or_default();
            let span = self.span.start..self.span.start + line.len();
            self.reading.note_with(span, message, Some(MISSING.to_owned()), Some(example.to_owned()));
        }
        entry
    }

    /// A key that is known but does nothing yet: setting it is a mistake that says so.
    pub(super) fn later(&mut self, key: &'static str) {
        self.later.push(key);
        if let Some((name, _)) = self.table.get_key_value(key) {
            let message = format!("`{key}` is planned but does not work yet");
            self.reading.note_with(name.span(), message, Some("leave it out for now".to_owned()), None);
        }
    }

    /// Every key with its value, in written order: for tables whose keys are free.
    pub(super) fn entries(self) -> Vec<Entry<'r>> {
        in_order(self.table)
            .map(|(name, node)| {
                let (key, path) = (name.get_ref().clone(), format!("{}{}", self.path, name.get_ref()));
                self.reading.note_written(path.clone(), name.span().start);
                Entry { reading: self.reading, key, path, name: name.span(), node }
            })
            .collect()
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(self) {
        let known = |key: &str| self.allowed.contains(&key) || self.later.contains(&key);
        for (name, _) in in_order(self.table).filter(|(name, _)| !known(name.get_ref())) {
            let key = sanitize(name.get_ref());
            let (message, span) = (format!("unknown key `{key}` in plan"), name.span());
            let label = did_you_mean(&key, self.allowed.iter().copied());
            let help = format!("keys allowed {} are {}", self.place(), self.allowed.join(", "));
            self.reading.note_with(span, message, label, Some(help));
        }
    }

    fn place(&self) -> String {
        if self.title.is_empty() { "at the top".to_owned() } else { format!("in {}", self.title) }
    }
}

/// The entries of a table as they stand in the text.
fn in_order<'t, 'r>(
    table: &'t DeTable<'r>,
) -> impl Iterator<Item = (&'t Spanned<DeString<'r>>, &'t Spanned<DeValue<'r>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries.into_iter()
}
