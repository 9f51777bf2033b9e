//! One key of the plan with its value, and what it can be read as.
//!
//! Each reading returns nothing if the value is wrong, and has noted why; no message quotes a value,
//! because it may have come from the environment. Start at [`Entry::parse`].

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use crate::plan::patience::{self, Patience};
use crate::plan::quantity::{self, Wrong};
use crate::plan::read::Reading;
use crate::plan::read::section::Section;
use crate::plan::text::{Text, interpolated};
use crate::text::sanitize::sanitize;

/// A key and its value.
pub(super) struct Entry<'r> {
    pub(super) reading: &'r Reading<'r>,
    pub(super) key: Cow<'r, str>,
    /// Its full name, such as `limits.rate`.
    pub(super) path: String,
    /// Where its name stands.
    pub(super) name: Range<usize>,
    pub(super) node: &'r Spanned<DeValue<'r>>,
}

impl<'r> Entry<'r> {
    pub(super) fn span(&self) -> Range<usize> {
        self.node.span()
    }

    /// Notes what is wrong with the value.
    pub(super) fn wrong(&self, wrong: Wrong) {
        self.reading.note_with(self.span(), format!("`{}` is {}", self.shown_key(), wrong.what), Some(wrong.fix), None);
    }

    /// Notes that the value is of the wrong kind.
    pub(super) fn expected(&self, example: &str) {
        let message = format!("`{}` cannot be {}", self.shown_key(), kind(self.node.get_ref()));
        self.reading.note_with(self.span(), message, Some(format!("write {example}")), None);
    }

    fn shown_key(&self) -> Cow<'_, str> {
        sanitize(&self.key)
    }

    /// Notes the mistake, if there is one.
    pub(super) fn check<T>(&self, read: Result<T, Wrong>) -> Option<T> {
        read.map_err(|wrong| self.wrong(wrong)).ok()
    }

    /// A text, `${…}` filled in.
    pub(super) fn text(&self, example: &str) -> Option<Text> {
        let DeValue::String(raw) = self.node.get_ref() else {
            self.expected(example);
            return None;
        };
        self.fill(raw)
    }

    fn fill(&self, raw: &str) -> Option<Text> {
        let unfilled = match interpolated(raw, self.reading.folder, self.reading.var) {
            Ok(text) => {
                self.reading.note_given(&self.path, &text.given);
                return Some(text);
            }
            Err(unfilled) => unfilled,
        };
        let span = self.reading.within(&self.span(), &unfilled.written);
        let message = format!("`{}` in `{}` is {}", sanitize(&unfilled.written), self.shown_key(), unfilled.wrong.what);
        self.reading.note_with(span, message, Some(unfilled.wrong.fix), None);
        None
    }

    /// A text that means something.
    pub(super) fn parse<T>(&self, example: &str, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.text(example)?;
        self.check(read(&text.value()))
    }

    /// A length of time.
    pub(super) fn duration(&self) -> Option<Duration> {
        match self.number() {
            Some(number) => self.check(Err(quantity::unitless(&number))),
            None => self.parse("a length of time such as `\"250ms\"`", quantity::parse_duration),
        }
    }

    /// A length of time, or a multiple of the median.
    pub(super) fn patience(&self) -> Option<Patience> {
        match self.number() {
            Some(number) => self.check(Err(quantity::unitless(&number))),
            None => self.parse("a length of time such as `\"250ms\"`, or `\"5x median\"`", patience::parse_patience),
        }
    }

    /// Starts per time, as the time between two.
    pub(super) fn rate(&self) -> Option<Duration> {
        match self.number() {
            Some(number) => self.check(quantity::parse_rate(&number)),
            None => self.parse("a rate such as `\"100/s\"`", quantity::parse_rate),
        }
    }

    /// A whole number, as a number or as a text such as `10k`.
    pub(super) fn count(&self) -> Option<u64> {
        match self.number() {
            Some(number) => self.check(quantity::parse_count(&number)),
            None => self.parse("a whole number such as `20`", quantity::parse_count),
        }
    }

    /// A count no larger than `most`.
    pub(super) fn small(&self, least: u32, most: u32) -> Option<u32> {
        let count = self.count()?;
        let fitting = u32::try_from(count).ok().filter(|count| (least..=most).contains(count));
        let wrong = || Wrong::new(format!("not between {least} and {most}"), "write a number in between");
        self.check(fitting.ok_or_else(wrong))
    }

    /// A limit on how many may be in flight.
    pub(super) fn limit(&self) -> Option<u32> {
        let count = self.count()?;
        self.check(quantity::limit(count))
    }

    /// A number of bytes above zero.
    pub(super) fn size(&self) -> Option<u64> {
        let size = match self.number() {
            Some(number) => self.check(quantity::parse_size(&number)),
            None => self.parse("a size such as `\"64MiB\"`", quantity::parse_size),
        }?;
        let wrong = || Wrong::new("zero: no answer could be read", "write a size such as `\"64MiB\"`");
        self.check(if size == 0 { Err(wrong()) } else { Ok(size) })
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Option<bool> {
        if let DeValue::Boolean(flag) = self.node.get_ref() {
            return Some(*flag);
        }
        self.expected("`true` or `false`");
        None
    }

    /// A table.
    pub(super) fn section(&self, title: &str, example: &str) -> Option<Section<'r>> {
        if let DeValue::Table(table) = self.node.get_ref() {
            return Some(Section::new(self.reading, title, format!("{}.", self.path), table, self.span()));
        }
        self.expected(example);
        None
    }

    /// The values of a list; a single value counts as a list of one.
    pub(super) fn items(&self) -> Vec<Self> {
        let item = |node| Self {
            reading: self.reading,
            key: self.key.clone(),
            path: self.path.clone(),
            name: self.name.clone(),
            node,
        };
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

    /// A number as it would be written in a text.
    pub(super) fn number(&self) -> Option<String> {
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
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
