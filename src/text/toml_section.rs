//! The tables and keys of TOML files: plans, themes and settings.
//!
//! A getter that fails notes the mistake and returns nothing. A key that no getter has read is unknown. Start at [`TomlSection::get`].

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::text::diagnostics::{Mistake, SourceSpan};
use crate::text::nearest::did_you_mean;
use crate::text::sanitize::sanitize;
use crate::text::toml_reader::{MISSING, TomlReader};
use crate::text::value_error::ValueError;

/// A table, and the keys that were read so far.
pub struct TomlSection<'r, C> {
    /// The reader of its file.
    pub reader: &'r TomlReader<'r, C>,
    /// Its name in messages, such as `[limits]`; empty for the top of the file.
    title: String,
    /// The prefix of the full names of its keys, such as `limits.`.
    path: String,
    /// The noun for its keys in messages.
    noun: &'static str,
    /// The help for an unknown key, instead of the list of all keys.
    help: Option<&'static str>,
    table: &'r DeTable<'r>,
    span: Range<usize>,
    allowed: Vec<&'static str>,
    /// Whether tables may have any key.
    has_free_tables: bool,
}

/// A key and its value.
pub struct TomlEntry<'r, C> {
    /// The reader of its file.
    pub reader: &'r TomlReader<'r, C>,
    /// The key.
    pub key: Cow<'r, str>,
    /// Its full name, such as `limits.rate`.
    pub path: String,
    /// The position of its name.
    pub name: Range<usize>,
    /// The value.
    pub node: &'r Spanned<DeValue<'r>>,
}

impl<'r, C> TomlSection<'r, C> {
    fn new(
        reader: &'r TomlReader<'r, C>,
        title: &str,
        path: String,
        table: &'r DeTable<'r>,
        span: Range<usize>,
    ) -> Self {
        let (noun, help, title) = ("key", None, title.to_owned());
        let (allowed, has_free_tables) = (Vec::new(), false);
        Self { reader, title, path, noun, help, table, span, allowed, has_free_tables }
    }

    /// Returns the top of a parsed file.
    pub fn top(reader: &'r TomlReader<'r, C>, table: &'r DeTable<'r>) -> Self {
        Self::new(reader, "", String::new(), table, 0..0)
    }

    /// Sets the noun for its keys in messages, such as `role`.
    #[must_use]
    pub fn with_noun(self, noun: &'static str) -> Self {
        Self { noun, ..self }
    }

    /// Replaces the list of allowed keys in the help for an unknown key.
    #[must_use]
    pub fn with_help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }

    /// Returns the value of a key, if it is set.
    pub fn get(&mut self, key: &'static str) -> Option<TomlEntry<'r, C>> {
        self.allowed.push(key);
        let (name, node) = self.table.get_key_value(key)?;
        Some(self.entry(Cow::Borrowed(key), name.span(), node))
    }

    /// Returns the value of a key that must be set.
    pub fn require(&mut self, key: &'static str, example: &str) -> Option<TomlEntry<'r, C>> {
        let entry = self.get(key);
        if entry.is_none() {
            let message = format!("{} has no `{key}`", self.title);
            let line = self.reader.source.text[self.span.clone()].lines().next().unwrap_or_default();
            let span = self.span.start..self.span.start + line.len();
            let mistake = self.reader.source.mistake(span, message);
            self.reader.note(mistake.with_label(MISSING.to_owned()).with_help(example));
        }
        entry
    }

    /// Returns the tables under free keys, in written order, next to keys that are read one by one.
    pub fn free_tables(&mut self) -> Vec<TomlEntry<'r, C>> {
        self.has_free_tables = true;
        let is_free = |(name, node): &KeyAndValue<'r, 'r>| is_table(node) && !self.is_known(name.get_ref());
        in_written_order(self.table).into_iter().filter(is_free).map(|pair| self.free_entry(pair)).collect()
    }

    /// Returns all keys of a table with free keys, in written order.
    pub fn entries(self) -> Vec<TomlEntry<'r, C>> {
        in_written_order(self.table).into_iter().map(|pair| self.free_entry(pair)).collect()
    }

    fn free_entry(&self, (name, node): KeyAndValue<'r, 'r>) -> TomlEntry<'r, C> {
        self.entry(name.get_ref().clone(), name.span(), node)
    }

    /// Notes every unknown key as a mistake.
    pub fn finish(self) {
        self.unknown_keys().into_iter().for_each(|mistake| self.reader.note(mistake));
    }

    /// Notes every unknown key as a warning.
    pub fn finish_with_warnings(self) {
        self.unknown_keys().into_iter().for_each(|warning| self.reader.note_warning(warning));
    }

    fn unknown_keys(&self) -> Vec<Mistake> {
        let place = if self.title.is_empty() { "at the top".to_owned() } else { format!("in {}", self.title) };
        let allowed = || format!("{}s allowed {place} are {}", self.noun, self.allowed.join(", "));
        let help = self.help.map_or_else(allowed, str::to_owned);
        let is_free = |node| self.has_free_tables && is_table(node);
        let unknown = in_written_order(self.table).into_iter().filter(|(_, node)| !is_free(node));
        let mistake = |name: &Spanned<DeString<'_>>| {
            let key = sanitize(name.get_ref());
            let message = format!("unknown {} `{key}` in {}", self.noun, self.reader.kind);
            let label = did_you_mean(&key, self.allowed.iter().copied());
            self.reader.source.mistake(name.span(), message).with_label(label).with_help(&help)
        };
        unknown.filter(|(name, _)| !self.is_known(name.get_ref())).map(|(name, _)| mistake(name)).collect()
    }

    fn is_known(&self, key: &str) -> bool {
        self.allowed.contains(&key)
    }

    fn entry(&self, key: Cow<'r, str>, name: Range<usize>, node: &'r Spanned<DeValue<'r>>) -> TomlEntry<'r, C> {
        let path = format!("{}{key}", self.path);
        self.reader.note_key(path.clone(), name.start);
        TomlEntry { reader: self.reader, key, path, name, node }
    }
}

impl<'r, C> TomlEntry<'r, C> {
    /// Returns the position of the value.
    pub fn span(&self) -> Range<usize> {
        self.node.span()
    }

    /// Returns the place of the value, for a mistake that is found later.
    pub fn place(&self) -> SourceSpan {
        self.reader.source.span(self.span())
    }

    /// Returns the place of the name, for a mistake that is found later.
    pub fn name_place(&self) -> SourceSpan {
        self.reader.source.span(self.name.clone())
    }

    /// Returns the key for a message, sanitized.
    pub fn shown_key(&self) -> Cow<'_, str> {
        sanitize(&self.key)
    }

    /// Notes that the value is wrong.
    pub fn note_invalid(&self, error: ValueError) {
        self.reader.note_at(self.span(), format!("`{}` is {}", self.shown_key(), error.problem), error.fix);
    }

    /// Notes that the value is of the wrong type.
    pub fn note_wrong_type(&self, example: &str) {
        let message = format!("`{}` cannot be {}", self.shown_key(), type_name(self.node.get_ref()));
        self.reader.note_at(self.span(), message, format!("write {example}"));
    }

    /// Returns the value, or notes the error.
    pub fn check<T>(&self, value: Result<T, ValueError>) -> Option<T> {
        value.map_err(|error| self.note_invalid(error)).ok()
    }

    /// Reads a text, exactly as written.
    pub fn string(&self, example: &str) -> Option<&'r str> {
        let DeValue::String(text) = self.node.get_ref() else {
            self.note_wrong_type(example);
            return None;
        };
        Some(text)
    }

    /// Reads `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        self.written_flag().or_else(|| {
            self.note_wrong_type("`true` or `false`");
            None
        })
    }

    /// The flag, if the value is one.
    pub fn written_flag(&self) -> Option<bool> {
        if let DeValue::Boolean(flag) = self.node.get_ref() { Some(*flag) } else { None }
    }

    /// Returns a number as text, or nothing if the value is not a number. Notes no mistake.
    pub fn number(&self) -> Option<String> {
        match self.node.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
            DeValue::Integer(number) => {
                Some(i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX).to_string())
            }
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::String(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                None
            }
        }
    }

    /// Reads a table. Messages call it `title`.
    pub fn section(&self, title: &str, example: &str) -> Option<TomlSection<'r, C>> {
        if let DeValue::Table(table) = self.node.get_ref() {
            return Some(TomlSection::new(self.reader, title, format!("{}.", self.path), table, self.span()));
        }
        self.note_wrong_type(example);
        None
    }

    /// Whether the value is a table.
    pub fn is_table(&self) -> bool {
        is_table(self.node)
    }

    /// Whether the value is a list of tables.
    pub fn is_list_of_tables(&self) -> bool {
        matches!(self.node.get_ref(), DeValue::Array(items) if items.iter().all(is_table))
    }

    /// Returns the values of a list. A single value counts as a list of one.
    pub fn items(&self) -> Vec<Self> {
        let (key, path, name) = (&self.key, &self.path, &self.name);
        let item = |node| Self { reader: self.reader, key: key.clone(), path: path.clone(), name: name.clone(), node };
        match self.node.get_ref() {
            DeValue::Array(items) => items.iter().map(item).collect(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => vec![item(self.node)],
        }
    }
}

type KeyAndValue<'t, 'r> = (&'t Spanned<DeString<'r>>, &'t Spanned<DeValue<'r>>);

fn is_table(node: &Spanned<DeValue<'_>>) -> bool {
    matches!(node.get_ref(), DeValue::Table(_))
}

fn in_written_order<'t, 'r>(table: &'t DeTable<'r>) -> Vec<KeyAndValue<'t, 'r>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
