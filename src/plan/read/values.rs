//! The values of a plan's keys: texts with variables, lengths of time, rates, counts, sizes.
//!
//! Each getter notes why a value is wrong and then returns nothing. No message quotes a value,
//! because it may come from the environment. Start at [`PlanContext`] and [`PlanEntry`].

use std::path::Path;
use std::time::Duration;

use crate::plan::attempt_timeout::{self, AttemptTimeout};
use crate::plan::quantity;
use crate::plan::template::interpolation::{PlanText, VariableLookup, interpolate};
use crate::text::sanitize::sanitize;
use crate::text::toml_reader::TomlReader;
use crate::text::toml_section::{TomlEntry, TomlSection};
use crate::text::value_error::ValueError;

/// What a plan's values are filled in from.
pub(super) struct PlanContext<'r> {
    /// The folder that paths are relative to.
    pub(super) folder: &'r Path,
    /// Looks up a variable.
    pub(super) var: VariableLookup<'r>,
}

/// The reading of a plan.
pub(super) type PlanReader<'r> = TomlReader<'r, PlanContext<'r>>;
/// A table of a plan.
pub(super) type PlanSection<'r> = TomlSection<'r, PlanContext<'r>>;
/// A key of a plan, with its value.
pub(super) type PlanEntry<'r> = TomlEntry<'r, PlanContext<'r>>;

impl PlanEntry<'_> {
    /// A text, with each `${…}` filled in.
    pub(super) fn text(&self, example: &str) -> Option<PlanText> {
        let context = &self.reader.context;
        match interpolate(self.string(example)?, context.folder, context.var) {
            Ok(text) => {
                self.reader.note_variables(&self.path, &text.given);
                Some(text)
            }
            Err(unfilled) => {
                let span = self.reader.find_within(&self.span(), &unfilled.written);
                let (written, error) = (sanitize(&unfilled.written), unfilled.wrong);
                let message = format!("`{written}` in `{}` is {}", self.shown_key(), error.problem);
                self.reader.note_at(span, message, error.fix);
                None
            }
        }
    }

    /// A text that means something.
    pub(super) fn parse<T>(&self, example: &str, read: impl Fn(&str) -> Result<T, ValueError>) -> Option<T> {
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
    pub(super) fn patience(&self) -> Option<AttemptTimeout> {
        match self.number() {
            Some(number) => self.check(Err(quantity::unitless(&number))),
            None => self.parse(
                "a length of time such as `\"250ms\"`, or `\"5x median\"`",
                attempt_timeout::parse_attempt_timeout,
            ),
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
        let wrong = || ValueError::new(format!("not between {least} and {most}"), "write a number in between");
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
        let wrong = || ValueError::new("zero: no answer could be read", "write a size such as `\"64MiB\"`");
        self.check(if size == 0 { Err(wrong()) } else { Ok(size) })
    }
}
