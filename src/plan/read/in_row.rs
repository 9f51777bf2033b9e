//! The keys of an endpoint whose value is the same for all rows, or is filled in by each row.
//!
//! Start at [`read_method`].

use http::Method;

use crate::plan::attempt_timeout::{AttemptTimeout, parse_attempt_timeout};
use crate::plan::job::parse_method;
use crate::plan::read::rows::PlaceholderUses;
use crate::plan::read::values::PlanEntry;
use crate::plan::template::Template;
use crate::plan::template::escape::Escaping;
use crate::text::value_error::ValueError;

/// An example of a method.
pub(super) const METHOD: &str = "a method such as `\"GET\"`";

/// An example of a time-out.
const TIMEOUT: &str = "a duration such as `\"250ms\"`, or `\"5x median\"`";

/// A value that is the same for all rows, or is filled in by each row.
pub(super) enum InRow<T> {
    /// The value of all rows.
    Same(T),
    /// What a row fills in.
    Filled(Template),
}

impl<T> InRow<T> {
    /// Returns the value of all rows, or what a row fills in.
    pub(super) fn split(self) -> (Option<T>, Option<Template>) {
        match self {
            Self::Same(value) => (Some(value), None),
            Self::Filled(template) => (None, Some(template)),
        }
    }
}

/// Reads a method.
pub(super) fn read_method(
    entry: &PlanEntry<'_>,
    columns: &mut Vec<String>,
    used: &mut PlaceholderUses<'_>,
) -> Option<InRow<Method>> {
    read(entry, METHOD, columns, used, parse_written_method)
}

/// Reads the time-out of an attempt.
pub(super) fn read_timeout(
    entry: &PlanEntry<'_>,
    columns: &mut Vec<String>,
    used: &mut PlaceholderUses<'_>,
) -> Option<InRow<AttemptTimeout>> {
    if entry.number().is_some() {
        return entry.attempt_timeout().map(InRow::Same);
    }
    read(entry, TIMEOUT, columns, used, parse_attempt_timeout)
}

fn read<T>(
    entry: &PlanEntry<'_>,
    example: &str,
    columns: &mut Vec<String>,
    used: &mut PlaceholderUses<'_>,
    parse: impl Fn(&str) -> Result<T, ValueError>,
) -> Option<InRow<T>> {
    let text = entry.text(example)?;
    let template = Template::parse(&text, Escaping::Raw, columns);
    used.note(columns, &entry.span());
    if template.is_constant() {
        return entry.check(parse(&text.value())).map(InRow::Same);
    }
    Some(InRow::Filled(template))
}

/// Parses a method in a plan.
pub(super) fn parse_written_method(text: &str) -> Result<Method, ValueError> {
    parse_method(text).ok_or_else(|| ValueError::new("not a method", "write one such as `\"GET\"` or `\"POST\"`"))
}
