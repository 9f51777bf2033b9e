//! The steps before the batch: `[[before]]`.
//!
//! Start at [`read_steps`].

use std::sync::Arc;

use http::HeaderName;

use crate::plan::before::{BeforeStep, GivenValue, ValuePlace};
use crate::plan::extract::json_path::WrittenPath;
use crate::plan::pages::WrittenPages;
use crate::plan::read::endpoint::{Defaults, read_endpoint};
use crate::plan::read::values::{PlanEntry, PlanSection};
use crate::plan::rows::Rows;
use crate::text::value_error::ValueError;

/// How a header is written in `gives`.
const HEADER: &str = "header ";

/// Reads every `[[before]]`. A step may use the values of the steps before it.
pub(super) fn read_steps(entry: &PlanEntry<'_>, defaults: &Defaults, has_upstream: bool) -> Vec<BeforeStep> {
    if !entry.is_list_of_tables() {
        entry.reader.note_at(
            entry.name.clone(),
            "`before` takes a list of tables",
            "write `[[before]]`, with two brackets",
        );
        return Vec::new();
    }
    let names = &entry.reader.context.steps;
    let all = names.all();
    let defaults = defaults.without_late_values();
    let (mut steps, mut known): (Vec<BeforeStep>, Vec<String>) = (Vec::new(), Vec::new());
    for item in entry.items() {
        names.set(&known);
        let Some(section) = item.section("[[before]]", "`[[before]]`") else { continue };
        let Some(step) = read_step(&item, section, &defaults, has_upstream) else { continue };
        for given in step.gives.iter() {
            if known.iter().any(|name| **name == *given.name) {
                item.reader.note_at(item.span(), format!("two steps give `{}`", given.name), "use another name");
            }
            known.push(given.name.to_string());
        }
        steps.push(step);
    }
    names.set(&all);
    steps
}

fn read_step(
    item: &PlanEntry<'_>,
    mut section: PlanSection<'_>,
    defaults: &Defaults,
    has_upstream: bool,
) -> Option<BeforeStep> {
    let gives = section.get("gives");
    let n_before = item.reader.n_keys();
    let read = read_endpoint(section, defaults, has_upstream);
    item.reader.take_keys_after(n_before);
    let gives = gives.map_or(Some(Vec::new()), |gives| read_gives(&gives));
    let (mut source, _) = read?;
    if !matches!(*source.rows, Rows::Repeat(1)) {
        item.reader.note_at(item.span(), "a step before the batch has one request", "leave out its rows");
        return None;
    }
    source.rules.pages = WrittenPages::default();
    let name = source.name().unwrap_or_else(|| Arc::from("before"));
    Some(BeforeStep { name, gives: gives?.into(), source })
}

/// Reads the values that an answer gives.
fn read_gives(entry: &PlanEntry<'_>) -> Option<Vec<GivenValue>> {
    const EXAMPLE: &str = "a table such as `{ token = \"$.access_token\" }`";
    let (mut values, mut all_good) = (Vec::new(), true);
    for entry in entry.section("gives", EXAMPLE)?.entries() {
        match read_given(&entry) {
            Some(given) => values.push(given),
            None => all_good = false,
        }
    }
    all_good.then_some(values)
}

fn read_given(entry: &PlanEntry<'_>) -> Option<GivenValue> {
    let name = &*entry.key;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(is_name) {
        let fix = "write a name of letters, digits, `_` and `-`";
        entry.reader.note_at(entry.name.clone(), format!("`{}` is not a name", entry.shown_key()), fix);
        return None;
    }
    let text = entry.text("a JSON path such as `\"$.access_token\"`, or `\"header x-session\"`")?.value();
    let at = match text.strip_prefix(HEADER) {
        None => entry.check(WrittenPath::parse(&text)).map(ValuePlace::Json),
        Some(header) => {
            let wrong = |_| ValueError::new("not a header", "write one such as `\"header x-session\"`");
            entry.check(HeaderName::try_from(header.trim()).map_err(wrong)).map(ValuePlace::Header)
        }
    };
    Some(GivenValue { name: name.into(), at: at? })
}
