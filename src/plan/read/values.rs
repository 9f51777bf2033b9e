//! Getters for the values of a plan's keys: texts with variables, durations, rates, counts and sizes.
//!
//! A getter that meets a wrong value notes the mistake and returns nothing. Messages never quote a value,
//! because it may be a secret from the environment. Start at [`PlanContext`] and [`PlanEntry`].

use std::path::Path;
use std::time::Duration;

use crate::plan::attempt_timeout::{self, AttemptTimeout};
use crate::plan::quantity;
use crate::plan::read::step_names::StepNames;
use crate::plan::template::interpolation::{PlanText, VariableLookup, interpolate};
use crate::text::sanitize::sanitize;
use crate::text::toml_reader::TomlReader;
use crate::text::toml_section::{TomlEntry, TomlSection};
use crate::text::value_error::ValueError;

/// The sources of variables and files in a plan.
pub(super) struct PlanContext<'r> {
    /// The folder to which paths are relative.
    pub(super) folder: &'r Path,
    /// Looks up a variable.
    pub(super) var: VariableLookup<'r>,
    /// The values of steps before the batch.
    pub(super) steps: StepNames,
}

/// The reader of a plan.
pub(super) type PlanReader<'r> = TomlReader<'r, PlanContext<'r>>;
/// A table of a plan.
pub(super) type PlanSection<'r> = TomlSection<'r, PlanContext<'r>>;
/// A key of a plan, with its value.
pub(super) type PlanEntry<'r> = TomlEntry<'r, PlanContext<'r>>;

impl PlanEntry<'_> {
    /// Returns a text, with each `${…}` filled in.
    pub(super) fn text(&self, example: &str) -> Option<PlanText> {
        let context = &self.reader.context;
        let find = |name: &str| context.steps.find(name, context.var);
        match interpolate(self.string(example)?, context.folder, &find) {
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

    /// Reads a text and parses it.
    pub(super) fn parse<T>(&self, example: &str, read: impl Fn(&str) -> Result<T, ValueError>) -> Option<T> {
        let text = self.text(example)?;
        self.check(read(&text.value()))
    }

    /// Reads a duration.
    pub(super) fn duration(&self) -> Option<Duration> {
        match self.number() {
            Some(number) => self.check(Err(quantity::missing_unit(&number))),
            None => self.parse("a duration such as `\"250ms\"`", quantity::parse_duration),
        }
    }

    /// Reads a duration, or `off` for none.
    pub(super) fn duration_or_off(&self) -> Option<Duration> {
        match self.number() {
            Some(number) => self.check(quantity::parse_duration_or_off(&number)),
            None => self.parse("a duration such as `\"30s\"`, or `\"off\"`", quantity::parse_duration_or_off),
        }
    }

    /// Reads a duration, or a multiple of the median.
    pub(super) fn attempt_timeout(&self) -> Option<AttemptTimeout> {
        match self.number() {
            Some(number) => self.check(Err(quantity::missing_unit(&number))),
            None => {
                self.parse("a duration such as `\"250ms\"`, or `\"5x median\"`", attempt_timeout::parse_attempt_timeout)
            }
        }
    }

    /// Reads a rate, and returns the time between two starts.
    pub(super) fn rate(&self) -> Option<Duration> {
        match self.number() {
            Some(number) => self.check(quantity::parse_rate(&number)),
            None => self.parse("a rate such as `\"100/s\"`", quantity::parse_rate),
        }
    }

    /// Reads a whole number, or a text such as `10k`.
    pub(super) fn count(&self) -> Option<u64> {
        match self.number() {
            Some(number) => self.check(quantity::parse_count(&number)),
            None => self.parse("a whole number such as `20`", quantity::parse_count),
        }
    }

    /// Reads a count in this range.
    pub(super) fn count_between(&self, least: u32, most: u32) -> Option<u32> {
        let count = self.count()?;
        let fitting = u32::try_from(count).ok().filter(|count| (least..=most).contains(count));
        let wrong = || ValueError::new(format!("not between {least} and {most}"), "write a number in that range");
        self.check(fitting.ok_or_else(wrong))
    }

    /// Reads a concurrency limit.
    pub(super) fn limit(&self) -> Option<u32> {
        let count = self.count()?;
        self.check(quantity::check_limit(count))
    }

    /// Reads a number of bytes above zero.
    pub(super) fn size(&self) -> Option<u64> {
        let size = match self.number() {
            Some(number) => self.check(quantity::parse_size(&number)),
            None => self.parse("a size such as `\"64MiB\"`", quantity::parse_size),
        }?;
        let wrong = || ValueError::new("zero: no response could be read", "write a size such as `\"64MiB\"`");
        self.check(if size == 0 { Err(wrong()) } else { Ok(size) })
    }
}
