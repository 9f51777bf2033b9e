//! The reader of TOML plans, which reports every mistake with its position.
//!
//! It does not stop at the first mistake. `document` and `endpoint` define the keys. Start at
//! [`read_plan`].

mod auth;
mod before;
mod body;
mod document;
mod endpoint;
mod expect;
mod extract;
mod headers;
mod in_row;
mod json;
mod network;
mod pages;
mod rows;
mod rules;
mod run_retry;
mod step_names;
mod values;

use std::path::Path;

use crate::plan::Plan;
use crate::plan::error::PlanError;
use crate::plan::read::step_names::StepNames;
use crate::plan::read::values::{PlanContext, PlanReader};
use crate::plan::template::interpolation::VariableLookup;
use crate::text::diagnostics::{Mistake, SourceText};
use crate::text::toml_reader::MISSING;

/// Reads a plan. Messages call it `file`. The paths in it are relative to `folder`.
pub(super) fn read_plan(text: &str, file: &str, folder: &Path, var: VariableLookup<'_>) -> Result<Plan, PlanError> {
    let source = SourceText::new(file, text.strip_prefix('\u{feff}').unwrap_or(text));
    let reader = PlanReader::new(&source, "plan", PlanContext { folder, var, steps: StepNames::default() });
    let table = reader.parse();
    reader.context.steps.announce(&table);
    let n_syntax_errors = reader.n_mistakes();

    let plan = document::read(&reader, &table);

    let (mut notes, _) = reader.finish();
    let rest = notes.mistakes.split_off(n_syntax_errors);
    let broken_lines: Vec<_> = notes.mistakes.iter().map(|mistake| mistake.line).collect();
    // The parser guesses the content of a broken line, and a key that seems missing may be in it.
    let is_certain = |mistake: &Mistake| {
        let is_missing = mistake.label.as_deref() == Some(MISSING);
        broken_lines.is_empty() || !broken_lines.contains(&mistake.line) && !is_missing
    };
    notes.mistakes.extend(rest.into_iter().filter(is_certain));
    match plan {
        Some(plan) if notes.mistakes.is_empty() => {
            let name = if plan.name.is_empty() { stem(file) } else { plan.name };
            Ok(Plan { name, written: notes.keys, ..plan })
        }
        None if notes.mistakes.is_empty() => Err(PlanError::no_jobs(file, "add an `[[endpoint]]` with a `url`")),
        Some(_) | None => Err(PlanError::new(notes.mistakes)),
    }
}

/// Returns a file's name without its extension.
pub(super) fn stem(file: &str) -> String {
    Path::new(file).file_stem().map_or_else(|| file.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
